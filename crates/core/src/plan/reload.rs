//! Restarts without new certificates: only what is stale, or started when its file was just being written; and
//! kube-apiserver where the certificate that it has made for itself ends soon.

use super::renew::{other_control_planes, refuse_layout};
use super::{FORMAT, Kept, Plan, Reason, Refusal, Request, RestartApiserver, digest, restart};
use crate::assess::Policy;
use crate::assess::memory::not_fresh;
use crate::inventory::{Component, Node};
use jiff::Timestamp;

/// Decides what `reload` does on this node.
///
/// # Errors
/// The first reason why nothing can be done.
pub fn reload(node: &Node, request: &Request, policy: &Policy, now: Timestamp) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let mut restarts = not_fresh(node);
    restarts.sort_by_key(|component| (*component == Component::KubeControllerManager, *component));
    restarts.dedup();
    if restart_apiserver(node, request, policy, now) {
        restarts.push(Component::KubeApiserver);
    }
    if !restarts.is_empty() {
        restart::refuse(node, &restarts, now)?;
    }
    let mut steps = Vec::new();
    if !restarts.is_empty() {
        steps.push(restart::backup(node, &[]));
        steps.extend(restarts.iter().flat_map(|component| restart::steps(node, *component)));
        if request.workload {
            steps.push(restart::workload());
        }
    }
    let kept = node
        .holders
        .iter()
        .map(|holder| holder.component)
        .filter(|component| !restarts.contains(component))
        .map(|component| Kept { name: component.to_string(), reason: Reason::NotDue, until: None });
    let mut plan = Plan {
        format: FORMAT,
        node: node.name.clone().unwrap_or_default(),
        observed_at: node.observed_at,
        request: request.clone(),
        digest: String::new(),
        steps,
        kept: kept.collect(),
        other_control_planes: other_control_planes(node),
    };
    plan.digest = digest(&plan);
    Ok(plan)
}

/// No file holds kube-apiserver's loopback certificate: only its next process has another one.
fn restart_apiserver(node: &Node, request: &Request, policy: &Policy, now: Timestamp) -> bool {
    if node.static_pod(Component::KubeApiserver).is_none() {
        return false;
    }
    match request.restart_apiserver {
        RestartApiserver::Never => false,
        RestartApiserver::Always => true,
        RestartApiserver::Auto => node.loopback().is_some_and(|loopback| {
            loopback.not_after() <= now
                || policy.warn.reached(loopback.not_before(), loopback.not_after(), now)
        }),
    }
}
