//! A11: the CA's key came back from a safe, its passphrase still on it.

use crate::Seen;
use crate::planned::planned;
use perennial_core::inventory::Component;
use perennial_core::plan::{Refusal, Source};
use perennial_testdata::Tree;
use std::process::Command;

/// What the keys are encrypted with.
pub(crate) const PASSPHRASE: &str = "correct-horse";

/// Both encodings, as openssl writes them.
pub(crate) const ENCODINGS: [&[&str]; 2] = [
    &["ec", "-aes128", "-passout", "pass:correct-horse"],
    &["pkcs8", "-topk8", "-passout", "pass:correct-horse"],
];

pub(crate) fn encrypt(tree: &Tree, key: &str, how: &[&str]) {
    let (path, plain) = (tree.path(key), tree.path("plain"));
    std::fs::rename(&path, &plain).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args(how).args(["-in", plain.as_str(), "-out", path.as_str()]);
    let output = openssl.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::remove_file(plain).unwrap();
    assert!(tree.read(key).contains("ENCRYPTED"), "{how:?}");
}

#[test]
fn it_is_neither_external_nor_corrupt_and_the_plan_needs_its_passphrase() {
    for how in ENCODINGS {
        let tree = Tree::control_plane("cp1");
        encrypt(&tree, "etc/kubernetes/pki/ca.key", how);
        let seen = Seen::by_check(&tree);
        assert_eq!(seen.codes(), ["PRN2104"], "{how:?}");
        let found = seen.one("PRN2104");
        // kube-controller-manager can't sign with it: it would not start again.
        assert_eq!((found["severity"].as_str(), seen.status), (Some("critical"), 2));
        assert_eq!(found["objects"][0]["file"], "/etc/kubernetes/pki/ca.crt");
        let refused = planned(&tree, &[]).unwrap_err();
        let (component, path) = (Component::KubeControllerManager, "/etc/kubernetes/pki/ca.key".into());
        assert_eq!(refused, Refusal::WouldNotStart { component, path });
        let plan = planned(&tree, &["apiserver", "admin.conf"]).unwrap();
        assert_eq!(plan.locked_keys(), ["/etc/kubernetes/pki/ca.key"]);
        let plan = planned(&tree, &["etcd-server"]).unwrap();
        assert!(plan.locked_keys().is_empty(), "what another CA signs is not concerned");
    }
}

#[test]
fn a_ca_that_no_component_signs_with_is_a_notice() {
    let tree = Tree::control_plane("cp1");
    for key in ["front-proxy-ca.key", "etcd/ca.key"] {
        encrypt(&tree, &format!("etc/kubernetes/pki/{key}"), ENCODINGS[1]);
    }
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2104", "PRN2104"], 0));
    assert!(seen.of("PRN2104").iter().all(|found| found["severity"] == "notice"), "{:#}", seen.json);
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(
        plan.locked_keys(),
        ["/etc/kubernetes/pki/etcd/ca.key", "/etc/kubernetes/pki/front-proxy-ca.key"]
    );
    // Of each of the plan's renewals, whether its CA's key is one of them.
    for renewal in plan.renewals() {
        if let Source::Reissue { authority_key, authority_locked, .. } = &renewal.source {
            assert_eq!(
                *authority_locked,
                authority_key != "/etc/kubernetes/pki/ca.key",
                "{}",
                renewal.credential
            );
        }
    }
}
