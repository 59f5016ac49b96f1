//! `evidence verify`: what still stands of what a run has proven. Nothing is changed.

pub(super) mod keep;

use super::{as_root, observe, world};
use crate::args::EvidenceFile;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::evidence as say;
use crate::output::json::evidence::{Evidence, NotEvidence};
use crate::output::json::standing::EvidenceReport;
use crate::output::standing::{Copy, Verified, screen};
use crate::session::Session;
use crate::world::{Depth, World, documents};
use perennial_core::inventory::{Layout, Looked};
use perennial_core::standing::{authorities, credentials};

pub(crate) fn run(session: &Session, arguments: &EvidenceFile) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let file = arguments.file.as_str();
    let content = documents::read(&arguments.file)
        .map_err(|error| Failure::new(Exit::Usage, say::not_read(language, file, &error)))?;
    let evidence = Evidence::read(&content).map_err(|why| refused(session, file, &why))?;
    let world = world(session)?;
    let mut node = observe(session, &world, Depth::Cluster)?;
    // A worker (and an etcd machine) holds no credential with which the API could be asked.
    if matches!(node.layout, Layout::Worker | Layout::Etcd) {
        node.cluster = Looked::Absent;
    }
    if !node.as_root && !node.copied_tree {
        return Err(as_root(session, language, Exit::NotLooked));
    }
    let here = node.name.as_deref().unwrap_or_default();
    if here != evidence.node {
        return Err(Failure::new(Exit::Refused, say::other_node(language, file, &evidence.node, here)));
    }
    let people = match node.copied_tree {
        true => Vec::new(),
        false => world.recognized(&node, evidence.recognized()),
    };
    let verified = Verified {
        copy: copy(&world, &evidence),
        authorities: authorities(&evidence.recorded_authorities(), &node),
        credentials: credentials(&evidence.recorded(), &node, people),
        evidence: &evidence,
    };
    let exit = verified.exit();
    if session.json() {
        session.document(&EvidenceReport::new(&verified, node.observed_at))?;
    } else {
        session.answer(&screen(session.language, &verified))?;
    }
    Ok(exit)
}

/// Whoever can change a file can make its digest fit: this node's own copy, which is root's alone, can't be changed
/// with it.
fn copy(world: &World, evidence: &Evidence) -> Copy {
    let (kept, journal) = world.kept(&evidence.run);
    let recorded = evidence.journal.as_ref().map(|journal| &journal.last_sha256);
    match kept.as_deref().map(Evidence::read) {
        None => Copy::Gone,
        Some(Ok(kept)) if kept.digest == evidence.digest => {
            // The journal of a run that goes on later grows.
            let other = journal.is_some() && journal.as_ref() != recorded && evidence.closed();
            if other { Copy::OtherJournal } else { Copy::Same }
        }
        Some(_) => Copy::Differs,
    }
}

fn refused(session: &Session, file: &str, why: &NotEvidence) -> Failure {
    let exit = match why {
        NotEvidence::Edited | NotEvidence::Newer(_) => Exit::Refused,
        NotEvidence::CutOff | NotEvidence::Malformed(_) | NotEvidence::OtherKind(_) => Exit::Usage,
    };
    Failure::new(exit, say::not_evidence(session.answer_language(), file, why))
}
