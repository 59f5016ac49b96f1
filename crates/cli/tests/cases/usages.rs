//! A14: a certificate without the usage that its role needs.

use crate::Seen;
use perennial_testdata::{Leaf, Tree, Usage};

const ETCD: [&str; 4] = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1"];

fn usages(usages: &[(&str, Option<&str>)]) {
    let all = [Usage::Server, Usage::Client];
    for (name, severity) in usages {
        let tree = Tree::control_plane("cp1");
        let (role, without) = name.split_once(" without ").unwrap();
        let left: Vec<Usage> = match without {
            "all" => Vec::new(),
            "clientAuth" => vec![all[0]],
            "serverAuth" => vec![all[1]],
            _ => vec![Usage::CodeSigning],
        };
        let (authority, base, leaf) = match role {
            "etcd-server" => ("etcd-ca", "etcd/server", Leaf::new("/CN=cp1").names(&ETCD)),
            "etcd-peer" => ("etcd-ca", "etcd/peer", Leaf::new("/CN=cp1").names(&ETCD)),
            _ => ("ca", role, Leaf::new("/CN=kube-apiserver-kubelet-client")),
        };
        tree.pair(&format!("etc/kubernetes/pki/{base}"), &tree.issue(authority, &leaf.usages(&left)));
        let seen = Seen::by_check(&tree);
        let found = seen.of("PRN3201");
        let told = found.first().map(|finding| finding["severity"].as_str().unwrap());
        assert_eq!(
            (told, seen.codes().len()),
            (*severity, usize::from(severity.is_some())),
            "{name}: {:#}",
            seen.json["findings"]
        );
        assert_eq!(seen.status, if *severity == Some("critical") { 2 } else { 0 }, "{name}");
        if let Some(finding) = found.first() {
            assert_eq!(finding["objects"][0]["name"], role);
        }
    }
}

#[test]
fn etcds_server_needs_both_and_one_of_them_only_for_its_own_gateway() {
    usages(&[
        ("etcd-server without clientAuth", Some("warning")),
        ("etcd-server without serverAuth", Some("critical")),
        ("etcd-server without all", None),
    ]);
}

#[test]
fn a_member_shows_its_peers_one_certificate_in_both_roles() {
    usages(&[
        ("etcd-peer without clientAuth", Some("critical")),
        ("etcd-peer without serverAuth", Some("critical")),
    ]);
}

#[test]
fn the_client_of_the_kubelets_needs_client_auth() {
    usages(&[
        ("apiserver-kubelet-client without clientAuth", Some("critical")),
        ("apiserver-kubelet-client without others", Some("critical")),
        ("apiserver-kubelet-client without all", None),
    ]);
}

#[test]
fn a_version_1_client_says_nothing_of_usages_and_is_accepted() {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::client("/CN=kube-apiserver-kubelet-client").version1();
    tree.pair("etc/kubernetes/pki/apiserver-kubelet-client", &tree.issue("ca", &leaf));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}
