//! What every reader must hold, whatever the bytes are: it does not panic, and what it says fits together. The fuzz
//! targets and a short run in the workspace's tests (crates/core/tests/hostile) call the same functions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a property that does not hold is found by its panic")]

use jiff::Timestamp;
use perennial_core::diagnose::{self, Context, Gathering, Reading, Speaker, Symptom};
use perennial_core::formats::flags::flags;
use perennial_core::formats::kubeconfig::{self, splice};
use perennial_core::formats::kubelet::KubeletConfiguration;
use perennial_core::formats::manifest::Manifest;
use perennial_core::formats::systemd::Service;
use perennial_core::formats::{cni, component, etcd, shell, token};
use perennial_core::run::{self, Body, Record};
use perennial_pki::certificate::{Certificate, certificates, leaf, pool};
use perennial_pki::chain::{self, Use};
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::{PrivateKey, Work};
use perennial_pki::pem;

const NOW: i64 = 1_800_000_000;

/// A PEM text.
pub fn pem_text(data: &[u8]) {
    let mut end = 0;
    for block in pem::blocks(data) {
        assert!(end <= block.span.start && block.span.start < block.span.end && block.span.end <= data.len());
        end = block.span.end;
        // What Go would write of a block is read again, unless its label is none.
        let again = pem::encode(&block.label, &block.der);
        if block.label.chars().all(|letter| letter.is_ascii_uppercase() || letter == ' ') {
            assert_eq!(pem::blocks(again.as_bytes()).first().map(|block| block.der.clone()), Some(block.der));
        }
    }
    let strict = certificates(data);
    let lenient = pool(data);
    if let Ok(strict) = &strict {
        assert_eq!(lenient.as_deref(), Ok(strict.as_slice()));
    }
    for certificate in lenient.unwrap_or_default().iter().take(4) {
        ask(certificate);
    }
    drop((leaf(data), PrivateKey::from_pem(data)));
}

/// A certificate as DER, twice: itself, and as the issuer of what follows.
pub fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else { return };
    assert_eq!(certificate.der(), data);
    ask(&certificate);
}

/// Everything that can be asked of a certificate.
fn ask(certificate: &Certificate) {
    let text = format!(
        "{certificate:?} {} {} {:?} {:?} {:?} {:?}",
        certificate.serial_decimal(),
        certificate.signature_algorithm(),
        certificate.dns_names(),
        certificate.ip_addresses(),
        certificate.email_addresses(),
        certificate.uris(),
    );
    assert!(!text.is_empty());
    drop((certificate.is_self_signed(), certificate.key_usage(), certificate.extended_key_usages()));
    let all = [certificate.clone()];
    let now = Timestamp::from_second(NOW).unwrap();
    for (intermediates, roots, usage, name) in [
        (&all[..], &all[..], Some(Use::Server), Some("node-1")),
        (&all[..], &[][..], None, Some("[::1")),
        (&[][..], &all[..], Some(Use::Client), Some("10.0.0.1")),
    ] {
        drop(chain::faults(certificate, intermediates, roots, usage, name, now));
    }
}

/// An input is looked at within milliseconds, and what asks for more is refused all the same.
const LITTLE_WORK: Work = Work { rounds: 4096, memory: 1 << 20, passes: 1 << 20 };

/// A private key, as PEM and as the content of a block, in the clear or behind a passphrase.
pub fn key(data: &[u8]) {
    let read = |text: &[u8]| {
        let opened = PrivateKey::from_pem_encrypted(text, b"perennial", &LITTLE_WORK);
        let plain = PrivateKey::from_pem(text);
        assert!(plain.is_err() || opened.is_ok());
        if let Ok(key) = opened {
            let again = PrivateKey::from_pem(key.to_pem().as_bytes()).unwrap();
            assert_eq!((again.kind(), again.spki_der()), (key.kind(), key.spki_der()));
        }
    };
    read(data);
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        read(pem::encode(label, data).as_bytes());
    }
}

/// A kubeconfig; where both data are embedded, other ones can be put there.
pub fn kubeconfig(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(all) = kubeconfig::parse_all(text) {
        assert_eq!(all.current.as_ref().err(), kubeconfig::parse(text).as_ref().err());
        assert!(!format!("{:?}", all.others).is_empty());
    }
    let Ok(read) = kubeconfig::parse(text) else { return };
    assert!(!format!("{read:?}").is_empty());
    let Ok(spliced) = splice(text, &read, b"certificate", b"key") else { return };
    let again = kubeconfig::parse(&spliced).unwrap();
    let (certificate, key) = again.embedded().unwrap();
    assert_eq!((certificate.bytes.as_slice(), key.bytes.as_slice()), (&b"certificate"[..], &b"key"[..]));
    assert_eq!((again.server, again.user, again.users), (read.server, read.user, read.users));
}

