//! One tree of every kind of case, for tests that try something on all of them. A line here is enough.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_testdata::{KeyKind, Leaf, Tree, self_signed};

/// A kind of tree.
pub(crate) struct Kind {
    /// What it shows, with the cases that it belongs to.
    pub(crate) name: &'static str,
    /// The exit code of `check`.
    pub(crate) check: i32,
    /// Makes one.
    pub(crate) make: fn() -> Tree,
}

const PKI: &str = "etc/kubernetes/pki";
const MANIFESTS: &str = "etc/kubernetes/manifests";
const ETCD: [&str; 4] = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1"];
const SERVED: [&str; 4] = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];

/// A text that would forge a finding and clear the screen, were it printed as it is.
const HOSTILE: &str = "x\u{1b}[2J\nFORGED × PRN9999\u{202e}\u{7}";

fn healthy() -> Tree {
    Tree::control_plane("cp1")
}

/// A control plane that is broken by `change`.
fn broken(change: impl FnOnce(&Tree)) -> Tree {
    let tree = healthy();
    change(&tree);
    tree
}

fn node() -> Leaf {
    Leaf::client("/O=system:nodes/CN=system:node:cp1")
}

fn expired_kubelet(tree: &Tree) {
    tree.kubelet_client("kubelet-client-2025-01-01-00-00-00.pem", &tree.issue("ca", &node().days(-400, -35)));
}

fn bundle(new_first: bool) -> Tree {
    broken(|tree| {
        let (old, new) =
            (tree.authority("ca"), tree.add_authority("new", &Leaf::authority("/CN=kubernetes")));
        let bundle = if new_first { new.followed_by(&old) } else { old.followed_by(&new) };
        tree.write(&format!("{PKI}/ca.crt"), bundle.certificate);
    })
}

