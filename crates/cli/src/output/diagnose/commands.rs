//! The one command of an answer.

use super::words::shown;
use crate::output::findings::quoted;
use perennial_core::diagnose::{Peer, Speaker};
use perennial_core::inventory::{Component, Node};

/// Who is connected to a server of this node; of one address, where it is known.
pub(super) fn connected(node: &Node, server: &Speaker, peer: Option<&Peer>) -> String {
    match peer.and_then(Peer::address) {
        Some(address) => format!("ss -Htnp dst {address}"),
        None => {
            let (component, usual) = match server.component() {
                Some(Component::Kubelet) => (Component::Kubelet, 10250),
                Some(Component::Etcd) => (Component::Etcd, 2379),
                _ => (Component::KubeApiserver, 6443),
            };
            let port = node
                .listeners
                .iter()
                .find(|listener| listener.component == component && !listener.loopback())
                .map_or(usual, |listener| listener.address.port());
            format!("ss -Htnp state established '( sport = :{port} )'")
        }
    }
}

pub(super) fn connections(peer: Option<&Peer>, server: bool) -> String {
    match peer {
        Some(peer) if !server && peer.port.is_some() => show_certificate(None, Some(peer), "subjectAltName"),
        Some(peer) if peer.address().is_some() => format!("ss -Htnp dst {}", peer.host),
        _ => "perennial check".to_owned(),
    }
}

/// What a file or a server shows.
pub(super) fn show_certificate(path: Option<&str>, peer: Option<&Peer>, extension: &str) -> String {
    match (path, peer) {
        (Some(path), _) => format!("openssl x509 -in {} -noout -subject -ext {extension}", quoted(path)),
        (None, Some(peer)) => format!(
            "openssl s_client -connect {} </dev/null 2>/dev/null | openssl x509 -noout -subject -enddate -ext {extension}",
            quoted(&shown(&Peer { port: peer.port.or(Some(6443)), ..peer.clone() }))
        ),
        (None, None) => "perennial check".to_owned(),
    }
}

/// The plugin's pod on this node is deleted, and made again.
pub(super) fn restart_plugin(node: &Node, name: &str) -> String {
    let selector = match name {
        _ if name.contains("calico") => "k8s-app=calico-node",
        _ if name.contains("cilium") => "k8s-app=cilium",
        _ if name.contains("flannel") => "app=flannel",
        _ => return "kubectl get pods -A -o wide | grep -i cni".to_owned(),
    };
    let this = quoted(node.name.as_deref().unwrap_or("NODE"));
    format!("kubectl delete pod -A -l {selector} --field-selector spec.nodeName={this}")
}
