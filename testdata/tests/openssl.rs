//! The trees are what they claim to be, by somebody else's word.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use perennial_testdata::Tree;
use std::process::Command;

#[test]
fn openssl_accepts_every_certificate_of_a_healthy_control_plane() {
    let tree = Tree::control_plane("cp1");
    for (authority, leaves) in [
        ("ca", ["apiserver", "apiserver-kubelet-client"].as_slice()),
        ("etcd/ca", &["etcd/server", "etcd/peer", "etcd/healthcheck-client", "apiserver-etcd-client"]),
        ("front-proxy-ca", &["front-proxy-client"]),
    ] {
        for leaf in leaves {
            let at = |name: &str| tree.path(&format!("etc/kubernetes/pki/{name}.crt"));
            let verified = Command::new("openssl")
                .args(["verify", "-x509_strict", "-CAfile", at(authority).as_str(), at(leaf).as_str()])
                .output()
                .unwrap();
            assert!(verified.status.success(), "{leaf}: {verified:?}");
        }
    }
}
