//! Chains that Go refuses although their dates are fine and the right CA is at their end.

use crate::Seen;
use perennial_testdata::{Issued, Leaf, Tree};

fn reasons(tree: &Tree) -> String {
    let seen = Seen::by_check(tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2107"], 2), "{:#}", seen.json["findings"]);
    seen.one("PRN2107")["evidence"].to_string()
}

fn front_proxy(leaf: &Leaf, between: impl Fn(&Issued) -> Vec<Issued>) -> Tree {
    let tree = Tree::control_plane("cp1");
    let authority = tree.authority("front-proxy-ca");
    let between = between(&authority);
    let mut issued = between.last().unwrap_or(&authority).issue(leaf);
    for one in between.iter().rev() {
        issued = issued.followed_by(one);
    }
    tree.pair("etc/kubernetes/pki/front-proxy-client", &issued);
    tree
}

#[test]
fn what_signed_it_is_no_ca() {
    let leaf = Leaf::client("/CN=front-proxy-client");
    let tree = front_proxy(&leaf, |ca| vec![ca.issue(&Leaf::client("/CN=not a CA"))]);
    assert!(reasons(&tree).contains("CN=not a CA above it is no CA"));
}

#[test]
fn a_critical_extension_that_nobody_knows() {
    let leaf = Leaf::client("/CN=front-proxy-client").extension("1.2.3.4", true, &[5, 0]);
    assert!(reasons(&front_proxy(&leaf, |_| Vec::new())).contains("1.2.3.4"));
}

#[test]
fn every_reason_at_once() {
    let leaf = Leaf::client("/CN=front-proxy-client").extension("1.2.3.4", true, &[5, 0]);
    let tree = front_proxy(&leaf, |ca| vec![ca.issue(&Leaf::client("/CN=not a CA"))]);
    let told = reasons(&tree);
    assert!(told.contains("1.2.3.4") && told.contains("is no CA"), "{told}");
}
