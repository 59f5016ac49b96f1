//! `verify`: for every connection, the proof that the certificate on disk is the one in use.

use super::{as_root, change::refused, observe};
use crate::args::Verify;
use crate::exit::{Exit, of_edges};
use crate::failure::Failure;
use crate::output::json::verify::VerifyReport;
use crate::output::verify::screen;
use crate::session::Session;
use crate::world;
use perennial_core::plan::Refusal;
use perennial_core::prove::prove;

pub(crate) fn run(session: &Session, arguments: &Verify) -> Result<Exit, Failure> {
    let node = observe(session, true)?;
    if !node.as_root {
        return Err(as_root(session.answer_language(), "perennial verify"));
    }
    if let Some(open) = &node.past.open
        && arguments.workload
    {
        let run = open.id.clone();
        return Err(refused(
            session.answer_language(),
            "verify",
            &Refusal::RunBlocked { run, files: Vec::new() },
        ));
    }
    let workload = if arguments.workload { Some(world::workload()?) } else { None };
    let edges = prove(&node, workload.as_ref());
    let exit = of_edges(&edges);
    if session.json() {
        session.document(&VerifyReport::new(node.name.as_deref(), node.observed_at, &edges, exit))?;
    } else {
        session.answer(&screen(session.language, &edges))?;
    }
    Ok(exit)
}
