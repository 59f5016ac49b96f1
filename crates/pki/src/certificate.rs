//! What a certificate says (`crypto/x509.ParseCertificate` of Go 1.26).

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use self::parse::Fields;
pub(crate) use self::parse::{Raw, read_extensions};
use self::signers::Signers;
use crate::asn1::{Reader, SEQUENCE};
use crate::digest::{hex, sha256_hex};
use crate::key::KeyKind;
use crate::name::Name;
use crate::pem;

mod parse;
mod signers;

/// The label of a certificate's PEM block.
pub const LABEL: &str = "CERTIFICATE";

/// Why there is no certificate. The texts complete a sentence whose subject is the file; none quotes content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Nothing is in it, or blanks only.
    #[error("is empty")]
    Empty,
    /// Go sees no PEM block in it: binary, or text that only looks like PEM (see [`pem`]).
    #[error("holds no PEM block")]
    NoPem,
    /// It holds PEM blocks, but no certificate.
    #[error("holds no certificate")]
    NoCertificateBlock,
    /// Go's parser refuses a block.
    #[error("PEM block {index} is not a valid certificate: {reason}")]
    Malformed {
        /// Which PEM block of the text, counted from 1; 1 for bare DER.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// What a key may be used for (RFC 5280 4.2.1.3). Go's verification looks at `CertSign` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of RFC 5280 4.2.1.3")]
pub enum KeyUsage {
    DigitalSignature,
    ContentCommitment,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    CertSign,
    CrlSign,
    EncipherOnly,
    DecipherOnly,
}

const KEY_USAGES: [KeyUsage; 9] = [
    KeyUsage::DigitalSignature,
    KeyUsage::ContentCommitment,
    KeyUsage::KeyEncipherment,
    KeyUsage::DataEncipherment,
    KeyUsage::KeyAgreement,
    KeyUsage::CertSign,
    KeyUsage::CrlSign,
    KeyUsage::EncipherOnly,
    KeyUsage::DecipherOnly,
];

/// In which role a certificate may be used (RFC 5280 4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ExtendedKeyUsage {
    /// TLS server.
    ServerAuth,
    /// TLS client.
    ClientAuth,
    /// Every role.
    Any,
    /// Another role, as dotted numbers.
    Other(String),
}

/// A certificate that Go's parser accepts. Immutable, and cheap to clone.
///
/// Not a judgement: it may be expired, signed by nobody, or useless (see [`crate::chain`]).
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Fields>,
    signers: Arc<Signers>,
}

