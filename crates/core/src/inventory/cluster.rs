//! What the API server says, where it answers.

use super::{Component, Looked};
use jiff::Timestamp;

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
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            control_planes: Vec::new(),
            leases: Vec::new(),
            node_lease_renewed: None,
            kubelet_reached: Looked::Absent,
            aggregated: Vec::new(),
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
