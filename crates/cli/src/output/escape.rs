//! Text from certificates and files is written by strangers: nothing of it may steer the terminal.

use std::borrow::Cow;

/// Makes control characters, and characters that reorder or hide text, visible.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if hostile(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// The same in a JSON text, whose values stay what they are: what its writer leaves as it is, and a terminal obeys.
pub(crate) fn escape_json(text: String) -> String {
    let within = |character: &char| *character != '\n' && hostile(*character);
    if !text.chars().any(|character| within(&character)) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if within(&character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// C0, DEL and C1; zero-width and bidirectional characters; line separators; tags; private use.
pub(super) fn hostile(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_becomes_visible() {
        assert_eq!(escape("CN=\u{1b}[31mroot\u{7}"), "CN=\\u{1b}[31mroot\\u{7}");
        assert_eq!(escape("a\r\nb\t"), "a\\r\\nb\\t");
        assert_eq!(escape("\u{9b}2J"), "\\u{9b}2J");
        assert_eq!(escape("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
    }

    #[test]
    fn a_json_text_keeps_its_values() {
        for value in ["a\u{202e}b\u{9b}c\u{7f}", "\u{e0001}x", "系统 ×"] {
            let text = serde_json::to_string_pretty(&[value]).unwrap();
            let safe = escape_json(text.clone());
            assert!(!safe.chars().any(|character| character != '\n' && hostile(character)), "{safe}");
            assert_eq!(serde_json::from_str::<[String; 1]>(&safe).unwrap(), [value]);
        }
        let ordinary = "{\n  \"系统\": 1\n}".to_owned();
        assert_eq!(escape_json(ordinary.clone()), ordinary);
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        for text in ["CN=kube-apiserver,O=系统", "√ × ‼ · → ≠ …", "Zürich", ""] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
