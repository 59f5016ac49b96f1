//! A06: a pair was copied from another control plane: every date is fine, and nobody can connect.

use crate::Seen;
use crate::planned::{kept, planned, renewed};
use perennial_core::plan::{Reason, Refusal};
use perennial_testdata::{Leaf, Tree};

fn second(first: &Tree) -> Tree {
    Tree::another_control_plane(first, "cp2", "10.0.0.12")
}

fn cp1(subject: &str) -> Leaf {
    Leaf::both(subject).names(&["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1", "IP:::1"])
}

#[test]
fn the_pair_of_the_first_on_the_second_is_named_and_never_renewed_as_it_is() {
    let first = Tree::control_plane("cp1");
    let tree = second(&first);
    for pair in ["server", "peer"] {
        tree.pair(&format!("etc/kubernetes/pki/etcd/{pair}"), &first.issue("etcd-ca", &cp1("/CN=cp1")));
    }
    let seen = Seen::by_check(&tree);
    let found = seen.of("PRN3102");
    assert_eq!(found.len(), 2, "{:#}", seen.json["findings"]);
    let peer = found.iter().find(|finding| finding["objects"][0]["name"] == "etcd-peer").unwrap();
    let object = &peer["objects"][0];
    assert_eq!((&object["node"], &object["identity"]), (&"cp2".into(), &"CN=cp1".into()));
    assert_eq!(object["file"], "/etc/kubernetes/pki/etcd/peer.crt");
    let message = peer["message"].as_str().unwrap();
    assert!(message.contains("cp1, 10.0.0.11"), "{message}");
    assert!(peer["evidence"].to_string().contains("10.0.0.12"), "{peer:#}");
    assert_eq!(seen.status, 2);

    let plan = planned(&tree, &["apiserver"]).unwrap();
    assert_eq!(renewed(&plan), ["apiserver"]);
    let refused = planned(&tree, &["etcd-peer"]).unwrap_err();
    assert!(
        matches!(&refused, Refusal::NotAsItIs { credential, reason: Reason::OtherNode, .. } if credential == "etcd-peer"),
        "{refused:?}"
    );
}

#[test]
fn without_a_name_the_mix_up_is_left_out_and_counts_as_due() {
    let first = Tree::control_plane("cp1");
    let tree = second(&first);
    tree.pair("etc/kubernetes/pki/etcd/peer", &first.issue("etcd-ca", &cp1("/CN=cp1")));
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(kept(&plan, "etcd-peer"), Some(Reason::OtherNode));
    assert!(renewed(&plan).contains(&"etcd-server") && plan.leaves_something_due());
}

#[test]
fn the_apiservers_pair_of_the_first_is_a_mix_up_too() {
    let first = Tree::control_plane("cp1");
    let tree = second(&first);
    let service = ["DNS:kubernetes", "DNS:kubernetes.default.svc", "IP:10.96.0.1"];
    let leaf = |own: &[&str]| Leaf::server("/CN=kube-apiserver").names(&[&service[..], own].concat());
    tree.pair("etc/kubernetes/pki/apiserver", &first.issue("ca", &leaf(&["DNS:cp1", "IP:10.0.0.11"])));
    assert_eq!(Seen::by_check(&tree).one("PRN3102")["objects"][0]["name"], "apiserver");
    // Shared by all of them, as many do it: legal.
    let shared = ["DNS:cp1", "DNS:cp2", "IP:10.0.0.11", "IP:10.0.0.12"];
    tree.pair("etc/kubernetes/pki/apiserver", &first.issue("ca", &leaf(&shared)));
    let seen = Seen::by_check(&tree);
    let of_apiserver =
        |code: &str| seen.of(code).iter().any(|finding| finding["objects"][0]["name"] == "apiserver");
    assert!(!of_apiserver("PRN3101") && !of_apiserver("PRN3102"), "{:#}", seen.json["findings"]);
}
