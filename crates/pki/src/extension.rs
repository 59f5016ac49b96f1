//! The extensions of a certificate, read as Go's `processExtensions` reads them (`crypto/x509/parser.go`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::asn1::{BOOLEAN, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, context, explicit};
use crate::constraint::{host, is_domain, is_domain_constraint};
use crate::mailbox;

pub(crate) const SUBJECT_KEY_ID: &str = "2.5.29.14";
pub(crate) const AUTHORITY_KEY_ID: &str = "2.5.29.35";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const NAME_CONSTRAINTS: &str = "2.5.29.30";
const DISTRIBUTION_POINTS: &str = "2.5.29.31";
const POLICIES: &str = "2.5.29.32";
const POLICY_MAPPINGS: &str = "2.5.29.33";
const POLICY_CONSTRAINTS: &str = "2.5.29.36";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";

/// Whether [`Known`] reads an extension.
pub(crate) fn is_known(oid: &str) -> bool {
    [
        SUBJECT_KEY_ID,
        AUTHORITY_KEY_ID,
        KEY_USAGE,
        SUBJECT_ALT_NAME,
        BASIC_CONSTRAINTS,
        NAME_CONSTRAINTS,
        DISTRIBUTION_POINTS,
        POLICIES,
        POLICY_MAPPINGS,
        POLICY_CONSTRAINTS,
        EXTENDED_KEY_USAGE,
        INHIBIT_ANY_POLICY,
        AUTHORITY_INFO_ACCESS,
    ]
    .contains(&oid)
}

/// What the known extensions say. `None` or empty: the extension is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Bit n of RFC 5280 4.2.1.3 is bit n here.
    pub(crate) key_usage: Option<u16>,
    pub(crate) extended_key_usages: Vec<String>,
    /// Whether it is a CA, and how many intermediates may follow.
    pub(crate) basic_constraints: Option<(bool, Option<u64>)>,
    pub(crate) dns_names: Vec<String>,
    pub(crate) ip_addresses: Vec<IpAddr>,
    pub(crate) emails: Vec<String>,
    pub(crate) uris: Vec<String>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) permitted: Vec<Constraint>,
    pub(crate) excluded: Vec<Constraint>,
    /// Critical extensions that Go doesn't handle: it refuses the certificate when it verifies.
    pub(crate) unhandled_critical: Vec<String>,
}

/// A name constraint (RFC 5280 4.2.1.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    Dns(String),
    Email(String),
    Uri(String),
    /// Address and mask, 4 or 16 bytes each.
    Ip(Vec<u8>, Vec<u8>),
}