impl Certificate {
    /// Reads exactly one certificate.
    ///
    /// # Errors
    /// [`CertificateError::Empty`], or [`CertificateError::Malformed`] where Go's `x509.ParseCertificate` fails.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.is_empty() {
            return Err(CertificateError::Empty);
        }
        let malformed = |reason| CertificateError::Malformed { index: 1, reason };
        let (certificate, rest) = Self::parse(der).map_err(malformed)?;
        if rest.is_empty() { Ok(certificate) } else { Err(malformed("bytes follow behind its end")) }
    }

    /// Reads the certificate at the beginning, and gives what follows it (`parseCertificate`).
    fn parse(der: &[u8]) -> Result<(Self, &[u8]), &'static str> {
        let mut input = Reader::new(der);
        let whole = input.element(SEQUENCE).ok_or("it is not DER, or it is cut short")?.whole;
        let fields = Fields::parse(whole.bytes())?;
        Ok((Self { inner: Arc::new(fields), signers: Arc::default() }, input.bytes()))
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.inner
    }

    /// The bytes of a part.
    pub(crate) fn part(&self, range: &Range<usize>) -> &[u8] {
        self.inner.der.get(range.clone()).unwrap_or_default()
    }

    /// The certificate as it is encoded.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// One PEM block, as Go and kubeadm write it.
    pub fn to_pem(&self) -> String {
        pem::encode(LABEL, self.der())
    }

    /// The subject as Go prints it (`pkix.Name.String`), e.g. `CN=kube-apiserver-kubelet-client,O=system:masters`.
    pub fn subject(&self) -> String {
        self.inner.subject.to_string()
    }

    /// The last `CN` of the subject: the user name of a client certificate.
    pub fn common_name(&self) -> Option<String> {
        self.inner.subject.common_name().map(str::to_owned)
    }

    /// The `O` values of the subject in their order: the groups of a client certificate.
    pub fn organizations(&self) -> Vec<String> {
        self.inner.subject.organizations()
    }

    /// The issuer as Go prints it.
    pub fn issuer(&self) -> String {
        self.inner.issuer.to_string()
    }

    /// The last `CN` of the issuer.
    pub fn issuer_common_name(&self) -> Option<String> {
        self.inner.issuer.common_name().map(str::to_owned)
    }

    /// The subject as it is encoded (Go's `RawSubject`).
    pub fn subject_der(&self) -> &[u8] {
        self.part(&self.inner.ranges.subject)
    }

    /// The issuer as it is encoded (Go's `RawIssuer`): compared byte for byte with a CA's subject.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.inner.ranges.issuer)
    }

    /// The public key with its algorithm as it is encoded (Go's `RawSubjectPublicKeyInfo`).
    pub fn spki_der(&self) -> &[u8] {
        self.part(&self.inner.ranges.public_key)
    }

    /// The serial number in lower-case hexadecimal, two digits a byte, without a leading zero byte.
    pub fn serial_hex(&self) -> String {
        hex(self.serial())
    }

    /// The serial number in decimal, as kube-apiserver logs it and Go prints it. One of more than 128 bytes
    /// (RFC 5280 allows 20) is given in hexadecimal, with `0x` before it.
    pub fn serial_decimal(&self) -> String {
        let serial = self.serial();
        if serial.len() > 128 { format!("0x{}", hex(serial)) } else { decimal(serial) }
    }

    /// Big-endian, without a sign byte; `[0]` for zero.
    fn serial(&self) -> &[u8] {
        match self.part(&self.inner.ranges.serial) {
            [0, rest @ ..] if !rest.is_empty() => rest,
            bytes => bytes,
        }
    }

    /// From when on it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.inner.not_before
    }

    /// The last second in which it is valid. RFC 5280's "never" (`99991231235959Z`) is [`Timestamp::MAX`].
    pub fn not_after(&self) -> Timestamp {
        self.inner.not_after
    }

    /// The DNS names it is valid for, in their order.
    pub fn dns_names(&self) -> Vec<String> {
        self.inner.known.dns_names.clone()
    }

    /// The IP addresses it is valid for, in their order. IPv4 inside of IPv6 is given as IPv4, as Go does.
    pub fn ip_addresses(&self) -> Vec<IpAddr> {
        self.inner.known.ip_addresses.clone()
    }

    /// The e-mail addresses among its alternative names.
    pub fn email_addresses(&self) -> Vec<String> {
        self.inner.known.emails.clone()
    }

    /// The URIs among its alternative names.
    pub fn uris(&self) -> Vec<String> {
        self.inner.known.uris.clone()
    }

    /// The key usages; `None` when it says nothing about them.
    pub fn key_usage(&self) -> Option<Vec<KeyUsage>> {
        let bits = self.inner.known.key_usage?;
        Some(
            KEY_USAGES
                .into_iter()
                .enumerate()
                .filter(|(bit, _)| bits & (1 << bit) != 0)
                .map(|(_, u)| u)
                .collect(),
        )
    }

    /// The extended key usages in their order; empty when it says nothing about them, and then Go allows all.
    pub fn extended_key_usages(&self) -> Vec<ExtendedKeyUsage> {
        let usage = |oid: &String| match oid.as_str() {
            "1.3.6.1.5.5.7.3.1" => ExtendedKeyUsage::ServerAuth,
            "1.3.6.1.5.5.7.3.2" => ExtendedKeyUsage::ClientAuth,
            "2.5.29.37.0" => ExtendedKeyUsage::Any,
            _ => ExtendedKeyUsage::Other(oid.clone()),
        };
        self.inner.known.extended_key_usages.iter().map(usage).collect()
    }

    /// Whether its basic constraints say that it is a CA.
    pub fn is_ca(&self) -> bool {
        matches!(self.inner.known.basic_constraints, Some((true, _)))
    }

    /// Whether subject and issuer are the same bytes and it is signed with its own key.
    pub fn is_self_signed(&self) -> bool {
        self.subject_der() == self.issuer_der() && self.is_signed_with(self, true)
    }

    /// Whether the signature verifies with the other certificate's key; names are not compared.
    pub(crate) fn is_signed_with(&self, issuer: &Self, allow_sha1: bool) -> bool {
        let (fields, key) = (&self.inner, &issuer.inner.public_key);
        let message = self.part(&fields.ranges.tbs);
        let verify = || fields.signature_algorithm.verify(key, message, &fields.signature, allow_sha1);
        self.signers.ask(issuer.spki_der(), allow_sha1, verify)
    }

    /// The subject key identifier.
    pub fn subject_key_id(&self) -> Option<Vec<u8>> {
        self.inner.known.subject_key_id.clone()
    }

    /// The key identifier of the authority key identifier.
    pub fn authority_key_id(&self) -> Option<Vec<u8>> {
        self.inner.known.authority_key_id.clone()
    }

    /// SHA-256 of the DER in lower-case hexadecimal, as in the audit log's credential id `X509SHA256=…`.
    pub fn fingerprint_sha256(&self) -> String {
        sha256_hex(self.der())
    }

    /// Algorithm and size of its public key.
    pub fn key_kind(&self) -> KeyKind {
        self.inner.public_key.kind.clone()
    }

    /// The signature algorithm as Go prints it, e.g. `SHA256-RSA`; dotted numbers where Go knows none.
    pub fn signature_algorithm(&self) -> String {
        self.inner.signature_algorithm.to_string()
    }

    /// 1, 2 or 3.
    pub fn version(&self) -> u64 {
        self.inner.version
    }

    /// The extensions that nothing here reads: dotted numbers, critical, and the bytes of the value.
    pub fn unknown_extensions(&self) -> Vec<(String, bool, usize)> {
        let unknown = self.inner.extensions.iter().filter(|raw| !crate::extension::is_known(&raw.oid));
        unknown.map(|raw| (raw.oid.clone(), raw.critical, raw.value.len())).collect()
    }

    /// All extensions in their order, known and unknown: dotted numbers, critical, and the encoded value.
    pub fn extensions(&self) -> Vec<(String, bool, Vec<u8>)> {
        let copy = |raw: &Raw| (raw.oid.clone(), raw.critical, self.part(&raw.value).to_vec());
        self.inner.extensions.iter().map(copy).collect()
    }
}

