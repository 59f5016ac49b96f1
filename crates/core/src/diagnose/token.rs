//! Reading single words of a line. Each kind has its own narrow alphabet; what does not fit is not kept.

use camino::Utf8PathBuf;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::net::IpAddr;

/// The longest name, path or number that is kept of a line.
const LONGEST: usize = 253;

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    /// An IP address or a host name.
    pub host: String,
    /// The port, where it is that of a server; a client's is of no use.
    pub port: Option<u16>,
}

impl Peer {
    /// The host as an address.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Reads `host:port`, `[v6]:port`, `host`, with or without `https://` before it and a path behind.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix("https://").unwrap_or(text);
        let end =
            text.find(|c: char| !(c.is_ascii_alphanumeric() || ".:-[]_".contains(c))).unwrap_or(text.len());
        let text = text[..end].trim_end_matches([':', '.']);
        if let Some(rest) = text.strip_prefix('[') {
            let (host, port) = rest.split_once(']')?;
            host.parse::<IpAddr>().ok()?;
            return Some(Self {
                host: host.to_owned(),
                port: port.strip_prefix(':').and_then(|p| p.parse().ok()),
            });
        }
        if text.parse::<IpAddr>().is_ok() {
            return Some(Self { host: text.to_owned(), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (text, None),
        };
        Some(Self { host: name(host)?, port })
    }
}

/// What follows the first `mark`.
pub(super) fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.find(mark).map(|at| &text[at + mark.len()..])
}

/// What stands between `open` and the next `close`.
pub(super) fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let rest = after(text, open)?;
    rest.find(close).map(|end| &rest[..end])
}

/// The word at the beginning that is made of these characters.
pub(super) fn word(text: &str, allowed: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !allowed(c)).unwrap_or(text.len());
    &text[..end]
}

/// A host, node, user or object name: `cp1`, `system:node:cp1`, `*.example.org`, `v1beta1.metrics.k8s.io`.
pub(super) fn name(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._:*@-".contains(c);
    let good = !text.is_empty() && text.len() <= LONGEST && text.chars().all(fits) && !secret(text);
    good.then(|| text.to_owned())
}

/// Whether a word looks like a token: a JWT, or a bootstrap token (`[a-z0-9]{6}\.[a-z0-9]{16}`).
fn secret(word: &str) -> bool {
    let bootstrap = word.split_once('.').is_some_and(|(id, secret)| {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
        id.len() == 6 && secret.len() == 16 && plain(id) && plain(secret)
    });
    bootstrap || word.starts_with("eyJ") || word.split(['.', ':', '-', '/']).any(|part| part.len() > 63)
}

/// An absolute path at the beginning.
pub(super) fn path(text: &str) -> Option<Utf8PathBuf> {
    let path =
        word(text, |c| c.is_ascii_alphanumeric() || "/._-@+=~".contains(c)).trim_end_matches(['.', ',']);
    (path.starts_with('/') && path.len() > 1 && path.len() <= LONGEST && !secret(path)).then(|| path.into())
}

/// A decimal number at the beginning, as long as it may be.
pub(super) fn decimal(text: &str) -> Option<String> {
    let digits = word(text, |c| c.is_ascii_digit());
    (!digits.is_empty() && digits.len() <= LONGEST).then(|| digits.to_owned())
}

/// Go's key identifiers in these lines: `1A:2B:…`; lower-case hexadecimal without the colons.
pub(super) fn key_id(text: &str) -> Option<String> {
    let id = word(text, |c| c.is_ascii_hexdigit() || c == ':');
    let id: String = id.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    (!id.is_empty() && id.len() <= 128).then_some(id)
}

