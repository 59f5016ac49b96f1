//! `verify`: for every connection, the proof that the certificate on disk is the one in use.

use super::change::told;
use super::{as_root, observe, world};
use crate::args::Verify;
use crate::events::Events;
use crate::exit::{Exit, of_edges};
use crate::failure::Failure;
use crate::language::verify as say;
use crate::output::json::event::Outcome;
use crate::output::json::verify::VerifyReport;
use crate::output::verify::screen;
use crate::session::Session;
use crate::world::Depth;
use perennial_core::inventory::{Layout, Looked};
use perennial_core::prove::prove;

pub(crate) fn run(session: &Session, arguments: &Verify) -> Result<Exit, Failure> {
    let to = arguments.events.target();
    let session = &session.beside_events(to)?;
    let mut events = Events::open(to, "verify", session.language, session.answer_language())?;
    let result = run_told(session, arguments, &mut events);
    let exit = result.as_ref().map_or_else(|failure| failure.exit, |exit| *exit);
    told(session, events.end(exit));
    result
}

fn run_told(session: &Session, arguments: &Verify, events: &mut Events) -> Result<Exit, Failure> {
    let world = world(session)?;
    let mut node = observe(session, &world, Depth::Cluster)?;
    // A worker (and an etcd machine) holds no credential with which the API could be asked: that refutes nothing.
    let without_admin = matches!(node.layout, Layout::Worker | Layout::Etcd);
    if without_admin {
        node.cluster = Looked::Absent;
    }
    if !node.as_root {
        return Err(as_root(session, session.answer_language(), Exit::NotLooked));
    }
    if arguments.workload && without_admin {
        return Err(Failure::new(Exit::Refused, say::workload_needs_admin(session.answer_language())));
    }
    let name = node.name.as_deref().unwrap_or_default();
    let workload = arguments.workload.then(|| world.workload(name));
    let edges = prove(&node, workload.as_ref());
    let exit = of_edges(&edges);
    told(session, events.proofs(node.name.as_deref(), &edges));
    events.ends(Outcome::without_run("verified"));
    if session.json() {
        session.document(&VerifyReport::new(node.name.as_deref(), node.observed_at, &edges, exit))?;
    } else {
        session.answer(&screen(session.language, &edges))?;
    }
    Ok(exit)
}
