//! Which processes are restarted for what is renewed.

use super::same_files;
use crate::assess::Policy;
use crate::assess::memory::stale;
use crate::inventory::{Component, Node, Role};
use crate::plan::step::Renewal;
use crate::plan::{Request, RestartApiserver};
use crate::reload;
use jiff::Timestamp;

/// kube-scheduler first: it gives its lease back, so its pause is the shorter one. kube-apiserver last.
pub(super) fn restarts(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    policy: &Policy,
    now: Timestamp,
) -> Vec<Component> {
    let already_stale = if request.only.is_empty() { stale(node) } else { Vec::new() };
    let mut restarts: Vec<_> = [Component::KubeScheduler, Component::KubeControllerManager]
        .into_iter()
        .filter(|component| {
            let holds = |name: &str| {
                node.holders.iter().any(|holder| {
                    holder.component == *component
                        && same_files(node, &holder.credential, name)
                        && !reload::of_holder(node, holder).is_some_and(|row| row.class.follows())
                })
            };
            already_stale.contains(component) || renewals.iter().any(|renewal| holds(&renewal.credential))
        })
        .collect();
    if restart_apiserver(node, request, renewals, policy, now) {
        restarts.push(Component::KubeApiserver);
    }
    restarts
}

/// Whether a process of this component comes to use a renewed credential without a restart.
pub(super) fn follows(node: &Node, component: Component, credential: &str) -> bool {
    let row = node.credential(credential).and_then(|one| reload::of_credential(node, component, one));
    row.is_some_and(|row| row.class.follows())
}

/// Whether a component uses what is renewed and is not known to re-read it.
pub(super) fn holds_on(node: &Node, component: Component, credential: &str) -> bool {
    let alike = node.credentials.iter().filter(|other| same_files(node, &other.name, credential));
    let mut used = alike.filter(|one| one.used_by.contains(&component));
    used.any(|one| !follows(node, component, &one.name))
}

/// kube-apiserver follows its files where its version is known to; only its loopback certificate lives in memory for as long as the process.
/// It is restarted where that ends before the new serving certificate is due again, and where a restart
/// would really give it a longer life.
fn restart_apiserver(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    policy: &Policy,
    now: Timestamp,
) -> bool {
    match request.restart_apiserver {
        RestartApiserver::Never => return false,
        RestartApiserver::Always => return !renewals.is_empty(),
        RestartApiserver::Auto => {}
    }
    if renewals.iter().any(|renewal| holds_on(node, Component::KubeApiserver, &renewal.credential)) {
        return true;
    }
    let Some(loopback) = node.loopback() else { return false };
    let Some(serving) = renewals.iter().find(|renewal| {
        node.credential(&renewal.credential).is_some_and(|known| known.role == Role::ApiserverServing)
    }) else {
        return false;
    };
    let life = loopback.not_after().duration_since(loopback.not_before());
    let left = loopback.not_after().duration_since(now);
    let due_then = policy.warn.reached(now, serving.new_not_after, loopback.not_after());
    let gains = left.as_secs().saturating_mul(10) < life.as_secs().saturating_mul(9);
    loopback.not_after() < serving.new_not_after && !due_then && gains
}
