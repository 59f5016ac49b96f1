//! The way of every verb that changes something.

use super::{as_root, observe, world};
use crate::args::Consent;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{plan as say, run as run_words};
use crate::output::json::{plan::PlanDocument, run::RunReport};
use crate::output::progress::Progress;
use crate::output::report::{self, Report};
use crate::output::{Line, Paint, Screen, plan as plan_screen};
use crate::session::Session;
use crate::terminal::can_ask;
use crate::world::{self, Ended, Work};
use jiff::Timestamp;
use perennial_core::inventory::Node;
use perennial_core::plan::{Plan, Refusal, lint};
use perennial_core::prove::prove;
use perennial_core::run::Event;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A verb that changes something.
pub(super) struct Change<'a> {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether and how the operator agrees.
    pub(super) consent: Consent,
    /// From what was seen to a plan.
    pub(super) decide: &'a dyn Fn(&Node, Timestamp) -> Result<Plan, Refusal>,
}

pub(super) fn run(session: &Session, change: &Change<'_>) -> Result<Exit, Failure> {
    let world = world(session)?;
    let node = observe(session, &world, change.consent.dry_run)?;
    if change.consent.dry_run {
        return show_only(session, &decide(session, change, &node)?);
    }
    if !node.as_root {
        return Err(as_root(session.answer_language(), Exit::Refused, &format!("perennial {}", change.name)));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let work = world.begin(&stop)?;
    if let Some(exit) = take_up_open_run(session, &work, &stop)? {
        return Ok(exit);
    }
    // Looked at once more: under the lock nobody changes what the plan is made from.
    let plan = decide(session, change, &observe(session, &world, true)?)?;
    if plan.is_empty() {
        return finish(session, &Report { plan: &plan, run: None, edges: None });
    }
    if !agreed(session, change, &plan)? {
        session.tell(&report::declined(session.language));
        return Ok(Exit::Good);
    }
    stop_on_signals(&stop)?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress);
    let run = work.run(&plan, &mut |event: &Event<'_>| progress.on(event))?;
    if run.ended != Ended::Committed {
        return finish(session, &Report { plan: &plan, run: Some(&run), edges: None });
    }
    let edges = prove(&observe(session, &world, true)?, run.workload.as_ref());
    finish(session, &Report { plan: &plan, run: Some(&run), edges: Some(&edges) })
}

/// A run that was cut off is finished or undone before anything else is decided. Gives an exit code where it came
/// to no end.
fn take_up_open_run(
    session: &Session,
    work: &Work<'_>,
    stop: &Arc<AtomicBool>,
) -> Result<Option<Exit>, Failure> {
    let Some(open) = work.open_run()? else { return Ok(None) };
    let mut screen = Screen::default();
    screen.line(Line::new().text(&run_words::resumed(session.language, &open.run)));
    session.tell(&screen);
    stop_on_signals(stop)?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress);
    let (run, plan) = work.take_up(open, &mut |event: &Event<'_>| progress.on(event))?;
    match (&run.ended, &plan) {
        (Ended::Committed | Ended::Undone { .. } | Ended::Abandoned { .. }, _) | (_, None) => Ok(None),
        (_, Some(plan)) => finish(session, &Report { plan, run: Some(&run), edges: None }).map(Some),
    }
}

fn decide(session: &Session, change: &Change<'_>, node: &Node) -> Result<Plan, Failure> {
    let language = session.answer_language();
    let plan = (change.decide)(node, world::now()).map_err(|why| world::refused(language, &why))?;
    match lint(&plan).first() {
        None => Ok(plan),
        Some(fault) => {
            Err(Failure::new(Exit::Bug, crate::language::screen::bug(language, &fault.to_string())))
        }
    }
}

fn show_only(session: &Session, plan: &Plan) -> Result<Exit, Failure> {
    let exit = if plan.leaves_something_due() { Exit::Attention } else { Exit::Good };
    if session.json() {
        session.document(&PlanDocument::new(plan))?;
    } else {
        let mut screen = plan_screen::screen(session.language, plan);
        screen.line(Line::new().text(say::dry_run(session.language)));
        session.answer(&screen)?;
    }
    Ok(exit)
}

/// Shows the plan and asks for consent. Without a terminal only `--yes` is consent.
fn agreed(session: &Session, change: &Change<'_>, plan: &Plan) -> Result<bool, Failure> {
    let language = session.language;
    if !change.consent.yes && !can_ask() {
        let language = session.answer_language();
        return Err(Failure::new(Exit::Usage, say::need_yes(language, change.name))
            .hint(format!("perennial {} --dry-run", change.name)));
    }
    if session.json() {
        session.tell(&plan_screen::screen(language, plan));
    } else {
        session.answer(&plan_screen::screen(language, plan))?;
    }
    if change.consent.yes {
        return Ok(true);
    }
    let mut screen = Screen::default();
    let question = format!("{} {}", say::confirm(language), say::yes_letters(language));
    screen.line(Line::new().painted(&question, Paint::Strong));
    session.tell(&screen);
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(means_yes(&answer))
}

fn means_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是")
}

/// Ctrl-C and SIGTERM stop at the next safe point from now on. Before, ending at once is safe.
fn stop_on_signals(stop: &Arc<AtomicBool>) -> Result<(), Failure> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(stop))?;
    }
    Ok(())
}

fn finish(session: &Session, report: &Report<'_>) -> Result<Exit, Failure> {
    if session.json() {
        session.document(&RunReport::new(report))?;
    } else {
        session.answer(&report::screen(session.language, report))?;
    }
    Ok(report.exit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "YES\n", " yes ", "是\n"] {
            assert!(means_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "yeah\n", "否\n"] {
            assert!(!means_yes(no), "{no}");
        }
    }
}
