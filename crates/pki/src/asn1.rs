//! A DER reader with the strictness of `golang.org/x/crypto/cryptobyte`, and a small writer.
//!
//! Certificates are read with exactly the rules of Go's parser, which neither BER readers nor stricter DER
//! readers have; and a re-issue needs the raw bytes of each element, which the reader gives without copying.

use std::ops::Range;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;

/// Context-specific, primitive.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// Context-specific, constructed.
pub(crate) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// What is left to read, and where it lies in the outermost input.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// One element: its tag, its content, and all of its bytes.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: Reader<'a>,
    pub(crate) whole: Reader<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Where the bytes lie in the outermost input.
    pub(crate) fn range(&self) -> Range<usize> {
        self.at..self.at + self.bytes.len()
    }

    /// The tag of the next element, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    /// Any element in DER: low tag numbers, definite and minimal lengths (cryptobyte `readASN1`).
    pub(crate) fn any(&mut self) -> Option<Element<'a>> {
        let (tag, header, length) = self.header()?;
        let end = header.checked_add(length)?;
        let whole = self.bytes.get(..end)?;
        let element = Element {
            tag,
            content: Reader { bytes: whole.get(header..)?, at: self.at + header },
            whole: Reader { bytes: whole, at: self.at },
        };
        self.bytes = self.bytes.get(end..)?;
        self.at += end;
        Some(element)
    }

    /// Tag, length of the header, length of the content, which need not be there.
    fn header(&self) -> Option<(u8, usize, usize)> {
        let (&tag, &first) = (self.bytes.first()?, self.bytes.get(1)?);
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (header, length) = if first & 0x80 == 0 {
            (2, usize::from(first))
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let digits = self.bytes.get(2..2 + count)?;
            let length = digits.iter().fold(0u64, |sum, digit| sum << 8 | u64::from(*digit));
            if length < 128 || digits.first() == Some(&0) {
                return None;
            }
            (2 + count, usize::try_from(length).ok()?)
        };
        Some((tag, header, length))
    }

    /// Goes behind the header of an explicit tag, if it is there. `encoding/asn1` reads the next header whatever its tag
    /// is, wants something behind it, and looks at its length no further. `None`: it is broken.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<bool> {
        if self.is_empty() || self.peek().is_some_and(|next| next & 0x1f == 0x1f) {
            return Some(false);
        }
        let (found, header, length) = self.header()?;
        let rest = self.bytes.get(header..).filter(|rest| !rest.is_empty())?;
        if found != tag {
            return Some(false);
        }
        if length == 0 {
            return None;
        }
        self.bytes = rest;
        self.at += header;
        Some(true)
    }

    /// The next element, which must have this tag.
    pub(crate) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        let before = *self;
        let found = self.any().filter(|element| element.tag == tag);
        if found.is_none() {
            *self = before;
        }
        found
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn read(&mut self, tag: u8) -> Option<Self> {
        self.element(tag).map(|element| element.content)
    }

    /// `Some(None)`: another tag or the end; `None`: this tag, and broken.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.element(tag).map(Some) } else { Some(None) }
    }

    /// The content of an INTEGER in its minimal form.
    pub(crate) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.read(INTEGER)?.bytes;
        match bytes {
            [] => None,
            [0, second, ..] if second & 0x80 == 0 => None,
            [0xff, second, ..] if second & 0x80 != 0 => None,
            _ => Some(bytes),
        }
    }

    /// An INTEGER from 0 to 2^63 - 1.
    pub(crate) fn small(&mut self) -> Option<u64> {
        let bytes = self.integer()?;
        if bytes.len() > 8 || bytes.first()? & 0x80 != 0 {
            return None;
        }
        Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    pub(crate) fn boolean(&mut self) -> Option<bool> {
        match self.read(BOOLEAN)?.bytes {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// An OBJECT IDENTIFIER as dotted numbers, each below 2^31 (cryptobyte `ReadASN1ObjectIdentifier`).
    pub(crate) fn oid(&mut self) -> Option<String> {
        let mut bytes = self.read(OID)?.bytes;
        let first = base128(&mut bytes)?;
        let mut text = match first {
            0..80 => format!("{}.{}", first / 40, first % 40),
            _ => format!("2.{}", first - 80),
        };
        while !bytes.is_empty() {
            text.push('.');
            text.push_str(&base128(&mut bytes)?.to_string());
        }
        Some(text)
    }

    /// A BIT STRING: the number of unused bits, and the bytes.
    pub(crate) fn bits(&mut self) -> Option<(u8, &'a [u8])> {
        let (&unused, bytes) = self.read(BIT_STRING)?.bytes.split_first()?;
        let last = bytes.last().copied();
        let clean = last.is_none_or(|last| last & ((1u16 << unused.min(8)) - 1) as u8 == 0);
        if unused > 7 || (last.is_none() && unused != 0) || !clean {
            return None;
        }
        Some((unused, bytes))
    }
}

/// One number of an OBJECT IDENTIFIER (cryptobyte `readBase128Int`).
fn base128(bytes: &mut &[u8]) -> Option<u32> {
    let mut number: u32 = 0;
    for index in 0.. {
        let (&byte, rest) = bytes.split_first()?;
        if index == 5 || number >= 1 << 24 || (index == 0 && byte == 0x80) {
            return None;
        }
        *bytes = rest;
        number = number << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

/// Right-aligns a BIT STRING as Go's `asn1.BitString.RightAlign` does.
pub(crate) fn right_align(unused: u8, bytes: &[u8]) -> Vec<u8> {
    if unused == 0 {
        return bytes.to_vec();
    }
    let mut carry = 0u8;
    bytes
        .iter()
        .map(|byte| {
            let aligned = carry << (8 - unused) | byte >> unused;
            carry = *byte;
            aligned
        })
        .collect()
}

/// An element around the concatenation of parts.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 10);
    out.push(tag);
    if length < 128 {
        out.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let skip = digits.iter().take_while(|digit| **digit == 0).count();
        out.push(0x80 | (digits.len() - skip) as u8);
        out.extend(digits.iter().skip(skip));
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A non-negative INTEGER from big-endian bytes, in its minimal form.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let skip = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(skip..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_none_or(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
    tlv(INTEGER, &[sign, digits])
}
