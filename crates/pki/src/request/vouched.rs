//! A request for the same identity again that the identity's present key vouches for: whoever signs it sees which
//! certificate it continues, and that its holder, nobody else, asks for the new key.
//!
//! Neither PKCS#10 (it proves the new key alone) nor CMS around it (3 KB for RSA, where 2 KB should be pasted). The new
//! key's own signature is left out for its 256 bytes: its holder is who vouches, and a certificate for a key that he
//! does not have is of no use to him. Said twice, a request gives nothing new: it names the new key.

use crate::algorithm::{PublicKey, Signature};
use crate::asn1::{BIT_STRING, Reader, SEQUENCE, UTF8_STRING, tlv, unsigned};
use crate::certificate::Certificate;
use crate::key::{KeyError, KeyKind, PrivateKey};
use crate::pem;

/// The label of its PEM block.
pub const VOUCHED_LABEL: &str = "PERENNIAL REFRESH REQUEST";

/// What is signed begins with this, so that no other use of the old key (TLS, a certificate) can be taken for it.
const PURPOSE: &[u8] = b"perennial.dev/kubeconfig-refresh/v1";

/// The only version that there is.
const VERSION: u64 = 1;

/// A request whose signature by the old certificate's key was verified.
#[derive(Clone, Debug)]
pub struct Vouched {
    old: Certificate,
    spki: Vec<u8>,
}

/// Why there is no request, or none that can be believed. The texts complete a sentence whose subject is the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VouchError {
    /// No block with this label is in it.
    #[error("holds no block PERENNIAL REFRESH REQUEST")]
    NoRequest,
    /// It was cut off, or is from a newer perennial.
    #[error("holds a request that can't be read: it was cut off, or a newer perennial made it")]
    Malformed,
    /// The new key is too weak, or of a kind that no component of a cluster accepts.
    #[error("asks for a key that can't be used ({0})")]
    Key(String),
    /// The new key is the old one: nothing is gained.
    #[error("asks for the key that the certificate has already")]
    SameKey,
    /// The certificate's own key has not signed it: it may be somebody else's certificate.
    #[error("is not signed by the key of the certificate that it continues")]
    NotVouched,
}

impl Vouched {
    /// The certificate that is continued. Who has signed it, and until when it was valid, is not judged here.
    pub fn old(&self) -> &Certificate {
        &self.old
    }

    /// The new public key, as certificates carry it.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// Reads the first request of a PEM text, and verifies the old key's signature.
    ///
    /// # Errors
    /// [`VouchError`].
    pub fn from_pem(text: &[u8]) -> Result<Self, VouchError> {
        let blocks = pem::blocks(text);
        let block = blocks.into_iter().find(|block| block.label == VOUCHED_LABEL);
        Self::from_der(&block.ok_or(VouchError::NoRequest)?.der)
    }

    fn from_der(der: &[u8]) -> Result<Self, VouchError> {
        let read = || {
            let mut outer = Reader::new(der);
            let mut whole = outer.read(SEQUENCE).filter(|_| outer.is_empty())?;
            let version = whole.small()?;
            let old = whole.element(SEQUENCE)?.whole.bytes().to_vec();
            let spki = whole.element(SEQUENCE)?.whole.bytes().to_vec();
            let algorithm = Signature::read(whole.read(SEQUENCE)?)?;
            let (0, signature) = whole.bits()? else { return None };
            (version == VERSION && whole.is_empty()).then_some((old, spki, algorithm, signature))
        };
        let (old, spki, algorithm, signature) = read().ok_or(VouchError::Malformed)?;
        let old = Certificate::from_der(&old).map_err(|_| VouchError::Malformed)?;
        usable(&spki)?;
        if spki == old.spki_der() {
            return Err(VouchError::SameKey);
        }
        let key = public_key(old.spki_der()).ok_or(VouchError::NotVouched)?;
        let strong = !algorithm.is_weak();
        if strong && algorithm.verify(&key, &statement(&old, &spki), signature, false) {
            Ok(Self { old, spki })
        } else {
            Err(VouchError::NotVouched)
        }
    }
}

/// A request that `old` be continued with `new_key`, signed with `old_key`.
///
/// # Errors
/// [`VouchError::NotVouched`] where `old_key` is not the certificate's; [`VouchError::SameKey`]; [`VouchError::Key`]
/// also where signing fails.
pub fn vouch(old: &Certificate, old_key: &PrivateKey, new_key: &PrivateKey) -> Result<String, VouchError> {
    let spki = new_key.spki_der();
    let failed = |error: KeyError| VouchError::Key(error.to_string());
    let (algorithm, signature) = old_key.sign(&statement(old, &spki)).map_err(failed)?;
    let signature = tlv(BIT_STRING, &[&[0], &signature]);
    let der = tlv(SEQUENCE, &[&unsigned(&[VERSION as u8]), old.der(), &spki, &algorithm, &signature]);
    // As its reader will see it.
    Vouched::from_der(&der).map(|_| pem::encode(VOUCHED_LABEL, &der))
}

fn statement(old: &Certificate, spki: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[&tlv(UTF8_STRING, &[PURPOSE]), old.der(), spki])
}

fn public_key(spki: &[u8]) -> Option<PublicKey> {
    let content = Reader::new(spki).read(SEQUENCE)?;
    PublicKey::read(content).ok()
}

fn usable(spki: &[u8]) -> Result<(), VouchError> {
    match public_key(spki).ok_or(VouchError::Malformed)?.kind {
        KeyKind::Rsa(2048..)
        | KeyKind::EcdsaP256
        | KeyKind::EcdsaP384
        | KeyKind::EcdsaP521
        | KeyKind::Ed25519 => Ok(()),
        weak => Err(VouchError::Key(weak.to_string())),
    }
}
