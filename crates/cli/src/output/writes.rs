//! What a client saw of the API while a run lasted, as the last lines of its report.

use super::{Line, Mark, Paint, Screen};
use crate::language::{Language, screen as label, writes as say};
use jiff::Timestamp;
use perennial_core::run::Writes;

/// Writes that failed are told with a warning's mark and change no exit code: a run is judged by what it has proven.
/// The writer is one client of this node's API server alone, and a restart that the operator has asked for shows here
/// as what it is.
pub(crate) fn lines(screen: &mut Screen, language: Language, writes: &Writes) {
    if writes.watched() {
        let mut text = say::counted(language, writes.ok + writes.failed, writes.failed);
        if let Some(outage) = writes.longest {
            let seconds = format!("{:.1}", outage.length().as_secs_f64());
            text = say::longest(language, &text, &seconds, &clock(outage.from));
        }
        if let Some(from) = writes.from.filter(|_| writes.late) {
            text = say::late(language, &text, &clock(from));
        }
        let mark = if writes.failed == 0 { Mark::Good } else { Mark::Warn };
        line(screen, mark, &text, Paint::Strong);
        if let Some(error) = &writes.error {
            screen.indented(4, &say::first_error(language, error));
        }
    } else if let Some(error) = &writes.error {
        line(screen, Mark::Warn, &say::unwatched(language, error), Paint::Plain);
    }
    if let Some(refusal) = &writes.refusal {
        line(screen, Mark::Warn, &say::refused(language, writes.refused, refusal), Paint::Plain);
    }
    if let Some(lease) = &writes.left {
        line(screen, Mark::Warn, &say::left(language, lease), Paint::Plain);
        screen.command(label::label_do(language), &format!("kubectl delete lease -n kube-system {lease}"));
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

fn line(screen: &mut Screen, mark: Mark, text: &str, paint: Paint) {
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, paint);
}
