//! A16: a kubeconfig carries somebody else's identity. The certificate says who it is, never the entry's name.

use crate::Seen;
use crate::planned::{kept, planned, renewed};
use perennial_core::plan::{Reason, Refusal};
use perennial_testdata::{Leaf, Tree};

const ADMIN: &str = "/O=system:masters/CN=kubernetes-admin";
const NODE: &str = "/O=system:nodes/CN=system:node:cp1";

#[test]
fn an_administrator_in_kubelet_conf() {
    for group in ["system:masters", "kubeadm:cluster-admins"] {
        let tree = Tree::control_plane("cp1");
        let admin = tree.issue("ca", &Leaf::client(&format!("/O={group}/CN=kubernetes-admin")));
        tree.kubeconfig("etc/kubernetes/kubelet.conf", "system:node:cp1", &admin);
        tree.remove("var/lib/kubelet/pki/kubelet-client-current.pem");
        tree.write("etc/hostname", "cp1\n");
        let seen = Seen::by_check(&tree);
        let found = seen.one("PRN3302");
        let object = &found["objects"][0];
        assert_eq!(object["file"], "/etc/kubernetes/kubelet.conf");
        assert_eq!(object["identity"], format!("CN=kubernetes-admin,O={group}"));
        assert_eq!(object["node"], "cp1");
        let command = found["command"].as_str().unwrap();
        assert!(command.contains("--org system:nodes --client-name system:node:cp1"), "{command}");
        assert_eq!(seen.status, 2);
        assert!(!renewed(&planned(&tree, &[]).unwrap()).contains(&"kubelet-client"));
    }
}

#[test]
fn a_node_in_the_administrators_kubeconfig_is_never_renewed_as_it_is() {
    let tree = Tree::control_plane("cp1");
    tree.kubeconfig("etc/kubernetes/admin.conf", "kubernetes-admin", &tree.issue("ca", &Leaf::client(NODE)));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN3302"], 2));
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(kept(&plan, "admin.conf"), Some(Reason::ForeignIdentity));
    assert!(plan.leaves_something_due() && renewed(&plan).contains(&"scheduler.conf"));
    let refused = planned(&tree, &["admin.conf"]).unwrap_err();
    assert!(matches!(refused, Refusal::NotAsItIs { reason: Reason::ForeignIdentity, .. }), "{refused:?}");
}

#[test]
fn components_with_each_others_or_an_administrators_identity() {
    for (file, subject) in [
        ("scheduler.conf", "/CN=system:kube-controller-manager"),
        ("controller-manager.conf", "/CN=system:kube-scheduler"),
        ("scheduler.conf", ADMIN),
        ("controller-manager.conf", NODE),
    ] {
        let tree = Tree::control_plane("cp1");
        let issued = tree.issue("ca", &Leaf::client(subject));
        tree.kubeconfig(&format!("etc/kubernetes/{file}"), "whatever", &issued);
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN3302"], 2), "{file} {subject}");
        assert_eq!(kept(&planned(&tree, &[]).unwrap(), file), Some(Reason::ForeignIdentity));
    }
}

#[test]
fn an_identity_that_is_no_known_one_may_well_be_meant() {
    let tree = Tree::control_plane("cp1");
    for (file, subject) in [("admin.conf", "/O=ops/CN=alice"), ("scheduler.conf", "/CN=my-scheduler")] {
        let issued = tree.issue("ca", &Leaf::client(subject));
        tree.kubeconfig(&format!("etc/kubernetes/{file}"), "x", &issued);
    }
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}
