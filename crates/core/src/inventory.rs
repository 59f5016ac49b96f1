//! What was seen on a node, and what could not be looked at. Errors are data here: "could not look" is
//! neither "missing" nor "valid".

mod balancer;
mod beside;
mod cluster;
mod cni;
mod credential;
mod file;
mod heard;
mod holder;
mod kubelet;
mod listener;
mod looked;
mod node;
mod past;
mod tokens;

pub use balancer::Balancer;
pub use beside::{Beside, Consumed, Copied, Glimpse, OtherPod, Unreferenced, UnreferencedFile};
pub use cluster::{
    Approvals, BOOTSTRAPPERS_GROUP, Cluster, KubeletRequest, Lease, NODE_USER, NODES_GROUP, Objects,
    Published, Publisher, RequestState, ServiceServed, Signer, TlsSecret,
};
pub use cni::{CniAccess, CniKubeconfig, CniPlugin, TokenClaims};
pub use credential::{Authority, Chain, Credential, Entry, Key, Material, NamedBy, Place, Role};
pub use file::{Attribute, Directory, File, FileFacts, Fixed};
pub use heard::{Heard, Refused, Replaced, Shown};
pub use holder::{Component, Container, Holder};
pub use kubelet::{Current, Kept, Kubelet, Unit};
pub use listener::{Handshake, LOOPBACK_SERVER_NAME, Listener, Served};
pub use looked::{FileKind, Instead, Looked, Trouble};
pub use node::{KUBELET_CLIENT, KUBELET_STORE, Layout, Node, StaticPod, Version};
pub use past::{Installed, OpenRun, Past};
pub use tokens::{TokenCopy, TokenDuty, TokenKey};
