//! Whether a server's certificate is valid for the names and addresses by which it is dialled, and whether it is this
//! node's at all.

use super::{Check, Finding, State};
use crate::formats::url::https_hosts;
use crate::inventory::{Component, Credential, Node, Place, Role};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::covers;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that the certificates of every node may carry.
const SHARED: [&str; 6] = [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster",
    "kubernetes.default.svc.cluster.local",
];

/// A name by which a server is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dialled {
    name: String,
    /// Whether something of the cluster itself dials it.
    vital: bool,
}

pub(super) fn check(node: &Node, credential: &Credential, checks: &mut Vec<Check>) {
    let Some(leaf) = credential.leaf() else { return };
    let dialled = dialled(node, credential.role);
    if dialled.is_empty() {
        return;
    }
    let missing: Vec<_> = dialled.iter().filter(|one| !covers(leaf, &one.name)).collect();
    let names = || missing.iter().map(|one| one.name.clone()).collect();
    let state = if missing.is_empty() {
        State::Pass
    } else if let Some(others) = of_another_node(node, credential, leaf) {
        State::Fail(Finding::OtherNodesCertificate {
            credential: credential.name.clone(),
            others,
            missing: names(),
        })
    } else {
        State::Fail(Finding::NamesMissing {
            credential: credential.name.clone(),
            missing: names(),
            critical: missing.iter().any(|one| one.vital),
        })
    };
    checks.push(Check { object: credential.name.clone(), state });
}

/// The names in a server's certificate that are another node's, where none of this node's own is in it: it was copied
/// here. `None` where it is this node's, is shared with it, or nothing can be said.
pub(crate) fn of_another_node(
    node: &Node,
    credential: &Credential,
    leaf: &Certificate,
) -> Option<Vec<String>> {
    if !matches!(credential.role, Role::ApiserverServing | Role::EtcdServer | Role::EtcdPeer) {
        return None;
    }
    let own = own_names(node);
    if own.is_empty() || own.iter().any(|name| covers(leaf, name)) {
        return None;
    }
    let shared = |name: &String| {
        SHARED.contains(&name.as_str()) || common_names(node).iter().any(|common| common == name)
    };
    let address = |address: &IpAddr| !address.is_loopback() && !address.is_unspecified();
    let names = leaf.dns_names().into_iter();
    let addresses = leaf.ip_addresses().into_iter().filter(address).map(|address| address.to_string());
    let others: Vec<_> = names.chain(addresses).filter(|name| !shared(name)).collect();
    (!others.is_empty()).then_some(others)
}

/// By what a server of this role is dialled on this node, and the certificate is not valid for.
pub(crate) fn missing(node: &Node, role: Role, leaf: &Certificate) -> Vec<String> {
    let dialled = dialled(node, role).into_iter().map(|one| one.name);
    dialled.filter(|name| !covers(leaf, name)).collect()
}

