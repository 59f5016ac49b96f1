//! The ends of a trust edge.

use crate::inventory::Component;

/// One end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Whoever uses the API.
    Clients,
    /// A component of this node.
    Component(Component),
    /// The other etcd members.
    EtcdPeers,
    /// Whoever holds admin.conf.
    Administrator,
    /// Whoever uses a person's kubeconfig.
    Kubectl,
    /// Aggregated API servers behind the front proxy.
    Aggregated,
}
