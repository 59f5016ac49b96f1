//! What `renew` and `reload` decide, on a control plane made by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod by_kubeadm;
mod cluster;
mod control_plane;
mod diagnosing;
mod judging;
mod kubeconfigs;
mod linting;
mod memory;
mod places;
mod pods;
mod proving;
mod refreshing;
mod refusals;
mod renewing;
mod restarts;
mod saved;
mod standing;

use control_plane::now;
use jiff::SignedDuration;
use perennial_core::assess::Policy;
use perennial_core::inventory::{Component, Container, Directory, Looked, Node, Place};
use perennial_core::plan::{Plan, Refusal, Request, Verb, lint, renew};

const YEAR: i64 = 365 * 24 * 3600;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn request() -> Request {
    Request { workload: true, ..Request::new(Verb::Renew, YEAR) }
}

fn decide(node: &Node, request: &Request) -> Result<Plan, Refusal> {
    let plan = renew(node, request, &Policy::default(), now())?;
    assert_eq!(lint(&plan), [], "a plan must never have a fault");
    Ok(plan)
}

fn renewed(plan: &Plan) -> Vec<&str> {
    plan.renewals().map(|renewal| renewal.credential.as_str()).collect()
}

fn container(node: &mut Node, component: Component) -> &mut Container {
    let holder = node.holders.iter_mut().find(|holder| holder.component == component).unwrap();
    match &mut holder.container {
        Looked::Seen(container) => container,
        other => panic!("{other:?}"),
    }
}

fn in_directory(node: &mut Node, credential: &str, directory: Directory) {
    let credential = node.credentials.iter_mut().find(|known| known.name == credential).unwrap();
    let (Place::Kubeconfig { file, .. } | Place::Pair { certificate: file, .. }) = &mut credential.place
    else {
        panic!("{credential:?}");
    };
    let Looked::Seen(facts) = &mut file.facts else { panic!("{file:?}") };
    facts.directory = directory;
}
