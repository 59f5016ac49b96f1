//! `graph`: who trusts whom, and until when.

use super::{as_of, as_root, observe, world};
use crate::args::{Format, Graph as Arguments};
use crate::exit::{Exit, FailOn};
use crate::failure::Failure;
use crate::output::graph::{Graph, dot, screen};
use crate::output::json::graph::TrustGraph;
use crate::session::Session;
use crate::world::{self, Depth};
use perennial_core::assess::edges;

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<Exit, Failure> {
    let now = world::now();
    let at = as_of(session, arguments.as_of.as_deref(), now)?;
    let node = observe(session, &world(session)?, Depth::Node)?;
    let graph = Graph::new(edges(&node), at, now);
    let partial = !node.as_root && !node.copied_tree;
    let exit = match () {
        () if graph.broken().next().is_some() && session.global.fail_on != FailOn::Never => Exit::Critical,
        () if partial => Exit::NotLooked,
        () => Exit::Good,
    };
    match session.global.output {
        Format::Json | Format::Yaml => session.document(&TrustGraph::new(&node, &graph, exit))?,
        Format::Dot => session.raw(&dot(&graph))?,
        _ => session.answer(&screen(session.language, &graph))?,
    }
    if partial {
        session.tell(&as_root(session, session.language, exit).screen(session.language));
    }
    Ok(exit)
}
