//! Files that are no credential: manifests, the kubelet's configuration.

use super::{Check, Finding, State};
use crate::inventory::{Component, Layout, Looked, Node, Role, Trouble};
use camino::{Utf8Path, Utf8PathBuf};

/// What lies on the disk of a node that runs the component.
const TRACES: [(Component, Role); 3] = [
    (Component::KubeApiserver, Role::ApiserverServing),
    (Component::KubeControllerManager, Role::ControllerManager),
    (Component::KubeScheduler, Role::Scheduler),
];

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for pod in &node.static_pods {
        checks.push(Check { object: pod.manifest.path.to_string(), state: State::Pass });
    }
    missing_manifests(node, checks);
    for (path, trouble) in &node.troubles {
        let state = if stray(node, path) { State::NotApplicable } else { unusable(node, "", path, trouble) };
        checks.push(Check { object: path.to_string(), state });
    }
}

/// Whether a file in the directory of manifests is nobody's manifest: an editor's probe (`4913`), a note. The kubelet
/// tries to read it, fails and goes on (kubelet config/file_linux.go).
fn stray(node: &Node, path: &Utf8Path) -> bool {
    let manifest = ["yaml", "yml", "json", "manifest"];
    path.parent() == Some(&node.kubelet.static_pods)
        && !path.extension().is_some_and(|ending| manifest.contains(&ending))
}

/// What is said of a file that is there and can't be used. `name` is the credential's or CA's, where it is one.
pub(super) fn unusable(node: &Node, name: &str, path: &Utf8PathBuf, trouble: &Trouble) -> State {
    let (path, trouble) = (path.clone(), trouble.clone());
    match trouble {
        trouble if trouble.blind() => State::CouldNotLook(trouble),
        trouble if trouble.special() => State::Fail(Finding::FileSpecial { path, trouble }),
        Trouble::Empty | Trouble::CutOff => {
            let backup = node.beside.backup_of(name).cloned();
            State::Fail(Finding::FileCutOff { path, trouble, backup })
        }
        trouble => State::Fail(Finding::FileUnusable { path, trouble }),
    }
}

/// A manifest that somebody has moved away and not back: the runbook's most frequent leftover.
fn missing_manifests(node: &Node, checks: &mut Vec<Check>) {
    // A manifest that is there and can't be read is told already.
    let unread = node.troubles.iter().any(|(path, _)| path.starts_with(&node.kubelet.static_pods));
    if node.layout != Layout::ControlPlane || unread {
        return;
    }
    for (component, role) in TRACES {
        let left =
            node.credentials.iter().any(|one| one.role == role && !matches!(one.certificate, Looked::Absent));
        if left && node.static_pod(component).is_none() {
            let path = node.kubelet.static_pods.join(format!("{component}.yaml"));
            checks
                .push(Check { object: path.to_string(), state: State::Fail(Finding::FileMissing { path }) });
        }
    }
}
