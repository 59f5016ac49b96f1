//! What listeners serve, against what is on disk.

use super::{Check, Finding, Policy, State};
use crate::inventory::{Component, Handshake, Listener, Looked, Node, Trouble};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;

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
        // It is told with the requests for its serving certificate.
        Looked::Unusable(Trouble::NoHandshake(_)) if awaited(node, listener) => return State::NotApplicable,
        Looked::Unusable(Trouble::NoHandshake(reason)) => return handshake_fails(listener, reason, None),
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
    let failed = |certificate: &Certificate| match handshake(listener) {
        Some(reason) => handshake_fails(listener, reason, Some(certificate.not_after())),
        None => State::Pass,
    };
    let Some(name) = &listener.credential else { return failed(served) };
    let Some(on_disk) = node.credential(name).and_then(|credential| credential.leaf()) else {
        return State::NotApplicable;
    };
    if served == on_disk {
        return failed(served);
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

/// Why the handshake failed. A listener that wants a client certificate, where we have none, is in order.
fn handshake(listener: &Listener) -> Option<&String> {
    let served = listener.served.seen()?;
    let wanted = !served.client_authorities.is_empty() && listener.presented.is_none();
    match &served.handshake {
        Handshake::Failed(reason) if !wanted => Some(reason),
        _ => None,
    }
}

fn handshake_fails(listener: &Listener, reason: &str, seen_until: Option<Timestamp>) -> State {
    State::Fail(Finding::HandshakeFails {
        component: listener.component,
        address: listener.address,
        reason: reason.to_owned(),
        seen_until,
    })
}

/// The kubelet has no serving certificate yet, and says so to every client: `tls: internal error`.
fn awaited(node: &Node, listener: &Listener) -> bool {
    listener.component == Component::Kubelet
        && node.kubelet.serving_by_request
        && node.credentials.iter().any(super::cluster::awaited)
}
