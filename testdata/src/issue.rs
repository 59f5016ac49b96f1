//! Certificates and their keys.

use crate::Leaf;
use crate::der::{SEQUENCE, integer, time, tlv};
use perennial_pki::certificate::{self, Certificate};
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::PrivateKey;
use std::sync::atomic::{AtomicU64, Ordering};

/// A certificate with its key, as the texts of two PEM files.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate; more of a chain may be appended.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Issued {
    /// The (first) certificate.
    pub fn parsed(&self) -> Certificate {
        certificate::leaf(self.certificate.as_bytes()).unwrap()
    }

    /// Both in one text, as the kubelet's store has them.
    pub fn combined(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }

    /// The same with this one's certificates appended.
    #[must_use]
    pub fn followed_by(mut self, next: &Self) -> Self {
        self.certificate.push_str(&next.certificate);
        self
    }

    /// Another certificate for another thing, signed by this one's key. It may sign whether it is a CA or not.
    pub fn issue(&self, leaf: &Leaf) -> Self {
        self.issue_for(leaf, &new_key(leaf))
    }

    /// Another certificate for the key of an older one.
    pub fn renew(&self, leaf: &Leaf, old: &Self) -> Self {
        self.issue_for(leaf, &old.private_key())
    }

    fn issue_for(&self, leaf: &Leaf, key: &PrivateKey) -> Self {
        let parent = self.parsed();
        put_together(leaf, key, parent.subject_der(), parent.subject_key_id().as_deref(), &self.private_key())
    }

    fn private_key(&self) -> PrivateKey {
        PrivateKey::from_pem(self.key.as_bytes()).unwrap()
    }
}

/// A certificate that is its own issuer; `old`'s key, where there is one.
pub fn self_signed(leaf: &Leaf, old: Option<&Issued>) -> Issued {
    let key = old.map_or_else(|| new_key(leaf), Issued::private_key);
    put_together(leaf, &key, &leaf.subject, None, &key)
}

fn new_key(leaf: &Leaf) -> PrivateKey {
    PrivateKey::generate(&leaf.kind, leaf.form).unwrap()
}

fn put_together(
    leaf: &Leaf,
    key: &PrivateKey,
    issuer: &[u8],
    issuer_key_id: Option<&[u8]>,
    signer: &PrivateKey,
) -> Issued {
    static SERIALS: AtomicU64 = AtomicU64::new(1);
    let spki = key.spki_der();
    // Which bytes a key identifier is made of is nobody's business but the issuer's (RFC 5280 4.2.1.2).
    let key_id: Vec<u8> = sha256_hex(&spki).into_bytes().chunks(2).take(20).map(hex).collect();
    // Unique among processes too: two trees of two tests may be compared.
    let unique = u64::from(std::process::id()) << 32 | SERIALS.fetch_add(1, Ordering::Relaxed);
    let serial = leaf.serial.unwrap_or(unique);
    let version = if leaf.version1 { Vec::new() } else { tlv(0xa0, &[&integer(2)]) };
    let (algorithm, _) = signer.sign(b"").unwrap();
    let body = tlv(
        SEQUENCE,
        &[
            &version,
            &integer(serial),
            &algorithm,
            issuer,
            &tlv(SEQUENCE, &[&time(leaf.begin), &time(leaf.end)]),
            &leaf.subject,
            &spki,
            &leaf.extensions(&key_id, issuer_key_id),
        ],
    );
    let (algorithm, signature) = signer.sign(&body).unwrap();
    let der = tlv(SEQUENCE, &[&body, &algorithm, &tlv(0x03, &[&[0], &signature])]);
    Issued { certificate: perennial_pki::pem::encode("CERTIFICATE", &der), key: key.to_pem().to_string() }
}

fn hex(pair: &[u8]) -> u8 {
    u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()
}
