//! `--as-of`: a date, or a time from now.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::duration;

/// A moment that is judged instead of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// That moment; of a date its beginning, in UTC.
    At(Timestamp),
    /// So long after now.
    In(SignedDuration),
}

impl AsOf {
    /// The moment, seen from `now`.
    pub(crate) fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::In(length) => now.checked_add(length).unwrap_or(Timestamp::MAX),
        }
    }
}

/// Reads one.
pub(crate) fn parse(text: &str) -> Result<AsOf, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(AsOf::At(at));
    }
    // jiff takes more for a date than a date (a time behind it, which would be dropped).
    let date = (text.len() == "2027-03-01".len()).then(|| text.parse::<Date>());
    if let Some(Ok(date)) = date {
        let start = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        return start.map(AsOf::At).map_err(|error| error.to_string());
    }
    duration(text).map(AsOf::In)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_moments_and_times_from_now_are_read() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(parse("2027-03-01"), Ok(AsOf::At(at("2027-03-01T00:00:00Z"))));
        assert_eq!(parse("2027-03-01T08:00:00+08:00"), Ok(AsOf::At(at("2027-03-01T00:00:00Z"))));
        let now = at("2026-11-25T00:00:00Z");
        assert_eq!(parse("90d").unwrap().moment(now), at("2027-02-23T00:00:00Z"));
        assert_eq!(parse("99999999y").map(|far| far.moment(now)), Ok(Timestamp::MAX));
        for wrong in ["", "90", "2027", "2027-13-01", "2027-03-01 10:00", "20270301", "tomorrow", "-3d"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
