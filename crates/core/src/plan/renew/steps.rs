//! The steps of a plan, in their order.

use super::restarts::follows;
use super::same_files;
use crate::inventory::{Component, Node};
use crate::plan::step::{Action, Guard, Listening, PreImage, Proof, Renewal, Step, Swap};
use crate::plan::{Request, Undo, restart};
use camino::Utf8PathBuf;

pub(in crate::plan) fn steps(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    restarts: &[Component],
) -> Vec<Step> {
    let mut steps = Vec::new();
    if renewals.is_empty() && restarts.is_empty() {
        return steps;
    }
    steps.push(restart::backup(node, renewals));
    if !renewals.is_empty() {
        steps.push(Step {
            guards: vec![Guard::Space { bytes: restart::SPACE }, Guard::AsPlanned],
            action: Action::Stage { renewals: renewals.to_vec() },
            undo: Undo::RemoveStaged,
            proofs: vec![Proof::ReadBack],
            limit_seconds: 60,
        });
    }
    // Several entries of one file are one exchange.
    let alone = |index: &usize| {
        let files = |renewal: &Renewal| renewal.target.files().into_iter().cloned().collect::<Vec<_>>();
        let own = renewals.get(*index).map(files);
        renewals.iter().take(*index).all(|before| Some(files(before)) != own)
    };
    let firsts = (0..renewals.len()).filter(alone).filter_map(|index| renewals.get(index));
    steps.extend(firsts.map(|renewal| swap(node, renewal, renewals, restarts)));
    for component in restarts {
        steps.extend(restart::steps(node, *component));
    }
    if request.workload {
        steps.push(restart::workload());
    }
    steps
}

fn swap(node: &Node, renewal: &Renewal, renewals: &[Renewal], restarts: &[Component]) -> Step {
    let along = renewals.iter().filter(|other| other.target.files() == renewal.target.files());
    let files = renewal
        .target
        .files()
        .into_iter()
        .map(|path| PreImage { path: path.clone(), sha256: hash_of(node, path) })
        .collect();
    let listeners = node.listeners.iter().filter(|listener| {
        // A process that does not re-read it shows the new one after its restart, which proves it then.
        let later =
            restarts.contains(&listener.component) && !follows(node, listener.component, &renewal.credential);
        let serves = listener.credential.as_deref();
        let serves = serves.is_some_and(|name| same_files(node, name, &renewal.credential));
        serves && !listener.loopback() && !later
    });
    let mut proofs = vec![Proof::OnDisk];
    let mut silent = false;
    for listener in listeners {
        silent |= listener.served.seen().is_none();
        proofs.push(Proof::Served(Listening {
            component: listener.component,
            address: listener.address,
            server_name: listener.server_name.clone(),
        }));
    }
    Step {
        guards: vec![Guard::AsPlanned],
        action: Action::Swap(Swap {
            credential: renewal.credential.clone(),
            files,
            // The first end counts: what is put back, is put back whole.
            old_not_after: along.map(|one| one.old_not_after).min().flatten(),
        }),
        undo: Undo::ExchangeBack,
        proofs,
        // A component that does not answer now may be in the kubelet's crash back-off: up to five minutes.
        limit_seconds: if silent { 330 } else { 30 },
    }
}

/// The hash of a live file as it was observed; empty where it did not exist.
fn hash_of(node: &Node, path: &Utf8PathBuf) -> String {
    let files = node.credentials.iter().flat_map(|credential| credential.place.files());
    let mut found = files.filter(|file| file.real_path() == path).filter_map(|file| file.facts.seen());
    found.next().map(|facts| facts.sha256.clone()).unwrap_or_default()
}
