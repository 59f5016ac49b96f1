//! Whether the kubelet runs.

use super::{Check, Finding, State};
use crate::inventory::{Layout, Looked, Node};

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    if node.copied_tree || !matches!(node.layout, Layout::ControlPlane | Layout::Worker) {
        return;
    }
    let state = match &node.kubelet.unit {
        Looked::Seen(unit) if unit.running() => State::Pass,
        Looked::Seen(unit) => State::Fail(Finding::KubeletDown {
            state: format!("{} ({})", unit.active_state, unit.sub_state),
            restarts: unit.restarts,
        }),
        Looked::Absent => State::NotApplicable,
        Looked::Unusable(trouble) => State::CouldNotLook(trouble.clone()),
    };
    checks.push(Check { object: "kubelet".to_owned(), state });
}
