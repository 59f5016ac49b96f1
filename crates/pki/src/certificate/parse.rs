//! The parser: `parseCertificate` of `crypto/x509/parser.go`, step by step and in its order.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;

use crate::algorithm::{PublicKey, Signature};
use crate::asn1::{BOOLEAN, OCTET_STRING, Reader, SEQUENCE, context, explicit, right_align};
use crate::extension::Known;
use crate::name::Name;
use crate::time;

/// What a certificate says, and where.
pub(crate) struct Fields {
    pub(crate) der: Vec<u8>,
    /// 1, 2 or 3.
    pub(crate) version: u64,
    pub(crate) ranges: Ranges,
    pub(crate) signature_algorithm: Signature,
    pub(crate) signature: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) public_key: PublicKey,
    pub(crate) extensions: Vec<Raw>,
    pub(crate) known: Known,
}

/// Where the parts lie in the DER, each with its tag and length.
#[derive(Default)]
pub(crate) struct Ranges {
    pub(crate) tbs: Range<usize>,
    /// Empty in version 1.
    pub(crate) version: Range<usize>,
    /// The serial number's content alone.
    pub(crate) serial: Range<usize>,
    pub(crate) issuer: Range<usize>,
    pub(crate) subject: Range<usize>,
    pub(crate) public_key: Range<usize>,
    /// The unique identifiers of version 2, mostly empty.
    pub(crate) unique_ids: Range<usize>,
}

/// Where an extension lies.
pub(crate) struct Raw {
    pub(crate) oid: String,
    pub(crate) critical: bool,
    pub(crate) whole: Range<usize>,
    pub(crate) value: Range<usize>,
}

impl Fields {
    pub(crate) fn parse(der: &[u8]) -> Result<Self, &'static str> {
        const NAME: &str = "a distinguished name in it is broken";
        let mut input = Reader::new(der).read(SEQUENCE).ok_or("it is not DER")?;
        let tbs = input.element(SEQUENCE).ok_or("its signed part is broken")?;
        let mut ranges = Ranges { tbs: tbs.whole.range(), ..Ranges::default() };
        let mut fields = tbs.content;

        let version = match fields.optional(explicit(0)).ok_or("its version is broken")? {
            None => 1,
            Some(element) => {
                ranges.version = element.whole.range();
                let mut content = element.content;
                let version = content.small().filter(|version| *version < 3 && content.is_empty());
                version.ok_or("its version is none of 1, 2 and 3")? + 1
            }
        };
        let before = fields;
        let serial = fields.integer().ok_or("its serial number is broken")?;
        if serial.first().is_some_and(|byte| byte & 0x80 != 0) {
            return Err("its serial number is negative");
        }
        let end = before.range().end - fields.range().len();
        ranges.serial = end - serial.len()..end;

        let algorithm = fields.read(SEQUENCE).ok_or("its signature algorithm is broken")?;
        let outer = input.read(SEQUENCE).ok_or("its outer signature algorithm is broken")?;
        if algorithm.bytes() != outer.bytes() {
            return Err("it names two different signature algorithms");
        }
        let signature_algorithm = Signature::read(algorithm).ok_or("its signature algorithm is broken")?;

        let issuer = fields.element(SEQUENCE).ok_or("its issuer is broken")?;
        ranges.issuer = issuer.whole.range();
        let mut validity = fields.read(SEQUENCE).ok_or("its validity is broken")?;
        let not_before = time::read(&mut validity).ok_or("its start time is broken")?;
        let not_after = time::read(&mut validity).ok_or("its end time is broken")?;
        let subject = fields.element(SEQUENCE).ok_or("its subject is broken")?;
        ranges.subject = subject.whole.range();
        let info = fields.element(SEQUENCE).ok_or("its public key is broken")?;
        ranges.public_key = info.whole.range();
        let public_key = PublicKey::read(info.content)?;
        let issuer = Name::read(issuer.content).ok_or(NAME)?;
        let subject = Name::read(subject.content).ok_or(NAME)?;

        let (mut extensions, mut known) = (Vec::new(), Known::default());
        if version > 1 {
            let start = fields.range().start;
            fields.optional(context(1)).ok_or("its issuer's unique identifier is broken")?;
            fields.optional(context(2)).ok_or("its subject's unique identifier is broken")?;
            ranges.unique_ids = start..fields.range().start;
        }
        if version == 3
            && let Some(list) = fields.optional(explicit(3)).ok_or("its extensions are broken")?
        {
            extensions = read_extensions(list.content)?;
            for raw in &extensions {
                let value = der.get(raw.value.clone()).unwrap_or_default();
                known.add(&raw.oid, raw.critical, Reader::new(value))?;
            }
        }
        let (unused, signature) = input.bits().ok_or("its signature is broken")?;
        let signature = right_align(unused, signature);
        Ok(Self {
            der: der.to_vec(),
            version,
            ranges,
            signature_algorithm,
            signature,
            issuer,
            subject,
            not_before,
            not_after,
            public_key,
            extensions,
            known,
        })
    }
}

pub(crate) fn read_extensions(mut list: Reader<'_>) -> Result<Vec<Raw>, &'static str> {
    const BROKEN: &str = "an extension is broken";
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut list = list.read(SEQUENCE).ok_or(BROKEN)?;
    while !list.is_empty() {
        let element = list.element(SEQUENCE).ok_or(BROKEN)?;
        let mut fields = element.content;
        let oid = fields.oid().ok_or(BROKEN)?;
        let critical = if fields.peek() == Some(BOOLEAN) { fields.boolean().ok_or(BROKEN)? } else { false };
        let value = fields.read(OCTET_STRING).ok_or(BROKEN)?.range();
        if !seen.insert(oid.clone()) {
            return Err("an extension occurs twice");
        }
        found.push(Raw { oid, critical, whole: element.whole.range(), value });
    }
    Ok(found)
}
