//! The steps that both `renew` and `reload` are made of: backup, restart, lease, workload.

use super::Refusal;
use super::step::{Action, Guard, Harmless, Proof, Renewal, Step, Undo};
use crate::inventory::{Component, Looked, Node, Role, Trouble};
use camino::Utf8PathBuf;
use jiff::Timestamp;

/// Longer than the kubelet's longest crash back-off (five minutes, kuberuntime_manager.go).
const RESTART_LIMIT_SECONDS: u32 = 330;

/// Room for the backup and the staged files: twice what a node's certificates usually need.
pub(super) const SPACE: u64 = 4 << 20;

/// Refuses a restart that could not come to its end: somebody must start the next container.
pub(super) fn refuse(node: &Node, restarts: &[Component], now: Timestamp) -> Result<(), Refusal> {
    match &node.kubelet.unit {
        Looked::Seen(unit) if !unit.running() => {
            let state = format!("{} ({})", unit.active_state, unit.sub_state);
            return Err(Refusal::KubeletNotRunning { state });
        }
        // Nothing runs in a copied tree: a plan for it is only shown.
        Looked::Absent if node.copied_tree => {}
        Looked::Absent => return Err(Refusal::KubeletNotRunning { state: "not found".to_owned() }),
        Looked::Seen(_) | Looked::Unusable(_) => {}
    }
    // Of a kubelet that runs, what it runs with counts: nobody restarts it.
    if let Some(credential) = node.kubelet_runs_with()
        && let Some(leaf) = credential.leaf().filter(|leaf| leaf.not_after() <= now)
    {
        let path = credential.place.file().path.clone();
        return Err(Refusal::KubeletClientExpired { path, at: leaf.not_after() });
    }
    for component in restarts {
        if let Some(path) = keeps_from_starting(node, *component) {
            return Err(Refusal::WouldNotStart { component: *component, path });
        }
    }
    for holder in node.holders.iter().filter(|holder| restarts.contains(&holder.component)) {
        if let Looked::Unusable(Trouble::NoAnswer(reason) | Trouble::Io(reason)) = &holder.container {
            return Err(Refusal::RuntimeUnavailable {
                socket: node.kubelet.runtime_socket.clone(),
                reason: reason.clone(),
                component: holder.component,
            });
        }
    }
    Ok(())
}

/// A file with which a component runs, since it has read it in another state, and would not start again.
fn keeps_from_starting(node: &Node, component: Component) -> Option<Utf8PathBuf> {
    let mut keys = node.beside.token_keys.iter().filter(|key| key.component == component);
    let broken = keys.find(|key| match &key.keys {
        Looked::Seen(_) => false,
        Looked::Absent => true,
        Looked::Unusable(trouble) => !trouble.blind(),
    });
    if let Some(broken) = broken {
        return Some(broken.path.clone());
    }
    let signs = node.authorities.iter().find(|authority| {
        component == Component::KubeControllerManager
            && authority.is_named_by(component, "cluster-signing-cert-file")
    })?;
    let single = signs.certificates.seen().is_none_or(|all| all.len() == 1);
    if !single {
        return Some(signs.file.path.clone());
    }
    signs.locked().then(|| signs.key_path.clone())
}

/// The directories (and files elsewhere) that hold everything that could be needed to go back.
pub fn backup_directories(node: &Node) -> Vec<Utf8PathBuf> {
    let mut directories = vec!["/etc/kubernetes".into(), node.kubelet.certificate_directory.clone()];
    // Certificates may lie elsewhere: kubespray's ssl directory, a split etcd.
    let credentials = node.credentials.iter().filter(|credential| credential.role != Role::UserKubeconfig);
    let files = credentials.flat_map(|credential| credential.place.files());
    for file in files.chain(node.authorities.iter().map(|authority| &authority.file)) {
        // Of a symbolic link only the link is copied: what it leads to is wanted, and no more of what lies there.
        let real = Some(file.real_path().as_path()).filter(|real| **real != file.path);
        for source in [file.path.parent(), real].into_iter().flatten() {
            if !directories.iter().any(|known: &Utf8PathBuf| source.starts_with(known)) {
                directories.push(source.to_owned());
            }
        }
    }
    directories
}

/// Copies them, and what is renewed elsewhere: people's kubeconfigs.
pub(super) fn backup(node: &Node, renewals: &[Renewal]) -> Step {
    let mut directories = backup_directories(node);
    for file in renewals.iter().flat_map(|renewal| renewal.target.files()) {
        if !directories.iter().any(|known| file.starts_with(known)) {
            directories.push(file.clone());
        }
    }
    Step {
        guards: vec![Guard::Space { bytes: SPACE }],
        action: Action::Backup { directories },
        undo: Undo::Nothing { because: Harmless::Copy },
        proofs: vec![Proof::ReadBack],
        limit_seconds: 60,
    }
}

/// Stops one component and waits for the next container; releases the lease that its end leaves behind.
pub(super) fn steps(node: &Node, component: Component) -> Vec<Step> {
    let mut proofs = vec![Proof::NewContainer { component }];
    proofs.extend(
        node.listeners
            .iter()
            .filter(|listener| {
                component == Component::KubeApiserver
                    && listener.component == component
                    && !listener.loopback()
            })
            .map(|listener| {
                Proof::Served(super::Listening {
                    component,
                    address: listener.address,
                    server_name: listener.server_name.clone(),
                })
            }),
    );
    // It serves before it can authorize anybody: it is back when the leaders that it had locked out lead again.
    if component == Component::KubeApiserver {
        let leaders = node.holders.iter().map(|holder| holder.component);
        proofs.extend(leaders.map(|component| Proof::LeaseRenewed { component }));
    }
    let elects = matches!(component, Component::KubeControllerManager | Component::KubeScheduler);
    let mut steps = vec![Step {
        guards: vec![Guard::KubeletRuns],
        action: Action::Restart { component },
        undo: Undo::RestartAgain,
        proofs,
        limit_seconds: RESTART_LIMIT_SECONDS,
    }];
    // kube-controller-manager keeps its lease when it ends. kube-scheduler gives it back (ReleaseOnCancel,
    // cmd/kube-scheduler/app/options), but not when the API had refused it: and a successor waits out the whole
    // fifteen seconds of a lease that it finds held.
    if elects {
        steps.push(Step {
            guards: vec![Guard::HolderIsGone],
            action: Action::ReleaseLease { component },
            undo: Undo::Nothing { because: Harmless::LeaseIsTaken },
            proofs: vec![Proof::LeaseRenewed { component }],
            limit_seconds: 60,
        });
    }
    steps
}

/// A test Deployment at the very end.
pub(super) fn workload() -> Step {
    Step {
        guards: Vec::new(),
        action: Action::Workload,
        undo: Undo::Nothing { because: Harmless::RemovesItself },
        proofs: vec![Proof::WorkloadRuns],
        limit_seconds: 60,
    }
}
