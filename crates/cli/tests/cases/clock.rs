//! A28: certificates that are not valid yet: one of them is at fault itself, most of them mean the clock.

use crate::Seen;
use crate::planned::planned;
use perennial_core::plan::Refusal;
use perennial_testdata::{Leaf, Tree};

const NAMES: [&str; 4] = ["DNS:cp1", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.11"];

#[test]
fn one_of_them_is_named_with_the_time_that_is_missing() {
    let tree = Tree::control_plane("cp1");
    let early = Leaf::server("/CN=kube-apiserver").names(&NAMES).days(1, 366);
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &early));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1301"], 2), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN1301");
    assert!(found["evidence"].to_string().contains("that is in 2"), "hours are left: {found:#}");
    assert!(planned(&tree, &["apiserver"]).is_ok(), "signed again it begins five minutes ago");
}

#[test]
fn most_of_them_are_one_finding_about_the_clock() {
    // Its CAs begin a year before they are made.
    let tree = Tree::control_plane_made_ahead("cp1", 400);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN9101"], 2), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN9101");
    assert_eq!(found["command"], "timedatectl");
    let refused = planned(&tree, &[]).unwrap_err();
    assert!(matches!(refused, Refusal::ClockBeforeAuthority { .. }), "{refused:?}");
}
