//! A25: the CA had expired, and somebody made a new one: whoever still trusts the old one is locked out.

use crate::Seen;
use perennial_testdata::{Leaf, Tree, self_signed};

/// A control plane with another CA of the same name; its kubeconfigs are the old ones.
fn remade(keep: &[&str]) -> Tree {
    let old = Tree::control_plane("cp1");
    let new = Tree::control_plane("cp1");
    for file in keep {
        new.write_secret(file, &old.read(file));
    }
    new
}

#[test]
fn a_kubeconfig_that_trusts_the_old_ca_is_named() {
    let tree = remade(&["etc/kubernetes/kubelet.conf"]);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2105"], 2), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN2105");
    assert_eq!(found["objects"][0]["file"], "/etc/kubernetes/kubelet.conf");
    assert!(found["evidence"].to_string().contains("/etc/kubernetes/pki/ca.crt"), "{found:#}");
}

#[test]
fn an_old_kubeconfig_is_wrong_in_both_directions() {
    let seen = Seen::by_check(&remade(&["etc/kubernetes/admin.conf"]));
    assert_eq!(seen.codes(), ["PRN2101", "PRN2105"], "{:#}", seen.json["findings"]);
}

#[test]
fn a_worker_whose_ca_file_was_replaced_alone() {
    let (old, new) = (Tree::control_plane("cp1"), Tree::control_plane("cp1"));
    let worker = Tree::worker(&old, "w1", "10.0.0.21");
    assert_eq!(Seen::by_check(&worker).codes(), Vec::<&str>::new(), "it is at one with itself");
    worker.write("etc/kubernetes/pki/ca.crt", new.authority("ca").certificate);
    let seen = Seen::by_check(&worker);
    assert!(seen.codes().contains(&"PRN2105"), "{:#}", seen.json["findings"]);
    assert_eq!(seen.status, 2);
}

#[test]
fn the_same_key_signed_again_leaves_expired_copies_in_kubeconfigs() {
    let tree = Tree::control_plane("cp1");
    let old = tree.authority("ca");
    let expired = self_signed(&Leaf::authority("/CN=kubernetes").days(-400, -1), Some(&old));
    tree.set_authority("ca", &expired);
    let scheduler = tree.issue("ca", &Leaf::client("/CN=system:kube-scheduler"));
    tree.kubeconfig("etc/kubernetes/scheduler.conf", "x", &scheduler);
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN2105");
    assert!(found["message"].as_str().unwrap().contains("scheduler.conf expired on"), "{found:#}");
    assert_eq!(seen.codes().len(), 1, "the CA in use is good: {:#}", seen.json["findings"]);
}

#[test]
fn a_copy_with_other_bytes_of_the_same_ca_is_no_finding() {
    let tree = Tree::control_plane("cp1");
    let text = tree.read("etc/kubernetes/pki/ca.crt");
    for other in [format!("\n{text}"), text.trim_end().to_owned(), format!("# a remark\n{text}\n\n")] {
        tree.write("etc/kubernetes/pki/ca.crt", other);
        assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    }
}
