//! What a re-issued certificate says otherwise than the old one, where that was asked for.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::asn1::{BIT_STRING, BOOLEAN, OCTET_STRING, OID, Reader, SEQUENCE, context, tlv};
use crate::certificate::{Certificate, Raw};
use crate::chain::Use;
use crate::extension::{BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, SUBJECT_ALT_NAME};
use crate::key::KeyKind;

/// A name by which a server is dialled (RFC 5280 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlternativeName {
    /// A DNS name.
    Dns(String),
    /// An address.
    Ip(IpAddr),
}

impl AlternativeName {
    /// An address, or a DNS name that may begin with `*.`; `None` where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Ip(address));
        }
        let host = text.strip_prefix("*.").unwrap_or(text);
        let character = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(character);
        let dns = text.len() <= 253 && host.split('.').all(label);
        dns.then(|| Self::Dns(text.to_lowercase()))
    }

    /// Whether the certificate has this very name.
    pub fn is_in(&self, certificate: &Certificate) -> bool {
        let known = &certificate.fields().known;
        match self {
            Self::Dns(name) => known.dns_names.iter().any(|one| one.eq_ignore_ascii_case(name)),
            Self::Ip(address) => known.ip_addresses.contains(&address.to_canonical()),
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Dns(name) => tlv(context(2), &[name.as_bytes()]),
            Self::Ip(IpAddr::V4(address)) => tlv(context(7), &[&address.octets()]),
            Self::Ip(IpAddr::V6(address)) => tlv(context(7), &[&address.octets()]),
        }
    }
}

impl fmt::Display for AlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// What is to be different. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendments {
    /// Another common name in the old one's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// Whether the old alternative names go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop_names: bool,
    /// Alternative names that it must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<AlternativeName>,
    /// What it must be allowed for. (No extended key usage at all allows everything.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usages: Vec<Use>,
    /// Whether version 1, which has no extensions, becomes 3 with those of a leaf that kubeadm makes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extensions: bool,
}

impl Amendments {
    /// Whether they change anything at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The new value of an extension of the old certificate; `None` where it stays.
    pub(super) fn value(&self, old: &Certificate, raw: &Raw) -> Option<Vec<u8>> {
        let content = || Reader::new(old.part(&raw.value)).read(SEQUENCE).map(|list| list.bytes());
        match raw.oid.as_str() {
            SUBJECT_ALT_NAME => {
                let kept: &[u8] = if self.drop_names { &[] } else { content()? };
                let added = self.names.iter().filter(|name| self.drop_names || !name.is_in(old));
                let added = added.flat_map(AlternativeName::encode).collect::<Vec<_>>();
                (self.drop_names || !added.is_empty()).then(|| tlv(SEQUENCE, &[kept, &added]))
            }
            EXTENDED_KEY_USAGE => {
                let known = &old.fields().known.extended_key_usages;
                let missing = self.usages.iter().filter(|usage| !known.iter().any(|oid| oid == usage.oid()));
                let added = missing.flat_map(|usage| usage_oid(*usage)).collect::<Vec<_>>();
                let content = content().filter(|_| !added.is_empty())?;
                Some(tlv(SEQUENCE, &[content, &added]))
            }
            _ => None,
        }
    }

    /// The extensions that the old certificate has not, each whole. `authority` is the value of an authority key
    /// identifier.
    pub(super) fn missing(&self, old: &Certificate, key: &KeyKind, authority: Option<&[u8]>) -> Vec<Vec<u8>> {
        let has = |oid: &str| old.fields().extensions.iter().any(|raw| raw.oid == oid);
        let mut missing = Vec::new();
        if self.extensions && old.version() != 3 {
            // kubeadm's NewSignedCert; a key that can't encrypt is not called one that may (RFC 8813).
            let (unused, bits) =
                if matches!(key, KeyKind::Rsa(_)) { (5, 0b1010_0000) } else { (7, 0b1000_0000) };
            missing.push(extension(KEY_USAGE, true, &tlv(BIT_STRING, &[&[unused, bits]])));
            let usages: Vec<u8> = self.usages.iter().flat_map(|usage| usage_oid(*usage)).collect();
            if !usages.is_empty() {
                missing.push(extension(EXTENDED_KEY_USAGE, false, &tlv(SEQUENCE, &[&usages])));
            }
            missing.push(extension(BASIC_CONSTRAINTS, true, &tlv(SEQUENCE, &[])));
            missing.extend(authority.map(|value| extension("2.5.29.35", false, value)));
        }
        let version_3 = old.version() == 3 || self.extensions;
        if version_3 && !has(SUBJECT_ALT_NAME) && !self.names.is_empty() {
            let names: Vec<u8> = self.names.iter().flat_map(AlternativeName::encode).collect();
            missing.push(extension(SUBJECT_ALT_NAME, false, &tlv(SEQUENCE, &[&names])));
        }
        missing
    }
}

/// An extension, whole. All that are made here lie below 2.5.29.
pub(super) fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let last = oid.rsplit('.').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let oid = tlv(OID, &[&[0x55, 0x1d, last]]);
    let critical = if critical { tlv(BOOLEAN, &[&[0xff]]) } else { Vec::new() };
    tlv(SEQUENCE, &[&oid, &critical, &tlv(OCTET_STRING, &[value])])
}

fn usage_oid(usage: Use) -> Vec<u8> {
    let last = match usage {
        Use::Server => 1,
        Use::Client => 2,
    };
    tlv(OID, &[&[0x2b, 6, 1, 5, 5, 7, 3, last]])
}
