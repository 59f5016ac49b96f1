//! Who wrote a line.

use super::token::name;
use crate::inventory::Component;
use std::fmt;

/// Who wrote a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaker {
    /// A component of the cluster.
    Component(Component),
    /// `kubeadm`.
    Kubeadm,
    /// `kubectl`.
    Kubectl,
    /// Another one, by its container's, unit's or program's name (`calico-node`, `metrics-server`, `containerd`).
    Other(String),
    /// Nobody says.
    Unknown,
}

impl Speaker {
    /// By the name of a program, unit or container.
    pub fn named(text: &str) -> Self {
        let text = text.strip_suffix(".service").unwrap_or(text);
        let component =
            Component::STATIC.into_iter().chain([Component::Kubelet]).find(|it| it.name() == text);
        match (component, text) {
            (Some(component), _) => Self::Component(component),
            // kubespray's etcd is a service that runs a container or a member named like this.
            (None, "etcd1" | "etcd2" | "etcd3" | "etcd-events") => Self::Component(Component::Etcd),
            (None, "kubeadm") => Self::Kubeadm,
            (None, "kubectl") => Self::Kubectl,
            (None, other) => name(other).map_or(Self::Unknown, Self::Other),
        }
    }

    /// By the path of a log file: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log`, or
    /// `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`.
    pub fn of_path(path: &str) -> Self {
        let mut parts = path.rsplit('/');
        let file = parts.next().unwrap_or_default();
        let directory = parts.next().unwrap_or_default();
        let pod = parts.next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        if pod.split('_').count() == 3 && stem.chars().all(|c| c.is_ascii_digit()) {
            return Self::named(directory);
        }
        if directory == "containers"
            && let Some((container, _)) = file.rsplit('_').next().and_then(|last| last.rsplit_once('-'))
        {
            return Self::named(container);
        }
        match Self::named(stem) {
            Self::Other(_) => Self::Unknown,
            known => known,
        }
    }

    /// The component, if it is one.
    pub fn component(&self) -> Option<Component> {
        match self {
            Self::Component(component) => Some(*component),
            _ => None,
        }
    }

    /// Whether it is a network plugin: it reaches the API with a token of its own.
    pub fn network_plugin(&self) -> bool {
        let Self::Other(name) = self else { return false };
        [
            "calico",
            "cilium",
            "flannel",
            "weave",
            "kube-router",
            "multus",
            "antrea",
            "canal",
            "install-cni",
            "tigera",
        ]
        .iter()
        .any(|plugin| name.contains(plugin))
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(component) => component.fmt(f),
            Self::Kubeadm => f.write_str("kubeadm"),
            Self::Kubectl => f.write_str("kubectl"),
            Self::Other(name) => f.write_str(name),
            Self::Unknown => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_files_say_who_writes_them() {
        let etcd = Speaker::Component(Component::Etcd);
        assert_eq!(Speaker::of_path("/var/log/pods/kube-system_etcd-cp1_b16f/etcd/0.log"), etcd);
        assert_eq!(
            Speaker::of_path("/var/log/pods/kube-system_etcd-cp1_b16f/etcd/0.log.20261125-020031"),
            etcd
        );
        assert_eq!(Speaker::of_path("/var/log/containers/etcd-cp1_kube-system_etcd-0a1b.log"), etcd);
        assert_eq!(Speaker::of_path("kubelet.log"), Speaker::Component(Component::Kubelet));
        assert_eq!(Speaker::of_path("/tmp/what-they-sent-me.txt"), Speaker::Unknown);
        assert!(Speaker::named("calico-node").network_plugin());
        assert_eq!(Speaker::named("evil\u{1b}[2J"), Speaker::Unknown);
    }
}
