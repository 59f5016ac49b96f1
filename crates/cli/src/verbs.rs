//! One file for each verb.

pub(crate) mod apply;
pub(crate) mod backup;
mod change;
pub(crate) mod check;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod csr;
pub(crate) mod diagnose;
pub(crate) mod evidence;
pub(crate) mod explain;
pub(crate) mod glance;
pub(crate) mod graph;
pub(crate) mod inspect;
pub(crate) mod kubeconfig;
pub(crate) mod list;
mod look;
pub(crate) mod man;
mod passphrase;
pub(crate) mod plan;
pub(crate) mod reload;
pub(crate) mod renew;
pub(crate) mod verify;
pub(crate) mod version;

use crate::args::as_of;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, graph as graph_words, screen as say};
use crate::session::Session;
use crate::world::{Depth, World};
use jiff::Timestamp;
use perennial_core::inventory::{Layout, Node};

/// The world of this call.
fn world(session: &Session) -> Result<World, Failure> {
    World::new(session.global.root.as_deref(), session.answer_language())
}

/// Looks, and fails where there is nothing of ours.
fn observe(session: &Session, world: &World, depth: Depth) -> Result<Node, Failure> {
    let node = world.observe(depth);
    let language = session.answer_language();
    match &node.layout {
        Layout::ControlPlane | Layout::Worker | Layout::Etcd => Ok(node),
        Layout::Foreign(name) => Err(Failure::new(Exit::Refused, say::foreign(language, name))),
        Layout::Nothing => {
            let root = session.global.root.as_ref();
            let place = root.map_or_else(|| say::this_node(language).to_owned(), ToString::to_string);
            Err(Failure::new(Exit::Refused, say::nothing_here(language, &place)))
        }
    }
}

/// The moment that is judged: now, or the one that was asked for.
fn as_of(session: &Session, given: Option<&str>, now: Timestamp) -> Result<Timestamp, Failure> {
    let Some(given) = given else { return Ok(now) };
    // It was parsed before; a text that can't be is the command line's error.
    let at = as_of::parse(given).map_or(now, |asked| asked.moment(now));
    if at <= now {
        let text = graph_words::in_the_past(session.answer_language(), given);
        return Err(Failure::new(Exit::Usage, text));
    }
    Ok(at)
}

/// The same command again as root, as it was typed.
fn as_root(session: &Session, language: Language, exit: Exit) -> Failure {
    Failure::new(exit, say::without_root(language)).hint(say::with_root(language, &session.typed()))
}
