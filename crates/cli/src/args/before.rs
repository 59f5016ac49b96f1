//! What a command line says before it is parsed: errors need it, and settings.

use super::Format;
use crate::language::Language;
use clap::ValueEnum;

/// The language of the last `--lang` that names one, before anything is parsed: help and errors need it.
pub(crate) fn language_flag(arguments: &[String]) -> Option<Language> {
    values_of(arguments, "--lang", None).filter_map(|value| Language::from_str(value, true).ok()).last()
}

/// The form of the answer, before anything is parsed: programs and monitoring read errors too.
pub(crate) fn format_wanted(
    arguments: &[String],
    variable: impl Fn(&str) -> Option<String>,
) -> Option<Format> {
    let flag = value_of(arguments, "--output", Some("-o")).map(ToOwned::to_owned);
    let text = flag.or_else(|| variable("PERENNIAL_OUTPUT"))?;
    Format::from_str(&text, false).ok()
}

/// The last value of a flag, before anything is parsed.
pub(crate) fn value_of<'a>(arguments: &'a [String], long: &str, short: Option<&str>) -> Option<&'a str> {
    values_of(arguments, long, short).last()
}

fn values_of<'a>(arguments: &'a [String], long: &str, short: Option<&str>) -> impl Iterator<Item = &'a str> {
    let before_end = arguments.iter().take_while(|argument| *argument != "--").count();
    let words = arguments.get(..before_end).unwrap_or_default();
    let following = words.iter().skip(1).map(|next| Some(next.as_str())).chain([None]);
    words.iter().zip(following).filter_map(move |(word, next)| {
        if word == long || short.is_some_and(|short| word == short) {
            return next;
        }
        if let Some(value) = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value);
        }
        let value = short.filter(|_| !word.starts_with("--")).and_then(|short| word.strip_prefix(short))?;
        Some(value.strip_prefix('=').unwrap_or(value))
    })
}
