//! A control plane with its files elsewhere (kubespray's directories, external etcd, kubeconfigs that name files).

use crate::pki::{ca_key_pem, ca_pem, expired, fresh};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Component, Instead, Layout, Looked, Material, Node, Place, Role, Trouble};
use perennial_host::observe::{self, Look};
use std::os::unix::fs::symlink;

struct Tree {
    _directory: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Tree {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        Self { _directory: directory, root }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    fn look(&self) -> Node {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let look = Look {
            root: self.root.clone(),
            listeners: true,
            processes: true,
            cluster: true,
            objects: true,
            secrets: true,
            homes: vec!["/root".into(), "/home/ops".into()],
            kubeconfigs: Vec::new(),
            state_directory: "/var/lib/perennial".into(),
        };
        observe::node(&runtime, &look)
    }
}

const API_SERVER: &str = "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, labels: {component: kube-apiserver}}
spec:
  containers:
  - name: kube-apiserver
    image: quay.example/kube-apiserver:v1.31.4
    command: [kube-apiserver, --advertise-address=10.0.0.11, --client-ca-file=/etc/kubernetes/ssl/ca.crt,
      --tls-cert-file=/srv/tls/api.crt, --tls-private-key-file=/srv/tls/api.key,
      --etcd-certfile=/etc/ssl/etcd/ssl/node-cp1.pem, --etcd-keyfile=/etc/ssl/etcd/ssl/node-cp1-key.pem,
      --etcd-cafile=/etc/ssl/etcd/ssl/ca.pem]
    volumeMounts: [{name: tls, mountPath: /srv/tls}]
  volumes: [{name: tls, hostPath: {path: /etc/kubernetes/ssl}}]
";
const SCHEDULER: &str = "apiVersion: v1
kind: Pod
metadata: {name: s, labels: {component: kube-scheduler}}
spec: {containers: [{name: kube-scheduler, image: 'k:v1.31.4', command: [kube-scheduler, --config=/etc/kubernetes/scheduler.yaml]}]}
";
const KUBECONFIG: &str = "current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: 'https://vip:6443', certificate-authority: ssl/ca.crt}}]
users: [{name: u, user: {client-certificate: ssl/s.crt, client-key: ssl/s.key}}]
";
const DROP_IN: &str = "[Service]
Environment=\"KUBELET_ARGS=--config=/etc/kubernetes/kubelet.yaml --hostname-override=CP1.example\"
EnvironmentFile=-/etc/kubernetes/kubelet.env
ExecStart=/usr/local/bin/kubelet $KUBELET_ARGS $MORE
";

fn control_plane() -> Tree {
    let tree = Tree::new();
    let (api, etcd, scheduler) = (fresh(), fresh(), expired());
    tree.write("etc/kubernetes/static/api.yaml", API_SERVER);
    tree.write("etc/kubernetes/static/scheduler.yaml.bak", SCHEDULER);
    tree.write("etc/kubernetes/static/.hidden.yaml", "a: [");
    tree.write("etc/kubernetes/static/broken.yaml", "a: [\n");
    tree.write(
        "etc/kubernetes/scheduler.yaml",
        "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}\n",
    );
    tree.write("etc/kubernetes/scheduler.conf", KUBECONFIG);
    tree.write("etc/kubernetes/ssl/s.crt", &scheduler.certificate.to_pem());
    tree.write("etc/kubernetes/ssl/s.key", &scheduler.key.to_pem());
    tree.write("etc/kubernetes/ssl/ca.crt", &ca_pem());
    tree.write("etc/kubernetes/ssl/ca.key", &ca_key_pem());
    tree.write("etc/kubernetes/ssl/api.crt", &api.certificate.to_pem());
    tree.write("etc/kubernetes/ssl/api.key", &etcd.key.to_pem());
    tree.link("etc/kubernetes/pki", "ssl");
    tree.write("etc/ssl/etcd/ssl/node-cp1.pem", &etcd.certificate.to_pem());
    tree.write("etc/ssl/etcd/ssl/node-cp1-key.pem", &etcd.key.to_pem());
    tree.write("etc/ssl/etcd/ssl/ca.pem", &ca_pem());
    tree.write("etc/systemd/system/kubelet.service", DROP_IN);
    tree.write("etc/kubernetes/kubelet.env", "MORE=\"--kubeconfig=/etc/kubernetes/kubelet.conf\"");
    tree.write(
        "etc/kubernetes/kubelet.yaml",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration
staticPodPath: /etc/kubernetes/static\nrotateCertificates: true\n",
    );
    let store = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    let kubeconfig = KUBECONFIG.replace("ssl/s.crt", store).replace("ssl/s.key", store);
    tree.write("etc/kubernetes/kubelet.conf", &kubeconfig);
    let both = format!("{}{}", api.certificate.to_pem(), api.key.to_pem().as_str());
    tree.write("var/lib/kubelet/pki/kubelet-client-1.pem", &both);
    tree.link("var/lib/kubelet/pki/kubelet-client-current.pem", "/var/lib/kubelet/pki/kubelet-client-1.pem");
    tree.write("home/ops/.kube/config", "current-context: c\nusers: [{name: u, user: {token: t}}]\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: 'https://a'}}]");
    tree
}

#[test]
fn paths_come_from_the_nodes_own_flags() {
    let node = control_plane().look();
    assert_eq!((node.layout.clone(), node.copied_tree), (Layout::ControlPlane, true));
    assert_eq!(node.kubernetes.unwrap().to_string(), "v1.31.4");
    assert_eq!(node.address.unwrap().to_string(), "10.0.0.11");
    assert_eq!(node.name.as_deref(), Some("cp1.example"));

    let path = |name: &str| node.credential(name).unwrap().place.file().path.as_str();
    assert_eq!(path("apiserver"), "/etc/kubernetes/ssl/api.crt");
    assert_eq!(path("apiserver-etcd-client"), "/etc/ssl/etcd/ssl/node-cp1.pem");
    assert!(
        node.credential("etcd-server").is_none() && node.credential("apiserver-kubelet-client").is_none()
    );
    assert_eq!(node.credential("apiserver").unwrap().used_by, [Component::KubeApiserver]);

    let etcd_ca = node.authority("etcd-ca").unwrap();
    assert_eq!((etcd_ca.key_path.as_str(), &etcd_ca.key), ("/etc/ssl/etcd/ssl/ca-key.pem", &Looked::Absent));
    assert!(node.authority("ca").unwrap().key.seen().unwrap().fits);
}

#[test]
fn drop_ins_are_laid_over_the_kubelets_configuration() {
    let tree = control_plane();
    let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    tree.write(
        "etc/kubernetes/kubelet.yaml",
        &format!("{head}staticPodPath: nowhere\nrotateCertificates: true\n"),
    );
    tree.write("etc/kubernetes/kubelet.d/10.conf", &format!("{head}staticPodPath: /nowhere\n"));
    tree.write("etc/kubernetes/kubelet.d/20.conf", &format!("{head}staticPodPath: /etc/kubernetes/static\n"));
    tree.write("etc/kubernetes/kubelet.d/30.yaml", "staticPodPath: /nowhere\n");
    tree.write(
        "etc/kubernetes/kubelet.env",
        "MORE=\"--kubeconfig=/etc/kubernetes/kubelet.conf --config-dir=/etc/kubernetes/kubelet.d\"",
    );
    let node = tree.look();
    assert_eq!(node.layout, Layout::ControlPlane);
    assert!(node.credential("apiserver").is_some());
}

#[test]
fn what_a_kubeconfig_trusts_is_what_go_can_read_of_it() {
    let tree = control_plane();
    let broken = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";
    tree.write("etc/kubernetes/ssl/ca.crt", &format!("{broken}{}", ca_pem()));
    let node = tree.look();
    let Place::Kubeconfig { trusts, .. } = &node.credential("scheduler.conf").unwrap().place else {
        panic!()
    };
    assert_eq!(trusts.seen().map(Vec::len), Some(1));
}

#[test]
fn keys_are_compared_with_their_certificates() {
    let node = control_plane().look();
    assert!(!node.credential("apiserver").unwrap().key.seen().unwrap().fits);
    assert!(node.credential("apiserver-etcd-client").unwrap().key.seen().unwrap().fits);
}

#[test]
fn kubeconfigs_that_name_files_lead_to_them() {
    let node = control_plane().look();
    let scheduler = node.credential("scheduler.conf").unwrap();
    let Place::Kubeconfig { material: Material::Files { certificate, .. }, trusts, server, .. } =
        &scheduler.place
    else {
        panic!("{:?}", scheduler.place)
    };
    assert_eq!(
        (certificate.path.as_str(), server.as_str()),
        ("/etc/kubernetes/ssl/s.crt", "https://vip:6443")
    );
    assert_eq!(trusts.seen().unwrap().len(), 1);
    assert!(scheduler.key.seen().unwrap().fits);

    let kubelet = node.credential("kubelet-client").unwrap();
    let Place::Combined { file } = &kubelet.place else { panic!("{:?}", kubelet.place) };
    assert_eq!(file.real_path(), "/var/lib/kubelet/pki/kubelet-client-1.pem");
    assert!(kubelet.key.seen().unwrap().fits);
}

#[test]
fn people_with_a_token_and_broken_manifests_are_told() {
    let node = control_plane().look();
    let person = node.credentials.iter().find(|one| one.role == Role::UserKubeconfig).unwrap();
    assert_eq!(person.name, "/home/ops/.kube/config");
    assert_eq!(person.certificate.trouble(), Some(&Trouble::NoClientCertificate(Instead::Token)));
    let [(path, Trouble::Malformed(_))] = node.troubles.as_slice() else { panic!("{:?}", node.troubles) };
    assert_eq!(path, "/etc/kubernetes/static/broken.yaml");
    assert!(node.listeners.is_empty() && matches!(node.cluster, Looked::Absent));
}

#[test]
fn other_layouts() {
    assert_eq!(Tree::new().look().layout, Layout::Nothing);
    let foreign = Tree::new();
    foreign.write("var/lib/rancher/k3s/server/tls/x", "");
    assert_eq!(foreign.look().layout, Layout::Foreign("k3s".into()));
    let worker = Tree::new();
    worker.write("etc/kubernetes/kubelet.conf", "kind: Config\n");
    let node = worker.look();
    assert_eq!(node.layout, Layout::Worker);
    assert_eq!(
        node.troubles,
        [(Utf8Path::new("/etc/kubernetes/kubelet.conf").to_owned(), Trouble::NoCurrentContext)]
    );
}
