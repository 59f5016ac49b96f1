//! A13: an intermediate CA signs: leaf files carry it behind the leaf, ca.crt holds it with or without its root.

use crate::Seen;
use crate::planned::{kept, planned, renewed};
use perennial_core::plan::{Reason, Refusal, Source};
use perennial_testdata::{Issued, Leaf, Tree};

const NAMES: [&str; 4] = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];

struct Intermediate {
    tree: Tree,
    root: Issued,
    between: Issued,
}

/// The front proxy's CA is an intermediate, so that no other file has to follow.
fn tree(between: &Leaf, bundle: impl Fn(&Issued, &Issued) -> String) -> Intermediate {
    let tree = Tree::control_plane("cp1");
    let root = tree.add_authority("root", &Leaf::authority("/CN=root"));
    let between = root.issue(between);
    tree.set_authority("front-proxy-ca", &between);
    tree.pair("etc/kubernetes/pki/front-proxy-ca", &between);
    tree.write("etc/kubernetes/pki/front-proxy-ca.crt", bundle(&root, &between));
    let leaf = between.issue(&Leaf::client("/CN=front-proxy-client")).followed_by(&between);
    tree.pair("etc/kubernetes/pki/front-proxy-client", &leaf);
    Intermediate { tree, root, between }
}

fn good() -> Leaf {
    Leaf::authority("/CN=between")
}

#[test]
fn every_shape_of_the_bundle_is_accepted_and_the_key_says_who_signs() {
    let shapes: [fn(&Issued, &Issued) -> String; 3] = [
        |_, between| between.certificate.clone(),
        |root, between| format!("{}{}", root.certificate, between.certificate),
        |root, between| format!("{}{}", between.certificate, root.certificate),
    ];
    for shape in shapes {
        let made = tree(&good(), shape);
        let seen = Seen::by_check(&made.tree);
        assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
        let plan = planned(&made.tree, &[]).unwrap();
        let signer = plan.renewals().find_map(|renewal| match &renewal.source {
            Source::Reissue { authority_fingerprint, .. } if renewal.credential == "front-proxy-client" => {
                Some(authority_fingerprint.clone())
            }
            _ => None,
        });
        assert_eq!(signer.unwrap(), made.between.parsed().fingerprint_sha256());
        assert_ne!(made.root.parsed(), made.between.parsed());
    }
}

#[test]
fn the_end_of_an_intermediate_is_told_and_breaks_what_needs_it() {
    // Only the root is trusted: without the intermediate there is no way to it.
    let made = tree(&good().days(-360, -2), |root, _| root.certificate.clone());
    made.tree.remove("etc/kubernetes/pki/front-proxy-ca.key");
    let seen = Seen::by_check(&made.tree);
    let found = seen.one("PRN1302");
    assert_eq!(
        (found["severity"].as_str(), seen.status),
        (Some("critical"), 2),
        "{:#}",
        seen.json["findings"]
    );
    assert_eq!(found["objects"][0]["name"], "front-proxy-client");
    assert!(found["message"].as_str().unwrap().starts_with("CN=between"), "{found:#}");
    let edges = seen.json["edges"].as_array().unwrap();
    let broken: Vec<_> = edges.iter().filter(|edge| edge["works"] == false).map(|edge| &edge["to"]).collect();
    assert_eq!(broken, ["aggregated API"]);
}

#[test]
fn an_old_intermediate_that_nobody_needs_is_a_warning() {
    let made = tree(&good(), |root, _| root.certificate.clone());
    let old = made.root.renew(&good().days(-400, -2), &made.between);
    let client = made.between.issue(&Leaf::client("/CN=front-proxy-client"));
    let both = client.followed_by(&old).followed_by(&made.between);
    made.tree.pair("etc/kubernetes/pki/front-proxy-client", &both);
    made.tree.remove("etc/kubernetes/pki/front-proxy-ca.key");
    let seen = Seen::by_check(&made.tree);
    assert_eq!((seen.one("PRN1302")["severity"].as_str(), seen.status), (Some("warning"), 0));
}

#[test]
fn the_root_above_an_intermediate_in_a_bundle_may_end() {
    let tree = Tree::control_plane("cp1");
    let root = tree.add_authority("root", &Leaf::authority("/CN=root").days(-900, -1));
    let between = root.issue(&good());
    let client = between.issue(&Leaf::client("/CN=front-proxy-client"));
    tree.pair("etc/kubernetes/pki/front-proxy-client", &client);
    tree.pair("etc/kubernetes/pki/front-proxy-ca", &between.followed_by(&root));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN1302"], "Go takes the intermediate for a root");
    assert_eq!(seen.status, 0);
}

#[test]
fn a_file_in_the_wrong_order_is_named_and_its_ca_is_never_renewed_as_a_leaf() {
    let tree = Tree::control_plane("cp1");
    let between = tree.authority("ca").issue(&good());
    let leaf = between.issue(&Leaf::server("/CN=kube-apiserver").names(&NAMES));
    let wrong = format!("{}{}", between.certificate, leaf.certificate);
    tree.pair("etc/kubernetes/pki/apiserver", &Issued { certificate: wrong, key: leaf.key });
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN2109");
    assert_eq!(found["objects"][0]["file"], "/etc/kubernetes/pki/apiserver.crt");
    assert!(found["leftAlone"].as_str().unwrap().contains("private key does not match public key"));
    assert_eq!(seen.of("PRN5103").len(), 0, "one cause is one finding");
    let plan = planned(&tree, &[]).unwrap();
    assert_eq!(kept(&plan, "apiserver"), Some(Reason::ChainOutOfOrder));
    assert!(plan.leaves_something_due() && !renewed(&plan).contains(&"apiserver"));
    assert!(matches!(planned(&tree, &["apiserver"]), Err(Refusal::NotAsItIs { .. })));
}

#[test]
fn kube_controller_manager_signs_with_one_certificate_only() {
    let tree = Tree::control_plane("cp1");
    let root = tree.add_authority("root", &Leaf::authority("/CN=root"));
    let ca = tree.authority("ca");
    let between = root.renew(&Leaf::authority("/CN=kubernetes"), &ca);
    tree.write("etc/kubernetes/pki/ca.crt", format!("{}{}", between.certificate, root.certificate));
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN2108");
    assert!(found["message"].as_str().unwrap().contains("2 certificates"), "{found:#}");
    assert_eq!(
        (seen.of("PRN2106").len(), seen.status),
        (0, 2),
        "a root above an intermediate is no rotation"
    );
}
