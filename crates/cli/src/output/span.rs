//! Times as people read them. All are UTC.

use crate::language::{Language, span};
use jiff::Timestamp;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// `2027-11-25`.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// `2026-11-20 02:00:14`.
pub(crate) fn exact(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What lies between two times, in the largest unit that tells enough: `12 days`, `7.8 years`, `31 hours`.
/// Never negative.
pub(crate) fn left(language: Language, from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs().max(0);
    match seconds {
        _ if seconds >= 2 * YEAR => span::years(language, &tenths(seconds)),
        _ if seconds >= 2 * DAY => span::days(language, seconds / DAY),
        _ if seconds >= 2 * HOUR => span::hours(language, seconds / HOUR),
        _ => span::minutes(language, seconds / 60),
    }
}

/// The same for a column: `12d`, `7.8y`, `31h`; with a minus sign for what is over.
pub(crate) fn short_left(language: Language, from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs();
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.abs();
    let text = match seconds {
        _ if seconds >= 2 * YEAR => span::y(language, &tenths(seconds)),
        _ if seconds >= 2 * DAY => span::d(language, seconds / DAY),
        _ if seconds >= 2 * HOUR => span::h(language, seconds / HOUR),
        _ => span::m(language, seconds / 60),
    };
    format!("{sign}{text}")
}

/// Years with one digit, rounded down: nothing lasts longer than it says.
fn tenths(seconds: i64) -> String {
    let tenths = seconds.saturating_mul(10) / YEAR;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_grows_with_the_distance() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let english = |seconds| left(Language::En, at(0), at(seconds));
        assert_eq!(english(60), "1 minute");
        assert_eq!(english(31 * HOUR), "31 hours");
        assert_eq!(english(12 * DAY + HOUR), "12 days");
        assert_eq!(english(YEAR), "365 days");
        assert_eq!(english(9 * YEAR + YEAR / 2), "9.5 years");
        assert_eq!(english(-5), "0 minutes");
        assert_eq!(short_left(Language::En, at(3 * DAY), at(0)), "-3d");
        assert_eq!(left(Language::Zh, at(0), at(12 * DAY)), "12 天");
        assert_eq!(exact(at(0)), "1970-01-01 00:00:00");
    }
}
