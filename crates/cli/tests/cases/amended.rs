//! A06, A14, A15 as renewals: what a role needs by this node's flags, and what was asked for by name. What the plan
//! says is done to the tree, and `check` finds nothing any more.

use crate::Seen;
use crate::planned::{planned, planned_with, renewed};
use jiff::{SignedDuration, Timestamp};
use perennial_core::plan::{Plan, Refusal, Request, Source, Target};
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::PrivateKey;
use perennial_pki::reissue::{AlternativeName, Authority, Validity, amend};
use perennial_testdata::{Leaf, Tree, Usage};

const REPAIR: fn(Request) -> Request = |request| Request { repair_roles: true, ..request };

/// The pairs of a plan, re-issued in the tree as the plan says, with the old keys.
fn carry_out(tree: &Tree, plan: &Plan) -> Vec<Certificate> {
    let mut new = Vec::new();
    for renewal in plan.renewals() {
        let (Target::Pair { certificate, .. } | Target::Certificate { certificate, .. }) = &renewal.target
        else {
            continue;
        };
        let Source::Reissue { authority_certificate, authority_key, amendments, .. } = &renewal.source else {
            continue;
        };
        let read =
            |path: &str| tree.read(path.trim_start_matches('/').trim_start_matches(tree.root().as_str()));
        let ca = leaf(read(authority_certificate.as_str()).as_bytes()).unwrap();
        let key = PrivateKey::from_pem(read(authority_key.as_str()).as_bytes()).unwrap();
        let authority = Authority::new(ca, key).unwrap();
        let old = leaf(read(certificate.as_str()).as_bytes()).unwrap();
        let year = SignedDuration::from_hours(8760);
        let validity = Validity::from_now(Timestamp::now(), year, authority.certificate()).unwrap().0;
        let certificate_of = amend(&old, &authority, old.spki_der(), &validity, amendments).unwrap();
        tree.write(certificate.as_str().trim_start_matches('/'), certificate_of.to_pem());
        new.push(certificate_of);
    }
    new
}

