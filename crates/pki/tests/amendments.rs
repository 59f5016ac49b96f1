//! What is asked for by name is different in a re-issued certificate, everything else is not; openssl agrees.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage, KeyUsage, leaf};
use perennial_pki::chain::{self, Use};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{AlternativeName, Amendments, Authority, Validity, amend, reissue};

const CA: &[u8] = include_bytes!("../testdata/p256-ca.pem");
const LEAF: &[u8] = include_bytes!("../testdata/p256-leaf.pem");
const RICH_CA: &[u8] = include_bytes!("../testdata/rich-ca.pem");
const RICH: &[u8] = include_bytes!("../testdata/rich-leaf.pem");

fn amended(ca: &[u8], old: &Certificate, amendments: &Amendments) -> Certificate {
    let authority = Authority::new(leaf(ca).unwrap(), PrivateKey::from_pem(ca).unwrap()).unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let validity =
        Validity::from_now(now, SignedDuration::from_hours(8760), authority.certificate()).unwrap().0;
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    amend(old, &authority, &key.spki_der(), &validity, amendments).unwrap()
}

fn names(texts: &[&str]) -> Vec<AlternativeName> {
    texts.iter().map(|text| AlternativeName::parse(text).unwrap()).collect()
}

#[test]
fn names_are_added_behind_the_old_ones_and_nothing_else_changes() {
    let old = leaf(RICH).unwrap();
    let amendments =
        Amendments { names: names(&["api.example.com", "10.9.8.7", "fd00::7"]), ..Amendments::default() };
    let new = amended(RICH_CA, &old, &amendments);
    let added = |text: &str| AlternativeName::parse(text).unwrap().is_in(&new);
    assert!(added("api.example.com") && added("10.9.8.7") && added("fd00::7"));
    assert!(
        new.dns_names().starts_with(&old.dns_names()) && new.ip_addresses().starts_with(&old.ip_addresses())
    );
    assert_eq!((new.uris(), new.email_addresses()), (old.uris(), old.email_addresses()));
    assert_eq!(new.subject_der(), old.subject_der());
    let others = |certificate: &Certificate| {
        let mut all = certificate.extensions();
        all.retain(|(oid, ..)| oid != "2.5.29.17" && oid != "2.5.29.14");
        all
    };
    assert_eq!(others(&new), others(&old));
}

#[test]
fn a_name_that_is_there_is_not_added_twice() {
    let old = leaf(LEAF).unwrap();
    let known = old.dns_names().first().unwrap().to_uppercase();
    let new = amended(CA, &old, &Amendments { names: names(&[&known]), ..Amendments::default() });
    assert_eq!(new.dns_names(), old.dns_names());
}

#[test]
fn another_node_s_names_and_common_name_go() {
    let old = leaf(RICH).unwrap();
    let amendments = Amendments {
        common_name: Some("cp2".to_owned()),
        drop_names: true,
        names: names(&["cp2", "10.0.0.12"]),
        ..Amendments::default()
    };
    let new = amended(RICH_CA, &old, &amendments);
    assert_eq!(new.common_name().as_deref(), Some("cp2"));
    assert_eq!(new.organizations(), old.organizations());
    assert_eq!(new.dns_names(), ["cp2"]);
    assert_eq!(new.ip_addresses(), ["10.0.0.12".parse::<std::net::IpAddr>().unwrap()]);
    assert!(new.uris().is_empty() && new.email_addresses().is_empty());
}

#[test]
fn a_missing_usage_is_added_once() {
    let old = amended(CA, &leaf(LEAF).unwrap(), &Amendments::default());
    let asked = Amendments { usages: vec![Use::Server, Use::Client], ..Amendments::default() };
    let new = amended(CA, &old, &asked);
    let usages = new.extended_key_usages();
    for usage in [ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth] {
        assert_eq!(usages.iter().filter(|known| **known == usage).count(), 1, "{usages:?}");
    }
    assert_eq!(amended(CA, &new, &asked).extended_key_usages(), usages);
}

#[test]
fn no_amendment_is_a_plain_re_issue() {
    let old = leaf(RICH).unwrap();
    let new = amended(RICH_CA, &old, &Amendments::default());
    assert_eq!(new.extensions().len(), old.extensions().len());
    assert_eq!((new.subject_der(), new.dns_names()), (old.subject_der(), old.dns_names()));
    assert!(Amendments::default().is_empty());
}

#[test]
fn what_is_neither_a_name_nor_an_address_is_told_apart() {
    for good in ["a", "a.b", "*.a.b", "10.0.0.1", "::1", "under_score"] {
        assert!(AlternativeName::parse(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "a..b",
        ".a",
        "a.",
        "*.",
        "a b",
        "a\n",
        "名",
        "https://a",
        "a:6443",
        "a/b",
        "a,b",
        "a*b",
        &"a".repeat(254),
    ] {
        assert!(AlternativeName::parse(bad).is_none(), "{bad}");
    }
}

/// Version 1 has no extensions at all: as a server's it is good for no name.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "openssl makes this certificate and judges the new one, on files"
)]
fn version_1_becomes_3_with_the_extensions_of_a_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (key, ca, request, old) = (path("ca.key"), path("ca.crt"), path("request"), path("old.crt"));
    run(&["ecparam", "-name", "secp384r1", "-genkey", "-out", &key]);
    run(&["req", "-x509", "-new", "-key", &key, "-subj", "/CN=ca", "-days", "3650", "-out", &ca]);
    run(&["req", "-new", "-key", &key, "-subj", "/CN=kube-apiserver", "-out", &request]);
    run(&["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &key, "-days", "30", "-out", &old]);
    let old = leaf(&std::fs::read(old).unwrap()).unwrap();
    assert_eq!(old.version(), 1);
    let authority = Authority::new(
        leaf(&std::fs::read(&ca).unwrap()).unwrap(),
        PrivateKey::from_pem(&std::fs::read(&key).unwrap()).unwrap(),
    );
    let authority = authority.unwrap();
    let now = authority.certificate().not_before() + SignedDuration::from_hours(1);
    let validity =
        Validity::from_now(now, SignedDuration::from_hours(24), authority.certificate()).unwrap().0;
    let amendments = Amendments {
        names: names(&["cp1", "10.0.0.11"]),
        usages: vec![Use::Server],
        extensions: true,
        ..Amendments::default()
    };
    let new_key = PrivateKey::generate(&KeyKind::Rsa(2048), KeyForm::Pkcs1).unwrap();
    let new = amend(&old, &authority, &new_key.spki_der(), &validity, &amendments).unwrap();
    assert_eq!(new.version(), 3);
    assert_eq!(new.key_usage(), Some(vec![KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment]));
    assert_eq!(new.authority_key_id(), authority.certificate().subject_key_id());
    assert!(!new.is_ca());
    let roots = [authority.certificate().clone()];
    for name in ["cp1", "10.0.0.11"] {
        assert_eq!(chain::faults(&new, &[], &roots, Some(Use::Server), Some(name), now), []);
    }
    std::fs::write(path("new.crt"), new.to_pem()).unwrap();
    let at = now.as_second().to_string();
    run(&[
        "verify",
        "-attime",
        &at,
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "cp1",
        "-CAfile",
        &ca,
        &path("new.crt"),
    ]);
    // Without the word for it, version 1 stays what it is.
    assert_eq!(reissue(&old, &authority, &new_key.spki_der(), &validity).unwrap().version(), 1);
}

#[expect(clippy::disallowed_methods, reason = "openssl is the second judge")]
fn run(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
