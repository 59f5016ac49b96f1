//! The processes that read their kubeconfig only when they start, and the evidence for what they hold.

use super::containers::Containers;
use super::credentials::Found;
use super::processes;
use super::static_pods::StaticPods;
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_core::inventory::{Component, Holder, Listener, Looked, Material, Place, Role};

/// The components that read their kubeconfig only once, when it embeds the certificate.
pub(super) const HOLDERS: [Component; 2] = [Component::KubeControllerManager, Component::KubeScheduler];

/// kube-controller-manager and kube-scheduler, where this node should run them.
pub(super) fn holders(
    pods: &StaticPods,
    credentials: &[Found],
    containers: &Containers,
    listeners: &[Listener],
    ask_processes: bool,
) -> Vec<Holder> {
    let mut holders = Vec::new();
    for (component, role) in [
        (Component::KubeControllerManager, Role::ControllerManager),
        (Component::KubeScheduler, Role::Scheduler),
    ] {
        let Some(found) = credentials.iter().find(|found| found.credential.role == role) else { continue };
        if !pods.runs(component) {
            continue;
        }
        let container = containers.of(component);
        let pid = match &container {
            // The runtime says that it doesn't run.
            Looked::Absent => None,
            Looked::Seen(container) if container.pid.is_some() => container.pid,
            _ if ask_processes => processes::named(component.name()).map(|process| process.pid),
            _ => None,
        };
        let mounted_sha256 = match (pid, inside(pods, component)) {
            (Some(pid), Some(inside)) => processes::mounted_sha256(pid, &inside),
            _ => Looked::Absent,
        };
        holders.push(Holder {
            component,
            credential: found.credential.name.clone(),
            material: match &found.credential.place {
                Place::Kubeconfig { material, .. } => material.clone(),
                Place::Pair { .. } | Place::Combined { .. } => Material::Embedded,
            },
            container,
            announced_start: announced_start(pods, component, listeners),
            mounted_sha256,
        });
    }
    holders
}

/// The kubeconfig's path as the component itself sees it.
fn inside(pods: &StaticPods, component: Component) -> Option<Utf8PathBuf> {
    pods.flag(component, "kubeconfig").map(Utf8PathBuf::from)
}

/// `T` of `CN=localhost@T`, where the component made its serving certificate itself.
fn announced_start(pods: &StaticPods, component: Component, listeners: &[Listener]) -> Option<Timestamp> {
    if ["tls-cert-file", "cert-dir"].iter().any(|flag| pods.flag(component, flag).is_some()) {
        return None;
    }
    let listener = listeners.iter().find(|listener| listener.component == component)?;
    let name = listener.served.seen()?.chain.leaf().common_name()?;
    let (_, seconds) = name.split_once('@')?;
    Timestamp::from_second(seconds.parse().ok()?).ok()
}
