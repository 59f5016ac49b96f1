//! One node.

use super::{
    Authority, Balancer, Beside, Cluster, Component, Credential, File, Holder, Kubelet, Listener, Looked,
    Past, Trouble,
};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use std::fmt;
use std::net::IpAddr;

/// The name of the kubelet's client credential.
pub const KUBELET_CLIENT: &str = "kubelet-client";

/// The name of what the kubelet's store holds, where kubelet.conf uses something else.
pub const KUBELET_STORE: &str = "kubelet-client-current.pem";

/// Everything that was seen on one node at one time.
#[derive(Clone, Debug)]
pub struct Node {
    /// The node's name in the cluster: from the kubelet's flags or its certificate, never from `hostname`.
    pub name: Option<String>,
    /// The machine's own host name, as leader-election identities carry it.
    pub host_name: Option<String>,
    /// The clock of the node when it was looked at.
    pub observed_at: Timestamp,
    /// Whether only a copied tree was looked at (`--root`): then nothing runs and nothing listens.
    pub copied_tree: bool,
    /// Whether the look was taken as root.
    pub as_root: bool,
    /// What kind of installation this is.
    pub layout: Layout,
    /// The Kubernetes version, by the static pods' image tags.
    pub kubernetes: Option<Version>,
    /// The address on which this node's kube-apiserver is reached (`--advertise-address`).
    pub address: Option<IpAddr>,
    /// The control plane's static pods.
    pub static_pods: Vec<StaticPod>,
    /// The CAs.
    pub authorities: Vec<Authority>,
    /// Every credential in every place.
    pub credentials: Vec<Credential>,
    /// The processes that read their credential only at their start.
    pub holders: Vec<Holder>,
    /// What the listeners serve.
    pub listeners: Vec<Listener>,
    /// The cluster's address, where it is not this node's own.
    pub balancers: Vec<Balancer>,
    /// The kubelet.
    pub kubelet: Kubelet,
    /// The API's view; `Absent` when it was not asked for.
    pub cluster: Looked<Cluster>,
    /// What lies beside the credentials.
    pub beside: Beside,
    /// Earlier runs of perennial on this node.
    pub past: Past,
    /// Files that are no credential and could not be used (a manifest, the kubelet's configuration).
    pub troubles: Vec<(Utf8PathBuf, Trouble)>,
}

impl Node {
    /// The credential of that name.
    pub fn credential(&self, name: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.name == name)
    }

    /// The authority of that name.
    pub fn authority(&self, name: &str) -> Option<&Authority> {
        self.authorities.iter().find(|authority| authority.name == name)
    }

    /// What kubelet.conf leads to: the kubelet starts only while that is valid.
    pub fn kubelet_starts_with(&self) -> Option<&Credential> {
        self.credential(KUBELET_CLIENT)
    }

    /// What the running kubelet uses: its store's certificate where it has one, else what it started with.
    pub fn kubelet_runs_with(&self) -> Option<&Credential> {
        let store = self.credential(KUBELET_STORE).filter(|credential| credential.leaf().is_some());
        store.or_else(|| self.kubelet_starts_with())
    }

    /// Every file with bytes of a credential or a CA that was looked at.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let of_credentials = self.credentials.iter().flat_map(|credential| credential.place.files());
        let of_authorities = self.authorities.iter().map(|authority| &authority.file);
        of_credentials.chain(of_authorities).chain(&self.beside.key_files)
    }

    /// The authority on this node that signed the credential's leaf.
    pub fn issuer_of(&self, credential: &Credential) -> Option<&Authority> {
        let leaf = credential.leaf()?;
        self.authorities.iter().find(|authority| {
            authority.certificates.seen().is_some_and(|certificates| {
                certificates.iter().any(|issuer| perennial_pki::chain::signed_by(leaf, issuer))
            })
        })
    }

    /// The certificate that kube-apiserver has made for itself at its start, as it was seen in a handshake.
    pub fn loopback(&self) -> Option<&Certificate> {
        let listener = self.listeners.iter().find(|listener| listener.loopback())?;
        Some(listener.served.seen()?.chain.leaf())
    }

    /// The static pod of a component.
    pub fn static_pod(&self, component: Component) -> Option<&StaticPod> {
        self.static_pods.iter().find(|pod| pod.component == component)
    }
}

/// What kind of installation a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Static pods of a kubeadm-style control plane.
    ControlPlane,
    /// A kubelet without control-plane pods.
    Worker,
    /// A distribution that manages its own certificates (k3s, rke2, microk8s, k0s), by its name.
    Foreign(String),
    /// No Kubernetes was found.
    Nothing,
}

/// A static pod of the control plane.
#[derive(Clone, Debug)]
pub struct StaticPod {
    /// Whose.
    pub component: Component,
    /// Its manifest.
    pub manifest: File,
    /// The image tag's version.
    pub version: Option<Version>,
    /// The flags of its command, `--name` → value, as the component would read them (the last one wins).
    pub flags: std::collections::BTreeMap<String, String>,
}

impl StaticPod {
    /// The value of a flag, by its name without dashes (`tls-cert-file`); the keys of `flags` carry them.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(&format!("--{name}")).map(String::as_str)
    }
}

/// A Kubernetes version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 1.
    pub major: u32,
    /// 36 in v1.36.3.
    pub minor: u32,
    /// 3 in v1.36.3.
    pub patch: u32,
}

impl Version {
    /// Reads `v1.36.3`, with or without the `v`, ignoring what follows the patch number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        let patch = numbers.next().unwrap_or("0");
        let digits = patch.find(|c: char| !c.is_ascii_digit()).unwrap_or(patch.len());
        Some(Self { major, minor, patch: patch[..digits].parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}
