//! Whether the kubelet runs, would start again, and can rotate its certificates.

use super::{Check, Finding, Identity, Policy, State};
use crate::inventory::{
    Component, Credential, Current, KUBELET_CLIENT, KUBELET_STORE, Layout, Looked, Material, Node, Place,
    Role,
};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;

pub(super) fn check(node: &Node, now: Timestamp, checks: &mut Vec<Check>) {
    if !matches!(node.layout, Layout::ControlPlane | Layout::Worker) {
        return;
    }
    let mut say = |object: &str, state| checks.push(Check { object: object.to_owned(), state });
    if !node.copied_tree {
        say("kubelet", runs(node));
    }
    if node.kubelet.kubeconfig_absent && node.kubelet.bootstrap.is_none() {
        let path = node.kubelet.kubeconfig.clone();
        say(path.as_str(), State::Fail(Finding::FileMissing { path: path.clone() }));
    }
    say(KUBELET_CLIENT, starts_again(node, now));
    say(KUBELET_STORE, rotates(node, now));
}

fn runs(node: &Node) -> State {
    match &node.kubelet.unit {
        Looked::Seen(unit) if unit.running() => State::Pass,
        Looked::Seen(unit) => State::Fail(Finding::KubeletDown {
            state: format!("{} ({})", unit.active_state, unit.sub_state),
            restarts: unit.restarts,
        }),
        Looked::Absent => State::NotApplicable,
        Looked::Unusable(trouble) => State::CouldNotLook(trouble.clone()),
    }
}

/// The certificate that kubelet.conf leads to, where the kubelet itself has gone on to a newer one: it works until
/// its next start (k8s.io/kubernetes pkg/kubelet/certificate/bootstrap `LoadClientConfig` looks at kubelet.conf).
pub(super) fn superseded(node: &Node) -> Option<(&Credential, &Certificate, &Certificate)> {
    let configured = node.kubelet_starts_with()?;
    let store = node.credential(KUBELET_STORE)?;
    let (old, new) = (configured.leaf()?, store.leaf()?);
    let whole = store.key.seen().is_some_and(|key| key.fits);
    (whole && old.not_after() < new.not_after()).then_some((configured, old, new))
}

/// Whether the store's certificate has ended together with the one that kubelet.conf leads to: then the kubelet is locked
/// out once, and the file to repair is the one that it starts with.
pub(super) fn ended_as_well(node: &Node, credential: &Credential, now: Timestamp) -> bool {
    let ended = |one: &Credential| one.leaf().is_some_and(|leaf| leaf.not_after() <= now);
    credential.name == KUBELET_STORE && ended(credential) && node.kubelet_starts_with().is_some_and(ended)
}

fn starts_again(node: &Node, now: Timestamp) -> State {
    let Some((configured, old, new)) = superseded(node).filter(|(_, _, new)| new.not_after() > now) else {
        return State::Pass;
    };
    // Somebody else's identity in kubelet.conf is told as that, and repaired alike.
    if old.not_after() > now && Identity::of(old) != Identity::Node {
        return State::NotApplicable;
    }
    let (kubeconfig, user, uses) = match &configured.place {
        Place::Kubeconfig { file, user, material: Material::Files { certificate, .. }, .. } => {
            (&file.path, user.clone(), &certificate.path)
        }
        Place::Kubeconfig { file, user, .. } => (&file.path, user.clone(), &file.path),
        Place::Pair { .. } | Place::Combined { .. } => return State::NotApplicable,
    };
    State::Fail(Finding::KubeletRestartFails {
        kubeconfig: kubeconfig.clone(),
        user,
        uses: uses.clone(),
        at: old.not_after(),
        ended: old.not_after() <= now,
        current: store(node),
        current_until: new.not_after(),
    })
}

fn store(node: &Node) -> Utf8PathBuf {
    node.kubelet.certificate_directory.join("kubelet-client-current.pem")
}

fn rotates(node: &Node, now: Timestamp) -> State {
    let needed = matches!(
        node.kubelet_starts_with().map(|credential| &credential.place),
        Some(Place::Combined { .. })
    );
    let blocked = match &node.kubelet.current {
        Current::NoLink => node.kubelet.rotates_client,
        Current::Dangling { .. } => needed || node.kubelet.rotates_client,
        Current::Link => false,
        Current::Absent => return State::NotApplicable,
    };
    let until = node.kubelet_runs_with().and_then(Credential::leaf).map(Certificate::not_after);
    // What has ended is past rotating: that is told as the lock-out, with the file among its evidence.
    if blocked && node.kubelet.current == Current::NoLink && until.is_some_and(|until| until <= now) {
        return State::NotApplicable;
    }
    if !blocked {
        return State::Pass;
    }
    let whole = node.kubelet.history.iter().find(|kept| {
        let valid = kept.certificate.seen().is_some_and(|chain| chain.leaf().not_after() > now);
        kept.whole && valid
    });
    State::Fail(Finding::KubeletRotationBlocked {
        path: store(node),
        current: node.kubelet.current.clone(),
        until,
        newest: whole.map(|kept| kept.path.clone()),
        needed,
    })
}

/// Whether the kubelet would come up again after a restart, as far as its client certificate is concerned.
pub fn kubelet_starts_again(node: &Node, now: Timestamp) -> bool {
    let starts = node.kubelet_starts_with().filter(|one| one.key.seen().is_some_and(|key| key.fits));
    let valid = starts.and_then(Credential::leaf).is_some_and(|leaf| leaf.not_after() > now);
    valid && !node.kubelet.kubeconfig_absent
}

/// Whether a credential is the pair that the kubelet has made for itself (`kubelet.crt`): no cluster CA has signed
/// it, by design, and the kubelet makes a new one only when the files are gone.
fn self_made(node: &Node, credential: &Credential) -> bool {
    let made = node.kubelet.certificate_directory.join("kubelet.crt");
    credential.role == Role::KubeletServing && credential.place.file().path == made
}

/// The bundle by which kube-apiserver verifies kubelets, where it is told to and runs on this node.
pub(super) fn verified_by(node: &Node) -> Option<Utf8PathBuf> {
    let flag = node.static_pod(Component::KubeApiserver)?.flag("kubelet-certificate-authority")?;
    Some(flag).filter(|path| !path.is_empty()).map(Utf8PathBuf::from)
}

/// What is said of the serving certificate that the kubelet has made for itself; `None` of any other.
pub(super) fn serving(
    node: &Node,
    credential: &Credential,
    leaf: &Certificate,
    policy: &Policy,
    now: Timestamp,
) -> Option<State> {
    if !self_made(node, credential) {
        return None;
    }
    let verified_by = verified_by(node);
    let (from, at) = (leaf.not_before(), leaf.not_after());
    if from > now {
        return None;
    }
    if verified_by.is_none() && !policy.warn.reached(from, at, now) && at > now {
        return Some(State::Pass);
    }
    let restart_is_safe = kubelet_starts_again(node, now);
    Some(State::Fail(Finding::KubeletServingEnds {
        path: credential.place.file().path.clone(),
        at,
        ended: at <= now,
        verified_by,
        restart_is_safe,
    }))
}
