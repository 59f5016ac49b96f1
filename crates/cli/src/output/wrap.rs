//! Text broken into lines of at most some columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks at spaces, and between Chinese characters, but never before their closing punctuation or behind an
/// opening one. Anything else stays whole, however long: paths and commands are there to be copied.
pub(crate) fn wrap_at(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for part in parts(text) {
        if !line.is_empty() && line.width() + part.trim_end().width() > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(part);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The pieces between which a line may end; spaces stay at their end.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((_, character)) = characters.next() {
            let Some((at, next)) = characters.peek().copied() else { break };
            if may_break(character, next) {
                end = at;
                break;
            }
        }
        let (part, after) = rest.split_at(end);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// Whether a line may end between the two.
pub(super) fn may_break(before: char, after: char) -> bool {
    if before == ' ' {
        return after != ' ';
    }
    let wide = |character: char| character.width() == Some(2);
    (wide(before) || wide(after)) && after != ' ' && !closing(after) && !opening(before)
}

fn closing(character: char) -> bool {
    matches!(
        character,
        '\u{ff0c}'
            | '\u{ff1b}'
            | '\u{ff1a}'
            | '\u{ff09}'
            | '\u{ff1f}'
            | '\u{ff01}'
            | '。'
            | '、'
            | '”'
            | '》'
    )
}

fn opening(character: char) -> bool {
    matches!(character, '\u{ff08}' | '“' | '《')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_never_broken_in_a_word() {
        let long = "/very/long/path/that/does/not/fit/into-forty/columns/kubelet-client-current.pem";
        let lines = wrap_at(&format!("cp {long} x"), 40);
        assert_eq!(lines, ["cp", long, "x"]);
    }

    #[test]
    fn chinese_breaks_between_characters_but_not_before_punctuation() {
        assert_eq!(wrap_at("证书将到期\u{ff0c}请续订", 10), ["证书将到", "期\u{ff0c}请续订"]);
        assert_eq!(wrap_at("静态 Pod 会重读", 8), ["静态 Pod", "会重读"]);
        assert_eq!(wrap_at("证书\u{ff08}新\u{ff09}", 6), ["证书", "\u{ff08}新\u{ff09}"]);
    }

    #[test]
    fn nothing_is_lost() {
        for text in ["", "a", "one two  three", "混合 text 文本"] {
            let joined: String = wrap_at(text, 5).concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
