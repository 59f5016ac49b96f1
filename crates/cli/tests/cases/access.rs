//! A24 and its kind: files that are there and right, and that the wrong ones can read, or the right ones can't.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};
use serde_json::json;

#[test]
fn a_key_that_everybody_can_read() {
    let tree = Tree::control_plane("cp1");
    tree.mode("etc/kubernetes/pki/sa.key", 0o644);
    tree.mode("etc/kubernetes/pki/ca.key", 0o644);
    tree.mode("etc/kubernetes/pki/etcd/server.key", 0o644);
    // kubespray's group may read.
    tree.mode("etc/kubernetes/pki/apiserver.key", 0o640);
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN5107");
    assert_eq!((seen.status, &found["severity"]), (0, &json!("warning")));
    let files: Vec<_> = found["objects"].as_array().unwrap().iter().map(|object| &object["file"]).collect();
    let pki = "/etc/kubernetes/pki";
    assert_eq!(
        files,
        [
            &json!(format!("{pki}/etcd/server.key")),
            &json!(format!("{pki}/ca.key")),
            &json!(format!("{pki}/sa.key"))
        ],
        "{found:#}"
    );
}

#[test]
fn a_key_inside_a_certificates_file() {
    let tree = Tree::control_plane("cp1");
    let key = tree.read("etc/kubernetes/pki/front-proxy-client.key");
    tree.edit("etc/kubernetes/pki/front-proxy-client.crt", |text| format!("{text}{key}"));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN5107")["objects"][0]["file"], "/etc/kubernetes/pki/front-proxy-client.crt");
}

#[test]
fn a_persons_kubeconfig_counts_unless_the_home_is_closed() {
    for (home, exposed) in [(0o755, 1), (0o700, 0)] {
        let tree = Tree::control_plane("cp1");
        tree.write("home/ada/.kube/config", tree.read("etc/kubernetes/admin.conf"));
        tree.mode("home/ada", home);
        assert_eq!(Seen::by_check(&tree).of("PRN5107").len(), exposed, "{home:o}");
    }
}

#[test]
fn labels_of_a_home_are_right_in_a_home() {
    let tree = Tree::control_plane("cp1");
    let issued = tree.issue("ca", &Leaf::client("/O=ops/CN=ada"));
    tree.write("home/ada/.kube/ada.crt", &issued.certificate);
    tree.write_secret("home/ada/.kube/ada.key", &issued.key);
    tree.kubeconfig_with(
        "home/ada/.kube/config",
        "ada",
        "    client-certificate: ada.crt\n    client-key: ada.key\n",
    );
    for name in ["config", "ada.crt", "ada.key"] {
        if !tree.label(&format!("home/ada/.kube/{name}"), "unconfined_u:object_r:user_home_t:s0") {
            eprintln!("not root: labels can't be set here");
            return;
        }
    }
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a_label_that_its_neighbours_do_not_have() {
    let tree = Tree::control_plane("cp1");
    for name in ["apiserver.crt", "apiserver.key", "ca.crt", "front-proxy-ca.crt"] {
        if !tree.label(&format!("etc/kubernetes/pki/{name}"), "system_u:object_r:cert_t:s0") {
            eprintln!("not root: labels can't be set here");
            return;
        }
    }
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    assert!(tree.label("etc/kubernetes/pki/apiserver.key", "unconfined_u:object_r:user_tmp_t:s0"));
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN5106");
    assert_eq!((seen.status, &found["objects"][0]["file"]), (0, &json!("/etc/kubernetes/pki/apiserver.key")));
    assert_eq!(found["command"], "restorecon -v /etc/kubernetes/pki/apiserver.key");
}
