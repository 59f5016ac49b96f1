//! The way of both verbs that look: `check` and none.

use super::{as_of, as_root, observe, world};
use crate::exit::{Exit, of_assessment};
use crate::failure::Failure;
use crate::language::Language;
use crate::output::Screen;
use crate::output::check::Report;
use crate::output::json::check::CheckReport;
use crate::session::Session;
use crate::world::{self, Depth};
use perennial_core::assess::assess;
use perennial_core::inventory::{Layout, Looked};
use std::time::Instant;

/// Looks, judges, shows.
pub(super) fn run(
    session: &Session,
    depth: Depth,
    given: Option<&str>,
    screen: fn(Language, &Report<'_>) -> Screen,
) -> Result<Exit, Failure> {
    let began = Instant::now();
    let now = as_of(session, given, world::now())?;
    let mut node = observe(session, &world(session)?, depth)?;
    // A worker (and an etcd machine) holds no credential with which the API could be asked.
    if matches!(node.layout, Layout::Worker | Layout::Etcd) {
        node.cluster = Looked::Absent;
    }
    let assessment = assess(&node, &session.global.policy(), now);
    let partial = !node.as_root && !node.copied_tree;
    let exit = of_assessment(&assessment, session.global.fail_on, partial);
    let report =
        Report { node: &node, assessment: &assessment, now, took: began.elapsed(), future: given.is_some() };
    if session.json() {
        session.document(&CheckReport::new(&report, exit))?;
    } else {
        session.answer(&screen(session.language, &report))?;
    }
    if partial {
        session.tell(&as_root(session, session.language, exit).screen(session.language));
    }
    Ok(exit)
}
