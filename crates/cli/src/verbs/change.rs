//! The way of every verb that changes something.

use super::observe;
use crate::args::Consent;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, plan as say, refusal::nothing_changed, refusal::refusal, run as run_words};
use crate::output::json::{plan::PlanDocument, run::RunReport};
use crate::output::progress::Progress;
use crate::output::report::{self, Report};
use crate::output::{Line, Paint, Screen, plan as plan_screen};
use crate::session::Session;
use crate::terminal::can_ask;
use crate::world::{self, Ended};
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
    let node = match take_up_open_run(session, change, observe(session, true)?)? {
        Resumed::GoOn(node) => node,
        Resumed::Ended(exit) => return Ok(exit),
    };
    let plan = decide(session, change, &node)?;
    if change.consent.dry_run {
        return show_only(session, &plan);
    }
    if plan.is_empty() {
        return finish(session, &Report { plan: &plan, run: None, edges: None });
    }
    if !agreed(session, change, &plan)? {
        session.tell(&report::declined(session.language));
        return Ok(Exit::Good);
    }
    let stop = stop_flag()?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress);
    let run = world::drive(&plan, &mut |event: &Event<'_>| progress.on(event), &stop)?;
    if run.ended != Ended::Committed {
        return finish(session, &Report { plan: &plan, run: Some(&run), edges: None });
    }
    let edges = prove(&observe(session, true)?, run.workload.as_ref());
    finish(session, &Report { plan: &plan, run: Some(&run), edges: Some(&edges) })
}

enum Resumed {
    GoOn(Node),
    Ended(Exit),
}

/// A run that was cut off is finished or undone before anything else is decided.
fn take_up_open_run(session: &Session, change: &Change<'_>, node: Node) -> Result<Resumed, Failure> {
    let Some(open) = &node.past.open else { return Ok(Resumed::GoOn(node)) };
    if change.consent.dry_run {
        return Ok(Resumed::GoOn(node));
    }
    let mut screen = Screen::default();
    screen.line(Line::new().text(&run_words::resumed(session.language, &open.id)));
    session.tell(&screen);
    let stop = stop_flag()?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress);
    let run = world::resume(&open.id, &mut |event: &Event<'_>| progress.on(event), &stop)?;
    match run.ended {
        Ended::Committed | Ended::Undone { .. } | Ended::Abandoned { .. } => {
            Ok(Resumed::GoOn(observe(session, true)?))
        }
        Ended::Stuck { .. } | Ended::Stopped | Ended::Blocked { .. } | Ended::Lost { .. } => {
            let plan = decide(session, change, &node)?;
            finish(session, &Report { plan: &plan, run: Some(&run), edges: None }).map(Resumed::Ended)
        }
    }
}

fn decide(session: &Session, change: &Change<'_>, node: &Node) -> Result<Plan, Failure> {
    let language = session.answer_language();
    let plan = (change.decide)(node, world::now()).map_err(|why| refused(language, change.name, &why))?;
    match lint(&plan).first() {
        None => Ok(plan),
        Some(fault) => {
            Err(Failure::new(Exit::Bug, crate::language::screen::bug(language, &fault.to_string())))
        }
    }
}

/// A refusal as a failure: nothing was changed.
pub(crate) fn refused(language: Language, verb: &str, why: &Refusal) -> Failure {
    let words = refusal(language, why);
    let mut failure = Failure::new(Exit::Refused, words.sentence);
    failure.details = words.details;
    failure.details.push(nothing_changed(language).to_owned());
    failure.hints.extend(words.hint);
    if *why == Refusal::NotRoot {
        failure.hints.push(crate::language::screen::with_root(language, &format!("perennial {verb}")));
    }
    failure
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

/// Set by Ctrl-C and SIGTERM. Registered only now: before, ending at once is safe.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
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
