//! A10: an ECDSA cluster whose kubeconfigs have RSA keys: no alarm, and each keeps its own kind.

use crate::Seen;
use crate::planned::planned;
use perennial_core::plan::Source;
use perennial_testdata::{KeyKind, Leaf, Tree};
use std::collections::BTreeMap;

#[test]
fn every_file_keeps_its_own_algorithm_and_curve() {
    let tree = Tree::control_plane("cp1");
    let authority = tree.add_authority("ca", &Leaf::authority("/CN=kubernetes").key(KeyKind::EcdsaP384));
    tree.pair("etc/kubernetes/pki/ca", &authority);
    let names = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];
    tree.pair(
        "etc/kubernetes/pki/apiserver",
        &authority.issue(&Leaf::server("/CN=kube-apiserver").names(&names).key(KeyKind::EcdsaP521)),
    );
    tree.pair(
        "etc/kubernetes/pki/apiserver-kubelet-client",
        &authority.issue(&Leaf::client("/CN=kube-apiserver-kubelet-client")),
    );
    for (file, subject) in [
        ("admin.conf", "/O=system:masters/CN=kubernetes-admin"),
        ("super-admin.conf", "/O=system:masters/CN=kubernetes-super-admin"),
        ("controller-manager.conf", "/CN=system:kube-controller-manager"),
        ("scheduler.conf", "/CN=system:kube-scheduler"),
    ] {
        let issued = authority.issue(&Leaf::client(subject).key(KeyKind::Rsa(2048)));
        tree.kubeconfig(&format!("etc/kubernetes/{file}"), "somebody", &issued);
    }
    let kubelet = authority.issue(&Leaf::client("/O=system:nodes/CN=system:node:cp1"));
    tree.kubelet_client("kubelet-client-2026-02-01-00-00-00.pem", &kubelet);
    let current = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    let lines = format!("    client-certificate: {current}\n    client-key: {current}\n");
    tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "default-auth", &lines);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);

    let plan = planned(&tree, &[]).unwrap();
    let kinds: BTreeMap<_, _> = plan
        .renewals()
        .filter_map(|renewal| match &renewal.source {
            Source::Reissue { key_kind, .. } => Some((renewal.credential.as_str(), key_kind.clone())),
            Source::Import { .. } | Source::CopyOf { .. } => None,
        })
        .collect();
    assert_eq!(kinds["apiserver"], KeyKind::EcdsaP521);
    assert_eq!(kinds["etcd-peer"], KeyKind::EcdsaP256);
    assert_eq!(kinds["admin.conf"], KeyKind::Rsa(2048));
}
