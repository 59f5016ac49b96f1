//! What `renew` would do on a node with these files, were it alive.

use jiff::Timestamp;
use perennial_core::assess::Policy;
use perennial_core::inventory::{Looked, Node, Unit};
use perennial_core::plan::{Plan, Reason, Refusal, Request, Verb, lint, renew};
use perennial_host::observe::{Look, homes, node};
use perennial_testdata::Tree;

/// How a tree is looked at.
pub(crate) fn look(tree: &Tree) -> Look {
    Look {
        root: tree.root().to_owned(),
        listeners: false,
        processes: false,
        cluster: false,
        objects: false,
        secrets: false,
        homes: homes(tree.root()),
        kubeconfigs: Vec::new(),
        state_directory: "/var/lib/perennial".into(),
    }
}

/// What is seen of a tree.
pub(crate) fn observed(tree: &Tree) -> Node {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    node(&runtime, &look(tree))
}

/// Plans `renew`, with `--only` for each name. Nothing is changed by it; a plan never has a fault.
pub(crate) fn planned(tree: &Tree, only: &[&str]) -> Result<Plan, Refusal> {
    planned_with(tree, only, |request| request)
}

/// The same, with more that is asked for.
pub(crate) fn planned_with(
    tree: &Tree,
    only: &[&str],
    ask: impl FnOnce(Request) -> Request,
) -> Result<Plan, Refusal> {
    let before = tree.inventory();
    let mut node = observed(tree);
    node.as_root = true;
    node.kubelet.unit = Looked::Seen(Unit {
        active_state: "active".to_owned(),
        sub_state: "running".to_owned(),
        main_pid: Some(1),
        restarts: 0,
        active_since: None,
    });
    let request = ask(Request {
        only: only.iter().map(|name| (*name).to_owned()).collect(),
        ..Request::new(Verb::Renew, 365 * 24 * 3600)
    });
    let plan = renew(&node, &request, &Policy::default(), Timestamp::now());
    assert_eq!(before, tree.inventory(), "planning has changed something");
    if let Ok(plan) = &plan {
        assert_eq!(lint(plan), []);
    }
    plan
}

/// The names of what a plan renews, in order.
pub(crate) fn renewed(plan: &Plan) -> Vec<&str> {
    plan.renewals().map(|renewal| renewal.credential.as_str()).collect()
}

/// Why a plan leaves a credential as it is.
pub(crate) fn kept(plan: &Plan, name: &str) -> Option<Reason> {
    plan.kept.iter().find(|kept| kept.name == name).map(|kept| kept.reason)
}
