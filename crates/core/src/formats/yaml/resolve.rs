//! What a scalar means (go.yaml.in/yaml/v2 resolve.go).

use super::Kind;
use base64::Engine as _;
use serde_json::Number;
use zeroize::Zeroizing;

const LONG: &str = "tag:yaml.org,2002:";

/// A scalar with its tag, if it has one. `plain`: neither quoted nor a block.
pub(super) fn resolve(tag: Option<&str>, text: &str, plain: bool) -> Result<Kind, &'static str> {
    let string = || Kind::Text(Zeroizing::new(text.to_owned()));
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Ok(if plain { untagged(text, true)? } else { string() });
    };
    const WRONG: &str = "a tag that does not fit";
    match tag.strip_prefix(LONG) {
        Some("str") => Ok(string()),
        Some("binary") => {
            let bytes: String = text.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect();
            let bytes = super::super::base64::STANDARD.decode(bytes).map_err(|_| WRONG)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Kind::Text(Zeroizing::new(text)))
        }
        Some(wanted @ ("bool" | "int" | "float" | "null" | "timestamp")) => {
            let kind = untagged(text, wanted == "timestamp")?;
            let fits = match (&kind, wanted) {
                (Kind::Bool(_), "bool") | (Kind::Null, "null") | (Kind::Number(_), "float") => true,
                (Kind::Number(number), "int") => !number.is_f64(),
                (Kind::Text(_), "timestamp") => is_timestamp(text),
                _ => false,
            };
            if fits { Ok(kind) } else { Err(WRONG) }
        }
        _ => Ok(string()),
    }
}

fn untagged(text: &str, timestamps: bool) -> Result<Kind, &'static str> {
    let string = || Ok(Kind::Text(Zeroizing::new(text.to_owned())));
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Kind::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Kind::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Kind::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return Err("a number that JSON does not know"),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') if is_float(text) => float(text),
        Some(b'+' | b'-' | b'0'..=b'9') => {
            if timestamps && is_timestamp(text) {
                return string();
            }
            let digits = text.replace('_', "");
            match integer(&digits) {
                Some(number) => Ok(Kind::Number(number)),
                None if is_float(&digits) => float(&digits),
                None => string(),
            }
        }
        _ => string(),
    }
}

/// What does not fit into 64 bits is text for Go; the rest reaches JSON as a number, an integer if it is one.
fn float(text: &str) -> Result<Kind, &'static str> {
    let number: f64 = text.parse().map_err(|_| "a broken number")?;
    if !number.is_finite() {
        return Ok(Kind::Text(Zeroizing::new(text.to_owned())));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    let number = if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        Some(Number::from(number as i64))
    } else {
        Number::from_f64(number)
    };
    number.map(Kind::Number).ok_or("a broken number")
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// `strconv.ParseInt` with base 0, then `ParseUint`: 0x, 0o, 0b and a leading 0 for octal.
fn integer(text: &str) -> Option<Number> {
    let (negative, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (base, digits) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..)?)
    } else {
        (10, lower.as_str())
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = u64::from_str_radix(digits, base).ok()?;
    match (negative, text.starts_with('+')) {
        (true, _) => 0i64.checked_sub_unsigned(number).map(Number::from),
        // ParseUint takes no sign.
        (false, true) => i64::try_from(number).ok().map(Number::from),
        (false, false) => Some(Number::from(number)),
    }
}

/// `parseTimestamp`: year of four digits, month, day, and perhaps a time.
fn is_timestamp(text: &str) -> bool {
    fn parse(text: &str) -> Option<()> {
        let (year, rest) = text.split_once('-')?;
        let (month, rest) = rest.split_once('-')?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (day, time) = rest.split_at_checked(end)?;
        let number = |text: &str, most: usize| {
            let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            if fits { text.parse::<i8>().ok() } else { None }
        };
        let year = Some(year).filter(|year| year.len() == 4)?.parse::<i16>().ok()?;
        jiff::civil::Date::new(year, number(month, 2)?, number(day, 2)?).ok()?;
        let Some(separator) = time.chars().next() else { return Some(()) };
        let (clock, zone) = match separator {
            'T' | 't' => {
                let at = time.find(['Z', '+', '-'])?;
                time.get(1..at).zip(time.get(at..))?
            }
            ' ' => (time.get(1..)?, ""),
            _ => return None,
        };
        let (clock, fraction) = match clock.split_once(['.', ',']) {
            Some((clock, fraction)) => (clock, Some(fraction)),
            None => (clock, None),
        };
        let mut parts = clock.split(':');
        let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
        let below = |text: &str, limit: i8| number(text, 2).filter(|number| *number < limit);
        let whole = fraction
            .is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
        (parts.next().is_none() && whole).then_some(())?;
        let clock = [below(hour, 24), below(minute, 60), below(second, 60)];
        clock.iter().all(Option::is_some).then_some(())?;
        let offset = |zone: &str| {
            let (hours, minutes) = zone.split_once(':')?;
            (hours.len() == 2 && minutes.len() == 2).then_some((below(hours, 25)?, below(minutes, 60)?))
        };
        let zoned = zone.is_empty() || zone == "Z" || zone.get(1..).and_then(offset).is_some();
        zoned.then_some(())
    }
    parse(text).is_some()
}
