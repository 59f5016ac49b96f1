//! A re-issued certificate is the old one but for key, dates, serial number and issuer; openssl and Go agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::chain::{self, Use};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{Authority, ReissueError, Validity, reissue};

const PAIRS: [(&str, &[u8], &[u8]); 5] = [
    ("rsa", include_bytes!("../testdata/rsa-ca.pem"), include_bytes!("../testdata/rsa-leaf.pem")),
    ("p256", include_bytes!("../testdata/p256-ca.pem"), include_bytes!("../testdata/p256-leaf.pem")),
    ("p384", include_bytes!("../testdata/p384-ca.pem"), include_bytes!("../testdata/p384-leaf.pem")),
    ("ed25519", include_bytes!("../testdata/ed25519-ca.pem"), include_bytes!("../testdata/ed25519-leaf.pem")),
    ("rich", include_bytes!("../testdata/rich-ca.pem"), include_bytes!("../testdata/rich-leaf.pem")),
];

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn authority(pem: &[u8]) -> Authority {
    Authority::new(leaf(pem).unwrap(), PrivateKey::from_pem(pem).unwrap()).unwrap()
}

fn year(authority: &Authority) -> Validity {
    Validity::from_now(now(), SignedDuration::from_hours(8760), authority.certificate()).unwrap().0
}

#[test]
fn everything_but_key_dates_serial_and_issuer_stays() {
    for (name, ca, old) in PAIRS {
        let (authority, old) = (authority(ca), leaf(old).unwrap());
        for kind in [KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::EcdsaP521, KeyKind::Ed25519] {
            let key = PrivateKey::generate(&kind, KeyForm::Pkcs8).unwrap();
            let validity = year(&authority);
            let new = reissue(&old, &authority, &key.spki_der(), &validity).unwrap();
            assert!(key.matches(&new), "{name}");
            assert_eq!(new.subject_der(), old.subject_der(), "{name}");
            assert_eq!(new.issuer_der(), authority.certificate().subject_der(), "{name}");
            assert_eq!((new.not_before(), new.not_after()), (validity.not_before, validity.not_after));
            assert_ne!(new.serial_hex(), old.serial_hex());
            assert_eq!(new.version(), old.version());
            let (before, after) = (old.extensions(), new.extensions());
            assert_eq!(before.len(), after.len(), "{name}");
            for (before, after) in before.iter().zip(&after) {
                if before.0 == "2.5.29.14" {
                    assert_ne!(before.2, after.2, "{name}: a new key has a new identifier");
                    assert_eq!((&before.0, before.1), (&after.0, after.1));
                } else {
                    assert_eq!(before, after, "{name}");
                }
            }
            assert_eq!(new.authority_key_id(), authority.certificate().subject_key_id());
            let roots = [authority.certificate().clone()];
            let faults = chain::faults(&new, &[], &roots, Some(Use::Server), Some("node-1"), now());
            let critical =
                |fault: &chain::Fault| matches!(fault, chain::Fault::UnhandledCriticalExtension { .. });
            assert!(faults.iter().all(critical), "{name}: {faults:?}");
        }
    }
}

#[test]
fn groups_stay_in_number_and_order() {
    let old = leaf(PAIRS[4].2).unwrap();
    assert_eq!(old.organizations(), ["group-b", "group-a"]);
    let authority = authority(PAIRS[4].1);
    let new = reissue(&old, &authority, old.spki_der(), &year(&authority)).unwrap();
    assert_eq!(new.organizations(), ["group-b", "group-a"]);
    assert_eq!(new.subject(), old.subject());
    assert_eq!(new.email_addresses(), ["a@example.com"]);
    assert_eq!(new.uris(), ["spiffe://example/a"]);
    assert_eq!(new.extensions(), old.extensions(), "the key is the same, so its identifier is too");
}

#[test]
fn the_identifier_of_another_ca_is_replaced() {
    let old = leaf(PAIRS[0].2).unwrap();
    let other = authority(PAIRS[2].1);
    let new = reissue(&old, &other, old.spki_der(), &year(&other)).unwrap();
    assert_ne!(new.authority_key_id(), old.authority_key_id());
    assert_eq!(new.authority_key_id(), other.certificate().subject_key_id());
    assert_eq!(new.extensions().len(), old.extensions().len());
}

