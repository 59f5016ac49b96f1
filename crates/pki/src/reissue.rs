//! The same certificate again: new key, new dates, new serial number, everything else byte for byte, but for what is
//! asked for by name ([`Amendments`]).
//!
//! Not through a certificate builder: those keep a distinguished name in a map and lose a second `O=`, which is
//! a user's second group, and drop what they don't know. The new signed part is put together from the bytes of
//! the old one. Serial number and back-dating are kubeadm's (`cmd/kubeadm/app/util/pkiutil/pki_helpers.go`).

mod amendments;

pub use amendments::{AlternativeName, Amendments};

use aws_lc_rs::{digest, rand};
use jiff::{SignedDuration, Timestamp};

use crate::algorithm::PublicKey;
use crate::asn1::{
    BIT_STRING, BOOLEAN, OCTET_STRING, OID, Reader, SEQUENCE, context, explicit, tlv, unsigned,
};
use crate::certificate::{Certificate, Raw};
use crate::chain;
use crate::extension::{AUTHORITY_KEY_ID, SUBJECT_KEY_ID};
use crate::key::{KeyError, PrivateKey};
use crate::name;
use crate::time;

/// kubeadm dates certificates back by this much, for clocks that are late.
const BACK: SignedDuration = SignedDuration::from_mins(5);

/// Why no certificate is issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReissueError {
    /// The CA's key is not the one in the CA's certificate.
    #[error("the CA's private key does not belong to its certificate")]
    KeyDoesNotFit,
    /// The certificate that should sign is not a CA, or may not sign certificates.
    #[error("{subject} is not a CA that may sign certificates")]
    NotCa {
        /// Its name.
        subject: String,
    },
    /// The CA's own time is over.
    #[error("the CA has expired at {at}")]
    CaExpired {
        /// Its last second.
        at: Timestamp,
    },
    /// The CA's own time has not begun, or the clock is wrong.
    #[error("the CA is not valid before {from}")]
    CaNotYetValid {
        /// Its first second.
        from: Timestamp,
    },
    /// The end is not after the beginning.
    #[error("the validity ends before it begins")]
    EmptyValidity,
    /// The public key is not one that a certificate can carry.
    #[error("the public key is not usable: {0}")]
    PublicKey(&'static str),
    /// Signing or drawing a random number failed.
    #[error("the cryptographic library failed")]
    Library,
    /// The new certificate did not pass the check that follows every issue.
    #[error("the new certificate failed its check: {0}")]
    Check(&'static str),
}

impl From<KeyError> for ReissueError {
    fn from(_: KeyError) -> Self {
        Self::Library
    }
}

impl From<aws_lc_rs::error::Unspecified> for ReissueError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Library
    }
}

/// A CA that can sign: its certificate with the key that fits.
#[derive(Debug)]
pub struct Authority {
    certificate: Certificate,
    key: PrivateKey,
}

impl Authority {
    /// Puts both together.
    ///
    /// # Errors
    /// [`ReissueError::NotCa`], [`ReissueError::KeyDoesNotFit`].
    pub fn new(certificate: Certificate, key: PrivateKey) -> Result<Self, ReissueError> {
        if !chain::may_sign(&certificate) {
            return Err(ReissueError::NotCa { subject: certificate.subject() });
        }
        if !key.matches(&certificate) {
            return Err(ReissueError::KeyDoesNotFit);
        }
        Ok(Self { certificate, key })
    }

    /// The CA's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// From when to when a new certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: Timestamp,
    /// The last second.
    pub not_after: Timestamp,
}

