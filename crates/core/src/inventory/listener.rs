//! What a listener really serves.

use super::{Chain, Component, Looked};
use std::net::SocketAddr;

/// A TLS listener on the node's own address (never through a balancer).
#[derive(Clone, Debug)]
pub struct Listener {
    /// Who should be behind it.
    pub component: Component,
    /// Where it was asked.
    pub address: SocketAddr,
    /// The server name that was sent; `apiserver-loopback-client` shows kube-apiserver's in-memory
    /// certificate for itself.
    pub server_name: Option<String>,
    /// The name of the client credential that was presented, if the listener asked for one.
    pub presented: Option<String>,
    /// The name of the credential that it should serve from disk; `None` for self-signed in-memory ones.
    pub credential: Option<String>,
    /// What came back.
    pub served: Looked<Served>,
}

/// SNI under which kube-apiserver serves its loopback certificate
/// (apiserver/pkg/server/options/serving_with_loopback.go).
pub const LOOPBACK_SERVER_NAME: &str = "apiserver-loopback-client";

impl Listener {
    /// Whether this is the look at kube-apiserver's loopback certificate.
    pub fn loopback(&self) -> bool {
        self.server_name.as_deref() == Some(LOOPBACK_SERVER_NAME)
    }
}

/// The certificates of a TLS peer. They count even when the handshake failed afterwards.
#[derive(Clone, Debug)]
pub struct Served {
    /// What the peer presented.
    pub chain: Chain,
    /// How the handshake ended.
    pub handshake: Handshake,
    /// The names of the client CAs that the peer accepts, if it asked for a client certificate.
    pub client_authorities: Vec<String>,
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// Completed: the peer has proven that it holds the key.
    Completed,
    /// The certificate was seen, but the handshake failed afterwards.
    Failed(String),
}