/// The names of a server's certificate by this node's flags, and what of the old ones every node has in common
/// (kubeadm's `getAltNames` and `GetEtcdAltNames`, cmd/kubeadm/app/util/pkiutil/pki_helpers.go).
pub(crate) fn of_role(node: &Node, role: Role, leaf: &Certificate) -> Vec<String> {
    let always: &[&str] = match role {
        Role::ApiserverServing => &SHARED[1..],
        _ => &["localhost", "127.0.0.1", "::1"],
    };
    // The cluster's domain is in no flag; the old certificate or the default tells it.
    let mut names: Vec<String> = node.name.iter().cloned().collect();
    names.extend(
        always.iter().filter(|name| **name != "kubernetes.default.svc.cluster").map(|&name| name.to_owned()),
    );
    let common = common_names(node);
    let addresses = leaf.ip_addresses().into_iter().map(|address| address.to_string());
    let old = leaf.dns_names().into_iter().chain(addresses);
    names.extend(old.filter(|name| {
        SHARED.contains(&name.as_str())
            || common.contains(name)
            || name.starts_with("kubernetes.default.svc.")
            || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }));
    names.extend(dialled(node, role).into_iter().map(|one| one.name));
    names.extend(node.address.map(|address| address.to_string()));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// This node's own name and addresses.
fn own_names(node: &Node) -> Vec<String> {
    let mut own: Vec<String> =
        node.name.iter().chain(&node.host_name).map(|name| name.to_lowercase()).collect();
    own.extend(node.address.map(|address| address.to_string()));
    for flag in
        ["advertise-client-urls", "initial-advertise-peer-urls", "listen-client-urls", "listen-peer-urls"]
    {
        own.extend(etcd_hosts(node, flag));
    }
    own.retain(|name| {
        !name.parse().is_ok_and(|address: IpAddr| address.is_loopback()) && name != "localhost"
    });
    own
}

/// What all control planes have in common: the service addresses, and the balancer of the kubeconfigs.
fn common_names(node: &Node) -> Vec<String> {
    let mut common: Vec<_> = service_addresses(node).map(|address| address.to_string()).collect();
    common.extend(kubeconfig_names(node));
    common
}

fn dialled(node: &Node, role: Role) -> Vec<Dialled> {
    let mut all: Vec<Dialled> = Vec::new();
    let mut add = |name: String, vital: bool| match all.iter_mut().find(|known| known.name == name) {
        Some(known) => known.vital |= vital,
        None => all.push(Dialled { name, vital }),
    };
    match role {
        Role::EtcdServer => {
            let listened: Vec<String> = etcd_hosts(node, "listen-client-urls");
            etcd_hosts(node, "advertise-client-urls").into_iter().for_each(|name| add(name, true));
            let apiserver = node.static_pod(Component::KubeApiserver);
            let servers = apiserver.and_then(|pod| pod.flag("etcd-servers")).unwrap_or_default();
            for name in https_hosts(servers).filter(|name| listened.iter().any(|own| own == name)) {
                add(name.to_owned(), true);
            }
            listened.into_iter().for_each(|name| add(name, false));
        }
        Role::EtcdPeer => {
            etcd_hosts(node, "initial-advertise-peer-urls").into_iter().for_each(|name| add(name, true));
            etcd_hosts(node, "listen-peer-urls").into_iter().for_each(|name| add(name, false));
        }
        Role::ApiserverServing => {
            let Some(pod) = node.static_pod(Component::KubeApiserver) else { return all };
            if let Some(address) = pod.flag("advertise-address").and_then(specific) {
                add(address, true);
            }
            for name in kubeconfig_names(node) {
                // An address in kubelet.conf alone may well be another control plane's.
                let vital = of_files(node).any(|known| known == name) || name.parse::<IpAddr>().is_err();
                add(name, vital);
            }
            // Pods dial the first address of the first service network (KUBERNETES_SERVICE_HOST).
            if let Some(address) = service_addresses(node).next() {
                add(address.to_string(), true);
                add("kubernetes.default.svc".to_owned(), false);
            }
        }
        _ => {}
    }
    all
}

/// The hosts of an https URL flag of etcd; those that stand for all addresses left out.
fn etcd_hosts(node: &Node, flag: &str) -> Vec<String> {
    let urls = node.component(Component::Etcd).and_then(|pod| pod.flag(flag)).unwrap_or_default();
    https_hosts(urls).filter_map(specific).collect()
}

/// An address in its usual spelling, or a name; `None` for "all addresses" and for nothing.
fn specific(name: &str) -> Option<String> {
    match name.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => None,
        Ok(address) => Some(address.to_string()),
        Err(_) => Some(name.to_owned()).filter(|name| !name.is_empty()),
    }
}

/// What the kubeconfigs of this node dial and verify.
fn kubeconfig_names(node: &Node) -> Vec<String> {
    let mut names: Vec<String> = of_files(node).chain(node.kubelet.verifies.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The same of the control plane's kubeconfigs alone.
fn of_files(node: &Node) -> impl Iterator<Item = String> {
    node.credentials.iter().filter_map(|credential| match &credential.place {
        Place::Kubeconfig { verifies, .. }
            if !matches!(credential.role, Role::UserKubeconfig | Role::KubeletClient) =>
        {
            verifies.clone()
        }
        _ => None,
    })
}

/// The first address of each service network.
fn service_addresses(node: &Node) -> impl Iterator<Item = IpAddr> {
    let apiserver = node.static_pod(Component::KubeApiserver);
    let ranges = apiserver.and_then(|pod| pod.flag("service-cluster-ip-range")).unwrap_or_default();
    ranges.split(',').filter_map(|range| {
        let (address, length) = range.trim().split_once('/')?;
        let length: u32 = length.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0);
                Some(IpAddr::V4(Ipv4Addr::from((u32::from(address) & mask).checked_add(1)?)))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - length.min(128)).unwrap_or(0);
                Some(IpAddr::V6(Ipv6Addr::from((u128::from(address) & mask).checked_add(1)?)))
            }
        }
    })
}
