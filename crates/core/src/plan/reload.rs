//! Restarts without new certificates: only what is stale, or started when its file was just being written.

use super::renew::{other_control_planes, refuse_layout};
use super::{FORMAT, Kept, Plan, Reason, Refusal, Request, digest, restart};
use crate::assess::memory::not_fresh;
use crate::inventory::{Component, Node};
use jiff::Timestamp;

/// Decides what `reload` does on this node.
///
/// # Errors
/// The first reason why nothing can be done.
pub fn reload(node: &Node, request: &Request, now: Timestamp) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let mut restarts = not_fresh(node);
    restarts.sort_by_key(|component| (*component == Component::KubeControllerManager, *component));
    restarts.dedup();
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
    plan.digest = digest::digest(&plan);
    Ok(plan)
}
