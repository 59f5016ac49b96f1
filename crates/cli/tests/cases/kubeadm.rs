//! `list -o kubeadm` beside kubeadm itself: tests/kubeadm holds what the real one (v1.36.3) has printed for the same
//! trees, but for the time that is left. `PERENNIAL_KUBEADM=/path/to/kubeadm cargo test -p perennial --test cases
//! kubeadm` asks it anew (as root: it looks below `--rootfs`).

use crate::seen::perennial;
use jiff::Timestamp;
use perennial_testdata::{Leaf, Tree, self_signed};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const KUBERNETES: &str = "etc/kubernetes";

/// Where it can't ask the cluster, kubeadm wants an address and a version.
const CONFIGURATION: &str = "apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 10.0.0.11
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
";

const EXTERNAL_ETCD: &str = "etcd:
  external:
    endpoints: [https://10.0.0.31:2379]
    caFile: /etc/kubernetes/pki/etcd-external-ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
";

/// A control plane whose certificates end on days that are always the same, each on its own.
fn tree() -> Tree {
    let tree = Tree::control_plane("cp1");
    let year = |year: i32| format!("{year}-03-04T05:06:07Z").parse::<Timestamp>().unwrap();
    let mut next = 2030;
    let mut valid = |leaf: Leaf| {
        next += 1;
        leaf.valid(year(2024), year(next))
    };
    for (name, base) in [("ca", "ca"), ("etcd-ca", "etcd/ca"), ("front-proxy-ca", "front-proxy-ca")] {
        let authority = self_signed(&valid(Leaf::authority(&format!("/CN={name}"))), None);
        tree.set_authority(name, &authority);
        tree.pair(&format!("{KUBERNETES}/pki/{base}"), &authority);
    }
    for (authority, base) in [
        ("ca", "apiserver"),
        ("ca", "apiserver-kubelet-client"),
        ("front-proxy-ca", "front-proxy-client"),
        ("etcd-ca", "apiserver-etcd-client"),
        ("etcd-ca", "etcd/server"),
        ("etcd-ca", "etcd/peer"),
        ("etcd-ca", "etcd/healthcheck-client"),
    ] {
        let leaf = valid(Leaf::both(&format!("/CN={base}").replacen("etcd/", "etcd-", 1)));
        tree.pair(&format!("{KUBERNETES}/pki/{base}"), &tree.issue(authority, &leaf));
    }
    for file in ["admin.conf", "super-admin.conf", "controller-manager.conf", "scheduler.conf"] {
        let leaf = valid(Leaf::client(&format!("/CN={file}")));
        tree.kubeconfig(&format!("{KUBERNETES}/{file}"), "x", &tree.issue("ca", &leaf));
    }
    tree
}

fn expected_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/kubeadm/{name}.json"))
}

/// What kubeadm says of the tree, where it is to be asked.
fn ask_kubeadm(tree: &Tree, name: &str, configuration: &str) {
    let Some(kubeadm) = std::env::var_os("PERENNIAL_KUBEADM") else { return };
    tree.write("kubeadm.yaml", configuration);
    let arguments = ["certs", "check-expiration", "-o", "json", "--config", "/kubeadm.yaml", "--rootfs"];
    let output = Command::new(kubeadm).args(arguments).arg(tree.root()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut said: Value = serde_json::from_slice(&output.stdout).unwrap();
    without_time_left(&mut said);
    std::fs::write(expected_file(name), serde_json::to_string_pretty(&said).unwrap() + "\n").unwrap();
}

/// Takes the time that is left out of a document, after a look at it.
fn without_time_left(document: &mut Value) {
    for list in ["certificates", "certificateAuthorities"] {
        for one in document[list].as_array_mut().unwrap() {
            let left = one.as_object_mut().unwrap().remove("residualTime").unwrap().as_i64().unwrap();
            let expected = match one["expirationDate"].as_str() {
                Some(at) => at.parse::<Timestamp>().unwrap().duration_since(Timestamp::now()).as_secs(),
                None => 0,
            };
            assert!((expected - left).abs() < 60, "{one}: {left}");
        }
    }
}

fn compare(tree: &Tree, name: &str, configuration: &str) {
    ask_kubeadm(tree, name, configuration);
    let output = perennial(tree, &["list", "-o", "kubeadm", "--root", tree.root().as_str()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mut said: Value = serde_json::from_slice(&output.stdout).unwrap();
    without_time_left(&mut said);
    let expected = std::fs::read_to_string(expected_file(name)).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(said, expected, "{said:#}");
}

#[test]
fn a_healthy_control_plane() {
    compare(&tree(), "healthy", CONFIGURATION);
}

#[test]
fn an_external_authority_and_what_is_missing_or_expired() {
    let tree = tree();
    for gone in ["pki/front-proxy-ca.key", "super-admin.conf", "pki/etcd/peer.crt", "pki/etcd/peer.key"] {
        tree.remove(&format!("{KUBERNETES}/{gone}"));
    }
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let over = Leaf::client("/CN=over").valid(at("2024-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z"));
    tree.kubeconfig(&format!("{KUBERNETES}/scheduler.conf"), "x", &tree.issue("ca", &over));
    compare(&tree, "missing", CONFIGURATION);
}

#[test]
fn an_external_etcd() {
    let tree = tree();
    tree.remove(&format!("{KUBERNETES}/manifests/etcd.yaml"));
    compare(&tree, "external-etcd", &format!("{CONFIGURATION}{EXTERNAL_ETCD}"));
}

/// kubeadm prints nothing here, and exits with 1.
#[test]
fn what_can_not_be_read_is_told_and_the_rest_still_stands() {
    let tree = tree();
    tree.write(&format!("{KUBERNETES}/pki/apiserver.crt"), "no certificate");
    let output = perennial(&tree, &["list", "-o", "kubeadm", "--root", tree.root().as_str()]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let one = &said["certificates"][1];
    assert_eq!(
        *one,
        serde_json::json!({"name": "apiserver", "expirationDate": null, "residualTime": 0,
            "externallyManaged": false, "caName": "ca", "missing": false})
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("apiserver"), "{output:?}");
}
