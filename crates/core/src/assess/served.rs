//! What listeners serve, against what is on disk.

use super::{Check, Finding, Policy, State};
use crate::inventory::{Listener, Looked, Node, Trouble};
use jiff::Timestamp;

pub(super) fn check(node: &Node, policy: &Policy, now: Timestamp, checks: &mut Vec<Check>) {
    for listener in &node.listeners {
        let object = format!("{} {}", listener.component, listener.address);
        checks.push(Check { object, state: judge(node, listener, policy, now) });
    }
}

fn judge(node: &Node, listener: &Listener, policy: &Policy, now: Timestamp) -> State {
    let served = match &listener.served {
        Looked::Seen(served) => served.chain.leaf(),
        // One silent listener is one finding, not one for each server name.
        Looked::Absent => return State::NotApplicable,
        Looked::Unusable(_) if listener.loopback() => return State::NotApplicable,
        Looked::Unusable(Trouble::NoAnswer(reason)) => {
            return State::Fail(Finding::ListenerSilent {
                component: listener.component,
                address: listener.address,
                reason: reason.clone(),
            });
        }
        Looked::Unusable(trouble) => return State::CouldNotLook(trouble.clone()),
    };
    if listener.loopback() {
        return if served.not_after() <= now
            || policy.warn.reached(served.not_before(), served.not_after(), now)
        {
            State::Fail(Finding::LoopbackEnds {
                address: listener.address,
                at: served.not_after(),
                critical: policy.critical.reached(served.not_before(), served.not_after(), now),
            })
        } else {
            State::Pass
        };
    }
    let Some(name) = &listener.credential else { return State::Pass };
    let Some(on_disk) = node.credential(name).and_then(|credential| credential.leaf()) else {
        return State::NotApplicable;
    };
    if served == on_disk {
        return State::Pass;
    }
    State::Fail(Finding::ServedOther {
        component: listener.component,
        address: listener.address,
        credential: name.clone(),
        served: served.fingerprint_sha256(),
        on_disk: on_disk.fingerprint_sha256(),
        served_until: served.not_after(),
    })
}
