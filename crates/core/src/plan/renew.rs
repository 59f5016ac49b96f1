//! From an inventory and a request to a plan of new certificates.

mod amendments;
mod authorities;
mod choice;
mod copies;
mod reissue;
mod restarts;
mod steps;
mod untouched;

pub use choice::{never_as_it_is, renewable};
pub(super) use {
    authorities::{check_authorities, check_authority, signer},
    choice::mixed_up,
    reissue::{key_that_stays, key_to_make, refuse_files, reissue, target},
    steps::steps,
};

use super::issuer::hand_over;
use super::step::Renewal;
use super::{FORMAT, Kept, Plan, Reason, Refusal, Request, digest, restart};
use crate::assess::{Policy, manifests};
use crate::inventory::{File, Layout, Node, Role};
use amendments::named;
use camino::Utf8PathBuf;
use choice::choose;
use copies::copies;
use jiff::Timestamp;
use restarts::restarts;
use untouched::untouched;

/// Decides what `renew` does on this node.
///
/// # Errors
/// The first reason why nothing can be done, root causes first.
pub fn renew(node: &Node, request: &Request, policy: &Policy, now: Timestamp) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let choice = choose(node, request, policy, now)?;
    check_authorities(node, &choice.chosen, now)?;
    let mut renewals = Vec::new();
    for credential in &choice.chosen {
        let renewal = reissue(node, credential, request, now)?;
        // One pair may serve two purposes (kubespray: etcd's server and peer): it is renewed once.
        if !renewals.iter().any(|other: &Renewal| other.target == renewal.target) {
            renewals.push(renewal);
        }
    }
    if !request.add_names.is_empty() && !renewals.iter().any(|renewal| named(node, request, renewal)) {
        return Err(Refusal::NoServerToName { names: request.add_names.clone() });
    }
    hand_over(node, request, &mut renewals)?;
    assemble(node, request, renewals, choice.kept, policy, now)
}

/// The plan that installs these: people's copies follow them, and what does not re-read them is restarted.
pub(super) fn assemble(
    node: &Node,
    request: &Request,
    mut renewals: Vec<Renewal>,
    mut kept: Vec<Kept>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    refuse_shared(node, &renewals)?;
    // What was not asked for under one name is renewed all the same under another one of the same files.
    let renewed = |kept: &Kept| {
        kept.reason == Reason::NotAsked
            && renewals.iter().any(|renewal| same_files(node, &renewal.credential, &kept.name))
    };
    kept.retain(|kept| !renewed(kept));
    renewals.extend(copies(node, request, &renewals, &mut kept));

    let restarts = restarts(node, request, &renewals, policy, now);
    if !restarts.is_empty() {
        restart::refuse(node, &restarts, now)?;
    }
    let mut plan = Plan {
        format: FORMAT,
        node: node.name.clone().unwrap_or_default(),
        observed_at: node.observed_at,
        request: request.clone(),
        digest: String::new(),
        steps: steps(node, request, &renewals, &restarts),
        kept,
        other_control_planes: other_control_planes(node),
    };
    plan.kept.extend(untouched(node, request, &renewals, &restarts));
    plan.digest = digest(&plan);
    Ok(plan)
}

/// Refuses to renew a credential that shares one file with another but not all: in between neither would fit.
fn refuse_shared(node: &Node, renewals: &[Renewal]) -> Result<(), Refusal> {
    for renewal in renewals {
        let ours = renewal.target.all_files();
        for credential in node.credentials.iter().filter(|other| other.role != Role::UserKubeconfig) {
            let theirs: Vec<_> = credential.place.files().into_iter().map(File::real_path).collect();
            let shared = ours.iter().find(|path| theirs.contains(path));
            if let Some(path) = shared.filter(|_| ours != theirs) {
                let credentials = vec![renewal.credential.clone(), credential.name.clone()];
                return Err(Refusal::FileShared { path: (*path).clone(), credentials });
            }
        }
    }
    Ok(())
}

/// Whether two credentials are one: the same files.
pub(super) fn same_files(node: &Node, one: &str, other: &str) -> bool {
    let files = |name: &str| -> Option<Vec<Utf8PathBuf>> {
        let credential = node.credential(name)?;
        Some(credential.place.files().into_iter().map(|file| file.real_path().clone()).collect())
    };
    one == other || files(one).is_some_and(|files_of_one| Some(files_of_one) == files(other))
}

/// The control planes of the cluster that a run on this node does not touch.
pub fn other_control_planes(node: &Node) -> Vec<String> {
    let own = node.name.as_deref().unwrap_or_default();
    let known = node.cluster.seen().map(|cluster| cluster.control_planes.as_slice());
    known.unwrap_or_default().iter().filter(|name| *name != own).cloned().collect()
}

/// Refuses where there is nothing of ours.
pub(super) fn refuse_layout(node: &Node) -> Result<(), Refusal> {
    match &node.layout {
        Layout::Foreign(distribution) => Err(Refusal::ForeignLayout { distribution: distribution.clone() }),
        Layout::Nothing => Err(Refusal::NothingHere),
        _ if !node.as_root => Err(Refusal::NotRoot),
        Layout::Worker => Err(Refusal::WorkerNode),
        Layout::Etcd => Err(Refusal::EtcdMachine),
        Layout::ControlPlane => match manifests::collisions(node).into_iter().next() {
            Some(collision) => Err(Refusal::ManifestsCollide(collision)),
            None => Ok(()),
        },
    }
}