impl Known {
    /// Reads one more extension; the error is what is wrong with it.
    pub(crate) fn add(&mut self, oid: &str, critical: bool, value: Reader<'_>) -> Result<(), &'static str> {
        let unhandled = match oid {
            KEY_USAGE => {
                self.key_usage = Some(key_usage(value).ok_or("its key usage is broken")?);
                false
            }
            BASIC_CONSTRAINTS => {
                self.basic_constraints =
                    Some(basic_constraints(value).ok_or("its basic constraints are broken")?);
                false
            }
            SUBJECT_ALT_NAME => !self.alternative_names(value)?,
            NAME_CONSTRAINTS => self.name_constraints(value).ok_or("its name constraints are broken")?,
            EXTENDED_KEY_USAGE => {
                self.extended_key_usages = oids(value).ok_or("its extended key usages are broken")?;
                false
            }
            SUBJECT_KEY_ID => {
                if critical {
                    return Err("its subject key identifier is marked critical");
                }
                let mut value = value;
                let id = value.read(OCTET_STRING).ok_or("its subject key identifier is broken")?;
                self.subject_key_id = Some(id.bytes().to_vec());
                false
            }
            AUTHORITY_KEY_ID => {
                if critical {
                    return Err("its authority key identifier is marked critical");
                }
                self.authority_key_id =
                    authority_key_id(value).ok_or("its authority key identifier is broken")?;
                false
            }
            DISTRIBUTION_POINTS => {
                distribution_points(value).ok_or("its CRL distribution points are broken")?;
                false
            }
            POLICIES => {
                policies(value).ok_or("its certificate policies are broken")?;
                false
            }
            POLICY_MAPPINGS => {
                policy_mappings(value).ok_or("its policy mappings are broken")?;
                false
            }
            POLICY_CONSTRAINTS => {
                policy_constraints(value).ok_or("its policy constraints are broken")?;
                false
            }
            INHIBIT_ANY_POLICY => {
                let mut value = value;
                let number = value.integer().filter(|digits| digits.len() <= 8);
                number.ok_or("its inhibit any policy extension is broken")?;
                false
            }
            AUTHORITY_INFO_ACCESS => {
                if critical {
                    return Err("its authority information access is marked critical");
                }
                authority_info_access(value).ok_or("its authority information access is broken")?;
                false
            }
            _ => true,
        };
        if critical && unhandled {
            self.unhandled_critical.push(oid.to_owned());
        }
        Ok(())
    }

    /// `parseSANExtension`; whether it held any name of a kind that Go reads.
    ///
    /// Of what `net/url` refuses in a URI the common cases are refused here (see [`is_uri`]).
    fn alternative_names(&mut self, mut value: Reader<'_>) -> Result<bool, &'static str> {
        const BROKEN: &str = "its subject alternative names are broken";
        let mut names = value.read(SEQUENCE).ok_or(BROKEN)?;
        while !names.is_empty() {
            let name = names.any().ok_or(BROKEN)?;
            let bytes = name.content.bytes();
            let text = || ascii(bytes).ok_or("a subject alternative name is not ASCII");
            match name.tag ^ 0x80 {
                1 => self.emails.push(text()?),
                2 => self.dns_names.push(text()?),
                6 => {
                    let uri = text()?;
                    if !is_uri(&uri) {
                        return Err("a URI among its subject alternative names is broken");
                    }
                    self.uris.push(uri);
                }
                7 => {
                    self.ip_addresses.push(address(bytes).ok_or("an IP address has neither 4 nor 16 bytes")?);
                }
                _ => {}
            }
        }
        Ok(!(self.dns_names.is_empty()
            && self.ip_addresses.is_empty()
            && self.emails.is_empty()
            && self.uris.is_empty()))
    }

    /// `parseNameConstraintsExtension`; whether it held a kind of name that Go doesn't handle.
    fn name_constraints(&mut self, mut value: Reader<'_>) -> Option<bool> {
        let mut both = value.read(SEQUENCE)?;
        let permitted = both.optional(explicit(0))?.map(|element| element.content);
        let excluded = both.optional(explicit(1))?.map(|element| element.content);
        if !value.is_empty() || !both.is_empty() {
            return None;
        }
        if permitted.is_none_or(|list| list.is_empty()) && excluded.is_none_or(|list| list.is_empty()) {
            return None;
        }
        let (permitted, first) = subtrees(permitted.unwrap_or_default())?;
        let (excluded, second) = subtrees(excluded.unwrap_or_default())?;
        (self.permitted, self.excluded) = (permitted, excluded);
        Some(first || second)
    }
}

fn subtrees(mut list: Reader<'_>) -> Option<(Vec<Constraint>, bool)> {
    let (mut constraints, mut unhandled) = (Vec::new(), false);
    while !list.is_empty() {
        let base = list.read(SEQUENCE)?.any()?;
        let bytes = base.content.bytes();
        match base.tag ^ 0x80 {
            1 => {
                let is_limit = |limit: &String| match limit.contains('@') {
                    true => mailbox::parse(limit).is_some(),
                    false => is_domain_constraint(limit),
                };
                let limit = ascii(bytes).filter(is_limit)?;
                constraints.push(Constraint::Email(limit));
            }
            2 => {
                constraints
                    .push(Constraint::Dns(ascii(bytes).filter(|domain| is_domain_constraint(domain))?));
            }
            6 => {
                let domain = ascii(bytes)
                    .filter(|domain| domain.parse::<IpAddr>().is_err() && is_domain_constraint(domain))?;
                constraints.push(Constraint::Uri(domain));
            }
            7 => {
                let (address, mask) = match bytes.len() {
                    8 => bytes.split_at_checked(4)?,
                    32 => bytes.split_at_checked(16)?,
                    _ => return None,
                };
                let set: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
                if set != leading_ones(mask) {
                    return None;
                }
                constraints.push(Constraint::Ip(address.to_vec(), mask.to_vec()));
            }
            _ => unhandled = true,
        }
    }
    Some((constraints, unhandled))
}

/// How many bits are set before the first that is not.
fn leading_ones(mask: &[u8]) -> u32 {
    let full = mask.iter().take_while(|byte| **byte == 0xff).count();
    8 * full as u32 + mask.get(full).map_or(0, |byte| byte.leading_ones())
}

/// What Go's `url.Parse` refuses most often: control characters, a missing scheme before a colon, and a percent
/// sign without two digits; and a host that is no domain.
fn is_uri(uri: &str) -> bool {
    let escaped = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    !uri.bytes().any(|byte| byte.is_ascii_control())
        && !uri.starts_with(':')
        && uri.split('%').skip(1).all(escaped)
        && host(uri).is_none_or(is_domain)
}

fn ascii(bytes: &[u8]) -> Option<String> {
    bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// As Go prints and compares it: an IPv4 address inside of IPv6 is the IPv4 address.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()?;
    Some(address.to_canonical())
}

fn key_usage(mut value: Reader<'_>) -> Option<u16> {
    let (unused, bytes) = value.bits()?;
    let length = bytes.len() * 8 - usize::from(unused);
    let set = |bit: usize| bytes.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
    Some((0..9.min(length)).filter(|bit| set(*bit)).map(|bit| 1u16 << bit).sum())
}

fn basic_constraints(mut value: Reader<'_>) -> Option<(bool, Option<u64>)> {
    let mut fields = value.read(SEQUENCE)?;
    let ca = if fields.peek() == Some(BOOLEAN) { fields.boolean()? } else { false };
    let length = if fields.peek() == Some(INTEGER) { Some(fields.small()?) } else { None };
    Some((ca, length))
}

fn authority_key_id(mut value: Reader<'_>) -> Option<Option<Vec<u8>>> {
    let mut fields = value.read(SEQUENCE)?;
    Some(fields.optional(context(0))?.map(|id| id.content.bytes().to_vec()))
}

fn oids(mut value: Reader<'_>) -> Option<Vec<String>> {
    let mut list = value.read(SEQUENCE)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        found.push(list.oid()?);
    }
    Some(found)
}

fn distribution_points(mut value: Reader<'_>) -> Option<()> {
    let mut list = value.read(SEQUENCE)?;
    while !list.is_empty() {
        let mut point = list.read(SEQUENCE)?;
        let Some(name) = point.optional(explicit(0))? else { continue };
        let mut names = { name.content }.read(explicit(0))?;
        while names.peek() == Some(context(6)) {
            names.read(context(6))?;
        }
    }
    Some(())
}

fn policies(mut value: Reader<'_>) -> Option<()> {
    let mut list = value.read(SEQUENCE)?;
    let mut seen = BTreeSet::new();
    while !list.is_empty() {
        let oid = list.read(SEQUENCE)?.read(OID)?.bytes();
        // newOIDFromDER: not empty, minimal numbers, the last one complete.
        let mut first = true;
        for byte in oid {
            if first && *byte == 0x80 {
                return None;
            }
            first = byte & 0x80 == 0;
        }
        if oid.is_empty() || !first || !seen.insert(oid) {
            return None;
        }
    }
    Some(())
}

fn policy_mappings(mut value: Reader<'_>) -> Option<()> {
    let mut list = value.read(SEQUENCE)?;
    while !list.is_empty() {
        let mut pair = list.read(SEQUENCE)?;
        pair.read(OID)?;
        pair.read(OID)?;
    }
    Some(())
}

fn policy_constraints(mut value: Reader<'_>) -> Option<()> {
    let mut fields = value.read(SEQUENCE)?;
    for number in [0, 1] {
        if let Some(field) = fields.optional(context(number))? {
            let bytes = field.content.bytes();
            let minimal = !matches!(bytes, [0, next, ..] if next & 0x80 == 0)
                && !matches!(bytes, [0xff, next, ..] if next & 0x80 != 0);
            if bytes.is_empty() || bytes.len() > 8 || !minimal {
                return None;
            }
        }
    }
    Some(())
}

fn authority_info_access(mut value: Reader<'_>) -> Option<()> {
    let mut list = value.read(SEQUENCE)?;
    while !list.is_empty() {
        let mut access = list.read(SEQUENCE)?;
        access.oid()?;
        if access.peek() == Some(context(6)) {
            access.read(context(6))?;
        }
    }
    Some(())
}