#[test]
fn a_certificate_stays_in_its_ca_s_time() {
    let ca = leaf(PAIRS[0].1).unwrap();
    let (plain, clamped) = Validity::from_now(now(), SignedDuration::from_hours(24), &ca).unwrap();
    assert!(!clamped);
    assert_eq!(plain.not_before, now() - SignedDuration::from_mins(5));
    assert_eq!(plain.not_after, now() + SignedDuration::from_hours(24));
    let (short, clamped) = Validity::from_now(now(), SignedDuration::from_hours(876_000), &ca).unwrap();
    assert!(clamped);
    assert_eq!(short.not_after, ca.not_after());
    let early = ca.not_before() + SignedDuration::from_secs(10);
    let (late, _) = Validity::from_now(early, SignedDuration::from_hours(24), &ca).unwrap();
    assert_eq!(late.not_before, ca.not_before());
    let second = SignedDuration::from_secs(1);
    let hour = SignedDuration::from_hours(1);
    assert!(matches!(
        Validity::from_now(ca.not_after() + second, hour, &ca),
        Err(ReissueError::CaExpired { .. })
    ));
    assert!(matches!(
        Validity::from_now(ca.not_before() - second, hour, &ca),
        Err(ReissueError::CaNotYetValid { .. })
    ));
    assert_eq!(Validity::from_now(now(), -hour, &ca), Err(ReissueError::EmptyValidity));
}

#[test]
fn an_authority_is_a_ca_with_its_own_key() {
    let key = || PrivateKey::from_pem(PAIRS[0].1).unwrap();
    let (ca, other) = (leaf(PAIRS[1].1).unwrap(), leaf(PAIRS[0].2).unwrap());
    assert_eq!(Authority::new(ca, key()).unwrap_err(), ReissueError::KeyDoesNotFit);
    assert!(matches!(Authority::new(other, key()), Err(ReissueError::NotCa { .. })));
}

#[test]
fn what_is_no_public_key_is_refused() {
    let (authority, old) = (authority(PAIRS[1].1), leaf(PAIRS[1].2).unwrap());
    let validity = year(&authority);
    for broken in [&b""[..], b"0\x00", &old.spki_der()[1..], &[old.spki_der(), b"x"].concat()] {
        assert!(matches!(reissue(&old, &authority, broken, &validity), Err(ReissueError::PublicKey(_))));
    }
    let backwards = Validity { not_before: validity.not_after, not_after: validity.not_before };
    assert_eq!(reissue(&old, &authority, old.spki_der(), &backwards), Err(ReissueError::EmptyValidity));
}

