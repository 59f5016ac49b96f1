//! What `verify` proves of a process that never re-reads its file: leaders and standbys.

use crate::control_plane::{control_plane, now};
use crate::{container, days};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::Basis;
use perennial_core::inventory::{Cluster, Component, Lease, Looked, Node};
use perennial_core::prove::{Edge, Party, Shown, Verdict, prove};

const SCHEDULER: Component = Component::KubeScheduler;

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// kube-scheduler's process started `started` seconds ago; its lease is `holder`'s, renewed `renewed` seconds ago.
fn node(started: i64, holder: &str, renewed: Option<i64>) -> Node {
    let mut node = control_plane(days(200));
    container(&mut node, SCHEDULER).started_at = ago(started);
    let lease = Lease {
        component: SCHEDULER,
        holder: holder.to_owned(),
        acquired: None,
        renewed: renewed.map(ago),
        resource_version: "1".to_owned(),
        coordinated: false,
    };
    node.cluster = Looked::Seen(Cluster { leases: vec![lease], ..Cluster::default() });
    node
}

fn verdict(node: &Node) -> Verdict {
    edge(node).verdict
}

fn edge(node: &Node) -> Edge {
    prove(node, None).into_iter().find(|edge| edge.from == Party::Component(SCHEDULER)).unwrap()
}

#[test]
fn a_leader_is_proven_by_its_own_lease_renewed_since_its_start() {
    assert_eq!(verdict(&node(60, "cp1_a", Some(2))), Verdict::Proven);
    // Renewed before this process was there: by its predecessor.
    assert_eq!(verdict(&node(60, "cp1_a", Some(70))), Verdict::Refuted);
    assert_eq!(verdict(&node(1, "cp1_a", Some(2))), Verdict::Refuted);
    // Run out: it leads no more.
    assert_eq!(verdict(&node(60, "cp1_a", Some(15))), Verdict::Refuted);
    assert_eq!(verdict(&node(60, "cp1_a", Some(14))), Verdict::Proven);
}

#[test]
fn a_standby_is_proven_by_its_start_while_another_node_leads() {
    // The leader elsewhere had renewed before this process started, and goes on: a standby renews nothing.
    assert_eq!(verdict(&node(1, "cp2_b", Some(2))), Verdict::Proven);
    assert_eq!(verdict(&node(60, "cp2_b", Some(2))), Verdict::Proven);
    // Nobody leads: then this one should.
    assert_eq!(verdict(&node(60, "cp2_b", Some(15))), Verdict::Refuted);
}

#[test]
fn a_holder_without_another_host_is_no_other_node() {
    for holder in ["", "cp2", "_b", "cp1_b"] {
        assert_eq!(verdict(&node(1, holder, Some(2))), Verdict::Refuted, "{holder}");
    }
    let mut unnamed = node(1, "cp2_b", Some(2));
    unnamed.host_name = None;
    assert_eq!(verdict(&unnamed), Verdict::Refuted, "nobody knows whether it is another's");
}

#[test]
fn without_a_lease_nothing_is_proven_and_nothing_refuted() {
    assert_eq!(verdict(&node(60, "cp2_b", None)), Verdict::NotProven);
    let mut silent = node(60, "cp1_a", Some(2));
    silent.cluster = Looked::Absent;
    assert_eq!(verdict(&silent), Verdict::NotProven);
}

#[test]
fn a_stale_process_is_refuted_whoever_leads() {
    for holder in ["cp1_a", "cp2_b"] {
        // Older than its certificate.
        let old = node(400 * 24 * 3600, holder, Some(2));
        let edge = edge(&old);
        assert_eq!(edge.verdict, Verdict::Refuted, "{holder}");
        let Shown::Process { basis, .. } = edge.proof else { panic!("{edge:?}") };
        assert_eq!(basis, Some(Basis::StartedBeforeIssue));
    }
}
