//! Situations that people really hit, each as a tree that shows it: what `perennial check` finds, where, and with
//! which exit code. Each stands for a kind. To add one: a file here, a tree that is broken in one way, what is seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod access;
mod awaited_serving;
mod cut_off;
mod expired_etcd;
mod healthy;
mod kubelet;
mod manifests;
mod seen;
mod special;

use seen::Seen;
