//! What the terminal can show, decided from the environment and the flags by pure functions.

use crate::language::is_utf8;
use std::io::IsTerminal;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// In every case.
    Always,
    /// Never.
    Never,
}

/// How text is shown on one stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// With colours.
    pub(crate) color: bool,
    /// Words instead of glyphs, and ASCII punctuation.
    pub(crate) ascii: bool,
    /// Columns.
    pub(crate) width: usize,
    /// Whether lines may be drawn over.
    pub(crate) live: bool,
}

/// A column count that suits tickets and chats, used wherever no terminal says otherwise.
pub(crate) const WIDTH: usize = 80;

/// The facts from which [`Terminal`] follows.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// `--color`.
    pub(crate) color: ColorChoice,
    /// `--ascii`.
    pub(crate) ascii: bool,
    /// Whether the stream is a terminal.
    pub(crate) tty: bool,
    /// Its columns, if it is one.
    pub(crate) columns: Option<usize>,
    /// The environment.
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Terminal {
    /// Decides.
    pub(crate) fn new(facts: &Facts<'_>) -> Self {
        let dumb = variable(facts, "TERM").is_some_and(|term| term == "dumb");
        Self {
            color: color(facts, dumb),
            ascii: facts.ascii || !utf8(facts),
            width: facts.columns.unwrap_or(WIDTH).max(60),
            live: facts.tty && !dumb && variable(facts, "CI").is_none(),
        }
    }
}

/// `NO_COLOR` beats `CLICOLOR_FORCE`, and `--color` beats both.
fn color(facts: &Facts<'_>, dumb: bool) -> bool {
    match facts.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if variable(facts, "NO_COLOR").is_some() => false,
        ColorChoice::Auto if variable(facts, "CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto => facts.tty && !dumb,
    }
}

/// Whether the locale's character set is UTF-8. Without a locale it is C's.
fn utf8(facts: &Facts<'_>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(facts, name));
    locale.is_some_and(|locale| locale.split_once('.').is_some_and(|(_, charset)| is_utf8(charset)))
}

/// A variable that is set and not empty.
fn variable(facts: &Facts<'_>, name: &str) -> Option<String> {
    (facts.variable)(name).filter(|value| !value.is_empty())
}

/// The environment as it is.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether stdin and stderr are a terminal: somebody can be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(tty: bool, choice: ColorChoice, variables: &[(&str, &str)]) -> Terminal {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Terminal::new(&Facts { color: choice, ascii: false, tty, columns: None, variable: &variable })
    }

    #[test]
    fn no_color_beats_clicolor_force() {
        let both = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert!(!terminal(true, ColorChoice::Auto, &both).color);
        assert!(terminal(false, ColorChoice::Auto, &both[1..]).color);
        assert!(terminal(false, ColorChoice::Always, &both).color);
        assert!(!terminal(true, ColorChoice::Never, &both[1..]).color);
        assert!(terminal(true, ColorChoice::Auto, &[("NO_COLOR", "")]).color);
        assert!(!terminal(false, ColorChoice::Auto, &[]).color);
        assert!(!terminal(true, ColorChoice::Auto, &[("TERM", "dumb")]).color);
        assert!(terminal(true, ColorChoice::Auto, &[("TERM", "xterm")]).color);
    }

    #[test]
    fn glyphs_need_a_utf8_locale() {
        assert!(!terminal(true, ColorChoice::Auto, &[("LANG", "C.UTF-8")]).ascii);
        assert!(!terminal(true, ColorChoice::Auto, &[("LC_ALL", ""), ("LC_CTYPE", "de_DE.utf8")]).ascii);
        assert!(terminal(true, ColorChoice::Auto, &[("LANG", "zh_CN.GB18030")]).ascii);
        assert!(terminal(true, ColorChoice::Auto, &[("LC_ALL", "C"), ("LANG", "C.UTF-8")]).ascii);
        assert!(terminal(true, ColorChoice::Auto, &[]).ascii);
    }

    #[test]
    fn nothing_is_drawn_over_in_ci_and_on_dumb_terminals() {
        assert!(terminal(true, ColorChoice::Auto, &[]).live);
        assert!(!terminal(true, ColorChoice::Auto, &[("CI", "true")]).live);
        assert!(!terminal(true, ColorChoice::Auto, &[("TERM", "dumb")]).live);
        assert!(!terminal(false, ColorChoice::Auto, &[]).live);
    }
}
