//! A28: certificates that are not valid yet: one of them is at fault itself, most of them mean the clock.

use crate::Seen;
use crate::planned::planned;
use perennial_core::plan::Refusal;
use perennial_testdata::{Leaf, Tree, self_signed};

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

#[test]
fn what_the_kubelet_serves_is_grave_only_where_somebody_verifies_it() {
    for (flag, severity, status) in [(false, "warning", 0), (true, "critical", 2)] {
        let tree = Tree::control_plane("cp1");
        let authority = self_signed(&Leaf::authority("/CN=cp1-ca@1767225600").days(-30, 335), None);
        let early = Leaf::server("/CN=cp1@1767225600").names(&["DNS:cp1"]).days(1, 366);
        tree.pair("var/lib/kubelet/pki/kubelet", &authority.issue(&early).followed_by(&authority));
        if flag {
            tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
                let line = "    - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt\n";
                text.replacen("    - kube-apiserver\n", &format!("    - kube-apiserver\n{line}"), 1)
            });
        }
        let seen = Seen::by_check(&tree);
        let found = seen.one("PRN1301");
        assert_eq!(
            (&found["severity"], seen.status),
            (&severity.into(), status),
            "{:#}",
            seen.json["findings"]
        );
        assert_eq!(found["objects"][0]["file"], "/var/lib/kubelet/pki/kubelet.crt");
        assert!(found["leftAlone"].as_str().unwrap().contains("logs"), "{found:#}");
    }
}
