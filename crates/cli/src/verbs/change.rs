//! The way of every verb that changes something.

use super::evidence::keep;
use super::passphrase::Opener;
use super::{as_root, observe, world};
use crate::args::{Consent, Passphrases, Told};
use crate::events::Events;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, passphrase, plan as say, run as run_words};
use crate::output::json::{event::Outcome, plan::PlanDocument, run::RunReport};
use crate::output::progress::Progress;
use crate::output::report::{self, Report};
use crate::output::{Line, Mark, Paint, Screen, plan as plan_screen};
use crate::session::Session;
use crate::terminal::can_ask;
use crate::world::{self, Depth, Ended, Run, Watch, Work, World};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Node, OpenRun};
use perennial_core::plan::{Plan, Refusal, Verb, lint, other_control_planes};
use perennial_core::prove::{Edge, prove};
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
    /// How the run is told and kept.
    pub(super) told: Told,
    /// People's kubeconfigs that the operator has named.
    pub(super) kubeconfigs: &'a [Utf8PathBuf],
    /// The same command that only looks.
    pub(super) dry_run: String,
    /// From what was seen to a plan.
    pub(super) decide: &'a dyn Fn(&Node, Timestamp) -> Result<Plan, Refusal>,
}

/// Nothing that happens to the event stream is a reason to end otherwise.
pub(super) fn run(session: &Session, change: &Change<'_>) -> Result<Exit, Failure> {
    let session = &session.beside_events(change.told.events.target())?;
    let spoken = session.answer_language();
    let mut events = Events::open(change.told.events.target(), change.name, session.language, spoken)?;
    let result = run_told(session, change, &mut events);
    let exit = result.as_ref().map_or_else(|failure| failure.exit, |exit| *exit);
    told(session, events.end(exit));
    result
}

/// The sentence about a stream that was lost.
pub(super) fn told(session: &Session, trouble: Option<String>) {
    if let Some(trouble) = trouble {
        let mut screen = Screen::default();
        let indent = Line::new().text("  ");
        screen.wrapped(Line::new().mark(Mark::Warn).text(" "), &indent, &trouble, Paint::Plain);
        session.tell(&screen);
    }
}

fn run_told(session: &Session, change: &Change<'_>, events: &mut Events) -> Result<Exit, Failure> {
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
        let plan = decide(session, change, &node)?;
        told(session, events.plan(&plan));
        events.ends(Outcome::without_run("planned"));
        return show_only(session, &plan, node.past.open.as_ref(), say::dry_run(session.language));
    }
    if let Some(file) = &change.told.evidence {
        keep::can_be_copied(session, file)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let work = world.begin(&stop)?;
    if let Some(run) = change.give_up {
        give_up(session, &work, run)?;
    }
    let watched = || change.told.watch_api.then(|| world.watch(&node));
    let resumed = take_up_open_run(session, &work, &stop, events, &watched)?;
    if let Some((run, plan)) = resumed.as_ref().filter(|(run, _)| !run.ended.closed()) {
        return Ending { session, world: &world, change, before: None }.as_it_is(events, plan, run);
    }
    // Looked at once more: under the lock nobody changes what the plan is made from.
    let mut node = observe(session, &world, Depth::Cluster)?;
    let resumption = Ending { session, world: &world, change, before: None };
    // Before anything can be refused. Where no other run follows, it is proven as well.
    let kept = resumed.as_ref().map(|(run, done)| {
        resumption.keep(&Report { plan: done, run: Some(run), edges: None, evidence: None }, &node)
    });
    let mut plan = decide(session, change, &node)?;
    let mut opener = Opener::new(session, &world, &change.passphrases);
    while opener.open(&mut node, &plan.locked_keys())? {
        // Which certificate of a bundle signs is known once its key is.
        plan = decide(session, change, &node)?;
    }
    let keys = opener.keys();
    if plan.is_empty() {
        if let Some((run, done)) = resumed.as_ref().filter(|(run, _)| run.ended == Ended::Committed) {
            return resumption.proven(events, done, run);
        }
        told(session, events.plan(&plan));
        let evidence = kept.as_ref().and_then(|kept| kept.file.as_deref());
        return resumption.answer(events, &Report { plan: &plan, run: None, edges: None, evidence });
    }
    told(session, events.plan(&plan));
    if !agreed(session, change, &plan)? {
        events.ends(Outcome::without_run("declined"));
        session.tell(&report::declined(session.language));
        return Ok(Exit::Good);
    }
    session.signals.stop_at_a_safe_point(&stop)?;
    let watch = change.told.watch_api.then(|| world.watch(&node));
    let mut progress = progress(session, &stop, watch.as_ref());
    let mut run = work.run(&plan, &keys, &mut |event: &Event<'_>| both(&mut progress, events, event))?;
    let ending = Ending { session, world: &world, change, before: Some(&node) };
    if run.ended != Ended::Committed {
        run.writes = watch.map(Watch::end);
        return ending.as_it_is(events, &plan, &run);
    }
    let (after, edges) = ending.prove(&plan, &run)?;
    // Its proofs are in.
    run.writes = watch.map(Watch::end);
    ending.tell(events, &plan, &run, &after, &edges)
}

/// One source of events: whoever looks and whoever reads get the same.
fn both(progress: &mut Progress, events: &mut Events, event: &Event<'_>) {
    progress.on(event);
    if let Some(trouble) = events.on(event) {
        progress.say(&trouble);
    }
}

/// The end of a run: looked at, kept as evidence, told.
struct Ending<'a> {
    session: &'a Session,
    world: &'a World,
    change: &'a Change<'a>,
    /// The node before the run; after a crash nobody has it any more.
    before: Option<&'a Node>,
}

