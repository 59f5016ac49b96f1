//! A11: the CA's key came back from a safe, its passphrase still on it.

use crate::Seen;
use crate::planned::planned;
use perennial_core::inventory::Trouble;
use perennial_core::plan::Refusal;
use perennial_testdata::Tree;
use std::process::Command;

/// Both encodings, as openssl writes them.
const ENCODINGS: [&[&str]; 2] =
    [&["ec", "-aes128", "-passout", "pass:x"], &["pkcs8", "-topk8", "-passout", "pass:x"]];

fn encrypt(tree: &Tree, key: &str, how: &[&str]) {
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
fn it_is_neither_external_nor_corrupt_and_renew_refuses_before_any_write() {
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
        let key = "/etc/kubernetes/pki/ca.key";
        assert_eq!(
            refused,
            Refusal::AuthorityKeyUnusable { path: key.into(), trouble: Trouble::EncryptedKey }
        );
        assert!(planned(&tree, &["etcd-server"]).is_ok(), "what another CA signs is not concerned");
    }
}

#[test]
fn a_ca_that_no_component_signs_with_is_a_warning() {
    let tree = Tree::control_plane("cp1");
    encrypt(&tree, "etc/kubernetes/pki/front-proxy-ca.key", ENCODINGS[1]);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2104"], 0));
    assert!(matches!(planned(&tree, &[]), Err(Refusal::AuthorityKeyUnusable { .. })));
}
