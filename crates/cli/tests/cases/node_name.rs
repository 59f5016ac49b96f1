//! A15: the kubelet's certificate is for another name than the one under which the kubelet registers.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};

fn certified(name: &str) -> Tree {
    let tree = Tree::control_plane("cp1");
    let issued = tree.issue("ca", &Leaf::client(&format!("/O=system:nodes/CN=system:node:{name}")));
    tree.kubelet_client("kubelet-client-2026-02-01-00-00-00.pem", &issued);
    tree
}

fn overridden(tree: &Tree, name: &str) {
    let line = format!("KUBELET_KUBEADM_ARGS=\"--hostname-override={name}\"\n");
    tree.write("var/lib/kubelet/kubeadm-flags.env", line);
}

#[test]
fn the_flag_decides() {
    let tree = certified("cp1");
    overridden(&tree, "cp1.novalocal");
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN3301");
    assert_eq!(found["objects"][0]["identity"], "CN=system:node:cp1,O=system:nodes");
    assert_eq!(found["objects"][0]["node"], "cp1.novalocal");
    assert!(found["command"].as_str().unwrap().contains("system:node:cp1.novalocal"), "{found:#}");
    assert_eq!((found["severity"].as_str(), seen.status), (Some("critical"), 2));
    // It registers in lower case.
    overridden(&tree, "CP1");
    assert_eq!(Seen::by_check(&tree).of("PRN3301").len(), 0);
}

#[test]
fn no_node_is_called_in_capitals() {
    let seen = Seen::by_check(&certified("02V"));
    let found = seen.one("PRN3301");
    assert!(found["message"].as_str().unwrap().contains("registers as 02v"), "{found:#}");
    assert_eq!(seen.status, 2);
}

#[test]
fn the_machines_own_name_is_a_hint_only() {
    let tree = certified("cp1");
    tree.write("etc/hostname", "CP1\n");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    tree.write("etc/hostname", "cp1.novalocal\n");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.one("PRN3301")["severity"].as_str(), seen.status), (Some("warning"), 0));
    overridden(&tree, "cp1");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new(), "the flag wins over the machine's name");
}

#[test]
fn without_the_group_of_nodes_it_is_no_node() {
    let tree = Tree::control_plane("cp1");
    let issued = tree.issue("ca", &Leaf::client("/CN=system:node:cp1"));
    tree.kubelet_client("kubelet-client-2026-02-01-00-00-00.pem", &issued);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN3304"], 2));
}
