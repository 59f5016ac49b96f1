//! How a run has ended, for people: what is proven, or the exact state and the ways on.

use super::{Line, Mark, Paint, Screen, verify};
use crate::exit::{Exit, of_edges};
use crate::language::{Language, plan as plan_words, run as say, screen as label};
use crate::world::{Ended, Run};
use perennial_core::plan::Plan;
use perennial_core::prove::Edge;

/// A run, or a plan that needed none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report<'a> {
    /// What was decided.
    pub(crate) plan: &'a Plan,
    /// What came of it; `None`: there was nothing to do.
    pub(crate) run: Option<&'a Run>,
    /// What was proven afterwards.
    pub(crate) edges: Option<&'a [Edge]>,
}

impl Report<'_> {
    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        let good = if self.plan.leaves_something_due() { Exit::Attention } else { Exit::Good };
        match self.run.map(|run| &run.ended) {
            None => good,
            // Renewed, but something is refuted: the health of the node is not proven.
            Some(Ended::Committed) if self.edges.is_some_and(|edges| of_edges(edges) == Exit::Critical) => {
                Exit::InBetween
            }
            Some(Ended::Committed) => good,
            Some(Ended::Abandoned { .. } | Ended::Undone { .. }) => Exit::PutBack,
            Some(Ended::Stuck { .. } | Ended::Lost { .. }) => Exit::InBetween,
            Some(Ended::Stopped) => Exit::Stopped,
            Some(Ended::Blocked { .. }) => Exit::Refused,
        }
    }
}

/// The whole screen.
pub(crate) fn screen(language: Language, report: &Report<'_>) -> Screen {
    let mut screen = Screen::default();
    match report.run {
        None => mark_line(&mut screen, Mark::Good, &say::nothing_due(language, &report.plan.node)),
        Some(run) => ended(&mut screen, language, report, run),
    }
    others(&mut screen, language, report.plan);
    screen
}

fn ended(screen: &mut Screen, language: Language, report: &Report<'_>, run: &Run) {
    let plan = report.plan;
    let time = format!("{:.1}s", run.took.as_secs_f64());
    if run.ended == Ended::Committed {
        if let Some(edges) = report.edges {
            screen.append(verify::screen(language, edges));
        }
        if report.exit() == Exit::InBetween {
            mark_line(screen, Mark::Bad, say::unhealthy(language));
            screen.labelled(label::label_do(language), say::look(language), Paint::Strong);
            return;
        }
        let (renewed, restarted) = (plan.renewals().count(), plan.restarts().count());
        mark_line(screen, Mark::Good, &say::done(language, &plan.node, renewed, restarted, &time));
        return;
    }
    let (step, reason) = run.ended.failure();
    let number = step.map_or(0, |step| step + 1);
    mark_line(screen, Mark::Bad, &say::stopped_at(language, &run.id, number, plan.steps.len(), &time));
    if let Some(reason) = reason {
        let what = step.and_then(|step| plan.steps.get(step)).map(|step| say::step(language, step));
        screen.indented(4, &say::what_failed(language, &what.unwrap_or_default(), reason));
    }
    let state = match &run.ended {
        Ended::Abandoned { .. } => say::kept_before(language),
        Ended::Undone { .. } => say::put_back(language),
        Ended::Stopped => say::stopped(language),
        Ended::Stuck { .. } | Ended::Lost { .. } | Ended::Blocked { .. } | Ended::Committed => {
            say::in_between(language)
        }
    };
    screen.indented(4, &say::state(language, state));
    if let Ended::Blocked { files } = &run.ended {
        let files: Vec<_> = files.iter().map(|file| file.as_str()).collect();
        screen.indented(4, &say::files_in_question(language, &files.join(", ")));
    }
    if let Some(backup) = &run.backup {
        screen.indented(4, &say::backup_at(language, backup.as_str()));
    }
    match run.ended {
        Ended::Abandoned { .. } | Ended::Undone { .. } | Ended::Committed => {
            screen.labelled(label::label_do(language), say::look(language), Paint::Strong);
        }
        Ended::Stuck { .. } | Ended::Lost { .. } | Ended::Stopped | Ended::Blocked { .. } => {
            let text = format!("{}   {}", say::go_on(language), say::go_on_note(language));
            screen.labelled(label::label_do(language), &text, Paint::Strong);
        }
    }
}

/// The last line names every control plane that still has its old certificates.
fn others(screen: &mut Screen, language: Language, plan: &Plan) {
    if !plan.other_control_planes.is_empty() {
        let names = plan.other_control_planes.join(", ");
        mark_line(screen, Mark::Warn, &say::others(language, &names, plan.other_control_planes.len()));
    }
}

/// Nothing was done, because nobody said yes.
pub(crate) fn declined(language: Language) -> Screen {
    let mut screen = Screen::default();
    let text =
        format!("{} {}", plan_words::declined(language), crate::language::refusal::nothing_changed(language));
    screen.line(Line::new().text(&text));
    screen
}

fn mark_line(screen: &mut Screen, mark: Mark, text: &str) {
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, Paint::Strong);
}
