//! Distinguished names as Go reads and prints them (`crypto/x509/parser.go`, `crypto/x509/pkix`).

use crate::asn1::{OID, PRINTABLE_STRING, Reader, SEQUENCE, SET, UTF8_STRING, tlv};
use crate::digest::hex;

const T61_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const NUMERIC_STRING: u8 = 0x12;
const BMP_STRING: u8 = 0x1e;

/// The attributes Go has a name for, in the order in which `pkix.Name.ToRDNSequence` lists them.
const KNOWN: [(&str, &str); 9] = [
    ("2.5.4.6", "C"),
    ("2.5.4.8", "ST"),
    ("2.5.4.7", "L"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    (COMMON_NAME, "CN"),
    (SERIAL_NUMBER, "SERIALNUMBER"),
];
const COMMON_NAME: &str = "2.5.4.3";
/// The same, encoded.
const COMMON_NAME_DER: [u8; 5] = [OID, 3, 0x55, 0x04, 0x03];
const SERIAL_NUMBER: &str = "2.5.4.5";
const ORGANIZATION: &str = "2.5.4.10";

/// A name: its attributes in the order of the encoding. The grouping in sets is not kept: Go flattens it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Name {
    attributes: Vec<(String, String)>,
}

impl Name {
    /// Reads the content of an `RDNSequence` (`parseName`).
    pub(crate) fn read(mut sequence: Reader<'_>) -> Option<Self> {
        let mut attributes = Vec::new();
        while !sequence.is_empty() {
            let mut set = sequence.read(SET)?;
            while !set.is_empty() {
                let mut pair = set.read(SEQUENCE)?;
                let oid = pair.oid()?;
                let value = pair.any()?;
                attributes.push((oid, text(value.tag, value.content.bytes())?));
            }
        }
        Some(Self { attributes })
    }

    fn values<'a>(&'a self, oid: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.attributes.iter().filter(move |(found, _)| found == oid).map(|(_, value)| value.as_str())
    }

    /// The last `CN`, unless it is empty.
    pub(crate) fn common_name(&self) -> Option<&str> {
        self.values(COMMON_NAME).next_back().filter(|name| !name.is_empty())
    }

    /// All `O` values in their order: a client certificate's groups.
    pub(crate) fn organizations(&self) -> Vec<String> {
        self.values(ORGANIZATION).map(str::to_owned).collect()
    }
}

impl std::fmt::Display for Name {
    /// `pkix.Name.String`: known attributes grouped, in reverse order, then the others as `oid=#hex`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        for (oid, value) in &self.attributes {
            if !KNOWN.iter().any(|(known, _)| known == oid) {
                parts.push(format!("{oid}=#{}", hex(&go_string(value))));
            }
        }
        for (oid, label) in KNOWN {
            let single = oid == COMMON_NAME || oid == SERIAL_NUMBER;
            let values: Vec<&str> = if single {
                self.values(oid).next_back().filter(|value| !value.is_empty()).into_iter().collect()
            } else {
                self.values(oid).collect()
            };
            if !values.is_empty() {
                let pairs: Vec<String> = values.iter().map(|v| format!("{label}={}", escape(v))).collect();
                parts.push(pairs.join("+"));
            }
        }
        parts.reverse();
        f.write_str(&parts.join(","))
    }
}

/// A name (an `RDNSequence`, whole) with another common name in each place of the old one; `None` where it has none.
pub(crate) fn with_common_name(name: &[u8], common_name: &str) -> Option<Vec<u8>> {
    let (mut sets, mut found) = (Vec::new(), false);
    let mut sequence = Reader::new(name).read(SEQUENCE)?;
    while !sequence.is_empty() {
        let (mut set, mut pairs) = (sequence.read(SET)?, Vec::new());
        while !set.is_empty() {
            let pair = set.element(SEQUENCE)?;
            let mut content = pair.content;
            let oid = content.element(OID)?.whole;
            if oid.bytes() == COMMON_NAME_DER {
                found = true;
                pairs.push(tlv(SEQUENCE, &[oid.bytes(), &go_string(common_name)]));
            } else {
                pairs.push(pair.whole.bytes().to_vec());
            }
        }
        sets.push(tlv(SET, &pairs.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }
    found.then(|| tlv(SEQUENCE, &sets.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

/// The escapes of `pkix.RDNSequence.String`.
fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (index, character) in value.char_indices() {
        let special = match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => true,
            ' ' => index == 0 || index + 1 == value.len(),
            '#' => index == 0,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// `asn1.Marshal` of a Go string: PrintableString where every character allows it, else UTF8String.
fn go_string(value: &str) -> Vec<u8> {
    let printable = value.bytes().all(|byte| printable(byte) && byte != b'*' && byte != b'&');
    tlv(if printable { PRINTABLE_STRING } else { UTF8_STRING }, &[value.as_bytes()])
}

fn printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(&byte)
}

/// `parseASN1String`.
fn text(tag: u8, value: &[u8]) -> Option<String> {
    let checked = |allowed: fn(u8) -> bool| {
        value.iter().all(|byte| allowed(*byte)).then(|| String::from_utf8_lossy(value).into_owned())
    };
    match tag {
        T61_STRING => Some(value.iter().map(|byte| char::from(*byte)).collect()),
        PRINTABLE_STRING => checked(printable),
        UTF8_STRING => std::str::from_utf8(value).ok().map(str::to_owned),
        IA5_STRING => checked(|byte| byte.is_ascii()),
        NUMERIC_STRING => checked(|byte| byte.is_ascii_digit() || byte == b' '),
        BMP_STRING => {
            let value =
                value.strip_suffix(&[0, 0]).filter(|_| value.len().is_multiple_of(2)).unwrap_or(value);
            let (pairs, []) = value.as_chunks::<2>() else { return None };
            pairs.iter().map(|pair| bmp(u16::from_be_bytes(*pair))).collect()
        }
        _ => None,
    }
}

/// A code point of the basic plane that is neither a surrogate nor reserved.
fn bmp(point: u16) -> Option<char> {
    match point {
        0xfffe | 0xffff | 0xfdd0..=0xfdef => None,
        _ => char::from_u32(u32::from(point)),
    }
}
