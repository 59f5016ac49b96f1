//! The block ciphers behind a passphrase, all in CBC mode with PKCS#7 padding.

use super::super::KeyError;
#[allow(deprecated, reason = "it is read where openssl once wrote it, and never written")]
use aws_lc_rs::cipher::DES_EDE3_FOR_LEGACY_USE_ONLY;
use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
}

impl Cipher {
    /// As PBES2 names it.
    pub(super) fn by_oid(oid: &str) -> Option<Self> {
        match oid {
            "2.16.840.1.101.3.4.1.2" => Some(Self::Aes128),
            "2.16.840.1.101.3.4.1.22" => Some(Self::Aes192),
            "2.16.840.1.101.3.4.1.42" => Some(Self::Aes256),
            "1.2.840.113549.3.7" => Some(Self::TripleDes),
            _ => None,
        }
    }

    /// As `DEK-Info` names it.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "AES-128-CBC" => Some(Self::Aes128),
            "AES-192-CBC" => Some(Self::Aes192),
            "AES-256-CBC" => Some(Self::Aes256),
            "DES-EDE3-CBC" => Some(Self::TripleDes),
            _ => None,
        }
    }

    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
        }
    }

    fn block_length(self) -> usize {
        if self == Self::TripleDes { 8 } else { 16 }
    }

    /// Whether the vector and the data have lengths that the cipher gives.
    pub(super) fn fits(self, vector: &[u8], data: &[u8]) -> bool {
        let block = self.block_length();
        vector.len() == block && !data.is_empty() && data.len().is_multiple_of(block)
    }

    /// `data` must [`fit`](Self::fits).
    pub(super) fn decrypt(
        self,
        key: &[u8],
        vector: &[u8],
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let context = match (<&[u8; 16]>::try_from(vector), <&[u8; 8]>::try_from(vector)) {
            (Ok(vector), _) => DecryptionContext::Iv128(vector.into()),
            #[allow(deprecated, reason = "as above")]
            (_, Ok(vector)) => DecryptionContext::Iv64(vector.into()),
            _ => return Err(super::BROKEN),
        };
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(self.algorithm(), key)?)?;
        let mut buffer = Zeroizing::new(data.to_vec());
        let length = key.decrypt(&mut buffer, context).map_err(|_| KeyError::WrongPassphrase)?.len();
        // Shortened only: what is behind it is erased with the buffer.
        buffer.truncate(length);
        Ok(buffer)
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes128 => &AES_128,
            Self::Aes192 => &AES_192,
            Self::Aes256 => &AES_256,
            #[allow(deprecated, reason = "as above")]
            Self::TripleDes => &DES_EDE3_FOR_LEGACY_USE_ONLY,
        }
    }
}
