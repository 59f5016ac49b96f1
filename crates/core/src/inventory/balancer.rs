//! What clients meet where the cluster's address is not a node's own: a load balancer, a virtual address.

use super::{Looked, Served};
use std::net::SocketAddr;

/// The address that kubeconfigs name, where it is not this node's own API server.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// `server` of the kubeconfigs.
    pub server: String,
    /// Where that was asked; absent where the name has no address.
    pub address: Looked<SocketAddr>,
    /// What each of several fresh connections was served: behind it may be another node each time.
    pub connections: Vec<Looked<Served>>,
}
