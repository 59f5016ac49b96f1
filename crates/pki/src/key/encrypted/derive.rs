//! From a passphrase to a cipher's key.

use super::super::KeyError;
use super::{BROKEN, Work};
use crate::asn1::{INTEGER, NULL, OCTET_STRING, Reader, SEQUENCE};
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};
use md5::{Digest, Md5};
use scrypt::Params;
use std::num::NonZeroU32;
use zeroize::Zeroizing;

const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";

/// How a key is derived; what it costs is within bounds.
pub(super) struct Derivation<'a> {
    salt: &'a [u8],
    /// The key's length, where the file says it.
    pub(super) length: Option<u64>,
    function: Function,
}

enum Function {
    Pbkdf2(pbkdf2::Algorithm, NonZeroU32),
    Scrypt(Params),
}

impl<'a> Derivation<'a> {
    /// From PBES2's first parameter.
    pub(super) fn read(mut identifier: Reader<'a>, most: &Work) -> Result<Self, KeyError> {
        let oid = identifier.oid().ok_or(BROKEN)?;
        let parameters = identifier.read(SEQUENCE).ok_or(BROKEN);
        match oid.as_str() {
            PBKDF2 => Self::pbkdf2(parameters?, most),
            SCRYPT => Self::scrypt(parameters?, most),
            _ => Err(KeyError::Encryption(oid)),
        }
    }

    /// PBKDF2-params (RFC 8018, A.2); the default function is HMAC-SHA1.
    fn pbkdf2(mut fields: Reader<'a>, most: &Work) -> Result<Self, KeyError> {
        let salt = fields.read(OCTET_STRING).ok_or(BROKEN)?.bytes();
        let rounds = fields.small().ok_or(BROKEN)?;
        let length = optional_length(&mut fields)?;
        let algorithm = match fields.read(SEQUENCE) {
            None => PBKDF2_HMAC_SHA1,
            Some(mut function) => {
                let oid = function.oid().ok_or(BROKEN)?;
                if !function.is_empty() && function.read(NULL).is_none() {
                    return Err(BROKEN);
                }
                match oid.as_str() {
                    "1.2.840.113549.2.7" => PBKDF2_HMAC_SHA1,
                    "1.2.840.113549.2.9" => PBKDF2_HMAC_SHA256,
                    "1.2.840.113549.2.10" => PBKDF2_HMAC_SHA384,
                    "1.2.840.113549.2.11" => PBKDF2_HMAC_SHA512,
                    _ => return Err(KeyError::Encryption(format!("PBKDF2 with {oid}"))),
                }
            }
        };
        let allowed = u32::try_from(rounds).ok().filter(|_| rounds <= most.rounds);
        let allowed = allowed.ok_or_else(|| KeyError::Encryption(format!("PBKDF2 with {rounds} rounds")))?;
        let rounds = NonZeroU32::new(allowed).ok_or(BROKEN)?;
        Ok(Self { salt, length, function: Function::Pbkdf2(algorithm, rounds) })
    }

    /// scrypt-params (RFC 7914, 7).
    fn scrypt(mut fields: Reader<'a>, most: &Work) -> Result<Self, KeyError> {
        let salt = fields.read(OCTET_STRING).ok_or(BROKEN)?.bytes();
        let mut number = || fields.small().ok_or(BROKEN);
        let (cost, block, parallel) = (number()?, number()?, number()?);
        let length = optional_length(&mut fields)?;
        let bytes = |times: u64| cost.checked_mul(block)?.checked_mul(128)?.checked_mul(times);
        // Beside the large table there is a block for each of the parallel parts.
        let parts = block.checked_mul(parallel).and_then(|blocks| blocks.checked_mul(128));
        let within = bytes(1).is_some_and(|memory| memory <= most.memory)
            && parts.is_some_and(|memory| memory <= most.memory)
            && bytes(parallel).is_some_and(|passes| passes <= most.passes);
        if !within {
            return Err(KeyError::Encryption(format!("scrypt with N={cost}, r={block}, p={parallel}")));
        }
        if cost < 2 || !cost.is_power_of_two() {
            return Err(BROKEN);
        }
        let (block, parallel) = (u32::try_from(block), u32::try_from(parallel));
        let parameters = match (u8::try_from(cost.trailing_zeros()), block, parallel) {
            (Ok(cost), Ok(block), Ok(parallel)) => Params::new(cost, block, parallel).ok(),
            _ => None,
        };
        Ok(Self { salt, length, function: Function::Scrypt(parameters.ok_or(BROKEN)?) })
    }

    /// The key, as long as the cipher wants it.
    pub(super) fn derive(&self, passphrase: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut key = Zeroizing::new(vec![0; length]);
        match &self.function {
            Function::Pbkdf2(algorithm, rounds) => {
                pbkdf2::derive(*algorithm, *rounds, self.salt, passphrase, &mut key);
            }
            Function::Scrypt(parameters) => {
                scrypt::scrypt(passphrase, self.salt, parameters, &mut key).map_err(|_| BROKEN)?;
            }
        }
        Ok(key)
    }
}

fn optional_length(fields: &mut Reader<'_>) -> Result<Option<u64>, KeyError> {
    match fields.peek() {
        Some(INTEGER) => fields.small().map(Some).ok_or(BROKEN),
        _ => Ok(None),
    }
}

/// `EVP_BytesToKey` with MD5 and one round.
pub(super) fn bytes_to_key(passphrase: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    // With room for all of it: a buffer that grows leaves its old bytes behind.
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    while key.len() < length {
        let previous = key.len().saturating_sub(16);
        let mut digest = Md5::new();
        digest.update(key.get(previous..).unwrap_or_default());
        digest.update(passphrase);
        digest.update(salt);
        let digest: Zeroizing<[u8; 16]> = Zeroizing::new(digest.finalize().into());
        key.extend_from_slice(digest.as_slice());
    }
    key.truncate(length);
    key
}
