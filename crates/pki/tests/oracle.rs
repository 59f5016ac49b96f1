//! Go is the judge: every answer in `testdata/*.json` was given by Go's own packages (`testdata/generate`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use jiff::Timestamp;
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage, certificates, leaf, name_text};
use perennial_pki::chain::{self, Fault, Use};
use perennial_pki::digest::hex;
use perennial_pki::key::{KeyError, KeyKind, PrivateKey};
use perennial_pki::pem;
use serde::Deserialize;

fn read<T: for<'a> Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[derive(Deserialize)]
struct PemCase {
    name: String,
    input: String,
    blocks: Vec<PemBlock>,
}

#[derive(Deserialize)]
struct PemBlock {
    label: String,
    headers: std::collections::BTreeMap<String, String>,
    der: String,
    end: usize,
}

#[test]
fn pem_blocks_are_those_that_go_sees() {
    let cases: Vec<PemCase> = read(include_str!("../testdata/pem.json"));
    assert!(cases.len() > 400);
    for case in cases {
        let input = bytes(&case.input);
        let text = String::from_utf8_lossy(&input);
        let ours = pem::blocks(&input);
        assert_eq!(ours.len(), case.blocks.len(), "{}: {text:?} gave {ours:?}", case.name);
        for (ours, go) in ours.iter().zip(&case.blocks) {
            assert_eq!(ours.label, go.label, "{}: {text:?}", case.name);
            assert_eq!(hex(&ours.der), go.der, "{}: {text:?}", case.name);
            assert_eq!(
                ours.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
                go.headers
            );
            assert_eq!(ours.headers.len(), go.headers.len());
            assert_eq!(ours.span.end, go.end, "{}: {text:?}", case.name);
            assert!(input[ours.span.clone()].starts_with(b"-----BEGIN "));
        }
    }
}

#[derive(Deserialize)]
struct KeyCase {
    name: String,
    key: String,
    certificate: String,
    loads: bool,
    canonical: bool,
}

#[test]
fn a_key_loads_and_matches_where_go_takes_the_pair() {
    let cases: Vec<KeyCase> = read(include_str!("../testdata/keys.json"));
    assert!(cases.len() > 30);
    for case in cases {
        let certificate = leaf(case.certificate.as_bytes()).unwrap();
        let key = PrivateKey::from_pem(case.key.as_bytes());
        if let Err(error @ KeyError::Unsupported(_)) = &key {
            assert!(
                ["RSA-1024 PKCS#1", "P-224 SEC 1"].contains(&case.name.as_str()),
                "{}: {error}",
                case.name
            );
            continue;
        }
        let fits = key.as_ref().is_ok_and(|key| key.matches(&certificate));
        assert_eq!(fits, case.loads, "{}: {key:?}", case.name);
        let Ok(key) = key else { continue };
        if case.canonical {
            assert_eq!(*key.to_pem(), case.key, "{} is not written as it was read", case.name);
        }
        if fits {
            assert_eq!(key.kind(), certificate.key_kind(), "{}", case.name);
            assert_eq!(key.spki_der(), certificate.spki_der(), "{}", case.name);
        }
    }
}

#[test]
fn what_is_wrong_with_a_key_is_told_apart() {
    let cases: Vec<KeyCase> = read(include_str!("../testdata/keys.json"));
    let error = |name: &str| {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        PrivateKey::from_pem(case.key.as_bytes()).unwrap_err()
    };
    assert_eq!(error("empty"), KeyError::Empty);
    assert_eq!(error("byte order mark"), KeyError::NoPem);
    assert_eq!(error("certificate only"), KeyError::NoKeyBlock);
    assert_eq!(error("public key"), KeyError::NoKeyBlock);
    assert_eq!(error("encrypted, Proc-Type"), KeyError::Encrypted);
    assert!(matches!(error("garbage content"), KeyError::Malformed(_)));
    assert!(matches!(error("RSA numbers that do not fit"), KeyError::Malformed(_)));
    assert_eq!(error("RSA-1024 PKCS#1"), KeyError::Unsupported("RSA-1024".to_owned()));
}

