//! A plan that was kept: the same one or a stale one, and what has made it stale.

use crate::control_plane::control_plane;
use crate::{days, decide, request};
use jiff::SignedDuration;
use perennial_core::inventory::{Looked, Node, Place};
use perennial_core::plan::{Kubeadm, Plan, Refusal, Request, stale};

fn planned(node: &Node) -> Plan {
    decide(node, &request()).unwrap()
}

#[test]
fn time_containers_and_leases_make_no_plan_stale() {
    let mut node = control_plane(days(12));
    let saved = planned(&node);
    node.observed_at += SignedDuration::from_hours(5);
    for holder in &mut node.holders {
        if let Looked::Seen(container) = &mut holder.container {
            container.id.push('x');
        }
    }
    assert_eq!(stale(&saved, &planned(&node)), None);
}

#[test]
fn a_file_that_somebody_has_written_is_named() {
    let mut node = control_plane(days(12));
    let saved = planned(&node);
    let scheduler = node.credentials.iter_mut().find(|one| one.name == "scheduler.conf").unwrap();
    let Place::Kubeconfig { file, .. } = &mut scheduler.place else { panic!("{scheduler:?}") };
    let Looked::Seen(facts) = &mut file.facts else { panic!("{file:?}") };
    facts.sha256 = "other".to_owned();
    let why = stale(&saved, &planned(&node));
    assert_eq!(why, Some(Refusal::Changed { what: "/etc/kubernetes/scheduler.conf".to_owned() }));
}

#[test]
fn another_request_is_another_plan() {
    let node = control_plane(days(12));
    let saved = planned(&node);
    let other = Request { only: vec!["apiserver".to_owned()], ..request() };
    let Some(Refusal::Changed { what }) = stale(&saved, &decide(&node, &other).unwrap()) else { panic!() };
    assert!(what.contains("scheduler.conf") && !what.contains("apiserver.crt"), "{what}");
}

#[test]
fn another_nodes_plan_is_told_as_that() {
    let mut node = control_plane(days(12));
    let saved = planned(&node);
    node.name = Some("cp2".to_owned());
    let why = Refusal::AnotherNodesPlan { planned: saved.node.clone(), here: "cp2".to_owned() };
    assert_eq!(stale(&saved, &planned(&node)), Some(why));
}

#[test]
fn another_kubeadm_than_the_planned_one_is_told() {
    let node = control_plane(days(12));
    let by = |program: &str| {
        let kubeadm = Kubeadm { program: program.into(), version: "v1.36.3".to_owned() };
        decide(&node, &Request { kubeadm: Some(kubeadm), ..request() }).unwrap()
    };
    let why = stale(&by("/tmp/kubeadm"), &by("/usr/bin/kubeadm"));
    assert_eq!(why, Some(Refusal::Changed { what: "/usr/bin/kubeadm v1.36.3".to_owned() }));
}
