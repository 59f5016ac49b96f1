//! A26: a rotation of the CA is half-way: ca.crt holds the old one and the new one.

use crate::Seen;
use crate::planned::{planned, renewed};
use perennial_core::plan::Refusal;
use perennial_testdata::{Issued, Leaf, Tree};

fn half_way(new_first: bool) -> (Tree, Issued) {
    let tree = Tree::control_plane("cp1");
    let (old, new) = (tree.authority("ca"), tree.add_authority("new", &Leaf::authority("/CN=kubernetes")));
    let bundle = if new_first { new.clone().followed_by(&old) } else { old.followed_by(&new) };
    tree.write("etc/kubernetes/pki/ca.crt", &bundle.certificate);
    (tree, new)
}

#[test]
fn dual_trust_is_told_in_both_orders_and_is_fatal_for_kube_controller_manager() {
    for new_first in [true, false] {
        let (tree, _) = half_way(new_first);
        let seen = Seen::by_check(&tree);
        assert_eq!(
            (seen.codes(), seen.status),
            (vec!["PRN2108", "PRN2106"], 2),
            "{:#}",
            seen.json["findings"]
        );
        let found = seen.one("PRN2106");
        let evidence = found["evidence"].as_array().unwrap();
        assert!(evidence.len() == 2 && evidence[0].as_str().unwrap().contains("it signs"), "{found:#}");
        assert!(found["note"].as_str().unwrap().contains("kubeadm certs renew"), "{found:#}");
    }
}

#[test]
fn with_a_file_of_its_own_kube_controller_manager_is_fine() {
    let (tree, _) = half_way(false);
    tree.write("etc/kubernetes/pki/signing.crt", &tree.authority("ca").certificate);
    tree.edit("etc/kubernetes/manifests/kube-controller-manager.yaml", |text| {
        text.replace(
            "signing-cert-file=/etc/kubernetes/pki/ca.crt",
            "signing-cert-file=/etc/kubernetes/pki/signing.crt",
        )
    });
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2106"], 0));
    // Nothing shrinks the bundle: what is renewed is signed by the CA whose key is there, and no CA file is touched.
    let plan = planned(&tree, &[]).unwrap();
    let touched: Vec<_> = plan.renewals().flat_map(|renewal| renewal.target.files()).collect();
    assert!(!touched.is_empty() && touched.iter().all(|file| !file.as_str().ends_with("ca.crt")));
}

#[test]
fn the_new_key_signs_only_once_everybody_who_is_shown_it_trusts_it() {
    let (tree, new) = half_way(false);
    tree.write_secret("etc/kubernetes/pki/ca.key", &new.key);
    // The kubeconfigs still trust the old CA alone: a new serving certificate would lock them out.
    let refused = planned(&tree, &[]).unwrap_err();
    assert!(
        matches!(&refused, Refusal::IssuerNotTrusted { credential, .. } if credential == "apiserver"),
        "{refused:?}"
    );
    assert_eq!(renewed(&planned(&tree, &["scheduler.conf"]).unwrap()), ["scheduler.conf"]);
}

#[test]
fn an_old_ca_in_the_bundle_that_has_ended_is_no_alarm() {
    let tree = Tree::control_plane("cp1");
    let old = tree.add_authority("old", &Leaf::authority("/CN=kubernetes").days(-900, -3));
    let bundle = old.followed_by(&tree.authority("front-proxy-ca"));
    tree.write("etc/kubernetes/pki/front-proxy-ca.crt", &bundle.certificate);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1302", "PRN2106"], 0), "{:#}", seen.json["findings"]);
}
