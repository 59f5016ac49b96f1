//! A worker whose kubelet.conf somebody has deleted is a worker still, and the finding names the file that is gone.

use crate::{Seen, Tree};

const CONF: &str = "etc/kubernetes/kubelet.conf";
const STORE: &str = "var/lib/kubelet/pki";
const DROP_IN: &str = "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf";

fn worker() -> Tree {
    let tree = Tree::worker(&Tree::control_plane("cp1"), "w1", "10.0.0.21");
    tree.remove(CONF);
    tree
}

#[test]
fn it_is_known_by_whatever_else_the_kubelet_has() {
    type Change = fn(&Tree);
    let cases: [(&str, Change); 5] = [
        ("all the rest", |_| {}),
        ("no store", |tree| tree.remove(STORE)),
        ("no configuration", |tree| tree.remove("var/lib/kubelet/config.yaml")),
        ("configuration elsewhere, no store", |tree| {
            tree.remove(STORE);
            tree.rename("var/lib/kubelet/config.yaml", "etc/kubernetes/kubelet-config.yaml");
            tree.edit(DROP_IN, |text| {
                text.replace("/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet-config.yaml")
            });
        }),
        ("flags alone", |tree| {
            tree.remove("var/lib/kubelet");
            tree.edit(DROP_IN, |text| text.replace("--config=/var/lib/kubelet/config.yaml", ""));
        }),
    ];
    for (name, change) in cases {
        let tree = worker();
        change(&tree);
        let seen = Seen::by_check(&tree);
        assert_eq!(seen.status, 2, "{name}: {:#}", seen.json);
        assert_eq!(seen.json["node"]["layout"], "worker", "{name}");
        let found = seen.one("PRN5101");
        assert_eq!(found["objects"][0]["file"], format!("/{CONF}"), "{name}: {found:#}");
        assert!(
            found["command"].as_str().unwrap().starts_with("kubeadm kubeconfig user"),
            "{name}: {found:#}"
        );
    }
}

#[test]
fn what_waits_for_its_first_certificate_is_not_told_as_a_loss() {
    let tree = worker();
    tree.remove(STORE);
    tree.kubeconfig_with(
        "etc/kubernetes/bootstrap-kubelet.conf",
        "tls-bootstrap-token-user",
        "    token: a.b\n",
    );
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
    assert_eq!(seen.json["node"]["layout"], "worker");
}

#[test]
fn the_packages_unit_alone_is_no_node() {
    let tree = worker();
    tree.remove("var/lib/kubelet");
    assert_eq!(Seen::by_check(&tree).status, 4);
}
