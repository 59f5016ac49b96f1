//! `explain`: the page of a code, from within the binary.

use crate::args::Explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, explain as say};
use crate::output::explain;
use crate::output::json::explain::Explanation;
use crate::session::Session;
use perennial_core::assess::Code;

/// How many codes are offered instead of one that there is not.
const NEAR: usize = 3;

pub(crate) fn run(session: &Session, arguments: &Explain) -> Result<Exit, Failure> {
    let mut codes = Vec::new();
    for given in &arguments.codes {
        let code = find(session.answer_language(), given)?;
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if session.json() {
        let codes = if codes.is_empty() { Code::ALL } else { codes.as_slice() };
        session.document(&Explanation::new(codes))?;
    } else if codes.is_empty() {
        session.answer(&explain::list(session.language))?;
    } else {
        session.answer(&explain::screen(session.language, &codes))?;
    }
    Ok(Exit::Good)
}

/// `PRN1101`, `prn1101` and `1101` are the same.
fn find(language: Language, given: &str) -> Result<Code, Failure> {
    let prefix = given.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("prn"));
    let digits = prefix.map_or(given, |prefix| &given[prefix.len()..]);
    let number = digits.parse::<u16>().ok().filter(|_| digits.len() == 4 && !digits.starts_with('+'));
    let Some(number) = number else {
        return Err(Failure::new(Exit::Usage, say::no_code(language, given)).hint("perennial explain"));
    };
    Code::of(number).ok_or_else(|| {
        let near: Vec<String> = near(number).iter().map(ToString::to_string).collect();
        let message = say::unknown(language, &format!("PRN{number:04}"), &near.join(language.comma()));
        Failure::new(Exit::Usage, message).hint("perennial explain")
    })
}

/// The codes with the nearest numbers, in their order.
fn near(number: u16) -> Vec<Code> {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| (code.number().abs_diff(number), code.number()));
    codes.truncate(NEAR);
    codes.sort_by_key(|code| code.number());
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_written() {
        for given in ["PRN1101", "prn1101", "Prn1101", "1101"] {
            assert_eq!(find(Language::En, given).unwrap(), Code::CertificateExpired, "{given}");
        }
    }

    #[test]
    fn what_is_no_code_is_said_with_what_is_near() {
        for (given, said) in [
            ("PRN1104", "there is no code PRN1104; near it: PRN1101, PRN1102, "),
            ("0000", "there is no code PRN0000; near it: PRN1101, "),
            ("", " is no code: a code is PRN and four digits"),
            ("PRN11010", "PRN11010 is no code"),
            ("+101", "+101 is no code"),
            ("prn", "prn is no code"),
            ("证书证书", "证书证书 is no code"),
            ("99999", "99999 is no code"),
        ] {
            let failure = find(Language::En, given).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.message.starts_with(said), "{given}: {}", failure.message);
        }
    }
}
