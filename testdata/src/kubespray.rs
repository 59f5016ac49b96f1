//! Healthy nodes, as kubespray leaves them: certificates in /etc/kubernetes/ssl with `pki` as a symbolic link to it,
//! etcd as a service of the host with a CA and files of its own.

use crate::{Issued, Leaf, Tree};

const ETCD: &str = "etc/ssl/etcd/ssl";

impl Tree {
    /// A control plane with etcd as a service beside it, at 10.0.0.11.
    pub fn kubespray(node: &str) -> Self {
        let tree = Self::control_plane(node);
        for path in [
            "manifests/etcd.yaml",
            "pki/etcd",
            "pki/apiserver-etcd-client.crt",
            "pki/apiserver-etcd-client.key",
        ] {
            tree.remove(&format!("etc/kubernetes/{path}"));
        }
        tree.rename("etc/kubernetes/pki", "etc/kubernetes/ssl");
        tree.link("etc/kubernetes/pki", "ssl");
        let own = format!("/{ETCD}/node-{node}");
        tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
            text.replace("/etc/kubernetes/pki/etcd/ca.crt", &format!("/{ETCD}/ca.pem"))
                .replace("/etc/kubernetes/pki/apiserver-etcd-client.crt", &format!("{own}.pem"))
                .replace("/etc/kubernetes/pki/apiserver-etcd-client.key", &format!("{own}-key.pem"))
                .replace("/etc/kubernetes/pki", "/etc/kubernetes/ssl")
        });
        tree.edit("etc/kubernetes/manifests/kube-controller-manager.yaml", |text| {
            text.replace("/etc/kubernetes/pki", "/etc/kubernetes/ssl")
        });
        tree.etcd_service();
        tree
    }

    /// A machine for etcd alone: no kubelet, no unit in what was copied.
    pub fn etcd_machine(node: &str, address: &str) -> Self {
        let tree = Self::empty(node, address);
        tree.add_authority("etcd-ca", &Leaf::authority("/CN=etcd-ca"));
        tree.write("etc/hostname", format!("{node}\n"));
        tree.etcd_service();
        tree.remove("etc/systemd/system/etcd.service");
        tree
    }

    /// etcd's CA, its pairs, its unit and its environment.
    fn etcd_service(&self) {
        let node = self.node.as_str();
        let authority = self.authority("etcd-ca");
        self.write(&format!("{ETCD}/ca.pem"), &authority.certificate);
        self.write_secret(&format!("{ETCD}/ca-key.pem"), &authority.key);
        for kind in ["member", "admin", "node"] {
            self.etcd_pair(&format!("{kind}-{node}"), &self.issue("etcd-ca", &self.etcd_leaf(kind)));
        }
        let text = include_str!("../kubespray/etcd.env");
        self.write("etc/etcd.env", text.replace("ADDRESS", &self.address).replace("NODE", node));
        self.write("etc/systemd/system/etcd.service", include_str!("../kubespray/etcd.service"));
    }

    /// What kubespray's certificate of this kind (`member`, `admin`, `node`) says.
    pub fn etcd_leaf(&self, kind: &str) -> Leaf {
        let (name, address) = (format!("DNS:{}", self.node), format!("IP:{}", self.address));
        let names = ["DNS:localhost", &name, "DNS:etcd.kube-system.svc", &address, "IP:127.0.0.1"];
        Leaf::both(&format!("/CN=etcd-{kind}-{}", self.node)).names(&names)
    }

    /// Writes `NAME.pem` (0644) and `NAME-key.pem` (0600) into etcd's directory.
    pub fn etcd_pair(&self, name: &str, issued: &Issued) {
        self.write(&format!("{ETCD}/{name}.pem"), &issued.certificate);
        self.write_secret(&format!("{ETCD}/{name}-key.pem"), &issued.key);
    }
}
