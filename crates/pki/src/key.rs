//! Private keys as Go's `tls.X509KeyPair` looks for and reads them, and new ones as kubeadm writes them.

use std::fmt;

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self as aws, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::algorithm::{EC, ED25519, NULL_PARAMETERS, RSA, curve_kind, modulus_bits};
use crate::asn1::{BIT_STRING, OCTET_STRING, OID, Reader, SEQUENCE, explicit, tlv};
use crate::certificate::Certificate;
use crate::pem;

/// `INTEGER 0` and `INTEGER 1`.
const ZERO: &[u8] = &[2, 1, 0];
const ONE: &[u8] = &[2, 1, 1];
/// OBJECT IDENTIFIERs with their tag and length.
const RSA_DER: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const SHA256_RSA_DER: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b];
const EC_DER: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256_DER: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384_DER: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x22];
const P521_DER: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x23];
const SHA256_ECDSA_DER: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const SHA384_ECDSA_DER: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const SHA512_ECDSA_DER: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
const ED25519_DER: &[u8] = &[6, 3, 0x2b, 0x65, 0x70];

/// Algorithm and size of a key. Written and serialized as `RSA-2048`, `P-256`, `Ed25519`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum KeyKind {
    /// RSA with this many bits.
    Rsa(u32),
    /// ECDSA on P-256 (prime256v1).
    EcdsaP256,
    /// ECDSA on P-384 (secp384r1).
    EcdsaP384,
    /// ECDSA on P-521 (secp521r1).
    EcdsaP521,
    /// Ed25519.
    Ed25519,
    /// Something else, by name or by dotted numbers.
    Other(String),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA-{bits}"),
            Self::EcdsaP256 => f.write_str("P-256"),
            Self::EcdsaP384 => f.write_str("P-384"),
            Self::EcdsaP521 => f.write_str("P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl From<KeyKind> for String {
    fn from(kind: KeyKind) -> Self {
        kind.to_string()
    }
}

impl From<String> for KeyKind {
    fn from(name: String) -> Self {
        match name.as_str() {
            "P-256" => Self::EcdsaP256,
            "P-384" => Self::EcdsaP384,
            "P-521" => Self::EcdsaP521,
            "Ed25519" => Self::Ed25519,
            other => match other.strip_prefix("RSA-").and_then(|bits| bits.parse().ok()) {
                Some(bits) => Self::Rsa(bits),
                None => Self::Other(name),
            },
        }
    }
}

/// Algorithm and size of a public key with its algorithm (a SubjectPublicKeyInfo); `None` where Go refuses it.
pub fn public_kind(spki_der: &[u8]) -> Option<KeyKind> {
    let info = Reader::new(spki_der).read(SEQUENCE)?;
    crate::algorithm::PublicKey::read(info).ok().map(|key| key.kind)
}

/// The encoding of a private key, and with it the label of its PEM block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyForm {
    /// `RSA PRIVATE KEY` (RFC 8017): what kubeadm writes for RSA.
    Pkcs1,
    /// `EC PRIVATE KEY` (RFC 5915): what kubeadm writes for ECDSA.
    Sec1,
    /// `PRIVATE KEY` (RFC 5208).
    Pkcs8,
}

impl KeyForm {
    /// The label of the PEM block.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pkcs1 => "RSA PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
            Self::Pkcs8 => "PRIVATE KEY",
        }
    }
}

/// Why there is no key. The texts complete a sentence whose subject is the file; none quotes content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing is in it, or blanks only.
    #[error("is empty")]
    Empty,
    /// Go sees no PEM block in it: binary, or text that only looks like PEM (see [`pem`]).
    #[error("holds no PEM block")]
    NoPem,
    /// It holds PEM blocks, but no private key.
    #[error("holds no private key")]
    NoKeyBlock,
    /// The key is encrypted: no component of a cluster can ask for a passphrase.
    #[error("holds an encrypted private key")]
    Encrypted,
    /// Go's parser refuses the key.
    #[error("holds a broken private key: {0}")]
    Malformed(&'static str),
    /// A kind of key, or a combination of kind and form, that can't be used here.
    #[error("holds a private key of an unsupported kind ({0})")]
    Unsupported(String),
    /// The cryptographic library failed, which it does when it has no randomness.
    #[error("can't be used: the cryptographic library failed")]
    Library,
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Library
    }
}

/// A private key. Erased from memory when dropped; never printed, cloned or serialized.
pub struct PrivateKey {
    pair: Pair,
    form: KeyForm,
    /// As it was read or generated, in its form.
    der: Zeroizing<Vec<u8>>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair, &'static Curve),
    Ed25519(Ed25519KeyPair),
}

