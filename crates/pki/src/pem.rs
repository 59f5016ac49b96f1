//! PEM as Go's `encoding/pem` sees it (`Decode` and `Encode` of Go 1.26).
//!
//! Every component of a Kubernetes cluster reads its files with that decoder, and it sees less than common
//! Rust and C parsers do: a byte order mark before the first `BEGIN`, an indented `BEGIN`, lines that end in a
//! bare CR, or an `END` and a `BEGIN` on one line make a block invisible. It also sees more: text between
//! blocks, headers, blanks at line ends.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Go's `base64.StdEncoding`: padding is required, left-over bits are not looked at.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// One block.
#[derive(Clone)]
pub struct Block {
    /// The word after `BEGIN`, such as `CERTIFICATE`. Bytes that are not UTF-8 are replaced.
    pub label: String,
    /// The headers such as `Proc-Type`, in their order; of a repeated one the last value stays, as in Go's map.
    pub headers: Vec<(String, String)>,
    /// The decoded content. It may be a private key, so it is erased when dropped and never printed.
    pub der: Zeroizing<Vec<u8>>,
    /// Where the block lies in the input: from its `BEGIN` to the end of its `END` line.
    pub span: Range<usize>,
}

impl Block {
    /// The value of a header.
    pub fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("label", &self.label)
            .field("headers", &self.headers.iter().map(|(key, _)| key).collect::<Vec<_>>())
            .field("der", &format_args!("[{} bytes]", self.der.len()))
            .field("span", &self.span)
            .finish()
    }
}

/// All blocks that Go would see when it calls `pem.Decode` until nothing is left, in their order.
pub fn blocks(input: &[u8]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(block) = decode(input, at) {
        at = block.span.end;
        found.push(block);
    }
    found
}

/// `pem.Decode` of `input[from..]`: positions are absolute here where Go shortens its slice.
fn decode(input: &[u8], from: usize) -> Option<Block> {
    let mut start = from;
    loop {
        // The first END, then the last BEGIN before it: a BEGIN without END is skipped.
        let end = start + find(input.get(start..)?, END)?;
        let trailer = end + END.len();
        let resume = start;
        start = trailer;

        let Some(begin) = rfind(input.get(resume..end)?, BEGIN).map(|found| resume + found) else { continue };
        if begin > resume && input.get(begin - 1) != Some(&b'\n') {
            continue;
        }
        let (type_line, mut rest) = line(input, begin + BEGIN.len());
        let Some(label) = type_line.strip_suffix(DASHES) else { continue };

        let mut headers: Vec<(String, String)> = Vec::new();
        let mut known = BTreeMap::new();
        loop {
            if rest >= input.len() {
                return None;
            }
            let (text, next) = line(input, rest);
            let Some(colon) = text.iter().position(|byte| *byte == b':') else { break };
            let key = trim(text.get(..colon)?);
            let value = trim(text.get(colon + 1..)?);
            let at = *known.entry(key.clone()).or_insert(headers.len());
            match headers.get_mut(at) {
                Some((_, earlier)) => *earlier = value,
                None => headers.push((key, value)),
            }
            rest = next;
        }
        // Without headers the END may begin with the newline of the BEGIN line.
        if end < rest && !headers.is_empty() {
            // Go looks for the next END behind this one only while it has not read past it.
            if trailer < rest {
                return None;
            }
            continue;
        }

        let Some(tail) = input.get(trailer..).and_then(|tail| tail.strip_prefix(label)) else { continue };
        let Some(tail) = tail.strip_prefix(DASHES) else { continue };
        let after = input.len() - tail.len();
        let (blank, next) = line(input, after);
        if !blank.is_empty() {
            continue;
        }

        let body = input.get(rest..end.max(rest))?;
        let mut packed = Zeroizing::new(Vec::with_capacity(body.len()));
        packed.extend(body.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')));
        let mut der = Zeroizing::new(vec![0; base64::decoded_len_estimate(packed.len())]);
        let Ok(length) = BASE64.decode_slice(packed.as_slice(), der.as_mut_slice()) else { continue };
        der.truncate(length);
        return Some(Block {
            label: String::from_utf8_lossy(label).into_owned(),
            headers,
            der,
            span: begin..next,
        });
    }
}

/// The line at `at` without its end and the blanks before it, and where the next one begins (`getLine`).
fn line(input: &[u8], at: usize) -> (&[u8], usize) {
    let rest = input.get(at..).unwrap_or_default();
    let (mut text, next) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(newline) => {
            let text = rest.get(..newline).unwrap_or_default();
            (text.strip_suffix(b"\r").unwrap_or(text), at + newline + 1)
        }
        None => (rest, input.len()),
    };
    while let [shorter @ .., b' ' | b'\t'] = text {
        text = shorter;
    }
    (text, next)
}

/// `bytes.TrimSpace`.
fn trim(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim().to_owned()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

/// One block without headers, 64 characters a line, as `pem.EncodeToMemory` writes it.
pub fn encode(label: &str, der: &[u8]) -> String {
    let mut out = String::with_capacity(2 * label.len() + 40 + der.len().div_ceil(48) * 65);
    for part in ["-----BEGIN ", label, "-----\n"] {
        out.push_str(part);
    }
    for chunk in der.chunks(48) {
        let mut columns = Zeroizing::new([0u8; 64]);
        if let Ok(length) = BASE64.encode_slice(chunk, columns.as_mut_slice()) {
            out.extend(columns.iter().take(length).map(|byte| char::from(*byte)));
        }
        out.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        out.push_str(part);
    }
    out
}