fn flag(tree: &Tree, component: &str, flag: &str) {
    tree.edit(&format!("{MANIFESTS}/{component}.yaml"), |text| {
        text.replacen(&format!("    - {component}\n"), &format!("    - {component}\n    - {flag}\n"), 1)
    });
}

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "healthy control plane", check: 0, make: healthy },
    Kind { name: "healthy worker", check: 0, make: || Tree::worker(&healthy(), "w1", "10.0.0.21") },
    Kind { name: "nothing here", check: 4, make: || Tree::empty("x", "10.0.0.1") },
    Kind { name: "A01 expired kubelet", check: 2, make: || broken(expired_kubelet) },
    Kind {
        name: "A01 expired worker",
        check: 2,
        make: || {
            let tree = Tree::worker(&healthy(), "cp1", "10.0.0.21");
            expired_kubelet(&tree);
            tree
        },
    },
    Kind {
        name: "A02 an older certificate in kubelet.conf",
        check: 2,
        make: || {
            broken(|tree| {
                let old = tree.issue("ca", &node().days(-400, -35));
                tree.kubeconfig("etc/kubernetes/kubelet.conf", "default-auth", &old);
            })
        },
    },
    Kind {
        name: "A02 kubelet.conf is gone",
        check: 2,
        make: || broken(|tree| tree.remove("etc/kubernetes/kubelet.conf")),
    },
    Kind {
        name: "A03 a link that leads nowhere",
        check: 2,
        make: || broken(|tree| tree.remove("var/lib/kubelet/pki/kubelet-client-2026-01-01-00-00-00.pem")),
    },
    Kind {
        name: "A05 expired etcd",
        check: 2,
        make: || {
            broken(|tree| {
                let leaf = Leaf::both("/CN=cp1").names(&ETCD).days(-400, -35);
                tree.pair(&format!("{PKI}/etcd/server"), &tree.issue("etcd-ca", &leaf));
            })
        },
    },
    Kind {
        name: "A06 another node's pair",
        check: 2,
        make: || {
            let first = healthy();
            let tree = Tree::another_control_plane(&first, "cp2", "10.0.0.12");
            let leaf = Leaf::both("/CN=cp1").names(&ETCD).days(-400, -35);
            tree.pair(&format!("{PKI}/etcd/peer"), &first.issue("etcd-ca", &leaf));
            tree
        },
    },
    Kind { name: "A09 external CA", check: 0, make: || broken(|tree| tree.remove(&format!("{PKI}/ca.key"))) },
    Kind {
        name: "A09 a kubeconfig names a file that is gone",
        check: 2,
        make: || {
            broken(|tree| {
                let lines = "    client-certificate: pki/s.crt\n    client-key: pki/s.key\n";
                tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", lines);
            })
        },
    },
    Kind {
        name: "A10 PKCS#8 and Ed25519",
        check: 0,
        make: || {
            broken(|tree| {
                let leaf = Leaf::client("/CN=front-proxy-client").key(KeyKind::Ed25519);
                tree.pair(&format!("{PKI}/front-proxy-client"), &tree.issue("front-proxy-ca", &leaf));
            })
        },
    },
    Kind {
        name: "A13 the wrong order",
        check: 2,
        make: || {
            broken(|tree| {
                let leaf = tree.issue("ca", &Leaf::server("/CN=kube-apiserver").names(&SERVED));
                let wrong = format!("{}{}", tree.authority("ca").certificate, leaf.certificate);
                tree.write(&format!("{PKI}/apiserver.crt"), wrong);
                tree.write_secret(&format!("{PKI}/apiserver.key"), &leaf.key);
            })
        },
    },
    Kind {
        name: "A14 a missing usage",
        check: 2,
        make: || {
            broken(|tree| {
                let leaf = Leaf::server("/CN=system:kube-scheduler");
                tree.kubeconfig("etc/kubernetes/scheduler.conf", "x", &tree.issue("ca", &leaf));
            })
        },
    },
    Kind {
        name: "A16 an administrator in kubelet.conf",
        check: 2,
        make: || {
            broken(|tree| {
                let admin = tree.issue("ca", &Leaf::client("/O=system:masters/CN=kubernetes-admin"));
                tree.kubeconfig("etc/kubernetes/kubelet.conf", "system:node:cp1", &admin);
            })
        },
    },
    Kind {
        name: "A17 no serving certificate yet",
        check: 0,
        make: || {
            broken(|tree| {
                tree.edit("var/lib/kubelet/config.yaml", |text| format!("{text}serverTLSBootstrap: true\n"));
            })
        },
    },
    Kind {
        name: "A19 a second manifest",
        check: 2,
        make: || {
            broken(|tree| {
                let text = tree.read(&format!("{MANIFESTS}/etcd.yaml"));
                tree.write_secret(&format!("{MANIFESTS}/etcd.yaml.bak"), &text.replace("2379", "2479"));
            })
        },
    },
    Kind {
        name: "A22 empty, cut off, zeros",
        check: 2,
        make: || {
            broken(|tree| {
                tree.write(&format!("{PKI}/apiserver.crt"), "");
                tree.edit(&format!("{PKI}/sa.key"), |text| text[..300].to_owned());
                tree.edit("etc/kubernetes/admin.conf", |text| text[..text.len() - 500].to_owned());
                tree.write("etc/kubernetes/scheduler.conf", vec![0; 700]);
            })
        },
    },
    Kind {
        name: "A25 an expired CA",
        check: 2,
        make: || {
            broken(|tree| {
                let leaf = Leaf::authority("/CN=kubernetes").days(-1100, -1);
                tree.pair(&format!("{PKI}/ca"), &self_signed(&leaf, Some(&tree.authority("ca"))));
            })
        },
    },
    Kind {
        name: "A25 another sa.pub",
        check: 2,
        make: || {
            broken(|tree| {
                let other = self_signed(&Leaf::new("/CN=sa"), None);
                let public = perennial_pki::pem::encode("PUBLIC KEY", other.parsed().spki_der());
                tree.write(&format!("{PKI}/sa.pub"), public);
            })
        },
    },
    Kind { name: "A26 two CAs, the new one first", check: 2, make: || bundle(true) },
    Kind { name: "A26 two CAs, the old one first", check: 2, make: || bundle(false) },
    Kind {
        name: "A28 a clock that was ahead",
        check: 2,
        make: || Tree::control_plane_made_ahead("cp1", 400),
    },
    Kind {
        name: "names that would steer a terminal",
        check: 2,
        make: || {
            broken(|tree| {
                let hostile = format!("/O={HOSTILE}/CN={HOSTILE}");
                let admin = tree.issue("ca", &Leaf::client(&hostile).days(-400, -35));
                tree.kubeconfig("etc/kubernetes/admin.conf", "x", &admin);
                let yaml = HOSTILE.escape_default().to_string().replace("\\u{1b}", "\\x1b");
                let yaml =
                    yaml.replace("\\u{202e}", "\\u202e").replace("\\u{7}", "\\a").replace("\\u{d7}", "×");
                tree.kubeconfig("etc/kubernetes/scheduler.conf", &format!("\"{yaml}\""), &admin);
                let server = tree.issue("etcd-ca", &Leaf::both(&hostile).names(&[&format!("DNS:{HOSTILE}")]));
                tree.pair(&format!("{PKI}/etcd/server"), &server);
                flag(tree, "kube-apiserver", &format!("\"--etcd-cafile=/etc/{yaml}.crt\""));
                flag(tree, "kube-scheduler", &format!("\"--config=/etc/{yaml}.yaml\""));
                tree.write(&format!("{MANIFESTS}/{HOSTILE}.yaml"), "kind: Pod\n");
                tree.write(
                    "var/lib/kubelet/kubeadm-flags.env",
                    format!("A=1\nKUBELET_KUBEADM_ARGS=--hostname-override={}\n", HOSTILE.replace('\n', "")),
                );
                tree.write_secret("home/ada/.kube/config", &tree.read("etc/kubernetes/admin.conf"));
            })
        },
    },
    Kind {
        name: "a key where a certificate should be",
        check: 2,
        make: || {
            broken(|tree| {
                let key = tree.read(&format!("{PKI}/apiserver.key"));
                tree.write(&format!("{PKI}/apiserver.crt"), &key);
                // And in a place where a name should be.
                let line = format!(
                    "    client-certificate-data: {}\n    client-key-data: x\n",
                    STANDARD.encode(&key)
                );
                tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", &line);
            })
        },
    },
];