#[test]
fn the_pairs_of_another_node_become_this_nodes() {
    let first = Tree::control_plane("cp1");
    let tree = Tree::another_control_plane(&first, "cp2", "10.0.0.12");
    let of_etcd = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1", "IP:::1"];
    for pair in ["server", "peer"] {
        let leaf = Leaf::both("/CN=cp1").names(&of_etcd);
        tree.pair(&format!("etc/kubernetes/pki/etcd/{pair}"), &first.issue("etcd-ca", &leaf));
    }
    let of_apiserver =
        ["DNS:cp1", "DNS:kubernetes", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];
    let leaf = Leaf::server("/CN=kube-apiserver").names(&of_apiserver);
    tree.pair("etc/kubernetes/pki/apiserver", &first.issue("ca", &leaf));
    let found = Seen::by_check(&tree);
    let commands: Vec<_> = found.of("PRN3102").iter().map(|finding| finding["command"].clone()).collect();
    let command = |name: &str| format!("perennial renew --repair-roles --only {name}");
    assert_eq!(commands, ["apiserver", "etcd-server", "etcd-peer"].map(command));

    let plan = planned_with(&tree, &[], REPAIR).unwrap();
    assert!(!plan.leaves_something_due());
    let new = carry_out(&tree, &plan);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (Vec::new(), 0), "{:#}", seen.json["findings"]);
    let of_etcd: Vec<_> =
        new.iter().filter(|one| one.dns_names() == ["cp2", "localhost"]).map(Certificate::subject).collect();
    assert_eq!(of_etcd, ["CN=cp2", "CN=cp2"]);
    let strangers = |one: &&Certificate| {
        let addresses = one.ip_addresses().into_iter().map(|address| address.to_string());
        one.dns_names().into_iter().chain(addresses).any(|name| name == "cp1" || name == "10.0.0.11")
    };
    assert_eq!(
        new.iter().filter(strangers).map(Certificate::subject).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[test]
fn a_missing_usage_is_added() {
    let tree = Tree::control_plane("cp1");
    let names = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1"];
    let peer = Leaf::new("/CN=cp1").names(&names).usages(&[Usage::Server]);
    tree.pair("etc/kubernetes/pki/etcd/peer", &tree.issue("etcd-ca", &peer));
    let client = Leaf::new("/CN=kube-apiserver-kubelet-client").usages(&[Usage::CodeSigning]);
    tree.pair("etc/kubernetes/pki/apiserver-kubelet-client", &tree.issue("ca", &client));
    assert_eq!(Seen::by_check(&tree).of("PRN3201").len(), 2);
    let asked = ["etcd-peer", "apiserver-kubelet-client"];
    carry_out(&tree, &planned(&tree, &asked).unwrap());
    assert_eq!(Seen::by_check(&tree).of("PRN3201").len(), 2, "a renewal alone keeps what there is");
    carry_out(&tree, &planned_with(&tree, &asked, REPAIR).unwrap());
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn version_1_becomes_a_servers_certificate() {
    let tree = Tree::control_plane("cp1");
    tree.pair(
        "etc/kubernetes/pki/apiserver",
        &tree.issue("ca", &Leaf::server("/CN=kube-apiserver").version1()),
    );
    assert!(Seen::by_check(&tree).codes().contains(&"PRN3101"));
    carry_out(&tree, &planned_with(&tree, &["apiserver"], REPAIR).unwrap());
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a_name_that_the_flags_dial_and_the_certificate_lacks_is_added() {
    let tree = Tree::control_plane("cp1");
    let names = ["DNS:cp1", "DNS:kubernetes", "DNS:kubernetes.default.svc", "IP:10.0.0.11"];
    tree.pair(
        "etc/kubernetes/pki/apiserver",
        &tree.issue("ca", &Leaf::server("/CN=kube-apiserver").names(&names)),
    );
    assert!(Seen::by_check(&tree).codes().contains(&"PRN3101"));
    let new = carry_out(&tree, &planned_with(&tree, &["apiserver"], REPAIR).unwrap());
    assert!(new[0].dns_names().iter().any(|name| name == "cp1"), "what it had stays");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn nothing_is_amended_where_nothing_is_wrong() {
    let tree = Tree::control_plane("cp1");
    let plan = planned_with(&tree, &[], REPAIR).unwrap();
    assert_eq!(plan.renewals().count(), planned(&tree, &[]).unwrap().renewals().count());
    for renewal in plan.renewals() {
        let Source::Reissue { amendments, .. } = &renewal.source else { continue };
        assert!(amendments.is_empty(), "{}: {amendments:?}", renewal.credential);
    }
}

#[test]
fn more_names_go_to_kube_apiserver_unless_another_server_is_asked_for() {
    let tree = Tree::control_plane("cp1");
    let name = AlternativeName::parse("api.example.com").unwrap();
    let ask = |request: Request| Request { add_names: vec![name.clone()], ..request };
    let named = |only: &[&str]| -> Vec<String> {
        let plan = planned_with(&tree, only, ask).unwrap();
        let with = plan.renewals().filter(|renewal| {
            matches!(&renewal.source, Source::Reissue { amendments, .. } if amendments.names == [name.clone()])
        });
        with.map(|renewal| renewal.credential.clone()).collect()
    };
    assert_eq!(named(&[]), ["apiserver"]);
    assert_eq!(named(&["etcd-peer", "etcd-healthcheck-client"]), ["etcd-peer"]);
    let refused = planned_with(&tree, &["admin.conf"], ask).unwrap_err();
    assert!(matches!(refused, Refusal::NoServerToName { .. }), "{refused:?}");
}

#[test]
fn keys_that_stay_are_no_part_of_a_swap() {
    let tree = Tree::control_plane("cp1");
    let stay = |request: Request| Request { reuse_keys: true, ..request };
    let plan = planned_with(&tree, &[], stay).unwrap();
    assert_eq!(renewed(&plan), renewed(&planned(&tree, &[]).unwrap()));
    let files: Vec<_> = plan.renewals().flat_map(|renewal| renewal.target.files()).collect();
    assert!(files.iter().all(|path| !path.as_str().ends_with(".key")), "{files:?}");

    tree.remove("etc/kubernetes/pki/etcd/peer.key");
    let refused = planned_with(&tree, &[], stay).unwrap_err();
    assert!(
        matches!(&refused, Refusal::KeyCanNotStay { credential, .. } if credential == "etcd-peer"),
        "{refused:?}"
    );
}

#[test]
fn without_the_cas_key_the_advice_is_another() {
    let first = Tree::control_plane("cp1");
    let tree = Tree::another_control_plane(&first, "cp2", "10.0.0.12");
    let leaf = Leaf::both("/CN=cp1").names(&["DNS:cp1", "IP:10.0.0.11", "DNS:localhost", "IP:127.0.0.1"]);
    tree.pair("etc/kubernetes/pki/etcd/peer", &first.issue("etcd-ca", &leaf));
    tree.remove("etc/kubernetes/pki/etcd/ca.key");
    let seen = Seen::by_check(&tree);
    let finding = seen.one("PRN3102");
    assert!(finding["command"].is_null() && !finding["advice"].is_null(), "{finding:#}");
}