/// Big-endian bytes in decimal.
fn decimal(bytes: &[u8]) -> String {
    const BASE: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for byte in bytes {
        let mut carry = u64::from(*byte);
        for limb in &mut limbs {
            let value = *limb * 256 + carry;
            *limb = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut digits = limbs.iter().rev();
    let first = digits.next().map(u64::to_string).unwrap_or_default();
    digits.fold(first, |text, limb| format!("{text}{limb:09}"))
}

impl PartialEq for Certificate {
    /// Equal when they are the same bytes.
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .field("serial", &self.serial_hex())
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}

/// Every certificate of a bundle, as client-go reads one (`cert.ParseCertsPEM`): other blocks, and blocks with
/// headers, are skipped.
///
/// # Errors
/// [`CertificateError`]; one malformed certificate makes client-go refuse the whole bundle.
pub fn certificates(pem_text: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    let blocks = numbered(pem_text)?.filter(|(_, block)| block.label == LABEL && block.headers.is_empty());
    let found: Result<Vec<Certificate>, _> = blocks
        .map(|(index, block)| Certificate::from_der(&block.der).map_err(|error| in_block(index, error)))
        .collect();
    found.and_then(
        |found| if found.is_empty() { Err(CertificateError::NoCertificateBlock) } else { Ok(found) },
    )
}

/// The certificates of a bundle that Go can read, as `x509.CertPool.AppendCertsFromPEM` adds them: a broken one is
/// skipped like another block. So client-go reads what a kubeconfig trusts.
///
/// # Errors
/// [`CertificateError`] if there is none at all: why the first one can't be read, if one is there.
pub fn pool(pem_text: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    let blocks = numbered(pem_text)?.filter(|(_, block)| block.label == LABEL && block.headers.is_empty());
    let (mut found, mut first) = (Vec::new(), None);
    for (index, block) in blocks {
        match Certificate::from_der(&block.der) {
            Ok(certificate) => found.push(certificate),
            Err(error) => {
                first.get_or_insert_with(|| in_block(index, error));
            }
        }
    }
    if found.is_empty() { Err(first.unwrap_or(CertificateError::NoCertificateBlock)) } else { Ok(found) }
}

fn in_block(index: usize, error: CertificateError) -> CertificateError {
    match error {
        CertificateError::Malformed { reason, .. } => CertificateError::Malformed { index, reason },
        _ => CertificateError::Malformed { index, reason: "it is empty" },
    }
}

/// The certificate that a key must fit, as `tls.X509KeyPair` takes it: the first `CERTIFICATE` block, with or
/// without headers. What follows it is sent along by a server without being parsed.
///
/// # Errors
/// [`CertificateError`].
pub fn leaf(pem_text: &[u8]) -> Result<Certificate, CertificateError> {
    let block = numbered(pem_text)?.find(|(_, block)| block.label == LABEL);
    let (index, block) = block.ok_or(CertificateError::NoCertificateBlock)?;
    Certificate::from_der(&block.der).map_err(|error| in_block(index, error))
}

/// A distinguished name on its own, as [`Certificate::subject`] prints one: what a TLS server sends of the CAs
/// whose client certificates it accepts. `None` if it is not one for Go.
pub fn name_text(der: &[u8]) -> Option<String> {
    Reader::new(der).read(SEQUENCE).and_then(Name::read).map(|name| name.to_string())
}

fn numbered(text: &[u8]) -> Result<impl Iterator<Item = (usize, pem::Block)>, CertificateError> {
    if text.trim_ascii().is_empty() {
        return Err(CertificateError::Empty);
    }
    let blocks = pem::blocks(text);
    if blocks.is_empty() { Err(CertificateError::NoPem) } else { Ok((1..).zip(blocks)) }
}
