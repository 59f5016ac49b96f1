//! Healthy nodes, as kubeadm v1.36 leaves them.

use crate::{KeyKind, Leaf, Tree, self_signed};
use std::sync::OnceLock;

/// The first address of kubeadm's default service network.
const SERVICE: &str = "IP:10.96.0.1";

/// kubeadm's CAs: their names, and their files below etc/kubernetes/pki.
const AUTHORITIES: [(&str, &str); 3] =
    [("ca", "ca"), ("etcd-ca", "etcd/ca"), ("front-proxy-ca", "front-proxy-ca")];

const MANIFESTS: [(&str, &str); 4] = [
    ("etcd", include_str!("../kubeadm/etcd.yaml")),
    ("kube-apiserver", include_str!("../kubeadm/kube-apiserver.yaml")),
    ("kube-controller-manager", include_str!("../kubeadm/kube-controller-manager.yaml")),
    ("kube-scheduler", include_str!("../kubeadm/kube-scheduler.yaml")),
];

impl Tree {
    /// A control plane with etcd beside it, at 10.0.0.11.
    pub fn control_plane(node: &str) -> Self {
        Self::control_plane_at(node, "10.0.0.11")
    }

    /// A control plane that was made while its clock was so many days ahead.
    pub fn control_plane_made_ahead(node: &str, days: i64) -> Self {
        let mut tree = Self::empty(node, "10.0.0.11");
        tree.ahead = days;
        tree.new_authorities();
        tree.control_plane_files();
        tree
    }

    /// A control plane at an address of its own.
    pub fn control_plane_at(node: &str, address: &str) -> Self {
        let tree = Self::empty(node, address);
        tree.new_authorities();
        tree.control_plane_files();
        tree
    }

    fn new_authorities(&self) {
        for (name, _) in AUTHORITIES {
            let common_name = if name == "ca" { "kubernetes" } else { name };
            let leaf = Leaf::authority(&format!("/CN={common_name}")).names(&[&format!("DNS:{common_name}")]);
            self.add_authority(name, &leaf);
        }
    }

    /// Another control plane of the same cluster, with certificates of its own.
    pub fn another_control_plane(first: &Self, node: &str, address: &str) -> Self {
        let tree = Self::joined(first, node, address);
        tree.control_plane_files();
        tree
    }

    fn control_plane_files(&self) {
        let tree = self;
        for (name, base) in AUTHORITIES {
            tree.pair(&format!("etc/kubernetes/pki/{base}"), &tree.authority(name));
        }
        tree.control_plane_leaves();
        tree.control_plane_kubeconfigs();
        tree.service_account_keys();
        for (name, text) in MANIFESTS {
            let text = text.replace("ADDRESS", &self.address).replace("NODE", &self.node);
            tree.write_secret(&format!("etc/kubernetes/manifests/{name}.yaml"), &text);
        }
        tree.kubelet();
    }

    /// A second control plane or a worker shares the CAs of the first.
    pub fn joined(first: &Self, node: &str, address: &str) -> Self {
        let tree = Self::empty(node, address);
        for (name, _) in AUTHORITIES {
            tree.set_authority(name, &first.authority(name));
        }
        tree
    }

    /// A worker of that control plane's cluster.
    pub fn worker(first: &Self, node: &str, address: &str) -> Self {
        let tree = Self::joined(first, node, address);
        tree.write("etc/kubernetes/pki/ca.crt", tree.authority("ca").certificate);
        tree.kubelet();
        tree
    }

