//! Which credentials this node should have: those that its own static pods name in their flags; where none
//! does, kubeadm's paths; and kubeadm's files that no flag names.

use super::files::Tree;
use super::static_pods::StaticPods;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Component, Role};

/// A credential to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) at: At,
    pub(super) used_by: Vec<Component>,
}

/// Where it should be on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum At {
    Pair { certificate: Utf8PathBuf, key: Utf8PathBuf },
    Kubeconfig(Utf8PathBuf),
}

impl At {
    fn exists(&self, tree: &Tree) -> bool {
        match self {
            Self::Pair { certificate, key } => tree.exists(certificate) || tree.exists(key),
            Self::Kubeconfig(path) => tree.exists(path),
        }
    }
}

/// A pair: its role, its user, the two flags, kubeadm's file below /etc/kubernetes/pki without the ending.
type Pair = (Role, Component, Option<(&'static str, &'static str)>, &'static str);

/// kubeadm's pairs (cmd/kubeadm/app/phases/certs/certlist.go, phases/controlplane, phases/etcd).
const PAIRS: [Pair; 7] = [
    (
        Role::ApiserverServing,
        Component::KubeApiserver,
        Some(("tls-cert-file", "tls-private-key-file")),
        "apiserver",
    ),
    (
        Role::ApiserverEtcdClient,
        Component::KubeApiserver,
        Some(("etcd-certfile", "etcd-keyfile")),
        "apiserver-etcd-client",
    ),
    (
        Role::ApiserverKubeletClient,
        Component::KubeApiserver,
        Some(("kubelet-client-certificate", "kubelet-client-key")),
        "apiserver-kubelet-client",
    ),
    (
        Role::FrontProxyClient,
        Component::KubeApiserver,
        Some(("proxy-client-cert-file", "proxy-client-key-file")),
        "front-proxy-client",
    ),
    (Role::EtcdServer, Component::Etcd, Some(("cert-file", "key-file")), "etcd/server"),
    (Role::EtcdPeer, Component::Etcd, Some(("peer-cert-file", "peer-key-file")), "etcd/peer"),
    (Role::EtcdHealthcheckClient, Component::Etcd, None, "etcd/healthcheck-client"),
];

/// Everything that is named by a flag, and of the rest what is there.
pub(super) fn wanted(tree: &Tree, pods: &StaticPods) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    // A service has its own files: those of kubeadm's etcd are not its.
    let etcd_here =
        pods.services.is_empty() && (pods.manifest(Component::Etcd).is_some() || pods.found.is_empty());
    for (role, user, flags, file) in PAIRS {
        let name = file.replace('/', "-");
        let flagged = flags.and_then(|(certificate, key)| {
            Some(At::Pair { certificate: pods.path(user, certificate)?, key: pods.path(user, key)? })
        });
        let standard = At::Pair {
            certificate: format!("/etc/kubernetes/pki/{file}.crt").into(),
            key: format!("/etc/kubernetes/pki/{file}.key").into(),
        };
        let standard = (user != Component::Etcd || etcd_here).then_some(standard);
        wanted.extend(choose(tree, name, role, user, flagged, standard));
    }
    if let Some((certificate, key)) = pods.etcd_client.clone() {
        let name = "etcd-healthcheck-client".to_owned();
        let at = At::Pair { certificate, key };
        wanted.push(Wanted { name, role: Role::EtcdHealthcheckClient, at, used_by: Vec::new() });
    }
    for (role, user, file) in [
        (Role::ControllerManager, Component::KubeControllerManager, "controller-manager.conf"),
        (Role::Scheduler, Component::KubeScheduler, "scheduler.conf"),
    ] {
        let flagged = kubeconfig_of(tree, pods, user).map(At::Kubeconfig);
        let standard = At::Kubeconfig(Utf8Path::new("/etc/kubernetes").join(file));
        wanted.extend(choose(tree, file.to_owned(), role, user, flagged, Some(standard)));
    }
    for (role, file) in [(Role::Admin, "admin.conf"), (Role::SuperAdmin, "super-admin.conf")] {
        let at = At::Kubeconfig(Utf8Path::new("/etc/kubernetes").join(file));
        if at.exists(tree) {
            wanted.push(Wanted { name: file.to_owned(), role, at, used_by: Vec::new() });
        }
    }
    wanted
}

/// The kubeconfig of kube-controller-manager or kube-scheduler: `--kubeconfig`, or what the file of `--config`
/// names, which wins (kube-scheduler's help of `--kubeconfig`).
fn kubeconfig_of(tree: &Tree, pods: &StaticPods, component: Component) -> Option<Utf8PathBuf> {
    let from_config = pods.path(component, "config").and_then(|config| {
        let content = tree.read(&config);
        let text = content.text();
        perennial_core::formats::component::kubeconfig(text.seen()?).ok().flatten()
    });
    match from_config {
        Some(inside) => Some(pods.manifest(component)?.host_path(&inside)),
        None => pods.path(component, "kubeconfig"),
    }
}

fn choose(
    tree: &Tree,
    name: String,
    role: Role,
    user: Component,
    flagged: Option<At>,
    standard: Option<At>,
) -> Option<Wanted> {
    if let Some(at) = flagged {
        return Some(Wanted { name, role, at, used_by: vec![user] });
    }
    let at = standard.filter(|at| at.exists(tree))?;
    Some(Wanted { name, role, at, used_by: Vec::new() })
}
