//! Durations as people write them: 45s, 4m, 1h30m, 365d.

use std::time::Duration;

/// Reads a duration such as `45s`, `4m`, `1h30m` or `365d`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration such as 45s, 4m, 1h30m or 365d");
    let mut total = 0u64;
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        number.clear();
        total = count.checked_mul(unit).and_then(|s| total.checked_add(s)).ok_or_else(wrong)?;
    }
    if number.is_empty() && total > 0 { Ok(Duration::from_secs(total)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!(parse_duration("45s"), Ok(Duration::from_secs(45)));
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse_duration("365d"), Ok(Duration::from_secs(31_536_000)));
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "4", "m", "0s", "4x", "4m5", "99999999999999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
