//! Objects in the cluster that carry certificates, or decide about them.

mod finding;
mod published;
mod requests;

pub(super) use requests::awaited;

pub use finding::{BundleFault, ClusterFinding, OpenRequest, RequestFault};

use super::{Check, Finding, Policy, Severity, State};
use crate::inventory::{Approvals, Looked, Node, Objects, Role, TlsSecret, Trouble};
use jiff::Timestamp;

pub(super) fn check(node: &Node, policy: &Policy, now: Timestamp, checks: &mut Vec<Check>) {
    let objects = node.cluster.seen().and_then(|cluster| cluster.objects.as_ref());
    requests::serving(node, objects, now, checks);
    if let Looked::Unusable(trouble) = &node.cluster {
        let state = match trouble {
            // admin.conf was taken away: nobody is asked to look with an identity that is not here.
            Trouble::NoClientCertificate(_) => State::NotApplicable,
            trouble => State::CouldNotLook(trouble.clone()),
        };
        checks.push(Check { object: "kube-apiserver".to_owned(), state });
    }
    let Some(objects) = objects else { return };
    for one in &objects.published {
        let state = published::judge(node, one, policy, now);
        checks.push(Check { object: one.object.clone(), state });
    }
    requests::client(objects, now, checks);
    approvals(node, objects, checks);
    secrets(objects, policy, now, checks);
}

fn failed(finding: ClusterFinding) -> State {
    State::Fail(Finding::Cluster(finding))
}

/// Both cluster roles on which the automatic approval rests.
fn approvals(node: &Node, objects: &Objects, checks: &mut Vec<Check>) {
    for renewal in [false, true] {
        let bound = |approvals: &Approvals| if renewal { approvals.rotates() } else { approvals.joins() };
        let which = if renewal { "next" } else { "first" };
        let object = format!("approval of nodes' {which} certificates");
        let state = match &objects.approvals {
            Looked::Seen(approvals) if bound(approvals) => State::Pass,
            Looked::Seen(_) => {
                let client = node.credentials.iter().find(|one| one.role == Role::KubeletClient);
                let end = client.and_then(|client| client.leaf()).map(|leaf| leaf.not_after());
                failed(ClusterFinding::ApprovalMissing { renewal, locked_out: end.filter(|_| renewal) })
            }
            Looked::Absent => State::NotApplicable,
            Looked::Unusable(trouble) => State::CouldNotLook(trouble.clone()),
        };
        checks.push(Check { object, state });
    }
}

fn secrets(objects: &Objects, policy: &Policy, now: Timestamp, checks: &mut Vec<Check>) {
    match &objects.secrets {
        Looked::Seen(secrets) => checks.extend(secrets.iter().map(|one| secret(one, policy, now))),
        Looked::Absent => {}
        Looked::Unusable(trouble) => {
            checks.push(Check { object: "secrets".to_owned(), state: State::CouldNotLook(trouble.clone()) });
        }
    }
}

fn secret(one: &TlsSecret, policy: &Policy, now: Timestamp) -> Check {
    let object = format!("secret/{} -n {}", one.name, one.namespace);
    let state = match &one.certificate {
        Looked::Seen(chain) => {
            let leaf = chain.leaf();
            let near = |limit: super::Threshold| limit.reached(leaf.not_before(), leaf.not_after(), now);
            let severity = match (leaf.not_after() <= now || near(policy.critical), near(policy.warn)) {
                (true, _) => Some(Severity::Critical),
                (false, true) => Some(Severity::Warning),
                (false, false) => None,
            };
            severity.map_or(State::Pass, |severity| {
                failed(ClusterFinding::SecretEnds {
                    object: object.clone(),
                    issuer: leaf.issuer(),
                    at: leaf.not_after(),
                    severity,
                })
            })
        }
        // Who mounts it may not need it: a Secret may wait for its first certificate.
        Looked::Absent => State::NotApplicable,
        Looked::Unusable(trouble) => State::CouldNotLook(trouble.clone()),
    };
    Check { object, state }
}
