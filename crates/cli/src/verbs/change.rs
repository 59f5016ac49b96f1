//! The way of every verb that changes something.

use super::passphrase::Opener;
use super::{as_root, observe, world};
use crate::args::{Consent, Passphrases};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{passphrase, plan as say, run as run_words};
use crate::output::json::{plan::PlanDocument, run::RunReport};
use crate::output::progress::Progress;
use crate::output::report::{self, Report};
use crate::output::{Line, Paint, Screen, plan as plan_screen};
use crate::session::Session;
use crate::terminal::can_ask;
use crate::world::{self, Depth, Ended, Run, Work, World};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Node, OpenRun};
use perennial_core::plan::{Plan, Refusal, Verb, lint, other_control_planes};
use perennial_core::prove::prove;
use perennial_core::run::Event;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A verb that changes something.
pub(super) struct Change<'a> {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether and how the operator agrees.
    pub(super) consent: Consent,
    /// The open run that the operator gives up.
    pub(super) give_up: Option<&'a str>,
    /// Where the passphrases of encrypted CA keys are read.
    pub(super) passphrases: Passphrases,
    /// People's kubeconfigs that the operator has named.
    pub(super) kubeconfigs: &'a [Utf8PathBuf],
    /// The same command that only looks.
    pub(super) dry_run: String,
    /// From what was seen to a plan.
    pub(super) decide: &'a dyn Fn(&Node, Timestamp) -> Result<Plan, Refusal>,
}

pub(super) fn run(session: &Session, change: &Change<'_>) -> Result<Exit, Failure> {
    let world = world(session)?.with_kubeconfigs(change.kubeconfigs);
    let mut node =
        observe(session, &world, if change.consent.dry_run { Depth::Cluster } else { Depth::Node })?;
    // A copied tree is its owner's, whoever that is.
    node.as_root |= node.copied_tree;
    // A dry run too: without the keys and the runtime nothing can be decided.
    if !node.as_root {
        return Err(as_root(session, session.answer_language(), Exit::Refused));
    }
    if change.consent.dry_run {
        return show_only(session, &decide(session, change, &node)?, node.past.open.as_ref());
    }
    let stop = Arc::new(AtomicBool::new(false));
    let work = world.begin(&stop)?;
    if let Some(run) = change.give_up {
        give_up(session, &work, run)?;
    }
    let resumed = take_up_open_run(session, &work, &stop)?;
    if let Some((run, plan)) = resumed.as_ref().filter(|(run, _)| !run.ended.closed()) {
        return finish(session, &Report { plan, run: Some(run), edges: None });
    }
    // Looked at once more: under the lock nobody changes what the plan is made from.
    let mut node = observe(session, &world, Depth::Cluster)?;
    let mut plan = decide(session, change, &node)?;
    let mut opener = Opener::new(session, &world, &change.passphrases);
    while opener.open(&mut node, &plan.locked_keys())? {
        // Which certificate of a bundle signs is known once its key is.
        plan = decide(session, change, &node)?;
    }
    let keys = opener.keys();
    if plan.is_empty() {
        let Some((run, done)) = resumed.as_ref().filter(|(run, _)| run.ended == Ended::Committed) else {
            return finish(session, &Report { plan: &plan, run: None, edges: None });
        };
        return prove_and_finish(session, &world, done, run);
    }
    if !agreed(session, change, &plan)? {
        session.tell(&report::declined(session.language));
        return Ok(Exit::Good);
    }
    session.signals.stop_at_a_safe_point(&stop)?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress, &stop);
    let run = work.run(&plan, &keys, &mut |event: &Event<'_>| progress.on(event))?;
    if run.ended == Ended::Committed {
        prove_and_finish(session, &world, &plan, &run)
    } else {
        finish(session, &Report { plan: &plan, run: Some(&run), edges: None })
    }
}

fn prove_and_finish(session: &Session, world: &World, plan: &Plan, run: &Run) -> Result<Exit, Failure> {
    let node = observe(session, world, Depth::Cluster)?;
    if plan.request.verb == Verb::Refresh {
        let edges = world.recognized(&node, plan);
        return finish(session, &Report { plan, run: Some(run), edges: Some(&edges) });
    }
    let edges = prove(&node, run.workload.as_ref());
    // Where everything had expired, only now the API says which other control planes there are.
    let mut plan = plan.clone();
    if node.cluster.seen().is_some() {
        plan.other_control_planes = other_control_planes(&node);
    }
    finish(session, &Report { plan: &plan, run: Some(run), edges: Some(&edges) })
}

/// Ends the open run of that id; anything else under that id is a mistake of the operator.
fn give_up(session: &Session, work: &Work<'_>, run: &str) -> Result<(), Failure> {
    match work.open_run()? {
        Some(open) if open.run == run => {
            work.give_up(open)?;
            session.tell(&line(&run_words::given_up(session.language, run)));
            Ok(())
        }
        _ => Err(Failure::new(Exit::Usage, run_words::not_open(session.answer_language(), run))),
    }
}

/// A run that was cut off is finished or undone before anything else is decided.
fn take_up_open_run(
    session: &Session,
    work: &Work<'_>,
    stop: &Arc<AtomicBool>,
) -> Result<Option<(Run, Plan)>, Failure> {
    let Some(open) = work.open_run()? else { return Ok(None) };
    session.tell(&line(&run_words::resumed(session.language, &open.run)));
    session.signals.stop_at_a_safe_point(stop)?;
    let mut progress = Progress::new(session.language, session.err, session.global.no_progress, stop);
    let (run, plan) = work.take_up(open, &mut |event: &Event<'_>| progress.on(event))?;
    Ok(plan.map(|plan| (run, plan)))
}

fn line(text: &str) -> Screen {
    let mut screen = Screen::default();
    screen.line(Line::new().text(text));
    screen
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

fn show_only(session: &Session, plan: &Plan, open: Option<&OpenRun>) -> Result<Exit, Failure> {
    let exit = if plan.leaves_something_due() { Exit::Attention } else { Exit::Good };
    if session.json() {
        session.document(&PlanDocument::new(plan))?;
    } else {
        let mut screen = plan_screen::screen(session.language, plan);
        if let Some(open) = open {
            screen.append(line(&run_words::resumed(session.language, &open.id)));
        }
        let locked: Vec<_> = plan.locked_keys().into_iter().map(Utf8Path::as_str).collect();
        if !locked.is_empty() {
            let names = locked.join(session.language.comma());
            let text = passphrase::will_ask(session.language, &names, locked.len());
            screen.wrapped(Line::new(), &Line::new().text("  "), &text, Paint::Plain);
        }
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
        return Err(Failure::new(Exit::Usage, say::need_yes(language, change.name)).hint(&change.dry_run));
    }
    if session.json() {
        session.tell(&plan_screen::screen(language, plan));
    } else {
        session.answer(&plan_screen::screen(language, plan))?;
    }
    if change.consent.yes {
        return Ok(true);
    }
    says_yes(session)
}

/// Asks whether to go on.
pub(super) fn says_yes(session: &Session) -> Result<bool, Failure> {
    let language = session.language;
    let mut screen = Screen::default();
    let question = format!("{} {}", say::confirm(language), say::yes_letters(language));
    screen.line(Line::new().painted(&question, Paint::Strong));
    session.ask(&screen)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(means_yes(&answer))
}

fn means_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是")
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