impl Validity {
    /// From five minutes ago, as kubeadm does, for this long from now on, but not beyond the CA's own dates:
    /// a certificate that outlives its CA is of no use. The second value tells whether the end was shortened.
    ///
    /// # Errors
    /// [`ReissueError::CaExpired`], [`ReissueError::CaNotYetValid`]; [`ReissueError::EmptyValidity`] when the
    /// length is not positive.
    pub fn from_now(
        now: Timestamp,
        length: SignedDuration,
        ca: &Certificate,
    ) -> Result<(Self, bool), ReissueError> {
        if now > ca.not_after() {
            return Err(ReissueError::CaExpired { at: ca.not_after() });
        }
        if now < ca.not_before() {
            return Err(ReissueError::CaNotYetValid { from: ca.not_before() });
        }
        if !length.is_positive() {
            return Err(ReissueError::EmptyValidity);
        }
        let not_before = whole(now.checked_sub(BACK).unwrap_or(Timestamp::MIN)).max(ca.not_before());
        let wanted = whole(now.checked_add(length).unwrap_or(Timestamp::MAX));
        let not_after = wanted.min(ca.not_after());
        if not_after <= not_before {
            return Err(ReissueError::EmptyValidity);
        }
        Ok((Self { not_before, not_after }, not_after < wanted))
    }
}

/// Certificates know whole seconds.
fn whole(timestamp: Timestamp) -> Timestamp {
    Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp)
}

/// The old certificate again, signed by the authority, for the public key and the dates given.
///
/// Kept byte for byte: version, subject, unique identifiers, and all extensions in their order, also unknown
/// ones. Set anew: the serial number (random, from 1 to 2^63 - 2), the issuer (the CA's subject verbatim), the
/// signature algorithm (by the CA's key), the subject key identifier where there is one and the key is new, and
/// the authority key identifier where there is one and it names another key. Before it is given out, the new
/// certificate is read again and its signature verified.
///
/// # Errors
/// [`ReissueError`].
pub fn reissue(
    old: &Certificate,
    authority: &Authority,
    key_spki: &[u8],
    validity: &Validity,
) -> Result<Certificate, ReissueError> {
    amend(old, authority, key_spki, validity, &Amendments::default())
}

/// [`reissue`], with what the amendments change: the common name, alternative names, usages.
///
/// # Errors
/// [`ReissueError`].
pub fn amend(
    old: &Certificate,
    authority: &Authority,
    key_spki: &[u8],
    validity: &Validity,
    amendments: &Amendments,
) -> Result<Certificate, ReissueError> {
    if validity.not_after <= validity.not_before {
        return Err(ReissueError::EmptyValidity);
    }
    let new_key = read_public_key(key_spki)?;
    let ranges = &old.fields().ranges;
    let mut extensions = Vec::new();
    for raw in &old.fields().extensions {
        let value = match raw.oid.as_str() {
            SUBJECT_KEY_ID if key_spki != old.spki_der() => Some(subject_key_id(old, &new_key)),
            AUTHORITY_KEY_ID => match authority_key_id(old.part(&raw.value), &authority.certificate) {
                AuthorityKeyId::Same => None,
                AuthorityKeyId::New(value) => Some(value),
                AuthorityKeyId::Absent => continue,
            },
            _ => amendments.value(old, raw),
        };
        match value {
            Some(value) => extensions.push(with_value(old, raw, &value)),
            None => extensions.push(old.part(&raw.whole).to_vec()),
        }
    }
    let own_id = authority.certificate.subject_key_id();
    let own_id = own_id.map(|id| tlv(SEQUENCE, &[&tlv(context(0), &[&id])]));
    extensions.extend(amendments.missing(old, &new_key.kind, own_id.as_deref()));
    let parts: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
    let extensions = if parts.is_empty() { Vec::new() } else { tlv(explicit(3), &[&tlv(SEQUENCE, &parts)]) };
    let version_3 = tlv(explicit(0), &[&unsigned(&[2])]);
    let version = if extensions.is_empty() { old.part(&ranges.version) } else { &version_3 };
    let subject = match &amendments.common_name {
        Some(name) => {
            name::with_common_name(old.subject_der(), name).ok_or(ReissueError::Check("it has no name"))?
        }
        None => old.subject_der().to_vec(),
    };

    let algorithm = authority.key.signature_algorithm();
    let dates = tlv(SEQUENCE, &[&time::write(validity.not_before), &time::write(validity.not_after)]);
    let tbs = tlv(
        SEQUENCE,
        &[
            version,
            &unsigned(&serial()?),
            &algorithm,
            authority.certificate.subject_der(),
            &dates,
            &subject,
            key_spki,
            old.part(&ranges.unique_ids),
            &extensions,
        ],
    );
    let (algorithm, signature) = authority.key.sign(&tbs)?;
    let der = tlv(SEQUENCE, &[&tbs, &algorithm, &tlv(BIT_STRING, &[&[0], &signature])]);
    let new = Certificate::from_der(&der).map_err(|_| ReissueError::Check("it can't be read"))?;
    if chain::signed_by(&new, &authority.certificate) {
        Ok(new)
    } else {
        Err(ReissueError::Check("its signature does not verify"))
    }
}

