//! A05: etcd's pairs have expired while everything else is good.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};
use serde_json::json;

#[test]
fn the_expired_pairs_are_named_and_nothing_else() {
    let tree = Tree::control_plane("cp1");
    let names = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1"];
    let old = Leaf::both("/CN=cp1").names(&names).days(-400, -35);
    for pair in ["server", "peer"] {
        tree.pair(&format!("etc/kubernetes/pki/etcd/{pair}"), &tree.issue("etcd-ca", &old));
    }
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.status, 2);
    let objects = seen.one("PRN1101")["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 2, "{:#}", seen.json);
    for (object, name) in objects.iter().zip(["server", "peer"]) {
        assert_eq!(object["file"], format!("/etc/kubernetes/pki/etcd/{name}.crt"));
        assert_eq!((&object["node"], &object["identity"]), (&json!("cp1"), &json!("CN=cp1")));
    }
}

#[test]
fn one_expired_pair_is_one_finding() {
    let tree = Tree::control_plane("cp1");
    let old = Leaf::client("/CN=kube-apiserver-etcd-client").days(-400, -35);
    tree.pair("etc/kubernetes/pki/apiserver-etcd-client", &tree.issue("etcd-ca", &old));
    assert_eq!(Seen::by_check(&tree).one("PRN1101")["objects"][0]["name"], "apiserver-etcd-client");
}
