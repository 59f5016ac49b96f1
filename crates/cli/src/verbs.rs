//! One file for each verb.

pub(crate) mod backup;
mod change;
pub(crate) mod check;
pub(crate) mod glance;
pub(crate) mod reload;
pub(crate) mod renew;
pub(crate) mod verify;
pub(crate) mod version;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, screen as say};
use crate::session::Session;
use crate::world::{self, Look};
use perennial_core::inventory::{Layout, Node};

/// Looks, and fails where there is nothing of ours.
fn observe(session: &Session, api: bool) -> Result<Node, Failure> {
    let root = session.global.root.as_deref();
    let node = world::observe(&Look { root, api })?;
    let language = session.answer_language();
    match &node.layout {
        Layout::ControlPlane | Layout::Worker => Ok(node),
        Layout::Foreign(name) => Err(Failure::new(Exit::Refused, say::foreign(language, name))),
        Layout::Nothing => {
            let place = root.map_or_else(|| say::this_node(language).to_owned(), ToString::to_string);
            Err(Failure::new(Exit::Refused, say::nothing_here(language, &place)))
        }
    }
}

/// `sudo perennial check`: the same command again as root.
fn as_root(language: Language, command: &str) -> Failure {
    Failure::new(Exit::NotLooked, say::without_root(language)).hint(say::with_root(language, command))
}
