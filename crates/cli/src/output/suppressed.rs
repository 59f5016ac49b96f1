//! What does not count, and why: shown below the findings, because what is silenced shall not be out of sight.

use super::check::Report;
use super::config::{end, what};
use super::findings::tell;
use super::groups::{Group, groups_of};
use super::{Line, Mark, Paint, Screen};
use crate::config::Silence;
use crate::language::{Language, config, suppress as say};
use camino::Utf8Path;
use perennial_core::assess::{Finding, State, Use, Using};

/// The suppressions of a look, and what each was about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Suppressed<'a> {
    /// Those that were asked for.
    pub(crate) silences: &'a [Silence],
    /// What has become of each of them.
    pub(crate) uses: &'a [Using],
    /// How many of the file were not used, because a copied tree is looked at.
    pub(crate) left_out: usize,
    /// The file.
    pub(crate) file: Option<&'a Utf8Path>,
}

impl<'a> Suppressed<'a> {
    /// Each suppression with its use.
    pub(crate) fn each(self) -> impl Iterator<Item = (&'a Silence, Using)> {
        self.silences.iter().zip(self.uses.iter().copied())
    }

    /// The first day on which one of those that silence something ends.
    pub(crate) fn first_end(self) -> Option<String> {
        let active = self.each().filter(|(_, using)| using.state == Use::Active && using.findings > 0);
        active
            .filter_map(|(silence, _)| Some((silence.suppression.until?, end(&silence.suppression)?)))
            .min()
            .map(|(_, end)| end)
    }
}

/// What a suppression has silenced, in groups.
pub(crate) fn silenced<'a>(report: &Report<'a>, by: usize) -> Vec<Group<'a>> {
    let findings: Vec<&'a Finding> = report
        .assessment
        .checks
        .iter()
        .filter_map(|check| match &check.state {
            State::Suppressed { finding, by: this } if *this == by => Some(finding),
            _ => None,
        })
        .collect();
    groups_of(findings, &report.scene())
}

/// One entry for each suppression; `titles`: with what each of them silences.
pub(crate) fn show(screen: &mut Screen, language: Language, report: &Report<'_>, titles: bool) {
    let suppressed = report.suppressed;
    for (by, (silence, using)) in suppressed.each().enumerate() {
        let suppression = &silence.suppression;
        let subject = what(suppression);
        let day = end(suppression);
        let until = day.as_deref().unwrap_or_default();
        let (mark, sentence) = match (using.state, using.findings) {
            (Use::Active, 0) if using.by_others > 0 => (Mark::Skip, say::overtaken(language, &subject)),
            (Use::Active, 0) => (Mark::Note, say::empty(language, &subject)),
            (Use::Active, n) => {
                let how_long = match &day {
                    Some(day) => say::until(language, day),
                    None => say::for_this_call(language).to_owned(),
                };
                (Mark::Skip, say::silenced(language, &subject, n, &how_long))
            }
            (Use::Ended, 0) => (Mark::Note, say::ended_and_empty(language, &subject, until)),
            (Use::Ended, n) => (Mark::Warn, say::ended(language, &subject, n, until)),
        };
        line(screen, mark, &sentence);
        if let Some(reason) = &suppression.reason {
            let origin = config::origin(language, &silence.origin);
            screen.indented(4, &say::why(language, reason, &origin));
        }
        if titles {
            for group in silenced(report, by) {
                screen.indented(4, &tell(language, &report.scene(), &group).title);
            }
        }
    }
    if let Some(file) = suppressed.file.filter(|_| suppressed.left_out > 0) {
        line(screen, Mark::Note, &say::left_out(language, suppressed.left_out, file.as_str()));
    }
}

fn line(screen: &mut Screen, mark: Mark, text: &str) {
    let first = Line::new().mark(mark).text(" ");
    screen.wrapped(first, &Line::new().text("    "), text, Paint::Plain);
}
