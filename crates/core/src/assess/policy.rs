//! When "ends soon" begins.

use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::str::FromStr;

const DAY: i64 = 24 * 60 * 60;

/// A limit for the life that a certificate has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Less than this time.
    Time(SignedDuration),
    /// Less than this time; of a certificate whose whole life is not longer than that, less than this share of it.
    TimeOrShare(SignedDuration, u8),
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
            Self::TimeOrShare(time, percent) if not_after.duration_since(not_before) <= time => {
                share(percent)
            }
            Self::TimeOrShare(time, _) => left < time,
            Self::Percent(percent) => share(percent),
            Self::Both(time, percent) => left < time && share(percent),
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    /// `30d`, `12h`, `45m`, `90s`, `20%`, or both behind a comma (`30d,20%`: below both); never a bare number.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((one, other)) = text.split_once(',') {
            return match (one.parse()?, other.parse()?) {
                (Self::Time(time), Self::Percent(percent)) | (Self::Percent(percent), Self::Time(time)) => {
                    Ok(Self::Both(time, percent))
                }
                _ => Err(format!("{text}: give one time and one share, for example 30d,20%")),
            };
        }
        if let Some(percent) = text.strip_suffix('%') {
            return match percent.parse() {
                Ok(percent @ 1..=99) => Ok(Self::Percent(percent)),
                _ => Err(format!("{text}: a share lies between 1% and 99%")),
            };
        }
        duration(text).map(Self::Time)
    }
}

impl fmt::Display for Threshold {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Time(time) | Self::TimeOrShare(time, _) => f.write_str(&length(time)),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Both(time, percent) => write!(f, "{},{percent}%", length(time)),
        }
    }
}

/// A duration as [`duration`] reads it, in the largest unit that keeps it whole.
pub fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    let units = [(365 * DAY, 'y'), (DAY, 'd'), (3600, 'h'), (60, 'm')];
    let whole = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, name) = whole.unwrap_or((1, 's'));
    format!("{}{name}", seconds / unit)
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

/// Shares of the default, which also judge what a time alone is too long for.
const WARN_SHARE: u8 = 20;
const CRITICAL_SHARE: u8 = 5;

impl Policy {
    /// With these limits. A time alone says nothing of a certificate whose whole life is shorter (it would be "ending
    /// soon" from its birth): there the default's share of life counts.
    pub fn new(warn: Threshold, critical: Threshold) -> Self {
        let fair = |limit, share| match limit {
            Threshold::Time(time) => Threshold::TimeOrShare(time, share),
            other => other,
        };
        Self { warn: fair(warn, WARN_SHARE), critical: fair(critical, CRITICAL_SHARE) }
    }
}

impl Default for Policy {
    /// 30 days and 20 % of life; critical at 7 days and 5 %.
    fn default() -> Self {
        Self {
            warn: Threshold::Both(SignedDuration::from_secs(30 * DAY), WARN_SHARE),
            critical: Threshold::Both(SignedDuration::from_secs(7 * DAY), CRITICAL_SHARE),
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

    #[test]
    fn both_kinds_of_limits_judge_a_certificate_of_a_day() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let (birth, end) = (at(0), at(24));
        for (limit, from_hour) in [("30d", 20), ("20%", 20), ("30d,20%", 20), ("12h", 13), ("50%,2h", 23)] {
            let policy = Policy::new(limit.parse().unwrap(), "7d".parse().unwrap());
            assert!(!policy.warn.reached(birth, end, at(from_hour - 1)), "{limit}");
            assert!(policy.warn.reached(birth, end, at(from_hour)), "{limit}");
            assert!(!policy.critical.reached(birth, end, at(22)), "{limit}");
            assert!(policy.critical.reached(birth, end, at(23)), "{limit}");
        }
        // One that lives longer than the time is judged by the time alone.
        let long = Policy::new("30d".parse().unwrap(), "7d".parse().unwrap());
        assert!(long.warn.reached(at(0), at(31 * 24), at(2 * 24)));
    }

    #[test]
    fn limits_are_written_as_they_are_read() {
        for limit in ["30d", "20%", "30d,20%", "12h", "45m", "90s", "1y", "36h,1%"] {
            assert_eq!(limit.parse::<Threshold>().map(|read| read.to_string()).as_deref(), Ok(limit));
        }
        assert_eq!("20%,30d".parse::<Threshold>(), "30d,20%".parse());
        for wrong in ["30", "0%", "100%", "30d,", ",20%", "30d,7d", "20%,5%", "30d,20%,1h", "30d 20%"] {
            assert!(wrong.parse::<Threshold>().is_err(), "{wrong}");
        }
    }
}
