//! `check -o short`: for chats and tickets. The coded lines, what could not be looked at, and the counts.

use super::check::{Report, blind, ending};
use super::findings::{mark, tell};
use super::groups::groups;
use super::{Line, Paint, Screen, suppressed};
use crate::language::Language;

/// The whole screen.
pub(crate) fn screen(language: Language, report: &Report<'_>) -> Screen {
    let mut screen = Screen::default();
    for group in groups(report.assessment, &report.scene()) {
        let code = group.first.code().to_string();
        screen.wrapped(
            Line::new().mark(mark(group.severity())).text(" ").painted(&code, Paint::Faint).text(" "),
            &Line::new().text("    "),
            &tell(language, &report.scene(), &group).title,
            Paint::Plain,
        );
    }
    blind(&mut screen, language, report);
    suppressed::show(&mut screen, language, report, false);
    screen.append(ending(language, report, true));
    screen
}
