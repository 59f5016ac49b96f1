//! What one text holds, whoever's it is: certificates, requests, keys. Of a private key its public half is told, never
//! more.

use crate::inventory::Trouble;
use perennial_pki::certificate::{self, Certificate};
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::{KeyError, KeyForm, KeyKind, PrivateKey, public_kind};
use perennial_pki::pem::{self, Block};
use perennial_pki::request::{self, Request};
use zeroize::Zeroizing;

/// One piece of a text.
#[derive(Clone, Debug)]
pub enum Part {
    /// A certificate.
    Certificate(Certificate),
    /// A certificate signing request.
    Request(Request),
    /// A private key: facts about it, never the key.
    PrivateKey(KeyFacts),
    /// A public key.
    PublicKey(KeyFacts),
    /// A block that can't be read as what its label says.
    Broken {
        /// The label.
        label: String,
        /// Why.
        why: Trouble,
    },
    /// A block of another kind, by its label.
    Other(String),
}

/// What may be told of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Algorithm and size.
    pub kind: KeyKind,
    /// How a private key is written.
    pub form: Option<KeyForm>,
    /// SHA-256 of its public half with the algorithm (SubjectPublicKeyInfo), lower-case hex.
    pub fingerprint: String,
}

impl Part {
    /// The fingerprint of the public key in it: pieces that belong together share it.
    pub fn key_fingerprint(&self) -> Option<String> {
        match self {
            Self::Certificate(certificate) => Some(sha256_hex(certificate.spki_der())),
            Self::Request(request) => Some(sha256_hex(&request.spki_der)),
            Self::PrivateKey(key) | Self::PublicKey(key) => Some(key.fingerprint.clone()),
            Self::Broken { .. } | Self::Other(_) => None,
        }
    }
}

/// The pieces of a PEM text, or of bare DER; empty where it is neither.
pub fn parts(bytes: &[u8]) -> Vec<Part> {
    let blocks = pem::blocks(bytes);
    if blocks.is_empty() {
        return bare(bytes).into_iter().collect();
    }
    blocks.iter().map(|block| part(bytes, block)).collect()
}

fn part(text: &[u8], block: &Block) -> Part {
    let label = block.label.as_str();
    let broken =
        |why: &str| Part::Broken { label: label.to_owned(), why: Trouble::Malformed(why.to_owned()) };
    match label {
        certificate::LABEL => match Certificate::from_der(&block.der) {
            Ok(certificate) => Part::Certificate(certificate),
            Err(error) => broken(&error.to_string()),
        },
        // OpenSSL of old wrote NEW.
        request::LABEL | "NEW CERTIFICATE REQUEST" => match Request::from_der(&block.der) {
            Some(request) => Part::Request(request),
            None => broken("it is no certificate signing request"),
        },
        "PUBLIC KEY" => match public_key(&block.der) {
            Some(key) => Part::PublicKey(key),
            None => broken("it is no public key"),
        },
        _ if label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY") => {
            private_key(label, text.get(block.span.clone()).unwrap_or_default())
        }
        _ => Part::Other(label.to_owned()),
    }
}

fn private_key(label: &str, text: &[u8]) -> Part {
    match PrivateKey::from_pem(text) {
        Ok(key) => Part::PrivateKey(KeyFacts {
            kind: key.kind(),
            form: Some(key.form()),
            fingerprint: sha256_hex(&key.spki_der()),
        }),
        Err(error) => Part::Broken {
            label: label.to_owned(),
            why: match error {
                KeyError::Encrypted => Trouble::EncryptedKey,
                other => Trouble::Malformed(other.to_string()),
            },
        },
    }
}

fn public_key(der: &[u8]) -> Option<KeyFacts> {
    let kind = public_kind(der)?;
    Some(KeyFacts { kind, form: None, fingerprint: sha256_hex(der) })
}

/// What bare DER is, by trying.
fn bare(der: &[u8]) -> Option<Part> {
    const SEQUENCE: u8 = 0x30;
    if der.first() != Some(&SEQUENCE) {
        return None;
    }
    if let Ok(certificate) = Certificate::from_der(der) {
        return Some(Part::Certificate(certificate));
    }
    if let Some(request) = Request::from_der(der) {
        return Some(Part::Request(request));
    }
    if let Some(key) = public_key(der) {
        return Some(Part::PublicKey(key));
    }
    let text = Zeroizing::new(pem::encode("PRIVATE KEY", der));
    match private_key("PRIVATE KEY", text.as_bytes()) {
        Part::Broken { .. } => None,
        key => Some(key),
    }
}