/// RFC 3339 at the beginning: `2026-11-25T02:00:31Z`, with any fraction and offset.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    let word = word(text, |c| c.is_ascii_digit() || "TZtz:.+-".contains(c));
    if word.len() > 40 || !word.contains(['T', 't']) {
        return None;
    }
    let word = word.trim_end_matches(['.', ':']);
    if let Ok(at) = word.parse() {
        return Some(at);
    }
    // zap and systemd write the offset without a colon.
    let (rest, offset) = word.split_at_checked(word.len().checked_sub(5)?)?;
    let (hours, minutes) = offset.split_at_checked(3)?;
    format!("{rest}{hours}:{minutes}").parse().ok()
}

/// A time as Go's `time.Time.String` prints it: `2026-11-20 02:00:14 +0000 UTC`.
pub(super) fn go_time(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(' ')?;
    let (time, rest) = rest.split_once(' ').unwrap_or((rest, "+0000"));
    let offset = word(rest, |c| c.is_ascii_digit() || "+-".contains(c));
    let (hours, minutes) = offset.split_at_checked(3).unwrap_or(("+00", "00"));
    let time = word(time, |c| c.is_ascii_digit() || ":.".contains(c));
    format!("{}T{time}{hours}:{minutes}", word(date, |c| c.is_ascii_digit() || c == '-')).parse().ok()
}

/// A time that is written without its year, and without a zone: the last one that is not in the future, in UTC.
pub(super) fn without_year(month: i8, day: i8, time: &str, now: Timestamp) -> Option<Timestamp> {
    let time: jiff::civil::Time = word(time, |c| c.is_ascii_digit() || ":.".contains(c)).parse().ok()?;
    let year = Offset::UTC.to_datetime(now).year();
    let tomorrow = now.checked_add(jiff::SignedDuration::from_hours(24)).ok()?;
    [year, year - 1].into_iter().find_map(|year| {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let at = Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()?;
        (at <= tomorrow).then_some(at)
    })
}

/// Takes the escapes of a quoted text away, as often as it was quoted.
pub(super) fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        if !text.contains("\\\"") && !text.contains("\\n") {
            break;
        }
        let mut out = String::with_capacity(text.len());
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some('n' | 't' | 'r') => out.push(' '),
                    Some(escaped) => out.push(escaped),
                    None => {}
                },
                other => out.push(other),
            }
        }
        text = out;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_read_in_every_form() {
        let read = |text: &str| Peer::read(text).map(|peer| (peer.host, peer.port));
        let some = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(read("10.0.0.13:41464 (error"), some("10.0.0.13", Some(41464)));
        assert_eq!(read("https://cp1.example:6443/api?x=y"), some("cp1.example", Some(6443)));
        assert_eq!(read("[fd00::1]:2379\""), some("fd00::1", Some(2379)));
        assert_eq!(read("10.0.0.13: remote error"), some("10.0.0.13", None));
        assert_eq!(read("\u{1b}[31m"), None);
    }

    #[test]
    fn tokens_are_no_names() {
        assert_eq!(name("abcdef.0123456789abcdef"), None);
        assert_eq!(name("eyJhbGciOiJSUzI1NiJ9.x"), None);
        assert_eq!(path(&format!("/tmp/{}", "A1b2".repeat(20))), None);
        assert_eq!(name("system:node:cp1").as_deref(), Some("system:node:cp1"));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let at: Timestamp = "2026-11-20T02:00:14Z".parse().unwrap();
        assert_eq!(rfc3339("2026-11-20T02:00:14Z, verifying"), Some(at));
        assert_eq!(rfc3339("2026-11-20T10:00:14+0800"), Some(at));
        assert_eq!(rfc3339("2026-11-20T02:00:14.000000Z\","), Some(at));
        assert_eq!(go_time("2026-11-20 02:00:14 +0000 UTC"), Some(at));
        let now = "2027-01-02T00:00:00Z".parse().unwrap();
        assert_eq!(without_year(11, 20, "02:00:14.000", now), Some(at));
    }

    #[test]
    fn quoted_twice_is_unquoted_twice() {
        assert_eq!(unescape(r#"err="a \"b\\\"c\\\"\"""#), r#"err="a "b"c""""#);
    }
}
