//! The kubeconfigs of the network's plugins: the runtime starts a plugin for each new pod, and the plugin asks the API.

use super::{Chain, File, Looked};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use std::fmt;

/// A kubeconfig that a plugin of the container network uses on this node.
#[derive(Clone, Debug)]
pub struct CniKubeconfig {
    /// The kubeconfig.
    pub file: File,
    /// Whose it is.
    pub plugin: CniPlugin,
    /// Whether the configuration that the runtime uses names it: the first one of its directory.
    pub in_use: bool,
    /// What it says; `Absent`: a configuration names it, and it is not there.
    pub access: Looked<CniAccess>,
}

/// How a plugin gets to the API server.
#[derive(Clone, Debug)]
pub struct CniAccess {
    /// The API server.
    pub server: String,
    /// The certificates by which it is trusted.
    pub trusts: Looked<Vec<Certificate>>,
    /// The dates of the bearer token.
    pub token: Looked<TokenClaims>,
    /// The client certificate.
    pub certificate: Looked<Chain>,
}

/// What a service account's token says of itself. Nobody has checked its signature; the token itself is never kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// `iat`.
    pub issued: Option<Timestamp>,
    /// `exp`; tokens of old have none, and never end.
    pub ends: Option<Timestamp>,
    /// Namespace and name of the service account.
    pub account: Option<(String, String)>,
}

/// A plugin of the container network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CniPlugin {
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
    /// Flannel.
    Flannel,
    /// Multus, which calls other plugins.
    Multus,
    /// Any other, by the `type` in its configuration or the name of its file.
    Other(String),
}

impl CniPlugin {
    /// By the `type` in a configuration or by a file's name: `calico-ipam`, `multus.kubeconfig`.
    pub fn of(word: &str) -> Self {
        let known = [
            ("calico", Self::Calico),
            ("cilium", Self::Cilium),
            ("flannel", Self::Flannel),
            ("multus", Self::Multus),
        ];
        let found = known.into_iter().find(|(name, _)| word.trim_start_matches('.').starts_with(name));
        found.map_or_else(|| Self::Other(word.to_owned()), |(_, plugin)| plugin)
    }

    /// The label by which its pods are found: the same in every manifest and operator of its makers.
    pub fn label(&self) -> Option<&'static str> {
        match self {
            Self::Calico => Some("k8s-app=calico-node"),
            Self::Cilium => Some("k8s-app=cilium"),
            Self::Flannel => Some("app=flannel"),
            Self::Multus => Some("app=multus"),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for CniPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calico => "calico",
            Self::Cilium => "cilium",
            Self::Flannel => "flannel",
            Self::Multus => "multus",
            Self::Other(name) => name,
        })
    }
}
