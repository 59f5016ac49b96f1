//! Both languages. Every sentence for people stands in one place, English and Simplified Chinese side by side;
//! a sentence without its translation does not compile. JSON, codes and logs are English only.

#[macro_use]
mod messages;

pub(crate) mod cluster;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod csr;
pub(crate) mod diagnose;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod explain;
pub(crate) mod finding;
pub(crate) mod graph;
pub(crate) mod help;
pub(crate) mod identity;
pub(crate) mod inspect;
pub(crate) mod kubeconfigs;
pub(crate) mod kubelet;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod memory;
pub(crate) mod passphrase;
pub(crate) mod places;
pub(crate) mod plan;
pub(crate) mod refresh;
pub(crate) mod refusal;
pub(crate) mod run;
pub(crate) mod saved;
pub(crate) mod screen;
pub(crate) mod span;
pub(crate) mod suppress;
pub(crate) mod trouble;
pub(crate) mod usage;
pub(crate) mod verify;
pub(crate) mod writes;

/// A language that perennial speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// Between the members of a list.
    pub(crate) fn comma(self) -> &'static str {
        match self {
            Self::En => ", ",
            Self::Zh => "、",
        }
    }

    /// Between clauses.
    pub(crate) fn semicolon(self) -> &'static str {
        match self {
            Self::En => "; ",
            Self::Zh => "；",
        }
    }

    /// Between sentences.
    pub(crate) fn space(self) -> &'static str {
        match self {
            Self::En => " ",
            Self::Zh => "",
        }
    }
}

/// Chooses by `--lang`, then the first of these variables that is set and not empty: `PERENNIAL_LANG`, `LC_ALL`,
/// `LC_MESSAGES`, `LANG`. `C`, `POSIX` and languages that perennial does not speak are English.
pub(crate) fn choose(flag: Option<Language>, variable: impl Fn(&str) -> Option<String>) -> Language {
    if let Some(language) = flag {
        return language;
    }
    ["PERENNIAL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .map_or(Language::En, |value| of_locale(&value))
}

/// The language of `zh_CN.UTF-8`, `zh-Hans`, `zh`. A Chinese locale in another character set than UTF-8 gets
/// English: our Chinese would be unreadable there.
fn of_locale(locale: &str) -> Language {
    let (name, charset) = match locale.split_once('.') {
        Some((name, charset)) => (name, Some(charset)),
        None => (locale, None),
    };
    let chinese = name.split(['_', '-', '@']).next().is_some_and(|first| first.eq_ignore_ascii_case("zh"));
    if chinese && charset.is_none_or(is_utf8) { Language::Zh } else { Language::En }
}

/// Whether the name of a character set means UTF-8.
pub(crate) fn is_utf8(charset: &str) -> bool {
    let name = charset.split('@').next().unwrap_or_default();
    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Language {
        choose(None, |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_flag_wins_over_everything() {
        assert_eq!(choose(Some(Language::En), |_| Some("zh_CN.UTF-8".to_owned())), Language::En);
        assert_eq!(choose(Some(Language::Zh), |_| Some("C".to_owned())), Language::Zh);
    }

    #[test]
    fn variables_are_asked_in_their_order() {
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8"), ("LC_MESSAGES", "C")]), Language::En);
        assert_eq!(with(&[("LC_MESSAGES", "C"), ("LC_ALL", "zh_CN.utf8")]), Language::Zh);
        assert_eq!(with(&[("LC_ALL", "C"), ("PERENNIAL_LANG", "zh")]), Language::Zh);
        assert_eq!(with(&[("LC_ALL", ""), ("LANG", "zh_SG.UTF-8")]), Language::Zh);
        assert_eq!(with(&[]), Language::En);
    }

    #[test]
    fn locales_are_read_as_strings() {
        for (locale, language) in [
            ("zh_CN.UTF-8", Language::Zh),
            ("zh-Hans", Language::Zh),
            ("zh_CN", Language::Zh),
            ("zh_CN.UTF-8@pinyin", Language::Zh),
            ("zh_CN.GB18030", Language::En),
            ("C", Language::En),
            ("C.UTF-8", Language::En),
            ("POSIX", Language::En),
            ("de_DE.UTF-8", Language::En),
            ("zhx", Language::En),
        ] {
            assert_eq!(of_locale(locale), language, "{locale}");
        }
    }
}
