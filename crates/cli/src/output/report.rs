//! How a run has ended, for people: what is proven, or the exact state and the ways on.

use super::{Line, Mark, Paint, Screen, verify, writes};
use crate::exit::{Exit, of_edges};
use crate::language::{Language, plan as plan_words, run as say, screen as label};
use crate::world::{Ended, Run};
use camino::Utf8Path;
use perennial_core::plan::{Plan, Source, Verb};
use perennial_core::prove::{Edge, Verdict};

/// A run, or a plan that needed none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report<'a> {
    /// What was decided.
    pub(crate) plan: &'a Plan,
    /// What came of it; `None`: there was nothing to do.
    pub(crate) run: Option<&'a Run>,
    /// What was proven afterwards.
    pub(crate) edges: Option<&'a [Edge]>,
    /// Where the evidence of it is kept, or that of the run that was taken up before.
    pub(crate) evidence: Option<&'a Utf8Path>,
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
            Some(Ended::Committed | Ended::GivenUp) => good,
            Some(Ended::Abandoned { .. }) => Exit::Refused,
            Some(Ended::Undone { .. }) => Exit::PutBack,
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
    if let Some(seen) = report.run.and_then(|run| run.writes.as_ref()) {
        writes::lines(&mut screen, language, seen);
    }
    others(&mut screen, language, report.plan);
    if let Some(file) = report.evidence {
        screen.labelled(say::label_evidence(language), file.as_str(), Paint::Plain);
    }
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
            screen.command(label::label_do(language), say::LOOK);
            return;
        }
        let counts = counts(language, plan);
        match report.edges.unwrap_or_default().iter().filter(|edge| edge.verdict != Verdict::Proven).count() {
            0 => mark_line(screen, Mark::Good, &say::done(language, &plan.node, &counts, &time)),
            open => {
                let text = say::done_in_part_proven(language, &plan.node, &counts, open, &time);
                mark_line(screen, Mark::Warn, &text);
            }
        }
        return;
    }
    let (step, reason) = run.ended.failure();
    let (mark, title) = match (step, &run.ended) {
        (Some(step), _) => (Mark::Bad, say::stopped_at(language, &run.id, step + 1, plan.steps.len(), &time)),
        (None, Ended::Stopped) => (Mark::Warn, say::was_stopped(language, &run.id, &time)),
        (None, _) => (Mark::Bad, say::left_off(language, &run.id, &time)),
    };
    mark_line(screen, mark, &title);
    if let Some(reason) = reason {
        let what = step.and_then(|step| plan.steps.get(step)).map(|step| say::step(language, step));
        let text = what.map_or_else(|| reason.to_owned(), |what| say::what_failed(language, &what, reason));
        screen.labelled(say::label_failed(language), &text, Paint::Plain);
    }
    let state = match &run.ended {
        Ended::Abandoned { .. } => say::kept_before(language),
        Ended::Undone { .. } => say::put_back(language),
        Ended::Stopped => say::stopped(language),
        Ended::Stuck { .. }
        | Ended::Lost { .. }
        | Ended::Blocked { .. }
        | Ended::Committed
        | Ended::GivenUp => say::in_between(language),
    };
    screen.labelled(say::label_state(language), state, Paint::Plain);
    if let Ended::Blocked { files } = &run.ended {
        let files: Vec<_> = files.iter().map(|file| file.as_str()).collect();
        screen.labelled(say::label_files(language), &files.join(language.comma()), Paint::Plain);
    }
    if let Some(backup) = &run.backup {
        screen.labelled(say::label_backup(language), backup.as_str(), Paint::Plain);
    }
    let label = label::label_do(language);
    match run.ended {
        Ended::Abandoned { .. } | Ended::Undone { .. } | Ended::Committed | Ended::GivenUp => {
            screen.command(label, say::LOOK);
        }
        Ended::Stuck { .. } | Ended::Lost { .. } | Ended::Stopped | Ended::Blocked { .. } => {
            screen.command(label, &format!("perennial {}", verb(plan)));
            screen.labelled("", say::go_on_note(language), Paint::Plain);
        }
    }
}

/// In the words of the plan: a copy is no new certificate.
fn counts(language: Language, plan: &Plan) -> String {
    let copied = plan.renewals().filter(|renewal| matches!(renewal.source, Source::CopyOf { .. })).count();
    let (renewed, restarted) = (plan.renewals().count() - copied, plan.restarts().count());
    match copied {
        0 => say::counts(language, renewed, restarted),
        _ => say::counts_with_copies(language, renewed, copied, restarted),
    }
}

fn verb(plan: &Plan) -> &'static str {
    match plan.request.verb {
        Verb::Renew => "renew",
        // Both take an open run up; this one decides nothing of its own about certificates afterwards.
        Verb::Reload | Verb::Import => "reload",
        Verb::Refresh => "kubeconfig refresh",
    }
}

/// The last line names every control plane that still has its old certificates.
fn others(screen: &mut Screen, language: Language, plan: &Plan) {
    if !plan.other_control_planes.is_empty() {
        let names = plan.other_control_planes.join(language.comma());
        mark_line(screen, Mark::Warn, &say::others(language, &names, plan.other_control_planes.len()));
    }
}

/// Nothing was done, because nobody said yes.
pub(crate) fn declined(language: Language) -> Screen {
    let mut screen = Screen::default();
    let text = [plan_words::declined(language), crate::language::refusal::nothing_changed(language)]
        .join(language.space());
    screen.line(Line::new().text(&text));
    screen
}

fn mark_line(screen: &mut Screen, mark: Mark, text: &str) {
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, Paint::Strong);
}
