//! `diagnose`: what log lines mean.

use super::{as_root, observe, world};
use crate::args::Diagnose;
use crate::exit::{Exit, of_worst};
use crate::failure::Failure;
use crate::output::diagnose::{Diagnosis, screen};
use crate::output::findings::Scene;
use crate::output::json::diagnose::DiagnoseReport;
use crate::session::Session;
use crate::world::{self, Depth};
use perennial_core::diagnose::{Gathering, answers, known};

/// How far back the node's own logs are read where nothing else is asked for.
const RECENT: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

pub(crate) fn run(session: &Session, arguments: &Diagnose) -> Result<Exit, Failure> {
    let world = world(session)?;
    let own_logs = arguments.files.is_empty();
    // Lines from elsewhere mean something where there is no Kubernetes, too.
    let node = if own_logs { observe(session, &world, Depth::Node)? } else { world.observe(Depth::Node) };
    let now = world::now();
    let since = match arguments.since {
        // What lies in a copy, or was chosen by somebody, is read whole.
        None if !own_logs || node.copied_tree => None,
        since => now.checked_sub(since.unwrap_or(RECENT)).ok(),
    };
    let mut gathering = Gathering::default();
    let logs = world.logs(&arguments.files, since, now, &mut gathering);
    let survey = world.superseded(&node);
    let known = known(&node, &survey.found);
    let answers = answers(&gathering, &known, &node, now);
    let diagnosis = Diagnosis {
        scene: Scene { node: &node, now },
        logs: &logs,
        lines: gathering.lines,
        harmless: gathering.harmless,
        left_out: gathering.left_out,
        cut: survey.cut.then_some(survey.found.len()),
        answers: &answers,
    };
    let partial = !node.as_root && !node.copied_tree && own_logs;
    let exit = of_worst(diagnosis.worst(), session.global.fail_on, partial || diagnosis.blind());
    if session.json() {
        session.document(&DiagnoseReport::new(&diagnosis, exit))?;
    } else {
        session.answer(&screen(session.language, &diagnosis))?;
    }
    if partial {
        session.tell(&as_root(session, session.language, exit).screen(session.language));
    }
    Ok(exit)
}
