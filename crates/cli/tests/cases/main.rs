//! Situations that people really hit, each as a tree that shows it: what `perennial check` finds, where, and with
//! which exit code. Each stands for a kind. To add one: a file here, a tree that is broken in one way, what is seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod access;
mod amended;
mod another_nodes_pair;
mod awaited_serving;
mod clock;
mod cni;
mod cosmetics;
mod csr;
mod cut_off;
mod encrypted_ca_key;
mod everything;
mod expired_etcd;
mod external_etcd;
mod foreign_identity;
mod healthy;
mod intermediate;
mod kubelet;
mod kubelet_files;
mod kubespray;
mod log_lines;
mod lost_key;
mod manifests;
mod mixed_algorithms;
mod names;
mod node_name;
mod one_cause;
mod people;
mod planned;
mod refused_chain;
mod remade_ca;
mod runtime;
mod schema;
mod seen;
mod special;
mod token_keys;
mod trees;
mod trust_edges;
mod two_authorities;
mod unreferenced;
mod usages;

use seen::Seen;
