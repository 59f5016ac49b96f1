//! Nothing panics and nothing secret is printed, whatever the bytes are.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use jiff::Timestamp;
use perennial_pki::certificate::{Certificate, certificates, leaf};
use perennial_pki::chain::{self, Use};
use perennial_pki::key::PrivateKey;
use perennial_pki::pem;
use proptest::prelude::*;

const TEXTS: [&[u8]; 4] = [
    include_bytes!("../testdata/rsa-ca.pem"),
    include_bytes!("../testdata/p256-ca.pem"),
    include_bytes!("../testdata/ed25519-ca.pem"),
    include_bytes!("../testdata/rich-leaf.pem"),
];

/// Everything that can be asked of a certificate.
fn ask(certificate: &Certificate) {
    let again = Certificate::from_der(certificate.der()).unwrap();
    assert_eq!(&again, certificate);
    let text =
        format!("{certificate:?} {} {}", certificate.serial_decimal(), certificate.signature_algorithm());
    assert!(!text.is_empty() && certificate.extensions().len() < 10_000);
    drop((certificate.is_self_signed(), certificate.key_usage(), certificate.extended_key_usages()));
    let all = [certificate.clone()];
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let _faults = chain::faults(certificate, &all, &all, Some(Use::Server), Some("node-1"), now);
    let _faults = chain::faults(certificate, &all, &[], None, Some("[::1"), now);
}

fn changed() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(TEXTS.to_vec()), edits).prop_map(|(text, edits)| {
        let mut bytes = text.to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

fn changed_der() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    let ders: Vec<Vec<u8>> =
        TEXTS.iter().flat_map(|text| pem::blocks(text)).map(|b| b.der.to_vec()).collect();
    (prop::sample::select(ders), edits, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(mut der, edits, end, cut)| {
            for (at, byte) in edits {
                let at = at.index(der.len());
                der[at] = byte;
            }
            if cut {
                der.truncate(end.index(der.len()));
            }
            der
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        drop((pem::blocks(&bytes), Certificate::from_der(&bytes), PrivateKey::from_pem(&bytes)));
        let wrapped = pem::encode("PRIVATE KEY", &bytes);
        drop(PrivateKey::from_pem(wrapped.as_bytes()));
    }

    #[test]
    fn changed_text(text in changed()) {
        let mut end = 0;
        for block in pem::blocks(&text) {
            prop_assert!(end <= block.span.start && block.span.start < block.span.end);
            end = block.span.end;
            prop_assert!(end <= text.len());
        }
        for certificate in certificates(&text).unwrap_or_default() {
            ask(&certificate);
        }
        drop(leaf(&text));
        if let Ok(key) = PrivateKey::from_pem(&text) {
            let again = PrivateKey::from_pem(key.to_pem().as_bytes()).unwrap();
            prop_assert_eq!(again.spki_der(), key.spki_der());
        }
    }

    #[test]
    fn changed_content(der in changed_der()) {
        if let Ok(certificate) = Certificate::from_der(&der) {
            ask(&certificate);
        }
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
            drop(PrivateKey::from_pem(pem::encode(label, &der).as_bytes()));
        }
    }

    #[test]
    fn what_is_encoded_is_seen(der in prop::collection::vec(any::<u8>(), 0..300), label in "[A-Z]{1,5}( [A-Z]{1,5})?") {
        let text = pem::encode(&label, &der);
        prop_assert!(text.lines().all(|line| line.len() <= 64));
        let blocks = pem::blocks(text.as_bytes());
        prop_assert_eq!(blocks.len(), 1);
        prop_assert_eq!(&blocks[0].label, &label);
        prop_assert_eq!(&*blocks[0].der, &der);
        prop_assert_eq!(blocks[0].span.clone(), 0..text.len());
    }

    #[test]
    fn times_come_back(seconds in -631_152_000i64..253_402_207_200) {
        use perennial_pki::reissue::{Authority, Validity, reissue};
        let text = TEXTS[1];
        let authority = Authority::new(leaf(text).unwrap(), PrivateKey::from_pem(text).unwrap()).unwrap();
        let old = leaf(TEXTS[3]).unwrap();
        let not_before = Timestamp::from_second(seconds - 1).unwrap();
        let validity = Validity { not_before, not_after: Timestamp::from_second(seconds).unwrap() };
        let new = reissue(&old, &authority, old.spki_der(), &validity).unwrap();
        prop_assert_eq!((new.not_before(), new.not_after()), (validity.not_before, validity.not_after));
    }
}

#[test]
fn no_secret_is_printed() {
    let text = TEXTS[0];
    let key = PrivateKey::from_pem(text).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(RSA-2048 as Pkcs1, not shown)");
    let pem = key.to_pem();
    let secret: Vec<&str> = pem.lines().skip(1).collect();
    let broken = String::from_utf8_lossy(text).replace("BEGIN RSA", "BEGIN EC");
    let shown = format!("{:?} {:?}", pem::blocks(text), PrivateKey::from_pem(broken.as_bytes()));
    assert!(secret.iter().all(|line| !shown.contains(line)));
    let numbers = format!("{:?}", pem::blocks(text)[1].der.to_vec());
    assert!(!shown.contains(&numbers));
}

#[test]
fn what_is_missing_is_told_apart() {
    let error = |text: &[u8]| certificates(text).unwrap_err().to_string();
    assert_eq!(error(b" \n"), "is empty");
    assert_eq!(error(b"0\x82\x01\x00"), "holds no PEM block");
    let key = pem::encode("PRIVATE KEY", b"x");
    assert_eq!(error(key.as_bytes()), "holds no certificate");
    let two = key + &pem::encode("CERTIFICATE", b"secret");
    assert_eq!(
        error(two.as_bytes()),
        "PEM block 2 is not a valid certificate: it is not DER, or it is cut short"
    );
}