struct Curve {
    kind: KeyKind,
    oid: &'static [u8],
    size: usize,
    signing: &'static EcdsaSigningAlgorithm,
    signature: &'static [u8],
}

static CURVES: [Curve; 3] = [
    Curve {
        kind: KeyKind::EcdsaP256,
        oid: P256_DER,
        size: 32,
        signing: &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
        signature: SHA256_ECDSA_DER,
    },
    Curve {
        kind: KeyKind::EcdsaP384,
        oid: P384_DER,
        size: 48,
        signing: &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
        signature: SHA384_ECDSA_DER,
    },
    Curve {
        kind: KeyKind::EcdsaP521,
        oid: P521_DER,
        size: 66,
        signing: &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
        signature: SHA512_ECDSA_DER,
    },
];

impl PrivateKey {
    /// The first private key, as `tls.X509KeyPair` looks for it: a block labelled `PRIVATE KEY` or ending in
    /// ` PRIVATE KEY`, whose content may be PKCS#1, PKCS#8 or SEC 1, whatever the label says.
    ///
    /// # Errors
    /// [`KeyError`]. RSA keys of less than 2048 bits or with more than two primes, and P-224, which Go reads,
    /// are [`KeyError::Unsupported`].
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        if text.trim_ascii().is_empty() {
            return Err(KeyError::Empty);
        }
        let blocks = pem::blocks(text);
        if blocks.is_empty() {
            return Err(KeyError::NoPem);
        }
        let is_key = |label: &str| label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY");
        let block = blocks.iter().find(|block| is_key(&block.label)).ok_or(KeyError::NoKeyBlock)?;
        let encrypted = block.label == "ENCRYPTED PRIVATE KEY"
            || block.header("DEK-Info").is_some()
            || block.header("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"));
        match Self::from_der(&block.der) {
            Err(KeyError::Malformed(_)) if encrypted => Err(KeyError::Encrypted),
            other => other,
        }
    }

    /// `tls.parsePrivateKey`. Go tries three parsers; here the second field tells which one can succeed.
    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = Reader::new(der).read(SEQUENCE).ok_or(KeyError::Malformed("it is not DER"))?;
        let version = fields.integer().ok_or(KeyError::Malformed("it has no version"))?;
        let (form, pair) = match fields.peek() {
            Some(crate::asn1::INTEGER) => (KeyForm::Pkcs1, rsa(der)?),
            Some(SEQUENCE) => (KeyForm::Pkcs8, pkcs8(fields)?),
            Some(OCTET_STRING) => (KeyForm::Sec1, sec1(version, fields, None)?),
            _ => return Err(KeyError::Malformed("it is neither PKCS#1 nor PKCS#8 nor SEC 1")),
        };
        Ok(Self { pair, form, der: Zeroizing::new(der.to_vec()) })
    }

    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] unless the kind is RSA of 2048, 3072 or 4096 bits as PKCS#1 or PKCS#8, P-256,
    /// P-384 or P-521 as SEC 1 or PKCS#8, or Ed25519 as PKCS#8.
    pub fn generate(kind: &KeyKind, form: KeyForm) -> Result<Self, KeyError> {
        let unsupported = || KeyError::Unsupported(format!("{kind} as {form:?}"));
        let pair = match (kind, form) {
            (KeyKind::Rsa(bits), KeyForm::Pkcs1 | KeyForm::Pkcs8) => {
                let size = match bits {
                    2048 => KeySize::Rsa2048,
                    3072 => KeySize::Rsa3072,
                    4096 => KeySize::Rsa4096,
                    _ => return Err(unsupported()),
                };
                Pair::Rsa(RsaKeyPair::generate(size)?)
            }
            (KeyKind::Ed25519, KeyForm::Pkcs8) => Pair::Ed25519(Ed25519KeyPair::generate()?),
            (_, KeyForm::Sec1 | KeyForm::Pkcs8) => {
                let curve = CURVES.iter().find(|curve| curve.kind == *kind).ok_or_else(unsupported)?;
                Pair::Ecdsa(EcdsaKeyPair::generate(curve.signing)?, curve)
            }
            _ => return Err(unsupported()),
        };
        let der = pair.encode(form)?;
        Ok(Self { pair, form, der })
    }

    /// Algorithm and size.
    pub fn kind(&self) -> KeyKind {
        match &self.pair {
            // 2048 and 2047 bits fill the same number of bytes: the modulus itself tells.
            Pair::Rsa(pair) => KeyKind::Rsa(modulus_bits(pair.public_key().as_ref()).unwrap_or_default()),
            Pair::Ecdsa(_, curve) => curve.kind.clone(),
            Pair::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The encoding that it was read in or generated for.
    pub fn form(&self) -> KeyForm {
        self.form
    }

    /// One PEM block in its form, as Go and kubeadm write it.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(self.form.label(), &self.der))
    }

    /// The public key with its algorithm, byte for byte as certificates carry it.
    pub fn spki_der(&self) -> Vec<u8> {
        let (algorithm, bits) = match &self.pair {
            Pair::Rsa(pair) => (vec![RSA_DER, NULL_PARAMETERS], pair.public_key().as_ref()),
            Pair::Ecdsa(pair, curve) => (vec![EC_DER, curve.oid], pair.public_key().as_ref()),
            Pair::Ed25519(pair) => (vec![ED25519_DER], pair.public_key().as_ref()),
        };
        tlv(SEQUENCE, &[&tlv(SEQUENCE, &algorithm), &tlv(BIT_STRING, &[&[0], bits])])
    }

    /// Whether the certificate carries this key's public half: the pair that `tls.X509KeyPair` wants.
    pub fn matches(&self, certificate: &Certificate) -> bool {
        self.spki_der() == certificate.spki_der()
    }

    /// The AlgorithmIdentifier, in DER, of what [`PrivateKey::sign`] makes.
    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(_) => tlv(SEQUENCE, &[SHA256_RSA_DER, NULL_PARAMETERS]),
            Pair::Ecdsa(_, curve) => tlv(SEQUENCE, &[curve.signature]),
            Pair::Ed25519(_) => tlv(SEQUENCE, &[ED25519_DER]),
        }
    }

    /// Signs with the algorithm that Go chooses for this kind of key when it creates a certificate: the
    /// AlgorithmIdentifier in DER, and the signature.
    ///
    /// # Errors
    /// [`KeyError::Library`].
    pub fn sign(&self, message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&aws::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                signature
            }
            Pair::Ecdsa(pair, _) => pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.try_sign(message)?.as_ref().to_vec(),
        };
        Ok((self.signature_algorithm(), signature))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({} as {:?}, not shown)", self.kind(), self.form)
    }
}

