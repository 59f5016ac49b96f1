//! What shall not count: on the command line `CODE` or `CODE=OBJECT` for one call, in the file with a reason and an
//! end.

use super::Origin;
use crate::args::as_of::{AsOf, parse as moment};
use jiff::Timestamp;
use perennial_core::assess::{Code, Suppression};

/// A suppression, and who has asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Silence {
    /// What shall not count.
    pub(crate) suppression: Suppression,
    /// Who says so.
    pub(crate) origin: Origin,
}

/// Why one can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No code that there is.
    Code,
    /// A code that may not be silenced.
    NeverSilent(Code),
    /// No object behind the sign.
    Object,
    /// No date.
    Date,
    /// No reason.
    Reason,
}

/// `CODE` or `CODE=OBJECT`.
pub(crate) fn parse(text: &str) -> Result<Suppression, Wrong> {
    let (given, object) = match text.split_once('=') {
        Some((_, "")) => return Err(Wrong::Object),
        Some((given, object)) => (given, Some(object.to_owned())),
        None => (text, None),
    };
    Ok(Suppression { code: code(given)?, object, reason: None, until: None })
}

/// `PRN####`.
pub(crate) fn code(text: &str) -> Result<Code, Wrong> {
    let digits = text.strip_prefix("PRN").filter(|digits| digits.len() == 4 && !digits.starts_with('+'));
    let code = digits.and_then(|digits| Code::of(digits.parse().ok()?)).ok_or(Wrong::Code)?;
    if code.suppressible() { Ok(code) } else { Err(Wrong::NeverSilent(code)) }
}

/// A date (its beginning, UTC) or a moment.
pub(crate) fn until(text: &str) -> Result<Timestamp, Wrong> {
    match moment(text) {
        Ok(AsOf::At(at)) => Ok(at),
        _ => Err(Wrong::Date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_alone_or_with_an_object() {
        let read = parse("PRN7102=/root/.kube/config").unwrap();
        assert_eq!((read.code.number(), read.object.as_deref()), (7102, Some("/root/.kube/config")));
        assert_eq!(parse("PRN1201").unwrap().object, None);
        assert_eq!(parse("PRN1201=a=b").unwrap().object.as_deref(), Some("a=b"));
        for (wrong, why) in [
            ("", Wrong::Code),
            ("1201", Wrong::Code),
            ("PRN0000", Wrong::Code),
            ("PRN+201", Wrong::Code),
            ("PRN12011", Wrong::Code),
            ("=x", Wrong::Code),
            ("PRN1201=", Wrong::Object),
            ("PRN8101", Wrong::NeverSilent(Code::RunOpen)),
        ] {
            assert_eq!(parse(wrong), Err(why), "{wrong}");
        }
    }

    #[test]
    fn an_end_is_a_date_and_no_length() {
        assert!(until("2027-03-01").is_ok());
        assert!(until("2027-03-01T08:00:00+08:00").is_ok());
        for wrong in ["", "30d", "never", "2027-02-30", "01.03.2027"] {
            assert_eq!(until(wrong), Err(Wrong::Date), "{wrong}");
        }
    }
}
