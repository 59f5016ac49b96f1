//! The way of both verbs that look: `check` and none.

use super::{as_of, as_root, observe, world};
use crate::args::Format;
use crate::exit::{Exit, of_assessment};
use crate::failure::Failure;
use crate::language::Language;
use crate::output::check::Report;
use crate::output::json::check::CheckReport;
use crate::output::suppressed::Suppressed;
use crate::output::{Screen, junit, nagios, short};
use crate::session::Session;
use crate::world::{self, Depth};
use perennial_core::assess::{assess, suppress};
use perennial_core::inventory::{Layout, Looked};
use std::time::Instant;

/// Looks, judges, shows.
pub(super) fn run(
    session: &Session,
    depth: Depth,
    given: Option<&str>,
    suppressed: Suppressed<'_>,
    screen: fn(Language, &Report<'_>) -> Screen,
) -> Result<Exit, Failure> {
    let began = Instant::now();
    let now = as_of(session, given, world::now())?;
    let mut node = observe(session, &world(session)?, depth)?;
    // A worker (and an etcd machine) holds no credential with which the API could be asked.
    if matches!(node.layout, Layout::Worker | Layout::Etcd) {
        node.cluster = Looked::Absent;
    }
    let policy = session.global.policy();
    let mut assessment = assess(&node, &policy, now);
    let wanted: Vec<_> = suppressed.silences.iter().map(|silence| silence.suppression.clone()).collect();
    let uses = suppress(&mut assessment, &node, &wanted, now);
    let partial = !node.as_root && !node.copied_tree;
    let fail_on = session.global.fail_on;
    let exit = of_assessment(&assessment, fail_on, partial);
    let report = Report {
        node: &node,
        assessment: &assessment,
        now,
        took: began.elapsed(),
        future: given.is_some(),
        policy,
        suppressed: Suppressed { uses: &uses, ..suppressed },
    };
    match session.global.output {
        Format::Json | Format::Yaml => session.document(&CheckReport::new(&report, exit))?,
        Format::Short => session.answer(&short::screen(session.language, &report))?,
        Format::Nagios => session.raw(&nagios::text(&report, exit, partial))?,
        Format::Junit => session.raw(&junit::text(&report, fail_on)?)?,
        _ => session.answer(&screen(session.language, &report))?,
    }
    if partial {
        session.tell(&as_root(session, session.language, exit).screen(session.language));
    }
    Ok(exit)
}
