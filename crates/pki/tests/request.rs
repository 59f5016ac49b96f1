//! A request for the same certificate again: openssl reads and verifies it, and finds in it what the old certificate says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]
#![allow(clippy::disallowed_methods, reason = "openssl is asked by files")]

use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::request::{Request, again};
use std::fs::write;
use std::process::Command;

const RICH: &[u8] = include_bytes!("../testdata/rich-leaf.pem");
const LEAVES: [(&str, &[u8]); 5] = [
    ("rsa", include_bytes!("../testdata/rsa-leaf.pem")),
    ("p256", include_bytes!("../testdata/p256-leaf.pem")),
    ("p384", include_bytes!("../testdata/p384-leaf.pem")),
    ("ed25519", include_bytes!("../testdata/ed25519-leaf.pem")),
    ("rich", RICH),
];
const KEY_IDENTIFIERS: [&str; 2] = ["2.5.29.14", "2.5.29.35"];

fn keys() -> Vec<PrivateKey> {
    let kinds = [
        (KeyKind::Rsa(2048), KeyForm::Pkcs1),
        (KeyKind::EcdsaP256, KeyForm::Sec1),
        (KeyKind::EcdsaP384, KeyForm::Sec1),
        (KeyKind::EcdsaP521, KeyForm::Pkcs8),
        (KeyKind::Ed25519, KeyForm::Pkcs8),
    ];
    kinds.into_iter().map(|(kind, form)| PrivateKey::generate(&kind, form).unwrap()).collect()
}

fn openssl(directory: &tempfile::TempDir, arguments: &str) -> String {
    let mut command = Command::new("openssl");
    let output = command.args(arguments.split(' ')).current_dir(directory.path()).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments}: {said}");
    said
}

/// What a CA that copies the extensions of a request makes of it.
fn signed(request: &str) -> Certificate {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path().join("r.csr"), request).unwrap();
    openssl(&directory, "req -x509 -newkey ed25519 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 2");
    let sign = "x509 -req -in r.csr -CA ca.crt -CAkey ca.key -days 1 -copy_extensions copyall -out r.crt";
    openssl(&directory, sign);
    leaf(&std::fs::read(directory.path().join("r.crt")).unwrap()).unwrap()
}

#[test]
fn openssl_verifies_it_with_every_kind_of_key() {
    let old = leaf(RICH).unwrap();
    for key in keys() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path().join("r.csr"), again(&old, &key).unwrap()).unwrap();
        let said = openssl(&directory, "req -in r.csr -verify -text -noout");
        assert!(
            said.contains("verify OK") || said.contains("self-signature verify OK"),
            "{}: {said}",
            key.kind()
        );
        for name in old.dns_names() {
            assert!(said.contains(&format!("DNS:{name}")), "{said}");
        }
    }
}

#[test]
fn a_ca_that_copies_what_is_asked_for_makes_the_same_certificate_again() {
    for (name, old) in LEAVES {
        let old = leaf(old).unwrap();
        let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
        let new = signed(&again(&old, &key).unwrap());
        assert!(key.matches(&new), "{name}");
        assert_eq!(new.subject_der(), old.subject_der(), "{name}");
        let kept = |certificate: &Certificate| {
            let mut extensions = certificate.extensions();
            extensions.retain(|(oid, ..)| !KEY_IDENTIFIERS.contains(&oid.as_str()));
            extensions.sort();
            extensions
        };
        assert_eq!(kept(&new), kept(&old), "{name}");
    }
}

#[test]
fn our_own_reader_finds_the_old_names() {
    let old = leaf(RICH).unwrap();
    for key in keys() {
        let request = Request::from_pem(again(&old, &key).unwrap().as_bytes()).unwrap();
        assert_eq!(request.common_name, old.common_name());
        assert_eq!(request.organizations, old.organizations());
        assert_eq!(request.dns_names, old.dns_names());
        assert_eq!(request.ip_addresses, old.ip_addresses());
    }
}

#[test]
fn version_1_asks_for_no_extension() {
    let directory = tempfile::tempdir().unwrap();
    openssl(&directory, "req -new -newkey ed25519 -nodes -keyout k -out r -subj /O=a/O=b/CN=c");
    // OpenSSL 3.0 without extensions makes version 1.
    openssl(&directory, "x509 -req -in r -signkey k -days 1 -out c");
    let old = leaf(&std::fs::read(directory.path().join("c")).unwrap()).unwrap();
    assert!(old.extensions().is_empty(), "{:?}", old.extensions());
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let new = signed(&again(&old, &key).unwrap());
    assert_eq!(new.subject_der(), old.subject_der());
    assert!(new.dns_names().is_empty() && new.extended_key_usages().is_empty());
}
