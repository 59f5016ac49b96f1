//! A08: an external etcd, whose CA's key is not here: its client pair is somebody else's work.

use crate::Seen;
use crate::planned::{kept, planned, renewed};
use perennial_core::plan::{Reason, Refusal};
use perennial_testdata::{Leaf, Tree};

const SUBJECT: &str = "/CN=etcd-client/OU=Ops/C=DE/ST=BY/L=M/O=Corp";

pub(crate) fn tree() -> Tree {
    let tree = Tree::control_plane("cp1");
    for path in [
        "etc/kubernetes/manifests/etcd.yaml",
        "etc/kubernetes/pki/etcd",
        "etc/kubernetes/pki/apiserver-etcd-client.crt",
        "etc/kubernetes/pki/apiserver-etcd-client.key",
    ] {
        tree.remove(path);
    }
    let authority = tree.add_authority("etcd", &Leaf::authority("/CN=etcd/OU=Ops/C=DE/ST=BY/L=M/O=Corp"));
    tree.write("etc/kubernetes/pki/etcd/ca.crt", &authority.certificate);
    let client = authority.issue(&Leaf::client(SUBJECT).days(-300, 10));
    tree.pair("etc/kubernetes/pki/etcd/apiserver-etcd-client", &client);
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        text.replace("pki/apiserver-etcd-client", "pki/etcd/apiserver-etcd-client")
            .replace("https://127.0.0.1:2379", "https://10.0.9.1:2379,https://10.0.9.2:2379")
    });
    tree
}

#[test]
fn it_is_told_with_the_day_on_which_it_ends() {
    let tree = tree();
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN1201", "PRN2102"], "{:#}", seen.json["findings"]);
    let external = seen.one("PRN2102");
    assert_eq!(external["objects"][0]["name"], "etcd-ca");
    assert!(external["evidence"].to_string().contains(": apiserver-etcd-client"), "{external:#}");
    let ends = seen.one("PRN1201");
    assert_eq!(ends["severity"], "warning");
    // As Go prints it; its own order stays in its bytes.
    assert_eq!(ends["objects"][0]["identity"], "CN=etcd-client,OU=Ops,O=Corp,L=M,ST=BY,C=DE");
    assert_eq!(ends["command"], "perennial csr export apiserver-etcd-client", "renew is not what helps");
}

#[test]
fn renew_leaves_it_out_and_says_so() {
    let tree = tree();
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(kept(&plan, "apiserver-etcd-client"), Some(Reason::ExternalAuthority));
    assert!(plan.leaves_something_due() && renewed(&plan).contains(&"apiserver"));
    let asked = planned(&tree, &["apiserver-etcd-client"]);
    assert!(matches!(asked, Err(Refusal::AuthorityKeyMissing { .. })), "{asked:?}");
}

#[test]
fn a_client_of_another_ca_than_etcds_own_is_no_fault_that_can_be_seen_here() {
    let tree = tree();
    let clients = tree.add_authority("clients", &Leaf::authority("/CN=etcd-clients"));
    tree.pair("etc/kubernetes/pki/etcd/apiserver-etcd-client", &clients.issue(&Leaf::client(SUBJECT)));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN2102"]);
}