impl Pair {
    /// The DER that Go's `x509.Marshal…PrivateKey` gives for this form.
    fn encode(&self, form: KeyForm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match self {
            Self::Rsa(pair) => {
                let wrapped: Pkcs8V1Der<'_> = pair.as_der()?;
                if form == KeyForm::Pkcs8 {
                    return Ok(Zeroizing::new(wrapped.as_ref().to_vec()));
                }
                let inner = Reader::new(wrapped.as_ref()).read(SEQUENCE).and_then(|mut fields| {
                    fields.small()?;
                    fields.read(SEQUENCE)?;
                    fields.read(OCTET_STRING)
                });
                inner.map(|key| Zeroizing::new(key.bytes().to_vec())).ok_or(KeyError::Library)
            }
            Self::Ecdsa(pair, curve) => {
                let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
                let scalar = Zeroizing::new(tlv(OCTET_STRING, &[scalar.as_ref()]));
                let point = tlv(explicit(1), &[&tlv(BIT_STRING, &[&[0], pair.public_key().as_ref()])]);
                if form == KeyForm::Pkcs8 {
                    let inner = Zeroizing::new(tlv(SEQUENCE, &[ONE, &scalar, &point]));
                    return Ok(wrap(&[EC_DER, curve.oid], &inner));
                }
                let named = tlv(explicit(0), &[curve.oid]);
                Ok(Zeroizing::new(tlv(SEQUENCE, &[ONE, &scalar, &named, &point])))
            }
            Self::Ed25519(pair) => {
                let seed: Curve25519SeedBin<'_> = pair.seed()?.as_be_bytes()?;
                let inner = Zeroizing::new(tlv(OCTET_STRING, &[seed.as_ref()]));
                Ok(wrap(&[ED25519_DER], &inner))
            }
        }
    }
}

/// PKCS#8 around a key.
fn wrap(algorithm: &[&[u8]], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = Zeroizing::new(tlv(OCTET_STRING, &[key]));
    Zeroizing::new(tlv(SEQUENCE, &[ZERO, &tlv(SEQUENCE, algorithm), &key]))
}

