//! What the API server says, where it answers.

mod published;
mod requests;

pub use published::{Published, Publisher, ServiceServed};
pub use requests::{
    Approvals, BOOTSTRAPPERS_GROUP, KubeletRequest, NODE_USER, NODES_GROUP, RequestState, Signer,
};

use super::{Chain, Component, Looked};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The cluster as this node's own API server shows it.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Names of the nodes with the control-plane role, sorted.
    pub control_planes: Vec<String>,
    /// The leader-election leases of kube-controller-manager and kube-scheduler.
    pub leases: Vec<Lease>,
    /// When this node's kubelet last renewed its lease in kube-node-lease.
    pub node_lease_renewed: Option<Timestamp>,
    /// Whether kube-apiserver reached this node's kubelet (`nodes/NAME/proxy/healthz`); the text says why not.
    pub kubelet_reached: Looked<()>,
    /// Aggregated API services that are served by a Service, and whether kube-apiserver reaches them.
    pub aggregated: Vec<(String, bool)>,
    /// What is only looked at for a judgement of the cluster's own objects.
    pub objects: Option<Objects>,
}

/// Objects in the cluster that carry certificates, or decide about them. Each was looked at on its own: one that
/// can't be read hides no other.
#[derive(Clone, Debug)]
pub struct Objects {
    /// CA certificates in API objects.
    pub published: Vec<Published>,
    /// The kubelets' requests for certificates.
    pub requests: Looked<Vec<KubeletRequest>>,
    /// The addresses and host names of the nodes that have made them (`status.addresses`).
    pub addresses: BTreeMap<String, Looked<Vec<String>>>,
    /// Who may have requests approved automatically.
    pub approvals: Looked<Approvals>,
    /// TLS Secrets; `Absent` unless they were asked for.
    pub secrets: Looked<Vec<TlsSecret>>,
}

/// A Secret of type kubernetes.io/tls. Its key was not kept.
#[derive(Clone, Debug)]
pub struct TlsSecret {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What is in `tls.crt`.
    pub certificate: Looked<Chain>,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            control_planes: Vec::new(),
            leases: Vec::new(),
            node_lease_renewed: None,
            kubelet_reached: Looked::Absent,
            aggregated: Vec::new(),
            objects: None,
        }
    }
}

impl Cluster {
    /// The lease of a component.
    pub fn lease(&self, component: Component) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.component == component)
    }
}

/// A leader-election lease in kube-system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub component: Component,
    /// `spec.holderIdentity`: `<host name>_<uuid>`; empty when it was released.
    pub holder: String,
    /// `spec.acquireTime`.
    pub acquired: Option<Timestamp>,
    /// `spec.renewTime`.
    pub renewed: Option<Timestamp>,
    /// `metadata.resourceVersion`.
    pub resource_version: String,
    /// Whether coordinated leader election is in charge of it (`spec.strategy`).
    pub coordinated: bool,
}
