//! A stacked control plane as an inventory, made by hand: what kubeadm 1.36 leaves behind.

use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::{
    Authority, Chain, Component, Container, Credential, File, FileFacts, Handshake, Holder, Key, Kubelet,
    LOOPBACK_SERVER_NAME, Layout, Listener, Looked, Material, Node, Past, Place, Role, Served, StaticPod,
    Unit, Version,
};
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{Authority as Signer, Validity, reissue};
use perennial_testdata::{Issued, Leaf};

const CA: &[u8] = include_bytes!("../../../pki/testdata/p256-ca.pem");
const LEAF: &[u8] = include_bytes!("../../../pki/testdata/p256-leaf.pem");

pub(crate) const PAIRS: [(&str, Role, &str, Component); 7] = [
    ("apiserver", Role::ApiserverServing, "apiserver", Component::KubeApiserver),
    ("apiserver-etcd-client", Role::ApiserverEtcdClient, "apiserver-etcd-client", Component::KubeApiserver),
    (
        "apiserver-kubelet-client",
        Role::ApiserverKubeletClient,
        "apiserver-kubelet-client",
        Component::KubeApiserver,
    ),
    ("front-proxy-client", Role::FrontProxyClient, "front-proxy-client", Component::KubeApiserver),
    ("etcd-server", Role::EtcdServer, "etcd/server", Component::Etcd),
    ("etcd-peer", Role::EtcdPeer, "etcd/peer", Component::Etcd),
    ("etcd-healthcheck-client", Role::EtcdHealthcheckClient, "etcd/healthcheck-client", Component::Etcd),
];

pub(crate) const KUBECONFIGS: [(&str, Role); 4] = [
    ("admin.conf", Role::Admin),
    ("super-admin.conf", Role::SuperAdmin),
    ("controller-manager.conf", Role::ControllerManager),
    ("scheduler.conf", Role::Scheduler),
];

/// When the node is looked at.
pub(crate) fn now() -> Timestamp {
    "2026-11-25T02:00:00Z".parse().unwrap()
}

pub(crate) fn ca() -> Certificate {
    leaf(CA).unwrap()
}

/// A leaf of the CA that lives from half a year ago until `end`; each call makes another one.
pub(crate) fn until(end: Timestamp) -> Certificate {
    let authority = Signer::new(ca(), PrivateKey::from_pem(CA).unwrap()).unwrap();
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let not_before = end.min(now()) - SignedDuration::from_hours(24 * 180);
    let validity = Validity { not_before, not_after: end };
    reissue(&leaf(LEAF).unwrap(), &authority, &key.spki_der(), &validity).unwrap()
}

/// A leaf of the CA with the identity and the usages of a role.
pub(crate) fn of_role(role: Role, end: Timestamp) -> Certificate {
    let names = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.0.0.1"];
    let leaf = match role {
        Role::ApiserverServing => Leaf::server("/CN=kube-apiserver").names(&names),
        Role::EtcdServer | Role::EtcdPeer => Leaf::both("/CN=cp1").names(&names),
        Role::ControllerManager => Leaf::client("/CN=system:kube-controller-manager"),
        Role::Scheduler => Leaf::client("/CN=system:kube-scheduler"),
        Role::KubeletClient => Leaf::client("/O=system:nodes/CN=system:node:cp1"),
        Role::SuperAdmin => Leaf::client("/O=system:masters/CN=kubernetes-super-admin"),
        Role::Admin | Role::UserKubeconfig => Leaf::client("/O=system:masters/CN=kubernetes-admin"),
        _ => Leaf::client("/CN=client"),
    };
    let begin = end.min(now()) - SignedDuration::from_hours(24 * 180);
    let text = |pem: &[u8]| String::from_utf8(pem.to_vec()).unwrap();
    let authority = Issued { certificate: ca().to_pem(), key: text(CA) };
    authority.issue(&leaf.valid(begin, end)).parsed()
}

/// Another CA and a leaf of it.
pub(crate) fn other_authority() -> (Certificate, Certificate) {
    let pem = include_str!("../../../pki/testdata/rsa-ca.pem");
    let certificate = leaf(pem.as_bytes()).unwrap();
    let authority = Issued { certificate: certificate.to_pem(), key: pem.to_owned() };
    (certificate, authority.issue(&Leaf::both("/CN=cp1").names(&["DNS:cp1"])).parsed())
}

pub(crate) fn file(path: &str) -> File {
    let changed = now() - SignedDuration::from_hours(24 * 180);
    let facts = FileFacts {
        sha256: format!("before {path}"),
        size: 1000,
        mode: 0o600,
        uid: 0,
        gid: 0,
        links: 1,
        modified: changed,
        changed,
        link_target: None,
        directory: perennial_core::inventory::Directory::Fine,
        label: None,
        exposes_key: false,
        fixed: None,
    };
    File { path: path.into(), facts: Looked::Seen(facts) }
}

