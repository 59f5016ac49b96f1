//! E-mail addresses as name constraints look at them (`parseRFC2821Mailbox` of `crypto/x509/verify.go`).

/// The local part without its quoting, and the domain as it is written. `None` where Go can't read the address.
pub(crate) fn parse(text: &str) -> Option<(String, &str)> {
    let mut local = String::new();
    let mut letters = text.chars();
    if text.starts_with('"') {
        letters.next();
        loop {
            match letters.next()? {
                '"' => break,
                '\\' => local.push(letters.next().filter(|letter| is_text(*letter))?),
                letter if is_quoted(letter) => local.push(letter),
                _ => return None,
            }
        }
    } else {
        loop {
            let before = letters.clone();
            match letters.next() {
                // Go takes what follows a backslash for an atom's letter, whatever it is.
                Some('\\') => local.push(letters.next().filter(char::is_ascii)?),
                Some(letter) if is_atom(letter) => local.push(letter),
                _ => {
                    letters = before;
                    break;
                }
            }
        }
        if local.is_empty() || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return None;
        }
    }
    let domain = letters.as_str().strip_prefix('@')?;
    // The RFC allows only letters, digits and dots, but a domain is not looked at more closely than its labels.
    crate::constraint::is_domain(domain).then_some((local, domain))
}

fn is_text(letter: char) -> bool {
    matches!(letter, '\u{1}'..='\u{9}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{7f}')
}

fn is_quoted(letter: char) -> bool {
    matches!(letter, '\u{1}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{21}' | '#'..='[' | ']'..='\u{7f}')
}

fn is_atom(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_what_follows_the_local_part() {
        for (text, local, domain) in [
            ("a.b@example.com", "a.b", "example.com"),
            ("invalid@address@example.com", "invalid", "address@example.com"),
            ("\"a@b\"@example.com", "a@b", "example.com"),
            ("\"a\\\"b c\"@x", "a\"b c", "x"),
            ("a\\@b@x", "a@b", "x"),
        ] {
            assert_eq!(parse(text), Some((local.to_owned(), domain)), "{text}");
        }
        for text in ["", "a", "@x", ".a@x", "a.@x", "a..b@x", "\"a@x", "a b@x", "ä@x", "a@x..y"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
