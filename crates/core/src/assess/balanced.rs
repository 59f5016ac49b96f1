//! What clients meet behind the cluster's address. A node's own listener is judged against its own file elsewhere,
//! and never through a balancer: there a healthy peer may answer.

use super::{Check, Finding, Policy, State};
use crate::inventory::{Balancer, Looked, Node, Trouble};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;

/// A certificate that was met behind the cluster's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// SHA-256.
    pub fingerprint: String,
    /// When it ends.
    pub until: Timestamp,
    /// How many of the connections showed it.
    pub times: usize,
    /// Why clients refuse it, or will soon.
    pub fault: Option<MetFault>,
}

/// What is wrong with a certificate behind the cluster's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetFault {
    /// It has ended.
    Expired,
    /// It ends soon, and it is not this node's: that one is told at its own listener.
    EndsSoon,
    /// The CA of this node has not signed it.
    Foreign,
}

pub(super) fn check(node: &Node, policy: &Policy, now: Timestamp, checks: &mut Vec<Check>) {
    for balancer in &node.balancers {
        checks.push(Check { object: balancer.server.clone(), state: judge(node, balancer, policy, now) });
    }
}

fn judge(node: &Node, balancer: &Balancer, policy: &Policy, now: Timestamp) -> State {
    if let Looked::Unusable(trouble) = &balancer.address {
        return State::CouldNotLook(trouble.clone());
    }
    let mut met: Vec<Met> = Vec::new();
    for served in balancer.connections.iter().filter_map(Looked::seen) {
        let leaf = served.chain.leaf();
        let fingerprint = leaf.fingerprint_sha256();
        match met.iter_mut().find(|one| one.fingerprint == fingerprint) {
            Some(known) => known.times += 1,
            None => met.push(Met {
                fingerprint,
                until: leaf.not_after(),
                times: 1,
                fault: fault(node, leaf, policy, now),
            }),
        }
    }
    let failures: Vec<String> = {
        let troubles = balancer.connections.iter().filter_map(Looked::trouble);
        troubles.map(ToString::to_string).collect()
    };
    // A balancer that leads no node back to itself shows this node nothing at all.
    if met.is_empty()
        && let Some(trouble) = balancer.connections.iter().find_map(Looked::trouble)
    {
        return State::CouldNotLook(Trouble::NoAnswer(reason(trouble)));
    }
    if failures.is_empty() && met.iter().all(|one| one.fault.is_none()) {
        return State::Pass;
    }
    State::Fail(Finding::BehindBalancer {
        server: balancer.server.clone(),
        of: balancer.connections.len(),
        met,
        failures,
    })
}

fn fault(node: &Node, leaf: &Certificate, policy: &Policy, now: Timestamp) -> Option<MetFault> {
    let own = node.listeners.iter().filter_map(|listener| listener.served.seen());
    let own = own.into_iter().any(|served| served.chain.leaf() == leaf);
    let known = node.authority("ca").and_then(|authority| authority.certificates.seen());
    if leaf.not_after() <= now {
        Some(MetFault::Expired)
    } else if known.is_some_and(|known| !known.iter().any(|issuer| signed_by(leaf, issuer))) {
        Some(MetFault::Foreign)
    } else if !own && policy.warn.reached(leaf.not_before(), leaf.not_after(), now) {
        Some(MetFault::EndsSoon)
    } else {
        None
    }
}

fn reason(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoAnswer(reason) | Trouble::NoHandshake(reason) => reason.clone(),
        other => other.to_string(),
    }
}