/// A control plane whose leaves end `left` from now.
pub(crate) fn control_plane(left: SignedDuration) -> Node {
    let end = now() + left;
    let pairs = PAIRS.iter().map(|(name, role, stem, component)| {
        let file = |ending: &str| file(&format!("/etc/kubernetes/pki/{stem}.{ending}"));
        let place = Place::Pair { certificate: file("crt"), key: file("key") };
        credential(name, *role, place, end, vec![*component])
    });
    let kubeconfigs = KUBECONFIGS.iter().map(|(name, role)| {
        let used_by = match role {
            Role::ControllerManager => vec![Component::KubeControllerManager],
            Role::Scheduler => vec![Component::KubeScheduler],
            _ => Vec::new(),
        };
        credential(name, *role, kubeconfig(&format!("/etc/kubernetes/{name}")), end, used_by)
    });
    let mut credentials: Vec<_> = pairs.chain(kubeconfigs).collect();
    let kubelet = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    let place = Place::Combined { file: file(kubelet) };
    let good = now() + SignedDuration::from_hours(24 * 200);
    credentials.push(credential(
        "kubelet-client",
        Role::KubeletClient,
        place,
        good,
        vec![Component::Kubelet],
    ));
    let listeners = listeners(&credentials);
    Node {
        name: Some("cp1".into()),
        host_name: Some("cp1".into()),
        observed_at: now(),
        copied_tree: false,
        as_root: true,
        layout: Layout::ControlPlane,
        kubernetes: Version::parse("v1.36.3"),
        address: "10.0.0.1".parse().ok(),
        static_pods: Component::STATIC.map(static_pod).into(),
        services: Vec::new(),
        authorities: ["ca", "etcd-ca", "front-proxy-ca"].map(authority).into(),
        credentials,
        balancers: Vec::new(),
        holders: vec![
            holder(Component::KubeControllerManager, "controller-manager.conf"),
            holder(Component::KubeScheduler, "scheduler.conf"),
        ],
        listeners,
        kubelet: Kubelet {
            unit: Looked::Seen(Unit {
                active_state: "active".into(),
                sub_state: "running".into(),
                main_pid: Some(1),
                restarts: 0,
                active_since: None,
            }),
            kubeconfig: "/etc/kubernetes/kubelet.conf".into(),
            static_pods: "/etc/kubernetes/manifests".into(),
            certificate_directory: "/var/lib/kubelet/pki".into(),
            runtime_socket: "/run/containerd/containerd.sock".into(),
            rotates_client: true,
            serving_by_request: false,
            client_authority: None,
            current: perennial_core::inventory::Current::Link,
            history: Vec::new(),
            user: String::new(),
            kubeconfig_absent: false,
            bootstrap: None,
            name_override: None,
            trusts: Looked::Seen(vec![ca()]),
            server: String::new(),
            verifies: None,
        },
        cluster: Looked::Absent,
        beside: perennial_core::inventory::Beside::default(),
        past: Past::default(),
        troubles: Vec::new(),
    }
}

pub(crate) fn kubeconfig(path: &str) -> Place {
    Place::Kubeconfig {
        file: file(path),
        entry: perennial_core::inventory::Entry::Current,
        user: "user".into(),
        server: "https://10.0.0.1:6443".into(),
        verifies: None,
        material: Material::Embedded,
        in_place: true,
        trusts: Looked::Seen(vec![ca()]),
    }
}

pub(crate) fn credential(
    name: &str,
    role: Role,
    place: Place,
    end: Timestamp,
    used_by: Vec<Component>,
) -> Credential {
    Credential {
        name: name.to_owned(),
        role,
        place,
        certificate: Looked::Seen(Chain::new(vec![of_role(role, end)]).unwrap()),
        key: Looked::Seen(Key { kind: KeyKind::EcdsaP256, form: KeyForm::Sec1, fits: true }),
        used_by,
    }
}

fn static_pod(component: Component) -> StaticPod {
    StaticPod {
        component,
        manifest: file(&format!("/etc/kubernetes/manifests/{component}.yaml")),
        version: Version::parse(if component == Component::Etcd { "3.6.8-0" } else { "v1.36.3" }),
        flags: std::collections::BTreeMap::new(),
    }
}

fn authority(name: &str) -> Authority {
    let stem = match name {
        "etcd-ca" => "etcd/ca",
        "front-proxy-ca" => "front-proxy-ca",
        _ => "ca",
    };
    Authority {
        name: name.to_owned(),
        file: file(&format!("/etc/kubernetes/pki/{stem}.crt")),
        certificates: Looked::Seen(vec![ca()]),
        key_path: Utf8PathBuf::from(format!("/etc/kubernetes/pki/{stem}.key")),
        key: Looked::Seen(Key { kind: KeyKind::EcdsaP256, form: KeyForm::Sec1, fits: true }),
        unlocked: None,
        named_by: Vec::new(),
    }
}

/// A process that started when its certificate was made: five minutes after its NotBefore, and some.
fn holder(component: Component, credential: &str) -> Holder {
    let started_at = now() - SignedDuration::from_hours(24 * 180) + SignedDuration::from_mins(10);
    let container = Container {
        id: format!("{component}-1"),
        name: component.to_string(),
        pod: format!("{component}-cp1"),
        attempt: 0,
        started_at,
        pid: Some(2),
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

fn listeners(credentials: &[Credential]) -> Vec<Listener> {
    let of = |name: &str| credentials.iter().find(|one| one.name == name).unwrap().leaf().unwrap().clone();
    let listener =
        |component, port: u16, server_name: Option<&str>, credential: Option<&str>, leaf| Listener {
            component,
            address: ([10, 0, 0, 1], port).into(),
            server_name: server_name.map(str::to_owned),
            presented: None,
            credential: credential.map(str::to_owned),
            served: Looked::Seen(Served {
                chain: Chain::new(vec![leaf]).unwrap(),
                handshake: Handshake::Completed,
                client_authorities: Vec::new(),
            }),
        };
    let loopback = until(now() + SignedDuration::from_hours(24 * 365 * 2));
    vec![
        listener(Component::KubeApiserver, 6443, None, Some("apiserver"), of("apiserver")),
        listener(Component::KubeApiserver, 6443, Some(LOOPBACK_SERVER_NAME), None, loopback),
        listener(Component::Etcd, 2379, None, Some("etcd-server"), of("etcd-server")),
        listener(Component::Etcd, 2380, None, Some("etcd-peer"), of("etcd-peer")),
    ]
}
