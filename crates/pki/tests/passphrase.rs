//! Keys behind a passphrase, as the openssl command writes them, and files that ask for too much.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]
#![allow(clippy::disallowed_methods, reason = "openssl writes the keys")]

use perennial_pki::key::{KeyError, KeyKind, PrivateKey, Work};
use perennial_pki::pem;
use std::process::Command;

const RSA: &str = include_str!("../testdata/rsa-ca.pem");
const P256: &str = include_str!("../testdata/p256-ca.pem");
const ED25519: &str = include_str!("../testdata/ed25519-ca.pem");

/// Not UTF-8, and with a newline in it, which openssl's `file:` would cut off: it is given as an argument.
const ODD: &[u8] = b"p\xe4ss \xff\x80w\xf6rt";

/// The key of `text`, encrypted by openssl with these arguments.
fn encrypted(text: &str, arguments: &[&str], passphrase: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("key"), PrivateKey::from_pem(text.as_bytes()).unwrap().to_pem()).unwrap();
    std::fs::write(path("passphrase"), passphrase).unwrap();
    let output = Command::new("openssl")
        .args(arguments)
        .arg("-in")
        .arg(path("key"))
        .arg("-out")
        .arg(path("locked"))
        .arg("-passout")
        .arg(format!("file:{}", path("passphrase").display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(path("locked")).unwrap()
}

fn open(text: &[u8], passphrase: &[u8]) -> Result<PrivateKey, KeyError> {
    PrivateKey::from_pem_encrypted(text, passphrase, &Work::default())
}

fn opens(text: &str, arguments: &[&str]) {
    let plain = PrivateKey::from_pem(text.as_bytes()).unwrap();
    for passphrase in [b"correct horse".as_slice(), ODD, &[b'x'; 300]] {
        let locked = encrypted(text, arguments, passphrase);
        assert_eq!(PrivateKey::from_pem(&locked).unwrap_err(), KeyError::Encrypted, "{arguments:?}");
        let opened = open(&locked, passphrase).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        assert_eq!((opened.kind(), opened.spki_der()), (plain.kind(), plain.spki_der()), "{arguments:?}");
        for wrong in [b"Correct horse".as_slice(), b"", b"correct horse\n"] {
            assert_eq!(open(&locked, wrong).unwrap_err(), KeyError::WrongPassphrase, "{arguments:?}");
        }
    }
}

#[test]
fn pkcs8_with_every_cipher_and_function() {
    for cipher in ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des-ede3-cbc"] {
        for function in ["hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512"] {
            opens(P256, &["pkcs8", "-topk8", "-v2", cipher, "-v2prf", function]);
        }
    }
    for text in [RSA, ED25519] {
        opens(text, &["pkcs8", "-topk8"]);
        opens(text, &["pkcs8", "-topk8", "-iter", "100000"]);
    }
}

#[test]
fn pkcs8_with_scrypt() {
    opens(P256, &["pkcs8", "-topk8", "-scrypt"]);
    opens(P256, &["pkcs8", "-topk8", "-scrypt", "-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "16"]);
}

#[test]
fn the_old_way_with_every_cipher() {
    for cipher in ["-aes128", "-aes192", "-aes256", "-des3"] {
        opens(RSA, &["rsa", "-traditional", cipher]);
        opens(P256, &["ec", cipher]);
    }
}

#[test]
fn an_empty_passphrase_is_one() {
    let locked = encrypted(P256, &["pkcs8", "-topk8"], b"\n");
    assert_eq!(open(&locked, b"").unwrap().kind(), KeyKind::EcdsaP256);
    assert_eq!(open(&locked, b"\n").unwrap_err(), KeyError::WrongPassphrase);
}

#[test]
fn a_key_in_the_clear_needs_none() {
    assert_eq!(open(P256.as_bytes(), b"whatever").unwrap().kind(), KeyKind::EcdsaP256);
    assert_eq!(open(b"", b"x").unwrap_err(), KeyError::Empty);
    assert_eq!(open(b"no pem", b"x").unwrap_err(), KeyError::NoPem);
    assert_eq!(
        open(include_bytes!("../testdata/rsa-leaf.pem"), b"x").unwrap_err(),
        KeyError::NoKeyBlock,
        "a certificate"
    );
}

#[test]
fn what_is_not_supported_is_named() {
    for (cipher, name) in [("-camellia256", "CAMELLIA-256-CBC"), ("-aria128", "ARIA-128-CBC")] {
        let locked = encrypted(P256, &["ec", cipher], b"x");
        assert_eq!(open(&locked, b"x").unwrap_err(), KeyError::Encryption(name.to_owned()));
    }
    let locked = encrypted(P256, &["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"], b"x");
    assert_eq!(open(&locked, b"x").unwrap_err(), KeyError::Encryption("PBE-SHA1-3DES".to_owned()));
    let locked = encrypted(P256, &["pkcs8", "-topk8", "-v2prf", "hmacWithSHA224"], b"x");
    let error = open(&locked, b"x").unwrap_err();
    assert_eq!(error, KeyError::Encryption("PBKDF2 with 1.2.840.113549.2.8".to_owned()));
    assert_eq!(
        error.to_string(),
        "holds a private key that is encrypted in an unsupported way (PBKDF2 with 1.2.840.113549.2.8)"
    );
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    assert!(content.len() < 1 << 16);
    let [high, low] = (content.len() as u16).to_be_bytes();
    let length = match content.len() {
        0..128 => vec![low],
        128..256 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [vec![tag], length, content].concat()
}

fn number(value: u64) -> Vec<u8> {
    let digits: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let sign: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    der(2, &[sign, &digits])
}

const PBES2: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d];
const PBKDF2: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0c];
const SCRYPT: &[u8] = &[6, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 0x0b];
const AES256: &[u8] = &[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2a];
const DES3: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];

