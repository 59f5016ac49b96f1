//! YAML as Kubernetes' loaders read it (sigs.k8s.io/yaml on go.yaml.in/yaml/v2): the first document counts, of a key
//! that is written twice the last one wins, a plain scalar means what YAML 1.1 says (`yes` is no text), and what is
//! no text is no text for a field of text either.
//!
//! Go's YAML is a port of libyaml, and so is the parser here: both stop at the same characters.

mod compose;
mod guard;
mod json;
mod node;
mod resolve;

pub(super) use node::{Kind, Node};

use crate::inventory::Trouble;
use serde::de::DeserializeOwned;

/// As the decoders of manifests and configuration files do (apimachinery `serializer/recognizer`, `util/yaml`): what
/// begins with a brace is JSON, everything else is YAML.
pub(super) fn configuration_document(text: &str) -> Result<Node, Trouble> {
    if text.trim_start().starts_with('{') { json::document(text) } else { document(text) }
}

/// Reads the first document of `text` as a tree. The error says where, never what: the text may hold a private key.
pub(super) fn document(text: &str) -> Result<Node, Trouble> {
    let nothing =
        |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim() == "---";
    if text.trim_start_matches('\u{feff}').lines().all(nothing) {
        return Err(Trouble::Empty);
    }
    compose::first(text)
}

/// Reads a tree as a type.
pub(super) fn read<T: DeserializeOwned>(document: &Node) -> Result<T, Trouble> {
    T::deserialize(document).map_err(|error| Trouble::Malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
        read(&configuration_document(text)?)
    }

    fn first_document<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
        read(&document(text)?)
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Numbers {
        a: u32,
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Text {
        a: String,
    }

    #[test]
    fn only_the_first_document_counts() {
        for text in [
            "a: 1",
            "a: 1\n---\na: 2\n",
            "---\na: 1\n---\n\tbroken",
            "# x\n%YAML 1.1\n---\na: 1\n...\nrest",
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
        let read = first_document::<Text>("a: |\n  ---\n  --- b\n").unwrap();
        assert_eq!(read.a, "---\n--- b\n");
        assert!(first_document::<Text>("---a: b\n").is_err());
    }

    #[test]
    fn text_is_text_only_where_go_says_so() {
        let text = |scalar: &str| first_document::<Text>(&format!("a: {scalar}\n")).map(|read| read.a);
        for scalar in ["yes", "No", "on", "n", "1", "0x1f", "1_000", "1.5", ".inf", "true", "[b]", "{b: c}"] {
            assert!(text(scalar).is_err(), "{scalar}");
        }
        for (scalar, meant) in [
            ("'yes'", "yes"),
            ("\"1\"", "1"),
            ("!!str 1", "1"),
            ("2026-01-02", "2026-01-02"),
            ("1:2", "1:2"),
            ("~", ""),
            ("", ""),
            ("!!binary aGk=", "hi"),
        ] {
            assert_eq!(text(scalar).as_deref(), Ok(meant), "{scalar}");
        }
    }

    #[test]
    fn anchors_and_merges_are_followed_but_no_bomb_is() {
        let merged = "x: &x {a: 1}\nz:\n  <<: *x\na: 2\n";
        let tree = document(merged).unwrap();
        assert!(matches!(tree.get("z").and_then(|z| z.get("a")).map(|a| &a.kind), Some(Kind::Number(_))));
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{},", level - 1).repeat(12);
            bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert!(matches!(document(&bomb), Err(Trouble::Malformed(_))));
        assert!(matches!(document("a: &a [*a]"), Err(Trouble::Malformed(_))));
        let deep = format!("a: {}", "[".repeat(100_000));
        assert!(matches!(document(&deep), Err(Trouble::Malformed(_))));
    }

    #[test]
    fn a_configuration_that_begins_with_a_brace_is_json() {
        assert_eq!(configuration::<Numbers>(" {\"a\": 1}\n"), Ok(Numbers { a: 1 }));
        assert!(configuration::<Numbers>("{a: 1}").is_err());
        assert_eq!(first_document::<Numbers>("{a: 1}"), Ok(Numbers { a: 1 }));
    }

    #[test]
    fn nothing_is_empty_and_nonsense_says_where_but_not_what() {
        assert_eq!(first_document::<Numbers>(""), Err(Trouble::Empty));
        assert_eq!(first_document::<Numbers>("# only a comment\n---\n"), Err(Trouble::Empty));
        let Err(Trouble::Malformed(reason)) = first_document::<Numbers>("b: 1\na: geheim") else { panic!() };
        assert_eq!(reason, "not as expected at line 2, column 4");
        let Err(Trouble::Malformed(reason)) = first_document::<Numbers>("a: 1\nb: \"geheim\n") else {
            panic!()
        };
        assert!(reason.starts_with("not YAML at line ") && !reason.contains("geheim"), "{reason}");
    }
}
