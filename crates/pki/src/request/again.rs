//! A request (PKCS#10, RFC 2986) for the same certificate again: the old one's subject byte for byte, and its
//! extensions as those that are asked for.
//!
//! Not through a builder, for the reason of [`crate::reissue`]: the parts are the old certificate's own bytes.

use super::LABEL;
use crate::algorithm::{PublicKey, Signature};
use crate::asn1::{BIT_STRING, OID, Reader, SEQUENCE, SET, explicit, tlv, unsigned};
use crate::certificate::Certificate;
use crate::extension::{AUTHORITY_KEY_ID, SUBJECT_KEY_ID};
use crate::key::{KeyError, PrivateKey};
use crate::pem;

/// `1.2.840.113549.1.9.14`, PKCS#9 `extensionRequest` (RFC 2985 5.4.2).
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x0e];

/// A request for what `old` says, signed with the key that the new certificate shall be for. All extensions of the
/// old certificate are asked for but those that name keys: which keys they name is its issuer's to say. A certificate
/// without extensions (version 1) gives a request without any.
///
/// # Errors
/// [`KeyError::Library`].
pub fn again(old: &Certificate, key: &PrivateKey) -> Result<String, KeyError> {
    let wanted = old.fields().extensions.iter();
    let wanted = wanted.filter(|raw| ![SUBJECT_KEY_ID, AUTHORITY_KEY_ID].contains(&raw.oid.as_str()));
    let wanted: Vec<&[u8]> = wanted.map(|raw| old.part(&raw.whole)).collect();
    let attribute = match wanted.as_slice() {
        [] => Vec::new(),
        wanted => {
            let values = tlv(SET, &[&tlv(SEQUENCE, wanted)]);
            tlv(SEQUENCE, &[&tlv(OID, &[EXTENSION_REQUEST]), &values])
        }
    };
    let spki = key.spki_der();
    let info = tlv(SEQUENCE, &[&unsigned(&[0]), old.subject_der(), &spki, &tlv(explicit(0), &[&attribute])]);
    let (algorithm, signature) = key.sign(&info)?;
    if !verifies(&spki, &algorithm, &info, &signature) {
        return Err(KeyError::Library);
    }
    let der = tlv(SEQUENCE, &[&info, &algorithm, &tlv(BIT_STRING, &[&[0], &signature])]);
    Ok(pem::encode(LABEL, &der))
}

/// Whoever signs the request looks at its signature first.
fn verifies(spki: &[u8], algorithm: &[u8], info: &[u8], signature: &[u8]) -> bool {
    let content =
        |element: &[u8]| Reader::new(element).read(SEQUENCE).map(|content| content.bytes().to_vec());
    let read = || {
        let key = content(spki)?;
        let algorithm = content(algorithm)?;
        let key = PublicKey::read(Reader::new(&key)).ok()?;
        Some(Signature::read(Reader::new(&algorithm))?.verify(&key, info, signature, false))
    };
    read().unwrap_or(false)
}
