//! A07 and its kind: an ssl directory behind a symbolic link, etcd as a service of the host.

use crate::Seen;
use crate::planned::{kept, planned, renewed};
use perennial_core::plan::{Reason, Target};
use perennial_testdata::{Leaf, Tree};
use serde_json::{Value, json};

const ETCD: &str = "etc/ssl/etcd/ssl";

/// A credential of the report.
fn credential<'a>(seen: &'a Seen, name: &str) -> &'a Value {
    let all = seen.json["credentials"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}: {:#}", seen.json))
}

/// Puts etcd's settings somewhere else than in the environment file.
fn settings(tree: &Tree, unit: &str) {
    tree.remove("etc/etcd.env");
    tree.write("etc/systemd/system/etcd.service", format!("[Service]\n{unit}\n"));
}

fn assert_members_pair(tree: &Tree) -> Seen {
    let seen = Seen::by_check(tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
    let server = credential(&seen, "etcd-server");
    assert_eq!(server["file"], format!("/{ETCD}/member-cp1.pem"));
    assert_eq!((&server["also"], &server["usedBy"]), (&json!(["etcd-peer"]), &json!(["etcd"])));
    assert_eq!(server["authority"], "etcd-ca");
    seen
}

#[test]
fn a07_every_pair_is_listed_once_by_where_it_really_is() {
    let tree = Tree::kubespray("cp1");
    for path in ["etc/kubernetes/ssl/apiserver.crt.old", "etc/ssl/etcd/ssl/member-cp1.pem.old"] {
        tree.write(path, tree.issue("ca", &Leaf::server("/CN=old").days(-800, -400)).certificate);
    }
    // What is left of an etcd that kubeadm once ran is not this one's.
    let left = Leaf::client("/CN=kube-etcd-healthcheck-client").days(-800, -400);
    tree.pair("etc/kubernetes/ssl/etcd/healthcheck-client", &tree.issue("etcd-ca", &left));
    let other = Leaf::both("/CN=etcd-node-w1").names(&["DNS:w1", "IP:10.0.0.21"]);
    tree.etcd_pair("node-w1", &tree.issue("etcd-ca", &other));
    let seen = assert_members_pair(&tree);
    assert_eq!(credential(&seen, "apiserver-etcd-client")["file"], format!("/{ETCD}/node-cp1.pem"));
    assert_eq!(credential(&seen, "etcd-healthcheck-client")["file"], format!("/{ETCD}/admin-cp1.pem"));
    assert_eq!(credential(&seen, "apiserver")["file"], "/etc/kubernetes/ssl/apiserver.crt");
    let mut files: Vec<_> = seen.json["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["file"].as_str().unwrap())
        .collect();
    let all = files.len();
    files.sort_unstable();
    files.dedup();
    assert_eq!(files.len(), all, "{files:?}");
    assert!(!files.iter().any(|file| file.ends_with(".old") || file.contains("w1")), "{files:?}");
    // Each edge of etcd can be judged here: its verifier and its credentials lie on this node.
    let to = |edge: &&Value| edge["to"] == "etcd";
    let edges: Vec<_> = seen.json["edges"].as_array().unwrap().iter().filter(to).collect();
    assert!(edges.len() == 3 && edges.iter().all(|edge| edge["works"] == true), "{edges:#?}");
}

#[test]
fn a07_the_member_is_found_by_its_units_flags() {
    let tree = Tree::kubespray("cp1");
    let own = format!("/{ETCD}/member-cp1");
    settings(
        &tree,
        &format!(
            "Environment=OWN={own} \"PEER=--peer-cert-file={own}.pem --peer-key-file={own}-key.pem\"\n\
             ExecStart=/usr/local/bin/etcd --cert-file=${{OWN}}.pem -key-file {own}-key.pem $PEER \\\n  \
             --trusted-ca-file=/{ETCD}/ca.pem --peer-trusted-ca-file /{ETCD}/ca.pem \\\n  \
             --advertise-client-urls=https://10.0.0.11:2379"
        ),
    );
    let seen = assert_members_pair(&tree);
    // The pair for etcdctl lies beside it.
    assert_eq!(credential(&seen, "etcd-healthcheck-client")["file"], format!("/{ETCD}/admin-cp1.pem"));
}

#[test]
fn a07_the_member_is_found_by_its_configuration_file_and_a_drop_in() {
    let tree = Tree::kubespray("cp1");
    let own = format!("/{ETCD}/member-cp1");
    let security = format!(
        "{{cert-file: {own}.pem, key-file: {own}-key.pem, trusted-ca-file: /{ETCD}/ca.pem, client-cert-auth: true}}"
    );
    tree.write(
        "etc/etcd/etcd.conf.yml",
        format!(
            "name: etcd1\nadvertise-client-urls: https://10.0.0.11:2379\n\
             client-transport-security: {security}\npeer-transport-security: {security}\n"
        ),
    );
    settings(&tree, "ExecStart=/usr/local/bin/etcd --cert-file=/nowhere.pem --key-file=/nowhere.key");
    tree.write(
        "etc/systemd/system/etcd.service.d/10-config.conf",
        "[Service]\nExecStart=\nExecStart=/usr/local/bin/etcd --config-file /etc/etcd/etcd.conf.yml\n",
    );
    assert_members_pair(&tree);
    tree.write("etc/etcd/etcd.conf.yml", "client-transport-security: [\n");
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN5102")["objects"][0]["file"], "/etc/etcd/etcd.conf.yml");
}

#[test]
fn a07_one_pair_for_everything_is_listed_once_with_all_its_users() {
    let tree = Tree::kubespray("cp1");
    // etcd knows its directory by another name.
    tree.link("etc/ssl/members", "/etc/ssl/etcd/ssl");
    tree.edit("etc/etcd.env", |text| text.replace("/etc/ssl/etcd/ssl/member-", "/etc/ssl/members/node-"));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
    let one = credential(&seen, "apiserver-etcd-client");
    assert_eq!(one["also"], json!(["etcd-server", "etcd-peer"]));
    assert_eq!(one["usedBy"], json!(["kube-apiserver", "etcd"]));
    let plan = planned(&tree, &["etcd-peer"]).unwrap();
    assert_eq!((renewed(&plan), kept(&plan, "etcd-server")), (vec!["etcd-peer"], None));
    assert_eq!(plan.renewals().next().unwrap().target, target("node-cp1"));
}

fn target(name: &str) -> Target {
    Target::Pair {
        certificate: format!("/{ETCD}/{name}.pem").into(),
        key: format!("/{ETCD}/{name}-key.pem").into(),
    }
}

#[test]
fn a07_what_no_manifest_names_is_not_missing() {
    let tree = Tree::kubespray("cp1");
    for name in ["admin-cp1.pem", "admin-cp1-key.pem"] {
        tree.remove(&format!("{ETCD}/{name}"));
    }
    tree.edit("etc/etcd.env", |text| text.replace("ETCDCTL_CERT=", "#ETCDCTL_CERT="));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    tree.remove(&format!("{ETCD}/member-cp1.pem"));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN5101")["objects"][0]["file"], format!("/{ETCD}/member-cp1.pem"));
}

#[test]
fn a07_renew_takes_the_members_pair_once_with_its_own_ca() {
    let tree = Tree::kubespray("cp1");
    let plan = planned(&tree, &[]).unwrap();
    let targets: Vec<_> = plan.renewals().map(|renewal| renewal.target.clone()).collect();
    for name in ["member-cp1", "admin-cp1", "node-cp1"] {
        assert_eq!(targets.iter().filter(|one| **one == target(name)).count(), 1, "{name}: {targets:?}");
    }
    assert!(!plan.leaves_something_due());
    // Without the CA's key all of them are left out, and said.
    tree.remove(&format!("{ETCD}/ca-key.pem"));
    let plan = planned(&tree, &[]).unwrap();
    for name in ["etcd-server", "etcd-peer", "etcd-healthcheck-client", "apiserver-etcd-client"] {
        assert_eq!(kept(&plan, name), Some(Reason::ExternalAuthority), "{name}");
    }
    assert!(plan.leaves_something_due() && renewed(&plan).contains(&"apiserver"));
}

#[test]
fn a05_the_members_expired_pair_is_one_finding() {
    let tree = Tree::kubespray("cp1");
    tree.etcd_pair("member-cp1", &tree.issue("etcd-ca", &tree.etcd_leaf("member").days(-400, -35)));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (2, vec!["PRN1101"]), "{:#}", seen.json);
    let objects = seen.one("PRN1101")["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 1, "{objects:#?}");
    assert_eq!(objects[0]["file"], format!("/{ETCD}/member-cp1.pem"));
    let broken = |edge: &&Value| edge["works"] == false;
    let edges = seen.json["edges"].as_array().unwrap().iter().filter(broken);
    let edges: Vec<_> = edges.map(|edge| edge["from"].as_str().unwrap()).collect();
    assert_eq!(edges, ["kube-apiserver", "etcd peers"]);
}

#[test]
fn a06_another_nodes_pair_is_named_once_and_never_renewed() {
    let tree = Tree::kubespray("cp1");
    let cp2 = Leaf::both("/CN=etcd-member-cp2").names(&[
        "DNS:localhost",
        "DNS:cp2",
        "IP:10.0.0.12",
        "IP:127.0.0.1",
    ]);
    tree.etcd_pair("member-cp1", &tree.issue("etcd-ca", &cp2));
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN3102");
    assert!(found["message"].as_str().unwrap().contains("cp2, 10.0.0.12"), "{found:#}");
    let plan = planned(&tree, &[]).unwrap();
    for name in ["etcd-server", "etcd-peer"] {
        assert_eq!(kept(&plan, name), Some(Reason::OtherNode), "{name}");
    }
    assert!(plan.leaves_something_due());

    // As kube-apiserver's client alone it has no names to be wrong: the same files are still another node's.
    tree.edit("etc/etcd.env", |text| text.replace("ssl/member-", "ssl/node-"));
    tree.etcd_pair("node-cp1", &tree.issue("etcd-ca", &cp2));
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(kept(&plan, "apiserver-etcd-client"), Some(Reason::OtherNode));
    assert!(!renewed(&plan).contains(&"apiserver-etcd-client"));
}

#[test]
fn a08_a_client_of_an_etcd_elsewhere_says_nothing_of_a_member_here() {
    let tree = Tree::kubespray("cp1");
    tree.remove("etc/systemd/system/etcd.service");
    tree.remove("etc/etcd.env");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
    assert!(seen.json["credentials"].as_array().unwrap().iter().all(|one| one["name"] != "etcd-server"));
}

#[test]
fn a_machine_for_etcd_alone() {
    let tree = Tree::etcd_machine("etcd1", "10.0.9.1");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
    assert_eq!((&seen.json["node"]["layout"], &seen.json["node"]["name"]), (&json!("etcd"), &json!("etcd1")));
    assert_eq!(credential(&seen, "etcd-server")["also"], json!(["etcd-peer"]));
    let old = tree.etcd_leaf("member").days(-400, -35);
    tree.etcd_pair("member-etcd1", &tree.issue("etcd-ca", &old));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN1101"]);
    let refused = planned(&tree, &[]).unwrap_err();
    assert_eq!(refused, perennial_core::plan::Refusal::EtcdMachine);
}
