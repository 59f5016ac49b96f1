//! Keys behind a passphrase, in the two encodings that `openssl` writes: PKCS#8 with PBES2 (RFC 8018), and PEM with
//! `Proc-Type: 4,ENCRYPTED` (RFC 1421), whose key is derived by OpenSSL's `EVP_BytesToKey` with one round of MD5.
//!
//! The file may come from anybody: what it asks for in time and memory is bounded before it is begun.

mod cipher;
mod derive;

use super::KeyError;
use crate::asn1::{OCTET_STRING, Reader, SEQUENCE};
use crate::pem::Block;
use cipher::Cipher;
use derive::Derivation;
use zeroize::Zeroizing;

const PBES2: &str = "1.2.840.113549.1.5.13";
const BROKEN: KeyError = KeyError::Malformed("its encryption is broken");

/// The most that a file may ask for before its passphrase is known to be right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Rounds of PBKDF2.
    pub rounds: u64,
    /// Bytes of memory for scrypt.
    pub memory: u64,
    /// Bytes that scrypt goes through: its memory, as often as it says.
    pub passes: u64,
}

impl Default for Work {
    /// Some seconds, and a quarter of a gigabyte: many times what openssl and its users choose (2,048 rounds by
    /// default, some 600,000 by advice; 16 MiB of scrypt).
    fn default() -> Self {
        Self { rounds: 10_000_000, memory: 256 << 20, passes: 1 << 30 }
    }
}

pub(super) fn is_encrypted(block: &Block) -> bool {
    block.label == "ENCRYPTED PRIVATE KEY" || is_legacy(block)
}

fn is_legacy(block: &Block) -> bool {
    block.header("DEK-Info").is_some()
        || block.header("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"))
}

/// The DER behind the passphrase. It may be anything: few passphrases are told from the right one by the padding.
pub(super) fn decrypt(block: &Block, passphrase: &[u8], most: &Work) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if is_legacy(block) { legacy(block, passphrase) } else { pkcs8(&block.der, passphrase, most) }
}

/// EncryptedPrivateKeyInfo (RFC 5958).
fn pkcs8(der: &[u8], passphrase: &[u8], most: &Work) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut fields = Reader::new(der).read(SEQUENCE).ok_or(BROKEN)?;
    let mut algorithm = fields.read(SEQUENCE).ok_or(BROKEN)?;
    let data = fields.read(OCTET_STRING).ok_or(BROKEN)?.bytes();
    let scheme = algorithm.oid().ok_or(BROKEN)?;
    if scheme != PBES2 {
        return Err(KeyError::Encryption(named_scheme(&scheme).to_owned()));
    }
    let mut parameters = algorithm.read(SEQUENCE).ok_or(BROKEN)?;
    let derivation = Derivation::read(parameters.read(SEQUENCE).ok_or(BROKEN)?, most)?;
    let mut encryption = parameters.read(SEQUENCE).ok_or(BROKEN)?;
    let cipher = encryption.oid().ok_or(BROKEN)?;
    let cipher = Cipher::by_oid(&cipher).ok_or(KeyError::Encryption(cipher))?;
    let vector = encryption.read(OCTET_STRING).ok_or(BROKEN)?.bytes();
    if derivation.length.is_some_and(|length| length != cipher.key_length() as u64) {
        return Err(BROKEN);
    }
    // Looked at before the work is done.
    if !cipher.fits(vector, data) {
        return Err(BROKEN);
    }
    let key = derivation.derive(passphrase, cipher.key_length())?;
    cipher.decrypt(&key, vector, data)
}

/// What older tools write, by the names that openssl gives them.
fn named_scheme(oid: &str) -> &str {
    match oid {
        "1.2.840.113549.1.5.3" => "PBE-MD5-DES",
        "1.2.840.113549.1.5.10" => "PBE-SHA1-DES",
        "1.2.840.113549.1.12.1.1" => "PBE-SHA1-RC4-128",
        "1.2.840.113549.1.12.1.3" => "PBE-SHA1-3DES",
        "1.2.840.113549.1.12.1.4" => "PBE-SHA1-2DES",
        "1.2.840.113549.1.12.1.6" => "PBE-SHA1-RC2-40",
        other => other,
    }
}

/// `PEM_do_header` of OpenSSL: the salt is the first half of the initialization vector.
fn legacy(block: &Block, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (name, vector) = block.header("DEK-Info").and_then(|value| value.split_once(',')).ok_or(BROKEN)?;
    let cipher = Cipher::by_name(name.trim()).ok_or_else(|| KeyError::Encryption(shown(name)))?;
    let vector = from_hex(vector.trim()).ok_or(BROKEN)?;
    let salt = vector.get(..8).ok_or(BROKEN)?;
    if !cipher.fits(&vector, &block.der) {
        return Err(BROKEN);
    }
    let key = derive::bytes_to_key(passphrase, salt, cipher.key_length());
    cipher.decrypt(&key, &vector, &block.der)
}

/// A cipher's name from a file: it is told, so it must look like one.
fn shown(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    match name.len() <= 40 && !name.is_empty() && name.chars().all(plain) {
        true => name.to_owned(),
        false => "an unknown cipher".to_owned(),
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