/// Random, from 1 to 2^63 - 2: kubeadm's `rand.Int(MaxInt64-1) + 1`.
fn serial() -> Result<[u8; 8], ReissueError> {
    loop {
        let mut bytes = [0; 8];
        rand::fill(&mut bytes)?;
        let number = u64::from_be_bytes(bytes) >> 1;
        if (1..i64::MAX as u64).contains(&number) {
            return Ok(number.to_be_bytes());
        }
    }
}

fn read_public_key(spki: &[u8]) -> Result<PublicKey, ReissueError> {
    let mut reader = Reader::new(spki);
    let info = reader.read(SEQUENCE).filter(|_| reader.is_empty());
    PublicKey::read(info.ok_or(ReissueError::PublicKey("it is not DER"))?).map_err(ReissueError::PublicKey)
}

/// The extension with another value.
fn with_value(old: &Certificate, raw: &Raw, value: &[u8]) -> Vec<u8> {
    let mut fields = Reader::new(old.part(&raw.whole)).read(SEQUENCE);
    let oid = fields.as_mut().and_then(|fields| fields.element(OID)).map(|oid| oid.whole.bytes());
    let critical = if raw.critical { tlv(BOOLEAN, &[&[0xff]]) } else { Vec::new() };
    tlv(SEQUENCE, &[oid.unwrap_or_default(), &critical, &tlv(OCTET_STRING, &[value])])
}

/// The identifier of the new key, by the method that gave the old one: SHA-256 cut to 20 bytes (Go since 1.25)
/// or whole, else SHA-1 (RFC 5280 4.2.1.2, method 1; OpenSSL, and Go before).
fn subject_key_id(old: &Certificate, key: &PublicKey) -> Vec<u8> {
    let known = old.subject_key_id().unwrap_or_default();
    let sha256 = |bits: &[u8]| digest::digest(&digest::SHA256, bits).as_ref().to_vec();
    let before = sha256(&old.fields().public_key.bits);
    let id = if !known.is_empty() && matches!(known.len(), 20 | 32) && before.starts_with(&known) {
        sha256(&key.bits).into_iter().take(known.len()).collect()
    } else {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &key.bits).as_ref().to_vec()
    };
    tlv(OCTET_STRING, &[&id])
}

enum AuthorityKeyId {
    Same,
    New(Vec<u8>),
    Absent,
}

/// What becomes of an authority key identifier: kept while it names the CA, else the CA's key identifier
/// alone, as Go writes it. A CA without one leaves nothing to name.
fn authority_key_id(old: &[u8], ca: &Certificate) -> AuthorityKeyId {
    let id = ca.subject_key_id().map(|id| tlv(context(0), &[&id]));
    let id = id.as_deref().unwrap_or_default();
    // The form of OpenSSL's `authorityKeyIdentifier = keyid,issuer`: the CA's own issuer and serial number.
    let issuer = tlv(explicit(1), &[&tlv(explicit(4), &[ca.issuer_der()])]);
    let serial = tlv(context(2), &[ca.part(&ca.fields().ranges.serial)]);
    let named = [tlv(SEQUENCE, &[id]), tlv(SEQUENCE, &[id, &issuer, &serial])];
    let (plain, long) = named.into();
    if (!id.is_empty() && old == plain) || old == long {
        AuthorityKeyId::Same
    } else if id.is_empty() {
        AuthorityKeyId::Absent
    } else {
        AuthorityKeyId::New(plain)
    }
}
