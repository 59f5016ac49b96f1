//! `graph` and `--as-of`: what breaks first, and what is broken at a date to come.

use crate::seen::perennial;
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;
use std::process::Output;

fn run(tree: &Tree, arguments: &[&str]) -> Output {
    perennial(tree, &[arguments, &["--root", tree.root().as_str()]].concat())
}

fn graph(tree: &Tree, arguments: &[&str]) -> (i32, Value) {
    let output = run(tree, &[&["graph", "-o", "json"], arguments].concat());
    let document =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code().unwrap(), document)
}

/// A control plane on which the client certificate towards etcd ends in 20 days, everything else in a year.
fn tree() -> Tree {
    let tree = Tree::control_plane("cp1");
    let soon = Leaf::client("/CN=kube-apiserver-etcd-client").days(-300, 20);
    tree.pair("etc/kubernetes/pki/apiserver-etcd-client", &tree.issue("etcd-ca", &soon));
    tree
}

fn broken(document: &Value) -> Vec<String> {
    let edges = document["edges"].as_array().unwrap().iter().filter(|edge| edge["works"] == false);
    edges.map(|edge| format!("{} {}", edge["from"].as_str().unwrap(), edge["to"].as_str().unwrap())).collect()
}

#[test]
fn the_edge_that_breaks_first_comes_first() {
    let (status, document) = graph(&tree(), &[]);
    assert_eq!((status, document["broken"].as_u64()), (0, Some(0)), "{document:#}");
    let next = &document["nextToBreak"];
    assert_eq!(next["credential"], "apiserver-etcd-client");
    assert_eq!((&next["from"], &next["to"]), (&"kube-apiserver".into(), &"etcd".into()));
    assert_eq!(document["edges"][0]["to"], "etcd");
    assert_eq!(next["at"], document["edges"][0]["until"]);
    // By date, whatever comes later.
    let until: Vec<&str> =
        document["edges"].as_array().unwrap().iter().filter_map(|edge| edge["until"].as_str()).collect();
    assert!(until.is_sorted(), "{until:?}");
}

#[test]
fn at_a_date_to_come_only_what_has_ended_is_broken() {
    let tree = tree();
    for (as_of, expected) in [("19d", 0), ("21d", 1)] {
        let (status, document) = graph(&tree, &["--as-of", as_of]);
        assert_eq!(broken(&document).len(), expected, "{as_of}: {document:#}");
        assert_eq!(status, if expected == 0 { 0 } else { 2 }, "{as_of}");
    }
    let (_, document) = graph(&tree, &["--as-of", "21d"]);
    assert_eq!(broken(&document), ["kube-apiserver etcd"]);
    let (_, document) = graph(&tree, &["--as-of", "2099-01-01"]);
    assert_eq!(document["assessedAt"], "2099-01-01T00:00:00Z");
    assert_eq!(broken(&document).len(), document["edges"].as_array().unwrap().len());
}

#[test]
fn check_judges_a_date_to_come() {
    let tree = tree();
    for (as_of, codes) in [("5d", &["PRN1201"][..]), ("25d", &["PRN1101"])] {
        let output = run(&tree, &["check", "-o", "json", "--as-of", as_of]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = document["findings"].as_array().unwrap();
        let found: Vec<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes, "{as_of}: {document:#}");
    }
}

#[test]
fn the_past_and_what_is_no_date_are_usage_errors() {
    let tree = tree();
    for wrong in ["2020-01-01", "90", "tomorrow"] {
        for verb in ["graph", "check"] {
            let output = run(&tree, &[verb, "--as-of", wrong]);
            assert_eq!(output.status.code(), Some(64), "{verb} {wrong}: {output:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("--as-of"), "{output:?}");
        }
    }
}

#[test]
fn a_picture_can_not_be_forged_by_a_name() {
    let tree = tree();
    let name = "etc/kubernetes/pki/etcd/x\"];forged[label=\"\\n.crt";
    tree.write(name, tree.authority("etcd-ca").certificate);
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        text.replace(
            "--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
            "'--etcd-cafile=/etc/kubernetes/pki/etcd/x\"];forged[label=\"\\n.crt'",
        )
    });
    let output = run(&tree, &["graph", "-o", "dot"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("x\\\"];forged[label=\\\"\\\\n.crt"), "{said}");
    // Outside of quotes nothing of it is left.
    let mut outside = String::new();
    let (mut within, mut escaped) = (false, false);
    for character in said.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            other if !within => outside.push(other),
            _ => {}
        }
    }
    assert!(!outside.contains("forged"), "{outside}");
}
