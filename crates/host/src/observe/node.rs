//! One whole look at a node.

use super::containers::Containers;
use super::credentials::{self, Found};
use super::files::Tree;
use super::kubelet::{self, KubeletFacts};
use super::static_pods::StaticPods;
use super::{
    Look, api, authorities, balancer, beside, consumers, etcd, heard, holders, listeners, people, systemd,
};
use crate::act::journal::{self, Reason, Unreadable};
use crate::act::lock::is_held;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::formats::kubelet::defaults;
use perennial_core::inventory::{
    Component, Current, Kubelet, Layout, Looked, Node, Past, Role, Trouble, Unit, Version,
};
use std::io::ErrorKind;
use std::net::IpAddr;
use tokio::runtime::Runtime;

/// Distributions that manage their certificates themselves, by their directories.
const FOREIGN: [(&str, &str); 4] = [
    ("rke2", "/var/lib/rancher/rke2"),
    ("k3s", "/var/lib/rancher/k3s"),
    ("microk8s", "/var/snap/microk8s"),
    ("k0s", "/var/lib/k0s"),
];

/// The common name of a node's identity begins with this (Kubernetes' node authorizer).
const NODE_USER: &str = "system:node:";

/// Looks at the node. Files first, because they say what runs and where it listens; then everything that
/// answers, at the same time. `runtime` needs its I/O and time drivers; one thread is enough.
pub fn node(runtime: &Runtime, look: &Look) -> Node {
    let _inside = runtime.enter();
    let observed_at = Timestamp::now();
    let tree = Tree::new(&look.root);
    let processes = look.processes && !tree.is_copy();
    // systemd takes longest to answer and needs nothing to be asked.
    let asked = processes.then(systemd::ask);

    let facts = KubeletFacts::read(&tree, processes);
    let mut kubelet = facts.kubelet(&tree);
    let mut pods = StaticPods::of_node(&tree, &kubelet.static_pods, processes);
    let authorities = authorities::authorities(&tree, &pods, kubelet.client_authority.as_deref());
    let mut found = credentials::of_control_plane(&tree, &pods);
    let (of_kubelet, kubeconfig_trouble) = kubelet::credentials(&tree, &mut kubelet, &facts);
    found.extend(of_kubelet);
    let of_people = people::credentials(&tree, look, &found, &kubelet);
    found.extend(of_people);

    let host = host_name(&tree);
    let name = name(&facts, &kubelet, &found, host.as_deref());
    let address = address(&pods);
    let layout = layout(&tree, &pods, &kubelet, &facts);

    let ask_listeners = look.listeners && !tree.is_copy();
    let questions = if ask_listeners {
        let kubelet = matches!(layout, Layout::ControlPlane | Layout::Worker).then_some(&facts);
        listeners::questions(&pods, &found, kubelet, name.as_deref(), address, observed_at)
    } else {
        Vec::new()
    };
    let member = (!pods.services.is_empty()).then(|| listeners::of_etcd_clients(&questions)).flatten();
    let access = (look.cluster && !tree.is_copy())
        .then(|| api::access(&found, listeners::api_address(&pods, address), observed_at));
    let mut others = consumers::pods(&pods, &authorities, &found);
    let wanted = consumers::wanted(&others, name.as_deref());
    let holds = holders::HOLDERS.into_iter().any(|component| pods.runs(component)) || !wanted.is_empty();
    let socket = (processes && holds).then(|| kubelet.runtime_socket.clone());

    let servers = if look.objects && ask_listeners && pods.runs(Component::KubeApiserver) {
        balancer::servers(&found, listeners::api_address(&pods, address))
    } else {
        Vec::new()
    };

    let (listeners, containers, unit, cluster, balancers, version_of_member) = runtime.block_on(async {
        tokio::join!(
            listeners::ask(questions),
            async {
                match &socket {
                    Some(socket) => Containers::look(socket, &wanted).await,
                    None => Containers::not_asked(),
                }
            },
            unit(asked, &facts),
            async {
                match access {
                    Some(access) => api::look(access, look, name.as_deref()).await,
                    None => Looked::Absent,
                }
            },
            async {
                let asked: tokio::task::JoinSet<_> = servers.into_iter().map(balancer::ask).collect();
                asked.join_all().await
            },
            async {
                match &member {
                    Some((address, identity)) => etcd::version(*address, identity.as_ref()).await,
                    None => None,
                }
            },
        )
    });
    kubelet.unit = unit;
    for (service, _) in &mut pods.services {
        service.version = version_of_member;
    }
    let holders = holders::holders(&pods, &found, &containers, &listeners, processes);
    let mut troubles = pods.troubles.clone();
    troubles.extend(facts.troubles);
    troubles.extend(kubeconfig_trouble);
    let past = past(&tree, look, &mut troubles);
    consumers::fill(&mut others, name.as_deref(), &containers);
    let beside = beside::beside(&tree, &pods, &authorities, &found, others, &kubelet, &look.state_directory);
    let audit = pods.path(Component::KubeApiserver, "audit-log-path");
    let mut node = Node {
        name,
        host_name: host,
        observed_at,
        copied_tree: tree.is_copy(),
        as_root: rustix::process::geteuid().is_root(),
        layout,
        kubernetes: version(&pods),
        address,
        authorities,
        credentials: found.into_iter().map(|found| found.credential).collect(),
        holders,
        listeners,
        balancers,
        kubelet,
        cluster,
        beside,
        past,
        troubles,
        static_pods: pods.found.into_iter().map(|(pod, _)| pod).collect(),
        services: pods.services.into_iter().map(|(service, _)| service).collect(),
    };
    node.beside.heard = heard::heard(look, audit.as_deref(), &node);
    node
}