impl Ending<'_> {
    /// Everything was done: each edge is proven.
    fn proven(&self, events: &mut Events, plan: &Plan, run: &Run) -> Result<Exit, Failure> {
        let (node, edges) = self.prove(plan, run)?;
        self.tell(events, plan, run, &node, &edges)
    }

    fn prove(&self, plan: &Plan, run: &Run) -> Result<(Node, Vec<Edge>), Failure> {
        let node = observe(self.session, self.world, Depth::Cluster)?;
        let edges = match plan.request.verb {
            Verb::Refresh => {
                let names = plan.renewals().map(|renewal| renewal.credential.as_str());
                self.world.recognized(&node, names)
            }
            Verb::Renew | Verb::Reload | Verb::Import => prove(&node, run.workload.as_ref()),
        };
        Ok((node, edges))
    }

    fn tell(
        &self,
        events: &mut Events,
        plan: &Plan,
        run: &Run,
        node: &Node,
        edges: &[Edge],
    ) -> Result<Exit, Failure> {
        told(self.session, events.proofs(None, edges));
        // Where everything had expired, only now the API says which other control planes there are.
        let mut plan = plan.clone();
        if plan.request.verb != Verb::Refresh && node.cluster.seen().is_some() {
            plan.other_control_planes = other_control_planes(node);
        }
        let report = Report { plan: &plan, run: Some(run), edges: Some(edges), evidence: None };
        self.finish(events, report, node)
    }

    /// It has come to another end, or to none.
    fn as_it_is(&self, events: &mut Events, plan: &Plan, run: &Run) -> Result<Exit, Failure> {
        let node = self.world.observe(Depth::Node);
        self.finish(events, Report { plan, run: Some(run), edges: None, evidence: None }, &node)
    }

    fn finish(&self, events: &mut Events, report: Report<'_>, after: &Node) -> Result<Exit, Failure> {
        let kept = self.keep(&report, after);
        let exit = self.answer(events, &Report { evidence: kept.file.as_deref(), ..report })?;
        // Everything is done, but what the operator wanted to have of it is not there.
        Ok(if kept.copied || exit != Exit::Good { exit } else { Exit::Attention })
    }

    fn keep(&self, report: &Report<'_>, after: &Node) -> keep::Kept {
        keep::keep(self.session, self.world, report, self.before, after, self.change.told.evidence.as_deref())
    }

    fn answer(&self, events: &mut Events, report: &Report<'_>) -> Result<Exit, Failure> {
        events.ends(Outcome::of(report.run.map(|run| &run.ended)));
        if self.session.json() {
            self.session.document(&RunReport::new(report))?;
        } else {
            self.session.answer(&report::screen(self.session.language, report))?;
        }
        Ok(report.exit())
    }
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
    events: &mut Events,
    watch: &dyn Fn() -> Option<Watch>,
) -> Result<Option<(Run, Plan)>, Failure> {
    let Some(open) = work.open_run()? else { return Ok(None) };
    session.tell(&line(&run_words::resumed(session.language, &open.run)));
    told(session, events.resumed(&open.run));
    session.signals.stop_at_a_safe_point(stop)?;
    let watch = watch();
    let mut progress = progress(session, stop, watch.as_ref());
    let (mut run, plan) = work.take_up(open, &mut |event: &Event<'_>| both(&mut progress, events, event))?;
    run.writes = watch.map(Watch::end);
    Ok(plan.map(|plan| (run, plan)))
}

fn progress(session: &Session, stop: &Arc<AtomicBool>, watch: Option<&Watch>) -> Progress {
    let counts = watch.map(Watch::counts);
    Progress::new(session.language, session.err, session.global.no_progress, stop, counts)
}

fn line(text: &str) -> Screen {
    let mut screen = Screen::default();
    screen.line(Line::new().text(text));
    screen
}

fn decide(session: &Session, change: &Change<'_>, node: &Node) -> Result<Plan, Failure> {
    let language = session.answer_language();
    sound(language, (change.decide)(node, world::now()))
}

/// A plan that may be carried out.
pub(super) fn sound(language: Language, decided: Result<Plan, Refusal>) -> Result<Plan, Failure> {
    let plan = decided.map_err(|why| world::refused(language, &why))?;
    match lint(&plan).first() {
        None => Ok(plan),
        Some(fault) => {
            Err(Failure::new(Exit::Bug, crate::language::screen::bug(language, &fault.to_string())))
        }
    }
}

pub(super) fn show_only(
    session: &Session,
    plan: &Plan,
    open: Option<&OpenRun>,
    last: &str,
) -> Result<Exit, Failure> {
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
        screen.wrapped(Line::new(), &Line::new().text("  "), last, Paint::Plain);
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
