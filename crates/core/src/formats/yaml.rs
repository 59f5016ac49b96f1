//! YAML as Kubernetes' loaders read it (sigs.k8s.io/yaml): the first document counts, of a key that is written
//! twice the last one wins, unknown fields are nobody's business.

use crate::inventory::Trouble;
use serde::de::DeserializeOwned;
use serde_saphyr::options::DuplicateKeyPolicy;

/// Reads the first document of `text`. The error says where, never what: the text may hold a private key.
pub(super) fn first_document<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
    let document = text.get(..first_document_end(text)).unwrap_or(text);
    let nothing =
        |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim() == "---";
    if document.trim_start_matches('\u{feff}').lines().all(nothing) {
        return Err(Trouble::Empty);
    }
    let options = serde_saphyr::options! {
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
    };
    serde_saphyr::from_str_with_options(document, options).map_err(|error| {
        let place = error.location().map(|at| format!("line {}, column {}", at.line(), at.column()));
        Trouble::Malformed(
            place.map_or_else(|| "not YAML".to_owned(), |place| format!("not as expected at {place}")),
        )
    })
}

/// Where the first document ends: before the first `---` that follows content, or before `...`. A marker in the
/// first column is one wherever it stands, also inside a block scalar (YAML 1.2.2, 9.1.2).
fn first_document_end(text: &str) -> usize {
    let mut begun = false;
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let bare = if at == 0 { line.trim_start_matches('\u{feff}') } else { line };
        let marker = |mark: &str| {
            bare.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        if begun && (marker("...") || marker("---")) {
            return at;
        }
        let comment = bare.trim_start().starts_with('#');
        begun |= !(bare.trim().is_empty() || comment || bare.starts_with('%'));
        at += line.len();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Numbers {
        a: u32,
    }

    #[test]
    fn only_the_first_document_counts() {
        for text in [
            "a: 1",
            "a: 1\n---\na: 2\n",
            "---\na: 1\n---\n\tbroken",
            "# x\n%YAML 1.2\n---\na: 1\n...\nrest",
            "\u{feff}a: 1\r\n---\r\na: 2",
        ] {
            assert_eq!(first_document::<Numbers>(text), Ok(Numbers { a: 1 }), "{text:?}");
        }
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        assert_eq!(first_document::<Numbers>("a: 1\na: 2\n"), Ok(Numbers { a: 2 }));
    }

    #[test]
    fn a_marker_needs_the_first_column_and_a_blank_after_it() {
        #[derive(serde::Deserialize)]
        struct Text {
            a: String,
        }
        let read = first_document::<Text>("a: |\n  ---\n  --- b\n").unwrap();
        assert_eq!(read.a, "---\n--- b\n");
        assert_eq!(first_document_end("---a: 1\n"), 8);
    }

    #[test]
    fn nothing_is_empty_and_nonsense_says_where_but_not_what() {
        assert_eq!(first_document::<Numbers>(""), Err(Trouble::Empty));
        assert_eq!(first_document::<Numbers>("# only a comment\n---\n"), Err(Trouble::Empty));
        let Err(Trouble::Malformed(reason)) = first_document::<Numbers>("a: geheim") else { panic!() };
        assert_eq!(reason, "not as expected at line 1, column 4");
    }
}
