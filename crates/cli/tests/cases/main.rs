//! Situations that people really hit, each as a tree that shows it: what `perennial check` finds, where, and with
//! which exit code. Each stands for a kind. To add one: a file here, a tree that is broken in one way, what is seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod access;
mod another_nodes_pair;
mod awaited_serving;
mod clock;
mod cut_off;
mod encrypted_ca_key;
mod expired_etcd;
mod external_etcd;
mod foreign_identity;
mod healthy;
mod intermediate;
mod kubelet;
mod kubespray;
mod log_lines;
mod lost_key;
mod manifests;
mod mixed_algorithms;
mod names;
mod node_name;
mod planned;
mod refused_chain;
mod remade_ca;
mod seen;
mod special;
mod trust_edges;
mod two_authorities;
mod unreferenced;
mod usages;

use seen::Seen;
