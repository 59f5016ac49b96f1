//! Looking at a node: files, listeners, containers, processes, the kubelet, the API. Nothing is changed, no
//! plugin is run, and whatever can't be looked at is told as data.

pub(crate) mod again;
mod api;
mod authorities;
mod backups;
mod balancer;
mod beside;
mod cni;
mod consumers;
mod containers;
mod credentials;
mod etcd;
mod files;
mod heard;
mod holders;
pub mod inspect;
mod kubeadm;
mod kubeconfigs;
mod kubelet;
mod listeners;
pub mod logs;
mod node;
pub mod own;
mod pairs;
mod people;
mod processes;
mod static_pods;
mod store;
pub mod superseded;
mod systemd;
mod tokens;
mod unreferenced;
mod wanted;

pub use again::access;
pub use again::api as api_client;
pub(crate) use authorities::opened;
pub use balancer::connections as balanced_connections;
pub use files::{Content, Tree};
pub use kubeadm::kubeadm;
pub use node::node;
pub(crate) use pairs::{bundle, chain};
pub use people::homes;

use camino::Utf8PathBuf;

/// How to look.
#[derive(Clone, Debug)]
pub struct Look {
    /// `/`, or the root of a copied tree: then nothing runs and nothing listens.
    pub root: Utf8PathBuf,
    /// Whether the listeners are asked what they serve.
    pub listeners: bool,
    /// Whether the container runtime and `/proc` are asked what runs.
    pub processes: bool,
    /// Whether the API server is asked.
    pub cluster: bool,
    /// Whether the cluster's own objects that carry certificates are looked at, too; needs `cluster`.
    pub objects: bool,
    /// Whether TLS Secrets are among them.
    pub secrets: bool,
    /// Home directories whose kubeconfigs are looked at: see [`homes`].
    pub homes: Vec<Utf8PathBuf>,
    /// People's kubeconfigs that were named, wherever they lie.
    pub kubeconfigs: Vec<Utf8PathBuf>,
    /// Where perennial keeps its own state on the node.
    pub state_directory: Utf8PathBuf,
}
