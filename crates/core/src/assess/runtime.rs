//! Whether the container runtime of the running kubelet answers: without it nothing is started, stopped or restarted,
//! whatever the containers that run still serve.

use super::{Check, Finding, State};
use crate::inventory::{Looked, Node, Trouble};

/// It was asked once for all holders, so the first one's answer is everybody's.
pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    let Some(holder) = node.holders.first().filter(|_| !node.copied_tree) else { return };
    let state = match &holder.container {
        Looked::Seen(_) | Looked::Absent => State::Pass,
        Looked::Unusable(Trouble::NoAnswer(reason) | Trouble::Io(reason)) => {
            let (socket, reason) = (node.kubelet.runtime_socket.clone(), reason.clone());
            State::Fail(Finding::RuntimeSilent { socket, reason })
        }
        Looked::Unusable(trouble) => State::CouldNotLook(trouble.clone()),
    };
    checks.push(Check { object: node.kubelet.runtime_socket.to_string(), state });
}