/// What earlier runs left behind; a run that is being carried out just now is not left behind. A journal that can't be read is told: it may be an open run.
fn past(tree: &Tree, look: &Look, troubles: &mut Vec<(Utf8PathBuf, Trouble)>) -> Past {
    if tree.is_copy() {
        return Past::default();
    }
    match journal::past(&look.state_directory) {
        Ok((past, _)) if past.open.is_some() && is_held(&look.state_directory) => Past { open: None, ..past },
        Ok((past, _)) => past,
        Err(Unreadable { reason: Reason::Io(error), .. }) if error.kind() == ErrorKind::PermissionDenied => {
            Past::default()
        }
        Err(Unreadable { path, reason }) => {
            troubles.push((path, Trouble::Malformed(reason.to_string())));
            Past::default()
        }
    }
}

async fn unit(asked: Option<systemd::Asked>, facts: &KubeletFacts) -> Looked<Unit> {
    match asked {
        Some(asked) => asked.answer(facts.process.as_ref()).await,
        None => Looked::Absent,
    }
}

/// The name under which the node is registered: the kubelet's flag, else what its certificate says, which may have
/// expired, or what an older one in its store says; else the machine's own name, as the kubelet takes it
/// (component-helpers node/util/hostname.go). No node's name has capitals.
fn name(facts: &KubeletFacts, kubelet: &Kubelet, found: &[Found], host: Option<&str>) -> Option<String> {
    let kubelets = || found.iter().filter(|found| found.credential.role == Role::KubeletClient);
    // Of a file in the wrong order, or with somebody else's certificate in front, another one may say it.
    let chains = || kubelets().filter_map(|found| found.credential.certificate.seen());
    let subjects = chains().flat_map(|chain| std::iter::once(chain.leaf()).chain(chain.rest()));
    let lower = |name: &str| name.trim().to_lowercase();
    let node = |user: &str| user.strip_prefix(NODE_USER).map(lower);
    let certified = subjects.filter_map(|one| one.common_name()).find_map(|name| node(&name));
    let kept = || kubelet.history.iter().filter_map(|kept| kept.certificate.seen()?.leaf().common_name());
    let by_flag = facts.name_override().map(lower);
    // What the entry in kubelet.conf is called is the weakest word on it: anybody may call it anything.
    by_flag
        .or(certified)
        .or_else(|| kept().find_map(|name| node(&name)))
        .or_else(|| host.map(lower))
        .or_else(|| node(&kubelet.user))
}

/// The address on which the others reach this node's API server.
pub(super) fn address(pods: &StaticPods) -> Option<IpAddr> {
    let advertised = pods.flag(Component::KubeApiserver, "advertise-address");
    advertised.and_then(|address| address.parse().ok())
}

fn layout(tree: &Tree, pods: &StaticPods, kubelet: &Kubelet, facts: &KubeletFacts) -> Layout {
    let foreign = FOREIGN.into_iter().find(|(_, directory)| tree.exists(Utf8Path::new(directory)));
    match foreign {
        Some((name, directory)) if pods.found.is_empty() || kubelet.static_pods.starts_with(directory) => {
            Layout::Foreign(name.to_owned())
        }
        _ if !pods.found.is_empty() => Layout::ControlPlane,
        // The manifests may have been moved away by somebody who is in the middle of a renewal by hand.
        _ if tree.exists(Utf8Path::new("/etc/kubernetes/pki/apiserver.crt")) => Layout::ControlPlane,
        _ if facts.process.is_some() || joined(tree, kubelet, facts) => Layout::Worker,
        _ if !pods.services.is_empty() => Layout::Etcd,
        _ => Layout::Nothing,
    }
}

/// Whether the kubelet has joined a cluster, or begun to: it has a kubeconfig, or what joining leaves behind, should
/// somebody have deleted that one file. The package's unit alone is no node.
fn joined(tree: &Tree, kubelet: &Kubelet, facts: &KubeletFacts) -> bool {
    let store = kubelet.current != Current::Absent || !kubelet.history.is_empty();
    let configured = match facts.flags.get("--config") {
        Some(path) => tree.exists(Utf8Path::new(path)),
        // All of it by flags, as before there were configuration files.
        None => facts.flags.contains_key("--kubeconfig") || tree.exists(Utf8Path::new(defaults::CONFIG)),
    };
    tree.exists(&kubelet.kubeconfig) || kubelet.bootstrap.is_some() || store || configured
}

/// The control plane's version; etcd has one of its own.
fn version(pods: &StaticPods) -> Option<Version> {
    let order = [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler];
    order.into_iter().find_map(|component| pods.manifest(component)?.version())
}

pub(super) fn host_name(tree: &Tree) -> Option<String> {
    if tree.is_copy() {
        let content = tree.read(&Utf8PathBuf::from("/etc/hostname"));
        return content.text().seen().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    }
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}
