//! When "ends soon" begins.

use jiff::{SignedDuration, Timestamp};
use std::str::FromStr;

const DAY: i64 = 24 * 60 * 60;

/// A limit for the life that a certificate has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Less than this time.
    Time(SignedDuration),
    /// Less than this share of its whole life.
    Percent(u8),
    /// Less than both: a certificate that lives only hours is not "ending soon" from its birth.
    Both(SignedDuration, u8),
}

impl Threshold {
    /// Whether a certificate with this life is below the limit at `now`.
    pub fn reached(&self, not_before: Timestamp, not_after: Timestamp, now: Timestamp) -> bool {
        let left = not_after.duration_since(now);
        let share = |percent: u8| {
            let life = not_after.duration_since(not_before).as_secs();
            left.as_secs().saturating_mul(100) < life.saturating_mul(i64::from(percent))
        };
        match *self {
            Self::Time(time) => left < time,
            Self::Percent(percent) => share(percent),
            Self::Both(time, percent) => left < time && share(percent),
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    /// `30d`, `12h`, `45m`, `90s` or `20%`; never a bare number.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(percent) = text.strip_suffix('%') {
            return match percent.parse() {
                Ok(percent @ 1..=99) => Ok(Self::Percent(percent)),
                _ => Err(format!("{text}: a share lies between 1% and 99%")),
            };
        }
        duration(text).map(Self::Time)
    }
}

/// Reads a duration with its unit: `1y` (365 days), `30d`, `12h`, `45m`, `90s`.
pub fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text}: give a number and a unit, for example 30d, 12h or 1y");
    let unit = match text.char_indices().next_back() {
        Some((at, 'y')) => (at, 365 * DAY),
        Some((at, 'd')) => (at, DAY),
        Some((at, 'h')) => (at, 3600),
        Some((at, 'm')) => (at, 60),
        Some((at, 's')) => (at, 1),
        _ => return Err(wrong()),
    };
    let number: i64 = text[..unit.0].parse().map_err(|_| wrong())?;
    match number.checked_mul(unit.1) {
        Some(seconds) if number > 0 => Ok(SignedDuration::from_secs(seconds)),
        _ => Err(wrong()),
    }
}

/// From when on the end of a certificate is told, and how loudly.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Below: a warning, and due for `renew --due`.
    pub warn: Threshold,
    /// Below: critical.
    pub critical: Threshold,
}

impl Default for Policy {
    /// 30 days and 20 % of life; critical at 7 days and 5 %.
    fn default() -> Self {
        Self {
            warn: Threshold::Both(SignedDuration::from_secs(30 * DAY), 20),
            critical: Threshold::Both(SignedDuration::from_secs(7 * DAY), 5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration("30d"), Ok(SignedDuration::from_secs(30 * DAY)));
        assert_eq!(duration("1y"), Ok(SignedDuration::from_secs(365 * DAY)));
        for wrong in ["30", "", "d", "-3d", "0h", "3 d", "9999999999999999y", "三d", "30天"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_share_counts_from_the_whole_life() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let twenty: Threshold = "20%".parse().unwrap();
        assert!(!twenty.reached(at(0), at(1000), at(800)));
        assert!(twenty.reached(at(0), at(1000), at(801)));
    }

    #[test]
    fn a_short_lived_certificate_is_not_ending_from_its_birth() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(!Policy::default().warn.reached(at(0), at(240), at(10)));
        assert!(Policy::default().warn.reached(at(0), at(240), at(200)));
    }
}
