//! A key that is gone, cut off or of another kind beside a good certificate: `renew` makes a new pair, and the advice
//! is that command, not a backup.

use crate::Seen;
use perennial_testdata::Tree;
use serde_json::Value;

const PKI: &str = "etc/kubernetes/pki";

#[test]
fn the_command_is_the_one_that_makes_a_new_pair() {
    for (base, name) in [("apiserver", "apiserver"), ("etcd/server", "etcd-server")] {
        for (damage, code) in [("gone", "PRN5101"), ("empty", "PRN5104"), ("text", "PRN5102")] {
            let tree = Tree::control_plane("cp1");
            let key = format!("{PKI}/{base}.key");
            match damage {
                "gone" => tree.remove(&key),
                "empty" => tree.write(&key, ""),
                _ => tree.write(&key, "no key\n"),
            }
            let seen = Seen::by_check(&tree);
            let found = seen.one(code);
            assert_eq!(found["objects"][0]["file"], format!("/{key}"), "{damage}");
            assert_eq!(found["command"], format!("perennial renew --only {name}"), "{damage}: {found:#}");
            assert_eq!(found["advice"], Value::Null, "{damage}");
        }
    }
}

#[test]
fn what_no_renewal_brings_back_is_still_told_to_come_from_a_backup() {
    let tree = Tree::control_plane("cp1");
    tree.remove(&format!("{PKI}/apiserver.crt"));
    tree.remove(&format!("{PKI}/etcd/peer.crt"));
    tree.remove(&format!("{PKI}/front-proxy-client.key"));
    let seen = Seen::by_check(&tree);
    let found = seen.of("PRN5101");
    // The two certificates are one matter, the key another.
    let counts: Vec<_> = found.iter().map(|found| (&found["count"], found["command"].is_null())).collect();
    assert_eq!(counts, [(&2.into(), true), (&1.into(), false)], "{found:#?}");
    assert!(found[0]["advice"].as_str().unwrap().contains("backup"));
}

#[test]
fn a_key_whose_ca_is_elsewhere_cannot_be_made_here() {
    let tree = Tree::control_plane("cp1");
    tree.remove(&format!("{PKI}/apiserver.key"));
    tree.remove(&format!("{PKI}/ca.key"));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN5101")["command"], Value::Null);
}
