//! Several things are wrong because of one: one finding, about the file where the cause is.

use crate::Seen;
use crate::planned::planned;
use perennial_core::inventory::Component;
use perennial_core::plan::Refusal;
use perennial_testdata::{Issued, Leaf, Tree, self_signed};
use serde_json::Value;
use std::process::Command;

const PKI: &str = "etc/kubernetes/pki";
const CURRENT: &str = "var/lib/kubelet/pki/kubelet-client-current.pem";
const NAMES: [&str; 4] = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];

fn node() -> Leaf {
    Leaf::client("/O=system:nodes/CN=system:node:cp1")
}

fn expired_kubelet(tree: &Tree) -> Issued {
    let old = tree.issue("ca", &node().days(-400, -35));
    tree.kubelet_client("kubelet-client-2025-01-01-00-00-00.pem", &old);
    old
}

#[test]
fn a01_kubelet_conf_and_the_store_have_ended_together() {
    let tree = Tree::control_plane("cp1");
    let old = expired_kubelet(&tree);
    tree.kubeconfig("etc/kubernetes/kubelet.conf", "default-auth", &old);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN6101"], 2), "{:#}", seen.json["findings"]);
    // What it starts with is what is repaired.
    assert_eq!(seen.one("PRN6101")["objects"][0]["file"], "/etc/kubernetes/kubelet.conf");
}

#[test]
fn a01_a_file_that_could_not_be_rotated_has_ended() {
    let tree = Tree::worker(&Tree::control_plane("cp0"), "cp1", "10.0.0.21");
    tree.remove(CURRENT);
    tree.write_secret(CURRENT, &tree.issue("ca", &node().days(-400, -1)).combined());
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN6101"], 2), "{:#}", seen.json["findings"]);
    let evidence = seen.one("PRN6101")["evidence"].to_string();
    assert!(evidence.contains("is no symbolic link, so it could not be rotated"), "{evidence}");
}

#[test]
fn a01_with_a_bootstrap_file_the_kubelet_does_not_exit() {
    let tree = Tree::control_plane("cp1");
    expired_kubelet(&tree);
    tree.kubeconfig_with(
        "etc/kubernetes/bootstrap-kubelet.conf",
        "tls-bootstrap-token-user",
        "    token: abcdef.0123456789abcdef\n",
    );
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN6101");
    assert!(
        found["evidence"].to_string().contains("/etc/kubernetes/bootstrap-kubelet.conf exists"),
        "{found:#}"
    );
    assert!(!found["leftAlone"].as_str().unwrap().contains("exits"), "{found:#}");
    assert!(!seen.json.to_string().contains("0123456789abcdef"), "a token is a secret");
}

#[test]
fn a13_the_intermediate_is_not_sent_and_the_kubeconfigs_are_right() {
    let tree = Tree::control_plane("cp1");
    let between = tree.authority("ca").issue(&Leaf::authority("/CN=between"));
    let leaf = between.issue(&Leaf::server("/CN=kube-apiserver").names(&NAMES));
    tree.pair(&format!("{PKI}/apiserver"), &leaf);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2101"], 2), "{:#}", seen.json["findings"]);
    tree.pair(&format!("{PKI}/apiserver"), &leaf.followed_by(&between));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    // An intermediate that ends takes the leaf with it.
    let ending = tree.authority("ca").renew(&Leaf::authority("/CN=between").days(-360, 3), &between);
    let leaf = between.issue(&Leaf::server("/CN=kube-apiserver").names(&NAMES));
    tree.pair(&format!("{PKI}/apiserver"), &leaf.followed_by(&ending));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1302"], 2), "{:#}", seen.json["findings"]);
}

#[test]
fn a13_a_ca_in_the_leafs_place_is_nobodys_identity_and_has_nobodys_names() {
    let wrong = |tree: &Tree, leaf: &Leaf| {
        let own = tree.issue("ca", leaf);
        Issued {
            certificate: format!("{}{}", tree.authority("ca").certificate, own.certificate),
            key: own.key,
        }
    };
    type Put = fn(&Tree, &Issued);
    let puts: [(Leaf, Put); 4] = [
        (node(), |tree, pair| tree.kubelet_client("kubelet-client-2026-05-01-00-00-00.pem", pair)),
        (Leaf::client("/CN=system:kube-scheduler"), |tree, pair| {
            tree.kubeconfig("etc/kubernetes/scheduler.conf", "x", pair);
        }),
        (Leaf::server("/CN=kube-apiserver").names(&NAMES), |tree, pair| {
            tree.pair(&format!("{PKI}/apiserver"), pair);
        }),
        (Leaf::client("/CN=kube-apiserver-kubelet-client"), |tree, pair| {
            tree.pair(&format!("{PKI}/apiserver-kubelet-client"), pair);
        }),
    ];
    for (leaf, put) in puts {
        let tree = Tree::control_plane("cp1");
        put(&tree, &wrong(&tree, &leaf));
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN2109"], 2), "{:#}", seen.json["findings"]);
        assert_eq!(seen.one("PRN2109")["objects"][0]["node"], "cp1");
    }
}

#[test]
fn a26_one_ca_twice_is_no_rotation() {
    let tree = Tree::control_plane("cp1");
    for (base, name) in [("etcd/ca", "etcd-ca"), ("front-proxy-ca", "front-proxy-ca")] {
        let ca = tree.authority(name);
        tree.write(&format!("{PKI}/{base}.crt"), ca.clone().followed_by(&ca).certificate);
    }
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    // Nor is one that was signed again with its own key, the old one left in the file.
    let old = self_signed(&Leaf::authority("/CN=etcd-ca").days(-900, -3), Some(&tree.authority("etcd-ca")));
    tree.write(&format!("{PKI}/etcd/ca.crt"), old.followed_by(&tree.authority("etcd-ca")).certificate);
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a26_nothing_is_restarted_into_a_file_that_it_cannot_read() {
    for new_first in [true, false] {
        let tree = Tree::control_plane("cp1");
        let (old, new) =
            (tree.authority("ca"), tree.add_authority("new", &Leaf::authority("/CN=kubernetes")));
        let bundle = if new_first { new.followed_by(&old) } else { old.followed_by(&new) };
        tree.write(&format!("{PKI}/ca.crt"), bundle.certificate);
        for only in [&[][..], &["controller-manager.conf"]] {
            let refused = planned(&tree, only).unwrap_err();
            let Refusal::WouldNotStart { component, path } = refused else { panic!("{refused:?}") };
            assert_eq!(
                (component, path.as_str()),
                (Component::KubeControllerManager, "/etc/kubernetes/pki/ca.crt")
            );
        }
        assert!(planned(&tree, &["etcd-server"]).is_ok(), "nothing has to be restarted");
    }
}

#[test]
fn a06_the_end_of_another_nodes_pair_is_not_what_renew_repairs() {
    let first = Tree::control_plane("cp1");
    let tree = Tree::another_control_plane(&first, "cp2", "10.0.0.12");
    let leaf = Leaf::both("/CN=cp1").names(&["DNS:cp1", "IP:10.0.0.11", "IP:127.0.0.1"]).days(-400, -3);
    tree.pair(&format!("{PKI}/etcd/peer"), &first.issue("etcd-ca", &leaf));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN1101", "PRN3102"], "{:#}", seen.json["findings"]);
    assert_eq!(seen.one("PRN1101")["command"], Value::Null);
    // Beside it one that only has ended: its command is its own.
    let own = Leaf::both("/CN=cp2").names(&["DNS:cp2", "DNS:localhost", "IP:10.0.0.12", "IP:127.0.0.1"]);
    tree.pair(&format!("{PKI}/etcd/server"), &first.issue("etcd-ca", &own.days(-400, -3)));
    let seen = Seen::by_check(&tree);
    let commands: Vec<_> = seen.of("PRN1101").iter().map(|found| found["command"].clone()).collect();
    assert_eq!(commands, [Value::from("perennial renew --only etcd-server"), Value::Null]);
}

#[test]
fn a06_kubelet_conf_may_name_another_control_plane() {
    let tree = Tree::control_plane("cp1");
    tree.edit("etc/kubernetes/kubelet.conf", |text| text.replace("10.0.0.11", "10.0.0.12"));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.one("PRN3101")["severity"].as_str(), seen.status), (Some("warning"), 0));
}

#[test]
fn a25_before_the_ca_is_signed_again_with_its_key() {
    for (name, base, days, code) in [
        ("ca", "ca", -1, "PRN1102"),
        ("etcd-ca", "etcd/ca", -1, "PRN1102"),
        ("front-proxy-ca", "front-proxy-ca", 5, "PRN1202"),
    ] {
        let tree = Tree::control_plane("cp1");
        let common = if name == "ca" { "kubernetes" } else { name };
        let leaf = Leaf::authority(&format!("/CN={common}")).days(-1100, days);
        tree.pair(&format!("{PKI}/{base}"), &self_signed(&leaf, Some(&tree.authority(name))));
        let seen = Seen::by_check(&tree);
        assert_eq!(seen.one(code)["severity"], "critical", "{name}");
        assert_eq!(seen.codes(), [code], "{:#}", seen.json["findings"]);
        let found = seen.one(code);
        let command = found["command"].as_str().unwrap();
        assert!(found["note"].as_str().unwrap().contains("what it has signed stays good"), "{found:#}");
        // The command does what it says.
        let here = command.replace("/etc/", &format!("{}/etc/", tree.root()));
        let output = Command::new("sh").args(["-c", &here]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        tree.rename(&format!("{PKI}/{base}.crt.new"), &format!("{PKI}/{base}.crt"));
        assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new(), "{name}");
        assert!(planned(&tree, &[]).is_ok());
    }
    // Without the key somebody else has to.
    let tree = Tree::control_plane("cp1");
    let old = self_signed(&Leaf::authority("/CN=kubernetes").days(-1100, -1), Some(&tree.authority("ca")));
    tree.write(&format!("{PKI}/ca.crt"), old.certificate);
    tree.remove(&format!("{PKI}/ca.key"));
    assert_eq!(Seen::by_check(&tree).one("PRN1102")["command"], Value::Null);
}

#[test]
fn a25_the_key_of_another_ca_signs_what_nobody_accepts() {
    let tree = Tree::control_plane("cp1");
    tree.write(&format!("{PKI}/ca.key"), tree.authority("front-proxy-ca").key.clone());
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2103"], 2), "{:#}", seen.json["findings"]);
    assert_eq!(seen.one("PRN2103")["objects"][0]["name"], "ca");
    assert!(matches!(planned(&tree, &[]), Err(Refusal::AuthorityKeyMismatch { .. })));
}

#[test]
fn a28_the_ca_alone_is_not_valid_yet() {
    let tree = Tree::control_plane("cp1");
    let early = self_signed(&Leaf::authority("/CN=kubernetes").days(1, 3000), Some(&tree.authority("ca")));
    tree.pair(&format!("{PKI}/ca"), &early);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1301"], 2), "{:#}", seen.json["findings"]);
    assert!(!seen.one("PRN1301")["note"].as_str().unwrap().contains("renew"), "perennial renews no CA");
    let refused = planned(&tree, &["scheduler.conf"]).unwrap_err();
    assert!(matches!(refused, Refusal::ClockBeforeAuthority { .. }), "{refused:?}");
    assert!(planned(&tree, &["etcd-peer"]).is_ok(), "another CA signs it");
}
