//! Public keys and signatures: which algorithm, and does it verify (`crypto/x509/x509.go`).

use aws_lc_rs::signature as aws;

use crate::asn1::{NULL, Reader, SEQUENCE, context, right_align};
use crate::key::KeyKind;

pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const EC: &str = "1.2.840.10045.2.1";
pub(crate) const ED25519: &str = "1.3.101.112";
const X25519: &str = "1.3.101.110";
const DSA: &str = "1.2.840.10040.4.1";
pub(crate) const P224: &str = "1.3.132.0.33";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
pub(crate) const P384: &str = "1.3.132.0.34";
pub(crate) const P521: &str = "1.3.132.0.35";

/// DER of an AlgorithmIdentifier's NULL parameters.
pub(crate) const NULL_PARAMETERS: &[u8] = &[NULL, 0];

/// A public key as a certificate carries it.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    pub(crate) kind: KeyKind,
    /// The content of the BIT STRING: PKCS#1 for RSA, a point, or the 32 bytes of Ed25519.
    pub(crate) bits: Vec<u8>,
}

impl PublicKey {
    /// Reads the content of a SubjectPublicKeyInfo (`parsePublicKey`); the error is what is wrong with it.
    ///
    /// Algorithms that Go doesn't know are no error, as they are none for Go.
    pub(crate) fn read(mut info: Reader<'_>) -> Result<Self, &'static str> {
        const BROKEN: &str = "its public key is broken";
        let mut algorithm = info.read(SEQUENCE).ok_or(BROKEN)?;
        let oid = algorithm.oid().ok_or(BROKEN)?;
        let parameters =
            if algorithm.is_empty() { Reader::new(&[]) } else { algorithm.any().ok_or(BROKEN)?.whole };
        let (unused, bits) = info.bits().ok_or(BROKEN)?;
        let bits = right_align(unused, bits);
        let kind = match oid.as_str() {
            RSA => {
                if parameters.bytes() != NULL_PARAMETERS {
                    return Err("its RSA public key lacks the NULL parameters");
                }
                KeyKind::Rsa(modulus_bits(&bits).ok_or("its RSA public key is broken")?)
            }
            EC => {
                let curve = { parameters }.oid().ok_or("its elliptic curve is not named")?;
                let kind = curve_kind(&curve).ok_or("its elliptic curve is not supported")?;
                if !on_curve(&kind, &bits) {
                    return Err("its public key is not a point of its elliptic curve");
                }
                kind
            }
            ED25519 | X25519 => {
                if !parameters.is_empty() || bits.len() != 32 {
                    return Err("its Ed25519 or X25519 public key is broken");
                }
                if oid == ED25519 { KeyKind::Ed25519 } else { KeyKind::Other("X25519".to_owned()) }
            }
            DSA => KeyKind::Other("DSA".to_owned()),
            _ => KeyKind::Other(oid),
        };
        Ok(Self { kind, bits })
    }

    /// Whether it can verify anything: other kinds are no candidates for an issuer. (Go knows P-224 too.)
    pub(crate) fn verifies(&self) -> bool {
        !matches!(self.kind, KeyKind::Other(_))
    }
}

pub(crate) fn curve_kind(oid: &str) -> Option<KeyKind> {
    match oid {
        P224 => Some(KeyKind::Other("P-224".to_owned())),
        P256 => Some(KeyKind::EcdsaP256),
        P384 => Some(KeyKind::EcdsaP384),
        P521 => Some(KeyKind::EcdsaP521),
        _ => None,
    }
}

/// The bits of the modulus of a PKCS#1 public key.
pub(crate) fn modulus_bits(key: &[u8]) -> Option<u32> {
    let mut fields = Reader::new(key).read(SEQUENCE)?;
    let modulus = fields.integer()?;
    let exponent = fields.small()?;
    let positive = modulus.first()? & 0x80 == 0 && modulus != [0] && exponent > 0;
    let digits = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let bits = digits.len().checked_mul(8)?.checked_sub(digits.first()?.leading_zeros() as usize)?;
    u32::try_from(bits).ok().filter(|_| positive)
}

/// An uncompressed point of the curve (`ecdsa.ParseUncompressedPublicKey`).
fn on_curve(kind: &KeyKind, point: &[u8]) -> bool {
    let (length, algorithm) = match kind {
        KeyKind::EcdsaP256 => (65, &aws::ECDSA_P256_SHA256_ASN1),
        KeyKind::EcdsaP384 => (97, &aws::ECDSA_P384_SHA384_ASN1),
        KeyKind::EcdsaP521 => (133, &aws::ECDSA_P521_SHA512_ASN1),
        _ => return point.len() == 57 && point.first() == Some(&4),
    };
    point.len() == length && point.first() == Some(&4) && aws::ParsedPublicKey::new(algorithm, point).is_ok()
}

/// How a certificate is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Rsa(Hash),
    Pss(Hash),
    Ecdsa(Hash),
    Ed25519,
    /// Go can't verify it.
    Other(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }
}