/// An encrypted key of 32 bytes whose derivation has these parameters.
fn asking(function: &[u8], parameters: &[Vec<u8>], cipher: &[u8], vector: &[u8]) -> Vec<u8> {
    let parameters = der(0x30, &[&parameters.concat()]);
    let derivation = der(0x30, &[function, &parameters]);
    let encryption = der(0x30, &[cipher, &der(4, &[vector])]);
    let scheme = der(0x30, &[PBES2, &der(0x30, &[&derivation, &encryption])]);
    let key = der(0x30, &[&scheme, &der(4, &[&[7; 32]])]);
    pem::encode("ENCRYPTED PRIVATE KEY", &key).into_bytes()
}

fn salt() -> Vec<u8> {
    der(4, &[&[1; 8]])
}

#[test]
fn what_asks_for_too_much_is_refused_before_it_is_begun() {
    for rounds in [10_000_001, u64::from(u32::MAX), u64::from(u32::MAX) + 1, i64::MAX as u64] {
        let text = asking(PBKDF2, &[salt(), number(rounds)], AES256, &[0; 16]);
        let told = KeyError::Encryption(format!("PBKDF2 with {rounds} rounds"));
        assert_eq!(open(&text, b"x").unwrap_err(), told);
    }
    let most = i64::MAX as u64;
    for (cost, block, parallel) in [
        (1 << 20, 64, 1),
        (1 << 62, 8, 1),
        (most, most, most),
        (2, 1, most),
        (1 << 14, 8, 1 << 20),
        (2, most, 0),
    ] {
        let numbers = [salt(), number(cost), number(block), number(parallel)];
        let text = asking(SCRYPT, &numbers, AES256, &[0; 16]);
        let told = KeyError::Encryption(format!("scrypt with N={cost}, r={block}, p={parallel}"));
        assert_eq!(open(&text, b"x").unwrap_err(), told);
    }
    let text = asking(PBKDF2, &[salt(), number(2049)], AES256, &[0; 16]);
    let few = Work { rounds: 2048, ..Work::default() };
    let error = PrivateKey::from_pem_encrypted(&text, b"x", &few).unwrap_err();
    assert_eq!(error, KeyError::Encryption("PBKDF2 with 2049 rounds".to_owned()));
}

#[test]
fn what_is_broken_is_neither_a_panic_nor_a_wrong_passphrase() {
    let broken = KeyError::Malformed("its encryption is broken");
    let rounds = || vec![salt(), number(2048)];
    let texts = [
        asking(PBKDF2, &[salt(), number(0)], AES256, &[0; 16]),
        asking(PBKDF2, &[salt()], AES256, &[0; 16]),
        asking(PBKDF2, &rounds(), AES256, &[0; 15]),
        asking(PBKDF2, &rounds(), AES256, &[]),
        asking(PBKDF2, &rounds(), DES3, &[0; 16]),
        asking(PBKDF2, &rounds(), DES3, &[0; 7]),
        asking(PBKDF2, &[salt(), number(2048), number(16)], AES256, &[0; 16]),
        asking(SCRYPT, &[salt(), number(0), number(8), number(1)], AES256, &[0; 16]),
        asking(SCRYPT, &[salt(), number(1), number(8), number(1)], AES256, &[0; 16]),
        asking(SCRYPT, &[salt(), number(1000), number(8), number(1)], AES256, &[0; 16]),
        asking(SCRYPT, &[salt(), number(1024), number(0), number(1)], AES256, &[0; 16]),
        asking(SCRYPT, &[salt(), number(1024), number(8), number(0)], AES256, &[0; 16]),
        pem::encode("ENCRYPTED PRIVATE KEY", b"").into_bytes(),
        pem::encode("ENCRYPTED PRIVATE KEY", &[0x30, 0x82, 0xff, 0xff]).into_bytes(),
    ];
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(open(text, b"x").unwrap_err(), broken, "{index}");
    }
    for header in [
        "AES-256-CBC",
        "AES-256-CBC,",
        "AES-256-CBC,0",
        "AES-256-CBC,00",
        "AES-256-CBC,0011223344556677",
        "DES-EDE3-CBC,00112233445566778899aabbccddeeff",
        "AES-128-CBC,zz112233445566778899aabbccddeeff",
        "AES-128-CBC,00112233445566778899aabbccddeeff",
    ] {
        let text = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {header}\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
        );
        assert_eq!(open(text.as_bytes(), b"x").unwrap_err(), broken, "{header}");
    }
    let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: \u{1b}[31m secret,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let told = KeyError::Encryption("an unknown cipher".to_owned());
    assert_eq!(open(text.as_bytes(), b"x").unwrap_err(), told, "what a file says is no part of a message");
}

#[test]
fn the_keys_that_fuzzing_starts_from_can_be_opened() {
    let plain = PrivateKey::from_pem(P256.as_bytes()).unwrap();
    for block in pem::blocks(include_bytes!("../testdata/locked-keys.pem")) {
        let text = &include_bytes!("../testdata/locked-keys.pem")[block.span];
        assert_eq!(open(text, b"perennial").unwrap().spki_der(), plain.spki_der());
    }
}