#[derive(Deserialize)]
struct View {
    name: String,
    der: String,
    parses: bool,
    subject: String,
    issuer: String,
    common_name: String,
    organizations: Option<Vec<String>>,
    serial: String,
    not_before: i64,
    not_after: i64,
    dns_names: Option<Vec<String>>,
    ip_addresses: Option<Vec<String>>,
    is_ca: bool,
    signature_algorithm: String,
    version: u64,
    usages: Option<Vec<String>>,
    key_usage: u16,
    subject_key_id: String,
    authority_key_id: String,
}

#[test]
fn certificates_say_what_go_reads() {
    let views: Vec<View> = read(include_str!("../testdata/certificates.json"));
    assert!(views.len() > 150);
    for view in views {
        let parsed = Certificate::from_der(&bytes(&view.der));
        assert_eq!(parsed.is_ok(), view.parses, "{}: {:?} {}", view.name, parsed.err(), view.der);
        let Ok(ours) = parsed else { continue };
        let name = &view.name;
        assert_eq!(ours.subject(), view.subject, "{name}");
        assert_eq!(ours.issuer(), view.issuer, "{name}");
        assert_eq!(name_text(ours.subject_der()), Some(view.subject), "{name}");
        assert_eq!(ours.common_name().unwrap_or_default(), view.common_name, "{name}");
        assert_eq!(ours.organizations(), view.organizations.unwrap_or_default(), "{name}");
        assert_eq!(ours.serial_decimal(), view.serial, "{name}");
        assert_eq!(ours.not_before().as_second(), view.not_before, "{name}");
        assert_eq!(ours.not_after().as_second(), view.not_after, "{name}");
        assert_eq!(ours.dns_names(), view.dns_names.unwrap_or_default(), "{name}");
        let addresses: Vec<String> = ours.ip_addresses().iter().map(ToString::to_string).collect();
        assert_eq!(addresses, view.ip_addresses.unwrap_or_default(), "{name}");
        assert_eq!(ours.is_ca(), view.is_ca, "{name}");
        if !view.signature_algorithm.is_empty() {
            assert_eq!(ours.signature_algorithm(), view.signature_algorithm, "{name}");
        }
        assert_eq!(ours.version(), view.version, "{name}");
        let known = |usage: &ExtendedKeyUsage| match usage {
            ExtendedKeyUsage::Any => Some("any"),
            ExtendedKeyUsage::ServerAuth => Some("server"),
            ExtendedKeyUsage::ClientAuth => Some("client"),
            ExtendedKeyUsage::Other(_) => None,
        };
        let usages = ours.extended_key_usages();
        let go = view.usages.unwrap_or_default();
        assert_eq!(usages.len(), go.len(), "{name}");
        let go: Vec<&str> = go.iter().map(String::as_str).filter(|usage| !usage.is_empty()).collect();
        assert_eq!(usages.iter().filter_map(known).collect::<Vec<_>>(), go, "{name}");
        let bits = ours.key_usage().unwrap_or_default().iter().map(|usage| 1 << *usage as u16).sum::<u16>();
        assert_eq!(bits, view.key_usage, "{name}");
        assert_eq!(hex(&ours.subject_key_id().unwrap_or_default()), view.subject_key_id, "{name}");
        assert_eq!(hex(&ours.authority_key_id().unwrap_or_default()), view.authority_key_id, "{name}");
    }
}

#[derive(Deserialize)]
struct ChainCase {
    name: String,
    leaf: String,
    intermediates: Vec<String>,
    roots: Vec<String>,
    usage: String,
    host: String,
    now: i64,
    accepted: bool,
}

impl ChainCase {
    fn faults(&self) -> Vec<Fault> {
        let all = |texts: &[String]| -> Vec<Certificate> {
            texts.iter().flat_map(|text| certificates(text.as_bytes()).unwrap()).collect()
        };
        let usage = match self.usage.as_str() {
            "server" => Some(Use::Server),
            "client" => Some(Use::Client),
            _ => None,
        };
        chain::faults(
            &leaf(self.leaf.as_bytes()).unwrap(),
            &all(&self.intermediates),
            &all(&self.roots),
            usage,
            Some(self.host.as_str()).filter(|host| !host.is_empty()),
            Timestamp::from_second(self.now).unwrap(),
        )
    }
}

fn chains() -> Vec<ChainCase> {
    read(include_str!("../testdata/chains.json"))
}

