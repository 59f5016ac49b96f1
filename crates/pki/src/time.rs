//! Times in certificates, with Go's rules (`cryptobyte.ReadASN1UTCTime`, `ReadASN1GeneralizedTime`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::asn1::{GENERALIZED_TIME, Reader, UTC_TIME, tlv};

/// Reads one `Time`.
///
/// A time that [`Timestamp`] can't hold (its last second is 9999-12-30T22:00:00Z, and `99991231235959Z` is
/// RFC 5280's word for "never") becomes the nearest one that it can.
pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Timestamp> {
    let element = reader.any()?;
    let bytes = element.content.bytes();
    match element.tag {
        UTC_TIME => {
            let (date, rest) = bytes.split_at_checked(10)?;
            // Go reads minutes without seconds too.
            let (seconds, zone) = match rest.first()? {
                b'0'..=b'9' => rest.split_at_checked(2)?,
                _ => (&b"00"[..], rest),
            };
            let two = digits(date.get(..2)?)?;
            let year = if two >= 50 { 1900 + two } else { 2000 + two };
            moment(year, date.get(2..)?, seconds, zone)
        }
        GENERALIZED_TIME => {
            let (date, rest) = bytes.split_at_checked(12)?;
            let (seconds, zone) = rest.split_at_checked(2)?;
            moment(digits(date.get(..4)?)?, date.get(4..)?, seconds, zone)
        }
        _ => None,
    }
}

/// `date` is MMDDhhmm.
fn moment(year: i16, date: &[u8], seconds: &[u8], zone: &[u8]) -> Option<Timestamp> {
    let mut pairs = date.chunks(2).map(|pair| digits(pair).and_then(|number| i8::try_from(number).ok()));
    let mut next = || pairs.next().flatten();
    let (month, day, hour, minute) = (next()?, next()?, next()?, next()?);
    let second = i8::try_from(digits(seconds)?).ok().filter(|second| *second < 60)?;
    let local = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let seconds = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs();
    let seconds = seconds - offset(zone)?;
    let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Some(Timestamp::from_second(seconds).unwrap_or(nearest))
}

/// Seconds east of Greenwich. Go writes what it read and compares: zero is `Z` only.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, digits_of) = match zone {
        b"Z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = digits_of.split_at_checked(2)?;
    let (hours, minutes) = (i64::from(digits(hours)?), i64::from(digits(minutes)?));
    let seconds = hours * 3600 + minutes * 60;
    (digits_of.len() == 4 && hours <= 24 && minutes < 60 && seconds != 0).then_some(sign * seconds)
}

fn digits(bytes: &[u8]) -> Option<i16> {
    bytes.iter().try_fold(0i16, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| i16::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// Writes whole seconds: `UTCTime` through 2049, `GeneralizedTime` outside of 1950 to 2049 (RFC 5280 4.1.2.5).
pub(crate) fn write(timestamp: Timestamp) -> Vec<u8> {
    let time = Offset::UTC.to_datetime(timestamp);
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    if (1950..2050).contains(&time.year()) {
        tlv(UTC_TIME, &[format!("{:02}", time.year() % 100).as_bytes(), rest.as_bytes()])
    } else {
        tlv(GENERALIZED_TIME, &[format!("{:04}", time.year().max(0)).as_bytes(), rest.as_bytes()])
    }
}
