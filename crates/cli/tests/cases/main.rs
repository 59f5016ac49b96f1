//! Situations that people really hit, each as a tree that shows it: what `perennial check` finds, where, and with
//! which exit code. Each stands for a kind. To add one: a file here (ten lines), and its name below. This is a whole one,
//! `front_proxy.rs`:
//!
//! ```
//! //! A05, at the front proxy: its client certificate is over.
//! use crate::{Leaf, Seen, Tree};
//! #[test]
//! fn an_expired_certificate_of_the_front_proxy_is_found() {
//!     let tree = Tree::control_plane("cp1");
//!     let old = Leaf::client("/CN=front-proxy-client").days(-400, -35);
//!     tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &old));
//!     let seen = Seen::by_check(&tree);
//!     assert_eq!((seen.codes(), seen.status), (vec!["PRN1101"], 2));
//! }
//! ```
//!
//! `Tree` has the healthy nodes to begin with and what breaks them, `Leaf` the certificates, `Seen` what perennial said;
//! looking is tried in both languages, must change nothing and show no key. A line in `trees.rs` has every verb tried on
//! the tree, too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]
#![allow(
    clippy::test_attr_in_doctest,
    reason = "the case that is shown is a file of this test, and run as one"
)]

mod access;
mod amended;
mod another_nodes_pair;
mod awaited_serving;
mod behind_passphrase;
mod clock;
mod cni;
mod cosmetics;
mod csr;
mod cut_off;
mod encrypted_ca_key;
mod everything;
mod evidence;
mod expired_etcd;
mod external_etcd;
mod foreign_identity;
mod front_proxy;
mod future;
mod healthy;
mod inspected;
mod intermediate;
mod jail;
mod kubeadm;
mod kubeconfig_identities;
mod kubelet;
mod kubelet_files;
mod kubespray;
mod listed;
mod log_lines;
mod lost_key;
mod lost_kubelet_conf;
mod manifests;
mod mixed_algorithms;
mod nagios;
mod names;
mod node_name;
mod one_cause;
mod pasted;
mod people;
mod planned;
mod refreshed;
mod refused_chain;
mod remade_ca;
mod runtime;
mod schema;
mod seen;
mod settings;
mod special;
mod suppressed;
mod token_keys;
mod trees;
mod trust_edges;
mod two_authorities;
mod unreferenced;
mod usages;

use perennial_testdata::{Leaf, Tree};
use seen::Seen;

#[test]
fn the_case_that_is_shown_above_is_a_real_one() {
    let lines = include_str!("main.rs").lines().skip_while(|line| *line != "//! ```").skip(1);
    let shown: Vec<_> =
        lines.map_while(|line| line.strip_prefix("//! ").filter(|line| *line != "```")).collect();
    assert_eq!(shown, include_str!("front_proxy.rs").lines().collect::<Vec<_>>());
    assert!(shown.len() <= 10, "{} lines", shown.len());
}