    fn control_plane_leaves(&self) {
        let (node, address) = (format!("DNS:{}", self.node), format!("IP:{}", self.address));
        let service = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];
        let service = service.map(|name| format!("DNS:{name}"));
        let cluster = "DNS:kubernetes.default.svc.cluster.local";
        let apiserver = [&node, &service[0], &service[1], &service[2], cluster, SERVICE, &address];
        let etcd = [&node, "DNS:localhost", &address, "IP:127.0.0.1", "IP:::1"];
        let name = format!("/CN={}", self.node);
        for (authority, base, leaf) in [
            ("ca", "apiserver", Leaf::server("/CN=kube-apiserver").names(&apiserver)),
            ("ca", "apiserver-kubelet-client", Leaf::client("/CN=kube-apiserver-kubelet-client")),
            ("front-proxy-ca", "front-proxy-client", Leaf::client("/CN=front-proxy-client")),
            ("etcd-ca", "apiserver-etcd-client", Leaf::client("/CN=kube-apiserver-etcd-client")),
            ("etcd-ca", "etcd/server", Leaf::both(&name).names(&etcd)),
            ("etcd-ca", "etcd/peer", Leaf::both(&name).names(&etcd)),
            ("etcd-ca", "etcd/healthcheck-client", Leaf::client("/CN=kube-etcd-healthcheck-client")),
        ] {
            self.pair(&format!("etc/kubernetes/pki/{base}"), &self.issue(authority, &leaf));
        }
    }

    fn control_plane_kubeconfigs(&self) {
        for (file, user, subject) in [
            ("admin.conf", "kubernetes-admin", "/O=kubeadm:cluster-admins/CN=kubernetes-admin"),
            ("super-admin.conf", "kubernetes-super-admin", "/O=system:masters/CN=kubernetes-super-admin"),
            (
                "controller-manager.conf",
                "system:kube-controller-manager",
                "/CN=system:kube-controller-manager",
            ),
            ("scheduler.conf", "system:kube-scheduler", "/CN=system:kube-scheduler"),
        ] {
            let issued = self.issue("ca", &Leaf::client(subject));
            self.kubeconfig(&format!("etc/kubernetes/{file}"), user, &issued);
        }
    }

    /// sa.key and sa.pub, of an RSA pair as kubeadm's. All trees of a process share it: an RSA key takes longer to make
    /// than all else in a tree together.
    fn service_account_keys(&self) {
        static PAIR: OnceLock<(String, String)> = OnceLock::new();
        let (key, public) = PAIR.get_or_init(|| {
            let pair = self_signed(&Leaf::new("/CN=sa").key(KeyKind::Rsa(2048)), None);
            let public = perennial_pki::pem::encode("PUBLIC KEY", pair.parsed().spki_der());
            (pair.key, public)
        });
        self.write_secret("etc/kubernetes/pki/sa.key", key);
        self.write_secret("etc/kubernetes/pki/sa.pub", public);
    }

    /// The kubelet: its unit's flags, its configuration, its store with both certificates.
    fn kubelet(&self) {
        self.write(
            "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
            include_str!("../kubeadm/10-kubeadm.conf"),
        );
        self.write("var/lib/kubelet/config.yaml", include_str!("../kubeadm/kubelet-config.yaml"));
        self.write("var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"\"\n");
        let user = format!("system:node:{}", self.node);
        let client = self.issue("ca", &Leaf::client(&format!("/O=system:nodes/CN={user}")));
        self.kubelet_client("kubelet-client-2026-01-01-00-00-00.pem", &client);
        let current = "/var/lib/kubelet/pki/kubelet-client-current.pem";
        let lines = format!("    client-certificate: {current}\n    client-key: {current}\n");
        self.kubeconfig_with("etc/kubernetes/kubelet.conf", &user, &lines);

        let node = &self.node;
        let authority =
            self_signed(&Leaf::authority(&format!("/CN={node}-ca@1767225600")).days(-30, 335), None);
        let serving = Leaf::server(&format!("/CN={node}@1767225600")).names(&[&format!("DNS:{node}")]);
        self.pair("var/lib/kubelet/pki/kubelet", &authority.issue(&serving).followed_by(&authority));
    }

    /// Puts a client certificate into the kubelet's store, and the symbolic link on it.
    pub fn kubelet_client(&self, name: &str, issued: &crate::Issued) {
        self.write_secret(&format!("var/lib/kubelet/pki/{name}"), &issued.combined());
        let current = "var/lib/kubelet/pki/kubelet-client-current.pem";
        if self.path(current).symlink_metadata().is_ok() {
            self.remove(current);
        }
        self.link(current, &format!("/var/lib/kubelet/pki/{name}"));
    }
}
