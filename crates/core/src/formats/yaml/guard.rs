//! What the parser must not be given: it panics where libyaml runs on into the padding of its buffer, and at a comma
//! behind a tag, which nobody has finished there. (libyaml-safer 0.3.0, src/scanner.rs, lines 166 and 1112.)

use super::compose::DEEPEST;
use libyaml_safer::{Scanner, TokenData};
use std::borrow::Cow;

/// So many places are looked at; a file with more is refused.
const MOST: usize = 16;

/// A text that ends in a line end, and whether that was added: a block scalar at the end has got it, too.
pub(super) fn ended(text: &str) -> (Cow<'_, str>, bool) {
    if text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        (Cow::Borrowed(text), false)
    } else {
        (Cow::Owned(format!("{text}\n")), true)
    }
}

/// Whether a tag is followed by a comma.
pub(super) fn tag_before_comma(text: &str) -> bool {
    let commas = text.match_indices('!').filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(|letter: char| letter == ',' || letter.is_whitespace())?;
        rest.get(end..)?.starts_with(',').then_some(at + end)
    });
    commas.enumerate().any(|(count, at)| count >= MOST || ends_a_tag(text.get(..at).unwrap_or_default()))
}

/// Whether the text ends in a tag: what comes behind it does not matter for that.
fn ends_a_tag(text: &str) -> bool {
    let ended = format!("{text}\n");
    let mut bytes = ended.as_bytes();
    let mark = text.strip_prefix('\u{feff}').map_or(0, |rest| text.len() - rest.len());
    let mut scanner = Scanner::new();
    scanner.set_input_string(&mut bytes);
    let mut depth = 0usize;
    loop {
        match Scanner::scan(&mut scanner) {
            Ok(token) => match token.data {
                TokenData::StreamEnd => return false,
                // The scanner's work grows with the depth, which the parser's user limits.
                TokenData::FlowSequenceStart | TokenData::FlowMappingStart if depth > DEEPEST => return true,
                TokenData::FlowSequenceStart | TokenData::FlowMappingStart => depth += 1,
                TokenData::FlowSequenceEnd | TokenData::FlowMappingEnd => depth = depth.saturating_sub(1),
                TokenData::Tag { .. } if token.end_mark.index == (text.len() - mark) as u64 => return true,
                _ => {}
            },
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, document};
    use super::*;

    #[test]
    fn a_comma_behind_a_tag_is_seen_where_there_is_a_tag() {
        for text in
            ["[!a, b]", "a: {b: !!str, c: d}", "[!<x>,]", "- !,", "\u{feff}[!a,b]", "[!a!b,c]", "['a'!b,c]"]
        {
            assert!(tag_before_comma(text), "{text}");
            assert!(document(text).is_err(), "{text}");
        }
        for text in
            ["a: 'b !c, d'", "a: b !c, d", "a: |\n  !x, y", "# !a, b\na: b", "a: \"!b,c\"", "[!a b, c]"]
        {
            assert!(!tag_before_comma(text), "{text}");
            assert!(document(text).is_ok(), "{text}");
        }
        assert!(tag_before_comma(&"'!a,' ".repeat(40)), "too many to look at");
    }

    #[test]
    fn a_file_need_not_end_in_a_line_end() {
        for (text, expected) in [
            ("a: |\n  b", "b"),
            ("a: |+\n  b", "b"),
            ("a: |-\n  b", "b"),
            ("a: |\n  b\n", "b\n"),
            ("a: >\n  b\n  c", "b c"),
            ("a: b", "b"),
            ("a: 'b'", "b"),
        ] {
            let tree = document(text).unwrap();
            let Some(Kind::Text(read)) = tree.get("a").map(|a| &a.kind) else { panic!("{text:?}") };
            assert_eq!(read.as_str(), expected, "{text:?}");
        }
        for text in ["a: |", "a: \"b\\", "a: \"b", "%", "a: !", "a: &", "- ", "?", "a: |1", "a: >+"] {
            drop(document(text));
        }
    }
}