impl std::fmt::Display for Signature {
    /// As Go's `x509.SignatureAlgorithm.String`, or the dotted numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(hash) => write!(f, "{}-RSA", hash.name()),
            Self::Pss(hash) => write!(f, "{}-RSAPSS", hash.name()),
            Self::Ecdsa(hash) => write!(f, "ECDSA-{}", hash.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}

impl Signature {
    /// Reads the content of an AlgorithmIdentifier (`parseAI`, `getSignatureAlgorithmFromAI`).
    pub(crate) fn read(mut algorithm: Reader<'_>) -> Option<Self> {
        let oid = algorithm.oid()?;
        let parameters = if algorithm.is_empty() { None } else { Some(algorithm.any()?.whole) };
        Some(match oid.as_str() {
            "1.2.840.113549.1.1.4" => Self::Rsa(Hash::Md5),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Self::Rsa(Hash::Sha1),
            "1.2.840.113549.1.1.11" => Self::Rsa(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::Rsa(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::Rsa(Hash::Sha512),
            "1.2.840.10045.4.1" => Self::Ecdsa(Hash::Sha1),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Hash::Sha512),
            ED25519 if parameters.is_none() => Self::Ed25519,
            "1.2.840.113549.1.1.10" => parameters.and_then(pss_hash).map_or(Self::Other(oid), Self::Pss),
            _ => Self::Other(oid),
        })
    }

    /// Signed with a hash that Go refuses in certificates.
    pub(crate) fn is_weak(&self) -> bool {
        matches!(self, Self::Rsa(Hash::Md5 | Hash::Sha1) | Self::Ecdsa(Hash::Md5 | Hash::Sha1))
    }

    /// Whether the signature verifies (`checkSignature`). SHA-1 verifies here only where it is allowed.
    pub(crate) fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8], allow_sha1: bool) -> bool {
        let algorithm: &'static dyn aws::VerificationAlgorithm = match (self, &key.kind) {
            (Self::Rsa(Hash::Sha1), KeyKind::Rsa(1024..)) if allow_sha1 => {
                &aws::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
            }
            (Self::Rsa(Hash::Sha256), KeyKind::Rsa(1024..)) => {
                &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
            }
            (Self::Rsa(Hash::Sha384), KeyKind::Rsa(2048..)) => &aws::RSA_PKCS1_2048_8192_SHA384,
            (Self::Rsa(Hash::Sha512), KeyKind::Rsa(1024..)) => {
                &aws::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
            }
            (Self::Pss(Hash::Sha256), KeyKind::Rsa(2048..)) => &aws::RSA_PSS_2048_8192_SHA256,
            (Self::Pss(Hash::Sha384), KeyKind::Rsa(2048..)) => &aws::RSA_PSS_2048_8192_SHA384,
            (Self::Pss(Hash::Sha512), KeyKind::Rsa(2048..)) => &aws::RSA_PSS_2048_8192_SHA512,
            (Self::Ecdsa(Hash::Sha1), KeyKind::EcdsaP256) if allow_sha1 => &aws::ECDSA_P256_SHA1_ASN1,
            (Self::Ecdsa(Hash::Sha256), KeyKind::EcdsaP256) => &aws::ECDSA_P256_SHA256_ASN1,
            (Self::Ecdsa(Hash::Sha384), KeyKind::EcdsaP256) => &aws::ECDSA_P256_SHA384_ASN1,
            (Self::Ecdsa(Hash::Sha512), KeyKind::EcdsaP256) => &aws::ECDSA_P256_SHA512_ASN1,
            (Self::Ecdsa(Hash::Sha256), KeyKind::EcdsaP384) => &aws::ECDSA_P384_SHA256_ASN1,
            (Self::Ecdsa(Hash::Sha384), KeyKind::EcdsaP384) => &aws::ECDSA_P384_SHA384_ASN1,
            (Self::Ecdsa(Hash::Sha512), KeyKind::EcdsaP384) => &aws::ECDSA_P384_SHA512_ASN1,
            (Self::Ecdsa(Hash::Sha1), KeyKind::EcdsaP521) if allow_sha1 => &aws::ECDSA_P521_SHA1_ASN1,
            (Self::Ecdsa(Hash::Sha256), KeyKind::EcdsaP521) => &aws::ECDSA_P521_SHA256_ASN1,
            (Self::Ecdsa(Hash::Sha384), KeyKind::EcdsaP521) => &aws::ECDSA_P521_SHA384_ASN1,
            (Self::Ecdsa(Hash::Sha512), KeyKind::EcdsaP521) => &aws::ECDSA_P521_SHA512_ASN1,
            (Self::Ed25519, KeyKind::Ed25519) => &aws::ED25519,
            _ => return false,
        };
        aws::UnparsedPublicKey::new(algorithm, &key.bits).verify(message, signature).is_ok()
    }
}

/// The hash of RSASSA-PSS parameters, if they are one of the three sets that Go accepts.
fn pss_hash(mut parameters: Reader<'_>) -> Option<Hash> {
    let mut fields = parameters.read(SEQUENCE)?;
    let mut explicit = |number: u8| fields.optional(context(number) | 0x20).map(|f| f.map(|f| f.content));
    let hash = identifier(explicit(0)??)?;
    let mut mask = explicit(1)??.read(SEQUENCE)?;
    let function = mask.oid()?;
    let inner = identifier(mask)?;
    let salt = explicit(2)??.small()?;
    let trailer = match explicit(3)? {
        Some(mut trailer) => trailer.small()?,
        None => 1,
    };
    if function != "1.2.840.113549.1.1.8" || inner != hash || trailer != 1 {
        return None;
    }
    match (hash.as_str(), salt) {
        ("2.16.840.1.101.3.4.2.1", 32) => Some(Hash::Sha256),
        ("2.16.840.1.101.3.4.2.2", 48) => Some(Hash::Sha384),
        ("2.16.840.1.101.3.4.2.3", 64) => Some(Hash::Sha512),
        _ => None,
    }
}

/// The algorithm of an AlgorithmIdentifier with absent or NULL parameters.
fn identifier(mut outer: Reader<'_>) -> Option<String> {
    let mut algorithm = outer.read(SEQUENCE)?;
    let oid = algorithm.oid()?;
    (algorithm.is_empty() || algorithm.bytes() == NULL_PARAMETERS).then_some(oid)
}
