//! A node made by hand: what the screens show in the tests. Its certificates are in testdata.

use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_core::inventory::{
    Authority, Beside, Chain, Component, Container, Credential, File, FileFacts, Handshake, Holder, Key,
    Kubelet, LOOPBACK_SERVER_NAME, Layout, Listener, Looked, Material, Node, Past, Place, Role, Served,
    StaticPod, Trouble, Unit, Version,
};
use perennial_pki::certificate::{Certificate, certificates};
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::{KeyForm, KeyKind};

/// A quiet day.
pub(crate) const QUIET: &str = "2026-08-10T10:00:00Z";
/// Twelve days before the end of most certificates.
pub(crate) const LATE: &str = "2026-11-24T02:30:00Z";
/// Three weeks after it.
pub(crate) const TOO_LATE: &str = "2026-12-27T03:00:00Z";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn certificate(name: &str) -> Certificate {
    let path = format!("{}/testdata/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    certificates(&std::fs::read(path).unwrap()).unwrap().remove(0)
}

pub(crate) fn chain(name: &str) -> Chain {
    Chain::new(vec![certificate(name)]).unwrap()
}

fn static_pod(component: Component) -> StaticPod {
    StaticPod {
        component,
        manifest: file(&format!("/etc/kubernetes/manifests/{component}.yaml"), MADE),
        version: Version::parse(if component == Component::Etcd { "3.6.5-0" } else { "v1.34.2" }),
        flags: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn file(path: &str, changed: &str) -> File {
    let facts = FileFacts {
        sha256: sha256_hex(path.as_bytes()),
        size: 1000,
        mode: 0o600,
        uid: 0,
        gid: 0,
        links: 1,
        modified: time(changed),
        changed: time(changed),
        link_target: None,
        directory: perennial_core::inventory::Directory::Fine,
        label: None,
        exposes_key: false,
        fixed: None,
    };
    File { path: path.into(), facts: Looked::Seen(facts) }
}

const MADE: &str = "2025-12-06T08:10:00Z";

fn key() -> Looked<Key> {
    Looked::Seen(Key { kind: KeyKind::EcdsaP256, form: KeyForm::Sec1, fits: true })
}

fn pair(name: &str, role: Role, stem: &str, used_by: Component) -> Credential {
    let path = format!("/etc/kubernetes/pki/{stem}");
    Credential {
        name: name.to_owned(),
        role,
        place: Place::Pair {
            certificate: file(&format!("{path}.crt"), MADE),
            key: file(&format!("{path}.key"), MADE),
        },
        certificate: Looked::Seen(chain(name)),
        key: key(),
        used_by: vec![used_by],
    }
}

pub(crate) fn kubeconfig(
    name: &str,
    role: Role,
    path: &str,
    used_by: &[Component],
    from: &str,
) -> Credential {
    Credential {
        name: name.to_owned(),
        role,
        place: Place::Kubeconfig {
            file: file(path, MADE),
            entry: perennial_core::inventory::Entry::Current,
            user: "user".to_owned(),
            server: "https://10.0.0.11:6443".to_owned(),
            verifies: Some("10.0.0.11".to_owned()),
            material: Material::Embedded,
            in_place: true,
            trusts: Looked::Seen(vec![certificate("ca")]),
        },
        certificate: Looked::Seen(chain(from)),
        key: key(),
        used_by: used_by.to_vec(),
    }
}

fn of_kubelet(name: &str, role: Role, path: &str) -> Credential {
    Credential {
        name: name.to_owned(),
        role,
        place: Place::Combined { file: file(path, MADE) },
        certificate: Looked::Seen(chain(name)),
        key: key(),
        used_by: vec![Component::Kubelet],
    }
}

fn authority(name: &str, stem: &str) -> Authority {
    Authority {
        name: name.to_owned(),
        file: file(&format!("/etc/kubernetes/pki/{stem}.crt"), MADE),
        certificates: Looked::Seen(vec![certificate(name)]),
        key_path: format!("/etc/kubernetes/pki/{stem}.key").into(),
        key: key(),
        unlocked: None,
        named_by: Vec::new(),
    }
}

fn listener(component: Component, address: &str, credential: Option<&str>, serves: &str) -> Listener {
    Listener {
        component,
        address: address.parse().unwrap(),
        server_name: None,
        presented: None,
        credential: credential.map(str::to_owned),
        served: Looked::Seen(Served {
            chain: chain(serves),
            handshake: Handshake::Completed,
            client_authorities: Vec::new(),
        }),
    }
}

fn holder(component: Component, credential: &str) -> Holder {
    let container = Container {
        id: format!("c0ffee-{component}"),
        name: component.to_string(),
        pod: format!("{component}-cp1"),
        attempt: 1,
        started_at: time("2025-12-06T08:11:02Z"),
        pid: Some(4242),
    };
    Holder {
        component,
        credential: credential.to_owned(),
        material: Material::Embedded,
        container: Looked::Seen(container),
        announced_start: None,
        mounted_sha256: Looked::Absent,
    }
}

/// Everything as it should be.
pub(crate) fn healthy() -> Node {
    use Component::{Etcd, KubeApiserver, KubeControllerManager, KubeScheduler};
    let mut loopback = listener(KubeApiserver, "10.0.0.11:6443", None, "loopback");
    loopback.server_name = Some(LOOPBACK_SERVER_NAME.to_owned());
    Node {
        name: Some("cp1".to_owned()),
        host_name: Some("cp1".to_owned()),
        observed_at: time(QUIET),
        copied_tree: false,
        as_root: true,
        layout: Layout::ControlPlane,
        kubernetes: Version::parse("v1.36.3"),
        address: Some("10.0.0.11".parse().unwrap()),
        static_pods: Component::STATIC.map(static_pod).into(),
        services: Vec::new(),
        authorities: vec![
            authority("ca", "ca"),
            authority("etcd-ca", "etcd/ca"),
            authority("front-proxy-ca", "front-proxy-ca"),
        ],
        credentials: vec![
            pair("apiserver", Role::ApiserverServing, "apiserver", KubeApiserver),
            pair("apiserver-etcd-client", Role::ApiserverEtcdClient, "apiserver-etcd-client", KubeApiserver),
            pair(
                "apiserver-kubelet-client",
                Role::ApiserverKubeletClient,
                "apiserver-kubelet-client",
                KubeApiserver,
            ),
            pair("front-proxy-client", Role::FrontProxyClient, "front-proxy-client", KubeApiserver),
            pair("etcd-server", Role::EtcdServer, "etcd/server", Etcd),
            pair("etcd-peer", Role::EtcdPeer, "etcd/peer", Etcd),
            pair("etcd-healthcheck-client", Role::EtcdHealthcheckClient, "etcd/healthcheck-client", Etcd),
            kubeconfig("admin.conf", Role::Admin, "/etc/kubernetes/admin.conf", &[], "admin.conf"),
            kubeconfig(
                "controller-manager.conf",
                Role::ControllerManager,
                "/etc/kubernetes/controller-manager.conf",
                &[KubeControllerManager],
                "controller-manager.conf",
            ),
            kubeconfig(
                "scheduler.conf",
                Role::Scheduler,
                "/etc/kubernetes/scheduler.conf",
                &[KubeScheduler],
                "scheduler.conf",
            ),
            of_kubelet(
                "kubelet-client",
                Role::KubeletClient,
                "/var/lib/kubelet/pki/kubelet-client-current.pem",
            ),
            of_kubelet("kubelet-serving", Role::KubeletServing, "/var/lib/kubelet/pki/kubelet.crt"),
        ],
        balancers: Vec::new(),
        holders: vec![
            holder(KubeControllerManager, "controller-manager.conf"),
            holder(KubeScheduler, "scheduler.conf"),
        ],
        listeners: vec![
            listener(KubeApiserver, "10.0.0.11:6443", Some("apiserver"), "apiserver"),
            loopback,
            listener(Etcd, "10.0.0.11:2379", Some("etcd-server"), "etcd-server"),
            listener(Etcd, "10.0.0.11:2380", Some("etcd-peer"), "etcd-peer"),
            listener(Component::Kubelet, "10.0.0.11:10250", Some("kubelet-serving"), "kubelet-serving"),
            listener(KubeControllerManager, "127.0.0.1:10257", None, "localhost"),
            listener(KubeScheduler, "127.0.0.1:10259", None, "localhost"),
        ],
        kubelet: Kubelet {
            unit: Looked::Seen(unit("active", "running", 0)),
            kubeconfig: "/etc/kubernetes/kubelet.conf".into(),
            static_pods: "/etc/kubernetes/manifests".into(),
            certificate_directory: "/var/lib/kubelet/pki".into(),
            runtime_socket: "/run/containerd/containerd.sock".into(),
            rotates_client: true,
            serving_by_request: false,
            client_authority: Some("/etc/kubernetes/pki/ca.crt".into()),
            current: perennial_core::inventory::Current::Link,
            history: Vec::new(),
            user: String::new(),
            kubeconfig_absent: false,
            bootstrap: None,
            name_override: None,
            trusts: Looked::Seen(vec![certificate("ca")]),
            server: String::new(),
            verifies: Some("10.0.0.11".to_owned()),
        },
        cluster: Looked::Absent,
        beside: Beside::default(),
        past: Past::default(),
        troubles: Vec::new(),
    }
}

fn unit(active: &str, sub: &str, restarts: u32) -> Unit {
    Unit {
        active_state: active.to_owned(),
        sub_state: sub.to_owned(),
        main_pid: (sub == "running").then_some(900),
        restarts,
        active_since: None,
    }
}

fn edit(node: &mut Node, name: &str, change: impl FnOnce(&mut Credential)) {
    change(node.credentials.iter_mut().find(|credential| credential.name == name).unwrap());
}

/// Twelve days are left; the scheduler holds what it read a year ago; a person's copy is older still; one file
/// can't be read, another carries a hostile name.
pub(crate) fn ageing() -> Node {
    let mut node = healthy();
    node.observed_at = time(LATE);
    edit(&mut node, "scheduler.conf", |credential| {
        credential.place = kubeconfig("", Role::Scheduler, "/etc/kubernetes/scheduler.conf", &[], "ca").place;
        if let Place::Kubeconfig { file: place, .. } = &mut credential.place {
            *place = file("/etc/kubernetes/scheduler.conf", "2026-11-20T02:00:14Z");
        }
    });
    let scheduler =
        node.holders.iter_mut().find(|holder| holder.component == Component::KubeScheduler).unwrap();
    scheduler.mounted_sha256 = Looked::Seen("other".to_owned());
    node.credentials.push(kubeconfig(
        "/root/.kube/config",
        Role::UserKubeconfig,
        "/root/.kube/config",
        &[],
        "config-old",
    ));
    let hostile = "/home/mallory\u{1b}[2J/.kube/config";
    let mut stranger = kubeconfig(hostile, Role::UserKubeconfig, hostile, &[], "config-old");
    stranger.certificate = Looked::Unusable(Trouble::NoCurrentContext);
    node.credentials.push(stranger);
    edit(&mut node, "etcd-healthcheck-client", |credential| {
        credential.certificate = Looked::Unusable(Trouble::PermissionDenied);
    });
    node
}

/// Switched off for weeks: everything has ended, the kubelet does not start, nobody answers.
pub(crate) fn dead() -> Node {
    let mut node = healthy();
    node.observed_at = time(TOO_LATE);
    edit(&mut node, "kubelet-client", |credential| {
        credential.certificate = Looked::Seen(chain("kubelet-client-expired"));
    });
    node.kubelet.unit = Looked::Seen(unit("activating", "auto-restart", 1177));
    for listener in &mut node.listeners {
        listener.served = Looked::Unusable(Trouble::NoAnswer("connection refused".to_owned()));
    }
    for holder in &mut node.holders {
        holder.container = Looked::Absent;
    }
    node
}

/// A copied tree, seen by an ordinary user.
pub(crate) fn copy() -> Node {
    let mut node = healthy();
    node.copied_tree = true;
    node.as_root = false;
    node.holders.clear();
    node.listeners.clear();
    node.kubelet.unit = Looked::Absent;
    for authority in &mut node.authorities {
        authority.key = Looked::Absent;
    }
    node.troubles.push((Utf8PathBuf::from("/etc/kubernetes/manifests/etcd.yaml"), Trouble::Empty));
    node
}

/// Makes every certificate readable again.
pub(crate) fn readable(node: &mut Node) {
    edit(node, "etcd-healthcheck-client", |credential| {
        credential.certificate = Looked::Seen(chain("etcd-healthcheck-client"));
    });
}