#[test]
fn dates_from_2050_on_are_written_as_rfc_5280_wants() {
    let (authority, old) = (authority(PAIRS[1].1), leaf(PAIRS[1].2).unwrap());
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let validity = Validity { not_before: at("2049-12-31T23:59:59Z"), not_after: at("2050-01-01T00:00:00Z") };
    let new = reissue(&old, &authority, old.spki_der(), &validity).unwrap();
    assert_eq!((new.not_before(), new.not_after()), (validity.not_before, validity.not_after));
    let has = |text: &[u8]| new.der().windows(text.len()).any(|window| window == text);
    assert!(has(b"\x17\x0d491231235959Z") && has(b"\x18\x0f20500101000000Z"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "openssl is the second judge, and it reads files")]
fn openssl_accepts_what_is_re_issued() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (name, ca, old) in PAIRS {
        let (authority, old) = (authority(ca), leaf(old).unwrap());
        for (kind, form) in [(KeyKind::Rsa(2048), KeyForm::Pkcs1), (KeyKind::EcdsaP256, KeyForm::Sec1)] {
            let key = PrivateKey::generate(&kind, form).unwrap();
            let new = reissue(&old, &authority, &key.spki_der(), &year(&authority)).unwrap();
            std::fs::write(path("ca.crt"), authority.certificate().to_pem()).unwrap();
            std::fs::write(path("new.crt"), new.to_pem()).unwrap();
            std::fs::write(path("new.key"), key.to_pem().as_bytes()).unwrap();
            let mut verify = vec!["verify", "-attime", "1800000000"];
            if name == "rich" {
                verify.push("-ignore_critical");
            }
            let (ca, crt, file) = (path("ca.crt"), path("new.crt"), path("new.key"));
            verify.extend(["-CAfile", &ca, &crt]);
            run(&verify);
            run(&["pkey", "-in", &file, "-check", "-noout"]);
            let public = run(&["pkey", "-in", &file, "-pubout"]);
            assert_eq!(public, run(&["x509", "-in", &crt, "-pubkey", "-noout"]), "{name}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "openssl is the second judge")]
fn run(arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// A CA and leaves as `openssl` makes them: both identifiers in OpenSSL's way, and a version 1 certificate.
#[test]
#[expect(clippy::disallowed_methods, reason = "openssl makes these certificates, and it works on files")]
fn certificates_made_by_openssl_are_re_issued_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let read = |name: &str| leaf(&std::fs::read(path(name)).unwrap()).unwrap();
    let (key, ca, again, request) = (path("ca.key"), path("ca.crt"), path("again.crt"), path("request"));
    let (extensions, long, old) = (path("extensions"), path("long.crt"), path("old.crt"));
    run(&["ecparam", "-name", "secp384r1", "-genkey", "-out", &key]);
    for file in [&ca, &again] {
        run(&[
            "req",
            "-x509",
            "-new",
            "-key",
            &key,
            "-subj",
            "/CN=openssl-ca",
            "-days",
            "3650",
            "-out",
            file,
        ]);
    }
    run(&["req", "-new", "-key", &key, "-subj", "/O=a/O=b/CN=x", "-out", &request]);
    let text = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always\n\
                extendedKeyUsage=clientAuth\ncertificatePolicies=1.2.3.4\n";
    std::fs::write(&extensions, text).unwrap();
    let sign = ["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &key, "-days", "30"];
    run(&[&sign[..], &["-extfile", &extensions, "-out", &long]].concat());
    run(&[&sign[..], &["-out", &old]].concat());

    let (long, old) = (read("long.crt"), read("old.crt"));
    assert_eq!((long.version(), old.version()), (3, 1));
    let authority = |name: &str| {
        let pem = std::fs::read(&key).unwrap();
        Authority::new(read(name), PrivateKey::from_pem(&pem).unwrap()).unwrap()
    };
    let (same, renewed) = (authority("ca.crt"), authority("again.crt"));
    let now = same.certificate().not_before() + SignedDuration::from_hours(1);
    let day = SignedDuration::from_hours(24);
    let (validity, _) = Validity::from_now(now, day, same.certificate()).unwrap();
    let new_key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let value = |certificate: &Certificate, oid: &str| {
        certificate.extensions().into_iter().find(|(found, ..)| found == oid).map(|(.., value)| value)
    };

    let new = reissue(&long, &same, &new_key.spki_der(), &validity).unwrap();
    assert_eq!(value(&new, "2.5.29.35"), value(&long, "2.5.29.35"), "it still names the same CA");
    let bits = &new.spki_der()[new.spki_der().len() - 65..];
    let sha1 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bits);
    assert_eq!(new.subject_key_id().as_deref(), Some(sha1.as_ref()));
    let other = reissue(&long, &renewed, &new_key.spki_der(), &validity).unwrap();
    assert_eq!(other.authority_key_id(), long.authority_key_id());
    assert_ne!(
        value(&other, "2.5.29.35"),
        value(&long, "2.5.29.35"),
        "the serial number of the old CA is gone"
    );
    let first = reissue(&old, &same, &new_key.spki_der(), &validity).unwrap();
    assert_eq!((first.version(), first.extensions().len()), (1, 0));
    assert_eq!(first.organizations(), ["a", "b"]);

    let at = now.as_second().to_string();
    for (name, ca, certificate) in [("1.crt", &ca, &new), ("2.crt", &again, &other), ("3.crt", &ca, &first)] {
        std::fs::write(path(name), certificate.to_pem()).unwrap();
        run(&["verify", "-attime", &at, "-CAfile", ca, &path(name)]);
    }
}

#[test]
fn the_subject_key_identifier_follows_the_old_one_s_method() {
    // Go since 1.25 identifies a CA by the first 20 bytes of a SHA-256.
    let (authority, old) = (authority(PAIRS[1].1), leaf(PAIRS[1].1).unwrap());
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let new = reissue(&old, &authority, &key.spki_der(), &year(&authority)).unwrap();
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &new.spki_der()[26..]);
    assert_eq!(new.subject_key_id().as_deref(), sha256.as_ref().get(..20));
    assert_ne!(new.subject_key_id(), old.subject_key_id());
    let again = reissue(&old, &authority, old.spki_der(), &year(&authority)).unwrap();
    assert_eq!(again.subject_key_id(), old.subject_key_id());
}