/// A manifest, and every other file of settings.
pub fn manifest(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(read) = Manifest::parse(text) {
        drop((read.version(), read.host_path("/etc/kubernetes/pki/ca.crt".into())));
    }
    if let Ok(read) = KubeletConfiguration::layered(text, "/var/lib/kubelet".into(), &[text]) {
        drop(read.overridden_by(&flags(&text.lines().collect::<Vec<_>>())).runtime_socket());
    }
    drop((cni::parse(text), cni::directory(text), shell::kubeconfigs(text, "/root".into())));
    drop(token::claims_of_file(data));
    drop(component::kubeconfig(text));
    drop(etcd::configuration(text));
    drop(Service::parse(&[text]).arguments(&[text]));
}

/// A journal, as it is and chained anew, so that changed records are looked at as well; then what would be done next.
pub fn journal(data: &[u8]) {
    replay(data);
    replay(&chained(data));
}

fn replay(data: &[u8]) {
    let Ok((records, understood)) = run::read(data) else { return };
    let (again, length) = run::read(&data[..understood]).unwrap();
    assert_eq!((&again, length), (&records, understood));
    let Some(Body::Begun { plan, .. }) = records.first().map(|record| &record.body) else { return };
    let now = Timestamp::from_second(NOW).unwrap();
    drop((run::next(plan, &records), run::recover(plan, &records, &[], now), run::undo_possible(plan, now)));
    drop(run::staged(&records));
}

/// The lines that are records, with right numbers and hashes.
fn chained(data: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let (mut number, mut previous) = (0, String::new());
    for line in data.split(|byte| *byte == b'\n') {
        let Ok(mut record) = serde_json::from_slice::<Record>(line) else { continue };
        record.seq = number;
        record.previous = previous;
        let line = serde_json::to_string(&record).unwrap();
        previous = sha256_hex(line.as_bytes());
        number += 1;
        text.extend([line.as_bytes(), b"\n"].concat());
    }
    text
}

/// A target: its name, its function, and what it starts from.
pub type Target = (&'static str, fn(&[u8]), Vec<Vec<u8>>);

/// Lines as the components print them.
const BAD_DAY: &str = include_str!("../../crates/cli/testdata/bad-day.log");

/// A line of a log: nothing of it is kept that could steer a terminal, and nothing as long as a key.
pub fn log(data: &[u8]) {
    let context = Context { speaker: Speaker::Unknown, now: Timestamp::from_second(NOW).unwrap() };
    let reading = diagnose::read(&String::from_utf8_lossy(data), &context);
    let Reading::Fact(fact) = &reading else { return };
    let names = match &fact.symptom {
        Symptom::WrongName { wanted, valid_for } => wanted.iter().chain(valid_for).cloned().collect(),
        Symptom::NodeForbidden { certified, node } => vec![certified.clone(), node.clone()],
        _ => Vec::new(),
    };
    let path = fact.path.iter().map(ToString::to_string);
    let peer = fact.peer.iter().map(|peer| peer.host.clone());
    for kept in names.into_iter().chain(path).chain(peer).chain([fact.speaker.to_string()]) {
        assert!(kept.len() <= 253 && kept.chars().all(|letter| letter.is_ascii_graphic()), "{kept:?}");
        assert!(!kept.starts_with("eyJ"), "{kept:?}");
    }
    let mut gathering = Gathering::default();
    gathering.add(reading, "log", 1);
    assert_eq!(gathering.groups().len(), 1);
}

/// Every target.
pub fn targets() -> Vec<Target> {
    use perennial_testdata::corpus::{self, Case};
    let texts = |cases: Vec<Case>| {
        let files = cases.into_iter().flat_map(|case| case.files.into_values());
        let mut texts: Vec<Vec<u8>> = files.collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let keys = [texts(corpus::pairs()), corpus::locked_keys()].concat();
    let contents = keys.iter().flat_map(|text| pem::blocks(text)).map(|block| block.der.to_vec());
    let key_seeds = keys.iter().cloned().chain(contents).collect();
    let settings = [corpus::manifests(), corpus::kubelets(), corpus::components()].concat();
    vec![
        ("pem", pem_text, texts([corpus::pems(), corpus::bundles()].concat())),
        ("certificate", certificate, texts(corpus::certificates())),
        ("key", key, key_seeds),
        ("kubeconfig", kubeconfig, texts(corpus::kubeconfigs())),
        ("manifest", manifest, texts(settings)),
        ("journal", journal, corpus::journals()),
        ("log", log, BAD_DAY.lines().map(|line| line.as_bytes().to_vec()).collect()),
    ]
}