/// `x509.ParsePKCS1PrivateKey`.
fn rsa(der: &[u8]) -> Result<Pair, KeyError> {
    const BROKEN: KeyError = KeyError::Malformed("its RSA numbers are broken");
    let mut outer = Reader::new(der);
    let mut fields = outer.read(SEQUENCE).filter(|_| outer.is_empty()).ok_or(BROKEN)?;
    let version = fields.small().ok_or(BROKEN)?;
    let modulus = fields.integer().ok_or(BROKEN)?;
    if version == 1 {
        return Err(KeyError::Unsupported("RSA with more than two primes".to_owned()));
    }
    let bits = modulus.strip_prefix(&[0]).unwrap_or(modulus).len() * 8;
    if bits < 2048 {
        return Err(KeyError::Unsupported(format!("RSA-{bits}")));
    }
    RsaKeyPair::from_der(der).map(Pair::Rsa).map_err(|_| BROKEN)
}

/// `x509.ParsePKCS8PrivateKey` behind the version. Attributes and what follows are ignored, as Go does.
fn pkcs8(mut fields: Reader<'_>) -> Result<Pair, KeyError> {
    const BROKEN: KeyError = KeyError::Malformed("its PKCS#8 wrapping is broken");
    let mut algorithm = fields.read(SEQUENCE).ok_or(BROKEN)?;
    let oid = algorithm.oid().ok_or(BROKEN)?;
    let parameters = if algorithm.is_empty() { None } else { Some(algorithm.any().ok_or(BROKEN)?.whole) };
    let key = fields.read(OCTET_STRING).ok_or(BROKEN)?;
    match oid.as_str() {
        RSA => rsa(key.bytes()),
        EC => {
            let mut inner = { key }.read(SEQUENCE).ok_or(BROKEN)?;
            let version = inner.integer().ok_or(BROKEN)?;
            sec1(version, inner, parameters.and_then(|mut curve| curve.oid()))
        }
        ED25519 => {
            let seed = { key }.read(OCTET_STRING).map(|seed| seed.bytes());
            let seed = seed.filter(|seed| seed.len() == 32 && parameters.is_none()).ok_or(BROKEN)?;
            Ed25519KeyPair::from_seed_unchecked(seed).map(Pair::Ed25519).map_err(|_| BROKEN)
        }
        "1.3.101.110" => Err(KeyError::Unsupported("X25519".to_owned())),
        _ => Err(KeyError::Unsupported(oid)),
    }
}

/// `x509.parseECPrivateKey` behind the version. A public key in it must be well formed, but as
/// for Go it need not be the right one.
fn sec1(version: &[u8], mut fields: Reader<'_>, curve: Option<String>) -> Result<Pair, KeyError> {
    const BROKEN: KeyError = KeyError::Malformed("its elliptic curve key is broken");
    let scalar = fields.read(OCTET_STRING).ok_or(BROKEN)?.bytes();
    // What is of another type within an optional tag counts as not there.
    let before = fields;
    let mut named = None;
    if fields.enter(explicit(0)).ok_or(BROKEN)? {
        if fields.peek() == Some(OID) {
            named = Some(fields.oid().ok_or(BROKEN)?);
        } else {
            fields = before;
        }
    }
    if fields.enter(explicit(1)).ok_or(BROKEN)? && fields.peek() == Some(BIT_STRING) {
        fields.bits().ok_or(BROKEN)?;
    }
    let oid = curve.or(named).ok_or(KeyError::Malformed("it names no elliptic curve"))?;
    let kind = curve_kind(&oid).ok_or(KeyError::Malformed("its elliptic curve is not one that Go knows"))?;
    let Some(curve) = CURVES.iter().find(|curve| curve.kind == kind) else {
        return Err(KeyError::Unsupported(kind.to_string()));
    };
    // Leading zeros too many or too few are accepted.
    let surplus = scalar.len().saturating_sub(curve.size);
    let (zeros, digits) = scalar.split_at_checked(surplus).ok_or(BROKEN)?;
    if version != [1] || zeros.iter().any(|byte| *byte != 0) {
        return Err(BROKEN);
    }
    let missing = vec![0; curve.size - digits.len()];
    let scalar = Zeroizing::new(tlv(OCTET_STRING, &[&missing, digits]));
    let der = Zeroizing::new(tlv(SEQUENCE, &[ONE, &scalar, &tlv(explicit(0), &[curve.oid])]));
    let pair = EcdsaKeyPair::from_private_key_der(curve.signing, &der).map_err(|_| BROKEN)?;
    Ok(Pair::Ecdsa(pair, curve))
}
