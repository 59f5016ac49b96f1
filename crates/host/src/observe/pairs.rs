//! A certificate and its key, out of one file or two.

use super::files::{Content, Tree};
use camino::Utf8Path;
use perennial_core::inventory::{Chain, Key, Looked, Trouble};
use perennial_pki::certificate::{self, Certificate, CertificateError};
use perennial_pki::key::{KeyError, PrivateKey};

/// What was read of a pair.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) certificate: Content,
    pub(super) key: Content,
    pub(super) chain: Looked<Chain>,
    pub(super) facts: Looked<Key>,
    /// The key itself, for presenting the certificate where a listener asks for one. Never leaves the process.
    pub(super) secret: Option<Secret>,
}

/// A private key that can't be printed.
pub(super) struct Secret(pub(super) PrivateKey);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Reads a pair. Two that don't fit are read once more: they may just be being exchanged.
pub(super) fn read(tree: &Tree, certificate: &Utf8Path, key: &Utf8Path) -> Pair {
    let pair = read_once(tree, certificate, key);
    match &pair.facts {
        Looked::Seen(facts) if !facts.fits && pair.chain.seen().is_some() => {
            read_once(tree, certificate, key)
        }
        _ => pair,
    }
}

fn read_once(tree: &Tree, certificate: &Utf8Path, key: &Utf8Path) -> Pair {
    let certificate = tree.read(certificate);
    let key = tree.read(key);
    let chain = chain(certificate.looked());
    let (facts, secret) = private_key(key.looked(), chain.seen().map(Chain::leaf));
    Pair { certificate, key, chain, facts, secret }
}

/// The chain in a PEM text. A server's leaf counts even if something behind it is unreadable: Go's
/// `tls.X509KeyPair` parses the first certificate only.
pub(crate) fn chain(bytes: Looked<&[u8]>) -> Looked<Chain> {
    let bytes = match bytes {
        Looked::Seen(bytes) => bytes,
        Looked::Absent => return Looked::Absent,
        Looked::Unusable(trouble) => return Looked::Unusable(trouble),
    };
    let certificates = certificate::certificates(bytes)
        .or_else(|error| certificate::leaf(bytes).map(|leaf| vec![leaf]).map_err(|_| error));
    match certificates.map(Chain::new) {
        Ok(Some(chain)) => Looked::Seen(chain),
        Ok(None) => Looked::Unusable(Trouble::NoCertificate),
        Err(error) => Looked::Unusable(certificate_trouble(error, bytes)),
    }
}

/// Every certificate of a bundle, all of which must be readable (client-go `cert.ParseCertsPEM`).
pub(crate) fn bundle(bytes: Looked<&[u8]>) -> Looked<Vec<Certificate>> {
    match bytes {
        Looked::Seen(bytes) => match certificate::certificates(bytes) {
            Ok(certificates) => Looked::Seen(certificates),
            Err(error) => Looked::Unusable(certificate_trouble(error, bytes)),
        },
        Looked::Absent => Looked::Absent,
        Looked::Unusable(trouble) => Looked::Unusable(trouble),
    }
}

/// What a kubeconfig trusts: the certificates that Go can read (`x509.CertPool`), of which there must be one.
pub(super) fn trusted(bytes: Looked<&[u8]>) -> Looked<Vec<Certificate>> {
    match bytes {
        Looked::Seen(bytes) => match certificate::pool(bytes) {
            Ok(certificates) => Looked::Seen(certificates),
            Err(error) => Looked::Unusable(certificate_trouble(error, bytes)),
        },
        Looked::Absent => Looked::Absent,
        Looked::Unusable(trouble) => Looked::Unusable(trouble),
    }
}

/// Facts about the private key in a PEM text, and the key.
pub(super) fn private_key(bytes: Looked<&[u8]>, leaf: Option<&Certificate>) -> (Looked<Key>, Option<Secret>) {
    let bytes = match bytes {
        Looked::Seen(bytes) => bytes,
        Looked::Absent => return (Looked::Absent, None),
        Looked::Unusable(trouble) => return (Looked::Unusable(trouble), None),
    };
    match PrivateKey::from_pem(bytes) {
        Ok(key) => {
            let fits = leaf.is_some_and(|leaf| key.matches(leaf));
            (Looked::Seen(Key { kind: key.kind(), form: key.form(), fits }), Some(Secret(key)))
        }
        Err(error) => (Looked::Unusable(key_trouble(error, bytes)), None),
    }
}

/// Whether a PEM block begins in it and never ends: a disk was full, a copy was cut off. Or whether it ends in NUL
/// bytes: the machine stopped before the file's blocks were written. Single ones are in every binary file.
pub(super) fn cut_off(bytes: &[u8]) -> bool {
    let unwritten = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    if unwritten >= 16 || unwritten == bytes.len() {
        return true;
    }
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    last(b"-----BEGIN ").is_some_and(|begin| last(b"-----END ").is_none_or(|end| end < begin))
}

fn certificate_trouble(error: CertificateError, bytes: &[u8]) -> Trouble {
    match error {
        CertificateError::Empty => Trouble::Empty,
        CertificateError::NoPem | CertificateError::NoCertificateBlock if cut_off(bytes) => Trouble::CutOff,
        CertificateError::NoPem => Trouble::NoPem,
        CertificateError::NoCertificateBlock => Trouble::NoCertificate,
        CertificateError::Malformed { .. } => Trouble::Malformed(error.to_string()),
    }
}

pub(super) fn key_trouble(error: KeyError, bytes: &[u8]) -> Trouble {
    match error {
        KeyError::Empty => Trouble::Empty,
        KeyError::NoPem | KeyError::NoKeyBlock if cut_off(bytes) => Trouble::CutOff,
        KeyError::NoPem => Trouble::NoPem,
        KeyError::NoKeyBlock => Trouble::NoKey,
        KeyError::Encrypted => Trouble::EncryptedKey,
        KeyError::Malformed(_)
        | KeyError::Unsupported(_)
        | KeyError::WrongPassphrase
        | KeyError::Encryption(_)
        | KeyError::Library => Trouble::Malformed(error.to_string()),
    }
}
