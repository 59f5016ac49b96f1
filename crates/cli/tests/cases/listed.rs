//! `perennial list`: which places have a row, and under which names.

use crate::seen::perennial;
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;

fn list(tree: &Tree) -> Value {
    let output = perennial(tree, &["list", "-o", "json", "--root", tree.root().as_str()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rows<'a>(list: &'a Value, field: &str, value: &str) -> Vec<&'a Value> {
    list["certificates"].as_array().unwrap().iter().filter(|row| row[field] == value).collect()
}

#[test]
fn every_place_has_a_row() {
    let tree = Tree::control_plane("cp1");
    let list = list(&tree);
    // Three CAs in files of their own, and the cluster's in each kubeconfig.
    let places = |name: &str| -> Vec<&str> {
        rows(&list, "name", name).iter().map(|row| row["place"].as_str().unwrap()).collect()
    };
    assert_eq!(
        places("ca"),
        [
            "/etc/kubernetes/pki/ca.crt",
            "/etc/kubernetes/controller-manager.conf",
            "/etc/kubernetes/scheduler.conf",
            "/etc/kubernetes/admin.conf",
            "/etc/kubernetes/super-admin.conf",
            "/etc/kubernetes/kubelet.conf",
        ]
    );
    assert_eq!(places("etcd-server"), ["/etc/kubernetes/pki/etcd/server.crt"]);
    assert_eq!(rows(&list, "kind", "leaf").len(), 7);
    assert_eq!(rows(&list, "kind", "kubelet").len(), 2);
    assert!(list["certificates"].as_array().unwrap().iter().all(|row| row["source"] == "disk"));
}

#[test]
fn what_the_kubelet_has_kept_and_what_nothing_names_have_rows_too() {
    let tree = Tree::control_plane("cp1");
    let old = Leaf::client("/O=system:nodes/CN=system:node:cp1").days(-400, -35);
    tree.write_secret(
        "var/lib/kubelet/pki/kubelet-client-2025-01-01-00-00-00.pem",
        &tree.issue("ca", &old).combined(),
    );
    tree.write("etc/kubernetes/pki/old.crt", tree.issue("ca", &old).certificate);
    let list = list(&tree);
    for (place, kind) in [
        ("/var/lib/kubelet/pki/kubelet-client-2025-01-01-00-00-00.pem", "kubelet"),
        ("/etc/kubernetes/pki/old.crt", "unreferenced"),
    ] {
        let [row] = rows(&list, "place", place)[..] else { panic!("{place}: {list:#}") };
        assert_eq!((row["kind"].as_str(), row["renewable"].as_bool()), (Some(kind), Some(false)));
        assert!(row["secondsLeft"].as_i64().unwrap() < 0, "{row}");
    }
}

#[test]
fn names_are_those_that_renew_takes() {
    let tree = Tree::control_plane("cp1");
    let output = perennial(&tree, &["list", "-o", "name", "--root", tree.root().as_str()]);
    let names = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<&str> = names.lines().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "admin.conf",
            "apiserver",
            "apiserver-etcd-client",
            "apiserver-kubelet-client",
            "controller-manager.conf",
            "etcd-healthcheck-client",
            "etcd-peer",
            "etcd-server",
            "front-proxy-client",
            "scheduler.conf",
            "super-admin.conf",
        ]
    );
}

#[test]
fn a_form_that_the_verb_does_not_have_is_a_usage_error() {
    let tree = Tree::control_plane("cp1");
    let output = perennial(&tree, &["check", "-o", "kubeadm", "--root", tree.root().as_str()]);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
    assert!(output.stdout.is_empty());
}
