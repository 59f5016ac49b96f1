//! Trees of certificates for tests: a healthy node as kubeadm leaves it, then broken in one chosen way.
//!
//! ```
//! use perennial_testdata::{Leaf, Tree};
//!
//! let tree = Tree::control_plane("cp1");
//! let old = Leaf::both("/CN=cp1").names(&["DNS:cp1", "DNS:localhost", "IP:10.0.0.11"]).days(-400, -35);
//! tree.pair("etc/kubernetes/pki/etcd/server", &tree.issue("etcd-ca", &old));
//! let healthy_otherwise = tree.root(); // for `perennial check --root`
//! # assert!(healthy_otherwise.join("etc/kubernetes/pki/etcd/server.key").is_file());
//! ```
//!
//! Certificates are put together byte by byte, so that faulty ones can be made too. Keys are P-256 unless a leaf
//! asks for another kind: they are made in no time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "used by tests alone: a tree that can't be made has failed the test"
)]

pub mod corpus;
mod der;
mod issue;
mod kubespray;
mod leaf;
mod node;
mod secrets;
mod tree;

pub use issue::{Issued, self_signed};
pub use leaf::{Leaf, Usage};
pub use perennial_pki::key::{KeyForm, KeyKind};
pub use tree::Tree;
