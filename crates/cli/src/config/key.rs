//! The names of the settings, and the words that each of them knows: those of the flags.

use crate::args::{Format, WhenRestart, life};
use crate::exit::FailOn;
use crate::language::Language;
use crate::terminal::ColorChoice;
use clap::ValueEnum;
use jiff::SignedDuration;
use perennial_core::assess::{Policy, Threshold, length};

macro_rules! keys {
    ($($key:ident: $name:literal, $flag:literal, $variable:literal, $argument:literal;)+) => {
        /// A setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Key { $(#[doc = $flag] $key,)+ }

        impl Key {
            /// All of them, in the order in which they are shown.
            pub(crate) const ALL: [Self; [$(Self::$key),+].len()] = [$(Self::$key),+];

            /// Its name in the file.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$key => $name,)+ }
            }

            /// Its flag.
            pub(crate) fn flag(self) -> &'static str {
                match self { $(Self::$key => $flag,)+ }
            }

            /// Its variable.
            pub(crate) fn variable(self) -> &'static str {
                match self { $(Self::$key => $variable,)+ }
            }

            /// The id of its flag's argument.
            pub(crate) fn argument(self) -> &'static str {
                match self { $(Self::$key => $argument,)+ }
            }
        }
    };
}

keys! {
    Output: "output", "--output", "PERENNIAL_OUTPUT", "output";
    Warn: "warn", "--warn", "PERENNIAL_WARN", "warn";
    Crit: "crit", "--crit", "PERENNIAL_CRIT", "crit";
    FailOn: "failOn", "--fail-on", "PERENNIAL_FAIL_ON", "fail_on";
    Lang: "lang", "--lang", "PERENNIAL_LANG", "lang";
    Color: "color", "--color", "PERENNIAL_COLOR", "color";
    Ascii: "ascii", "--ascii", "PERENNIAL_ASCII", "ascii";
    NoProgress: "noProgress", "--no-progress", "PERENNIAL_NO_PROGRESS", "no_progress";
    Validity: "validity", "--validity", "PERENNIAL_VALIDITY", "validity";
    RestartApiserver: "restartApiserver", "--restart-apiserver", "PERENNIAL_RESTART_APISERVER", "restart_apiserver";
}

/// What a setting can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A time, a share of life, or both.
    Limit,
    /// A time.
    Life,
}

impl Key {
    /// What it can be.
    pub(crate) fn allowed(self) -> Allowed {
        match self {
            Self::Output => Allowed::Words(&[
                "table", "wide", "short", "json", "yaml", "junit", "nagios", "name", "kubeadm", "dot",
            ]),
            Self::Warn | Self::Crit => Allowed::Limit,
            Self::FailOn => Allowed::Words(&["warning", "critical", "never"]),
            Self::Lang => Allowed::Words(&["en", "zh"]),
            Self::Color => Allowed::Words(&["auto", "always", "never"]),
            Self::Ascii | Self::NoProgress => Allowed::Words(&["true", "false"]),
            Self::Validity => Allowed::Life,
            Self::RestartApiserver => Allowed::Words(&["auto", "never", "always"]),
        }
    }
}

/// The value of each setting.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) output: Format,
    pub(crate) warn: Threshold,
    pub(crate) crit: Threshold,
    pub(crate) fail_on: FailOn,
    pub(crate) lang: Language,
    pub(crate) color: ColorChoice,
    pub(crate) ascii: bool,
    pub(crate) no_progress: bool,
    pub(crate) validity: SignedDuration,
    pub(crate) restart_apiserver: WhenRestart,
}

impl Default for Values {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            output: Format::Table,
            warn: policy.warn,
            crit: policy.critical,
            fail_on: FailOn::Critical,
            lang: Language::En,
            color: ColorChoice::Auto,
            ascii: false,
            no_progress: false,
            validity: SignedDuration::from_hours(365 * 24),
            restart_apiserver: WhenRestart::Auto,
        }
    }
}

impl Values {
    /// Sets one by its words; false if it knows no such word.
    pub(crate) fn set(&mut self, key: Key, text: &str) -> bool {
        match key {
            Key::Output => put(&mut self.output, word(text)),
            Key::Warn => put(&mut self.warn, text.parse().ok()),
            Key::Crit => put(&mut self.crit, text.parse().ok()),
            Key::FailOn => put(&mut self.fail_on, word(text)),
            Key::Lang => put(&mut self.lang, word(text)),
            Key::Color => put(&mut self.color, word(text)),
            Key::Ascii => put(&mut self.ascii, text.parse().ok()),
            Key::NoProgress => put(&mut self.no_progress, text.parse().ok()),
            Key::Validity => put(&mut self.validity, life(text).ok()),
            Key::RestartApiserver => put(&mut self.restart_apiserver, word(text)),
        }
    }

    /// The words of one.
    pub(crate) fn text(&self, key: Key) -> String {
        match key {
            Key::Output => name(self.output),
            Key::Warn => self.warn.to_string(),
            Key::Crit => self.crit.to_string(),
            Key::FailOn => name(self.fail_on),
            Key::Lang => name(self.lang),
            Key::Color => name(self.color),
            Key::Ascii => self.ascii.to_string(),
            Key::NoProgress => self.no_progress.to_string(),
            Key::Validity => length(self.validity),
            Key::RestartApiserver => name(self.restart_apiserver),
        }
    }

    /// Whether it is a yes or no.
    pub(crate) fn is_truth(key: Key) -> bool {
        matches!(key, Key::Ascii | Key::NoProgress)
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) => {
            *place = value;
            true
        }
        None => false,
    }
}

fn word<T: ValueEnum>(text: &str) -> Option<T> {
    T::from_str(text, false).ok()
}

fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_reads_what_it_writes() {
        let written = Values::default();
        for key in Key::ALL {
            let mut read = Values::default();
            assert!(read.set(key, &written.text(key)), "{key:?}");
            assert_eq!(read.text(key), written.text(key));
            assert!(!read.set(key, "nonsense"), "{key:?}");
        }
    }

    #[test]
    fn what_is_told_as_allowed_is_what_is_read() {
        for key in Key::ALL {
            let Allowed::Words(words) = key.allowed() else { continue };
            for word in words {
                let mut values = Values::default();
                assert!(values.set(key, word), "{key:?} {word}");
                assert_eq!(values.text(key), *word);
            }
        }
        let Allowed::Words(forms) = Key::Output.allowed() else { panic!("words") };
        assert_eq!(forms.len(), Format::value_variants().len());
    }
}