#[test]
fn a_chain_has_no_fault_where_go_accepts_it() {
    let cases = chains();
    assert!(cases.len() > 80);
    let mut wrong = Vec::new();
    for case in cases {
        let faults = case.faults();
        if faults.is_empty() != case.accepted {
            wrong.push(format!("{}: Go accepts: {}, ours: {faults:?}", case.name, case.accepted));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_fault_is_reported() {
    let cases = chains();
    let faults = |name: &str| cases.iter().find(|case| case.name == name).unwrap().faults();
    let unknown = || Fault::UnknownIssuer { issuer: "CN=kubernetes".to_owned() };
    let at = Timestamp::from_second(2_000_000_000 - 3600).unwrap();
    assert_eq!(faults("expired"), [Fault::Expired { at }]);
    assert_eq!(faults("expired and other CA"), [Fault::Expired { at }, unknown()]);
    assert_eq!(faults("same name, other key"), [unknown()]);
    assert_eq!(faults("wrong use"), [Fault::WrongUsage { needed: Use::Client }]);
    assert_eq!(faults("name node-2"), [Fault::NameMismatch { name: "node-2".to_owned() }]);
    let subject = || "CN=kubernetes".to_owned();
    let ended = Timestamp::from_second(1_800_000_000 - 3600).unwrap();
    assert_eq!(faults("expired CA"), [Fault::IssuerExpired { subject: subject(), at: ended }]);
    let from = Timestamp::from_second(1_800_000_000 + 3600).unwrap();
    assert_eq!(faults("CA not yet valid"), [Fault::IssuerNotYetValid { subject: subject(), from }]);
    assert_eq!(faults("issuer is no CA"), [Fault::IssuerNotCa { subject: subject() }]);
    assert_eq!(faults("no intermediate allowed"), [Fault::PathTooLong { subject: subject() }]);
    assert_eq!(
        faults("intermediate expired"),
        [Fault::IssuerExpired { subject: "CN=middle".to_owned(), at: ended }]
    );
    assert_eq!(faults("intermediate missing"), [Fault::UnknownIssuer { issuer: "CN=middle".to_owned() }]);
    assert_eq!(faults("root missing"), [unknown()]);
    assert_eq!(
        faults("signature SHA-1 RSA-2048"),
        [Fault::WeakSignature { algorithm: "SHA1-RSA".to_owned() }]
    );
    assert_eq!(faults("limits: excluded"), [Fault::NameNotPermitted { name: "node-1".to_owned() }]);
    assert_eq!(
        faults("unknown critical extension"),
        [Fault::UnhandledCriticalExtension { oid: "1.3.6.1.4.1.55555.1.2".to_owned() }]
    );
}

#[test]
fn generated_keys_read_back_as_they_are_written() {
    use perennial_pki::key::KeyForm::{Pkcs1, Pkcs8, Sec1};
    for (kind, forms) in [
        (KeyKind::Rsa(2048), [Pkcs1, Pkcs8].as_slice()),
        (KeyKind::EcdsaP256, &[Sec1, Pkcs8]),
        (KeyKind::EcdsaP384, &[Sec1, Pkcs8]),
        (KeyKind::EcdsaP521, &[Sec1, Pkcs8]),
        (KeyKind::Ed25519, &[Pkcs8]),
    ] {
        for form in forms {
            let key = PrivateKey::generate(&kind, *form).unwrap();
            let again = PrivateKey::from_pem(key.to_pem().as_bytes()).unwrap();
            assert_eq!((again.kind(), again.form()), (kind.clone(), *form));
            assert_eq!(again.to_pem(), key.to_pem());
            assert_eq!(again.spki_der(), key.spki_der());
        }
    }
    assert!(matches!(PrivateKey::generate(&KeyKind::Rsa(1024), Pkcs1), Err(KeyError::Unsupported(_))));
    assert!(matches!(PrivateKey::generate(&KeyKind::Rsa(2048), Sec1), Err(KeyError::Unsupported(_))));
    assert!(matches!(PrivateKey::generate(&KeyKind::EcdsaP256, Pkcs1), Err(KeyError::Unsupported(_))));
    assert!(matches!(PrivateKey::generate(&KeyKind::Ed25519, Sec1), Err(KeyError::Unsupported(_))));
}
