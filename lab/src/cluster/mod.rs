//! What turns nodes into a cluster.

pub(crate) mod containers;
pub(crate) mod health;
pub(crate) mod kubeadm;
pub(crate) mod layout;
pub(crate) mod leaders;
pub(crate) mod operator;
pub(crate) mod place;
pub(crate) mod workload;
