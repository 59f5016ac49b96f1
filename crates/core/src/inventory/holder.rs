//! Processes that use a credential.

use super::{Looked, Material};
use jiff::Timestamp;
use std::fmt;

/// A Kubernetes component, by its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// etcd.
    Etcd,
    /// kube-apiserver.
    KubeApiserver,
    /// kube-controller-manager.
    KubeControllerManager,
    /// kube-scheduler.
    KubeScheduler,
    /// kubelet.
    Kubelet,
}

impl Component {
    /// Those that run as static pods of a control plane, in the order of their dependence.
    pub const STATIC: [Self; 4] =
        [Self::Etcd, Self::KubeApiserver, Self::KubeControllerManager, Self::KubeScheduler];

    /// The name of the component, its static pod and its container.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A process that read its credential at its start, with the evidence for what it holds now.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub component: Component,
    /// The name of the credential that it uses as a client.
    pub credential: String,
    /// Embedded credentials are read once; files are followed.
    pub material: Material,
    /// Its running container.
    pub container: Looked<Container>,
    /// The start that the process itself announces: `T` of the self-signed `CN=localhost@T` on its
    /// listener (client-go util/cert/cert.go), whole seconds.
    pub announced_start: Option<Timestamp>,
    /// SHA-256 of the kubeconfig as the process's own mount namespace shows it (`/proc/PID/root`). Other
    /// than the host's file: stale, proven. Equal: proves nothing.
    pub mounted_sha256: Looked<String>,
}

impl Holder {
    /// When the process started: the runtime's word (nanoseconds), else its own (seconds).
    pub fn started(&self) -> Option<Timestamp> {
        self.container.seen().map(|container| container.started_at).or(self.announced_start)
    }
}

/// A running container, as the container runtime interface reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The runtime's id.
    pub id: String,
    /// `metadata.name`.
    pub name: String,
    /// The pod's name.
    pub pod: String,
    /// How often the kubelet has started it before.
    pub attempt: u32,
    /// Start of the process.
    pub started_at: Timestamp,
    /// Process id in the host's namespace; not part of the API, so it may be missing.
    pub pid: Option<u32>,
}
