//! An earlier run of perennial that was cut off.

use super::{Check, Finding, State};
use crate::inventory::Node;

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    if let Some(open) = &node.past.open {
        let finding = Finding::RunOpen { run: open.id.clone(), began: open.began };
        checks.push(Check { object: open.id.clone(), state: State::Fail(finding) });
    }
}
