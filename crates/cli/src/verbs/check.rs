//! `check`: what is wrong, with codes.

use super::{as_root, observe};
use crate::exit::{Exit, of_assessment};
use crate::failure::Failure;
use crate::output::check::{Report, screen};
use crate::output::json::check::CheckReport;
use crate::session::Session;
use crate::world;
use perennial_core::assess::assess;
use std::time::Instant;

pub(crate) fn run(session: &Session) -> Result<Exit, Failure> {
    let began = Instant::now();
    let node = observe(session, false)?;
    let now = world::now();
    let assessment = assess(&node, &session.global.policy(), now);
    let partial = !node.as_root && !node.copied_tree;
    let exit = of_assessment(&assessment, session.global.fail_on, partial);
    let report = Report { node: &node, assessment: &assessment, now, took: began.elapsed() };
    if session.json() {
        session.document(&CheckReport::new(&report, exit))?;
    } else {
        session.answer(&screen(session.language, &report))?;
    }
    if partial {
        session.tell(&as_root(session.language, "perennial check").screen(session.language));
    }
    Ok(exit)
}
