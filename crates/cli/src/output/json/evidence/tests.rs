use super::*;
use crate::language::Language;
use crate::output::json::render;
use crate::output::report::Report;
use crate::world::{Depth, Ended, Run, World};
use perennial_core::inventory::Node;
use perennial_core::plan::{Plan, Request, Verb, renew};
use perennial_core::prove::prove;
use perennial_testdata::{Leaf, Tree};
use std::time::Duration;

const YEAR: i64 = 365 * 24 * 3600;

fn seen(tree: &Tree) -> Node {
    World::new(Some(tree.root()), Language::En).unwrap().observe(Depth::Node)
}

fn plan(node: &Node) -> Plan {
    let mut node = node.clone();
    // A copy of a tree is nobody's node.
    (node.as_root, node.copied_tree) = (true, false);
    let request = Request { only: vec!["front-proxy-client".to_owned()], ..Request::new(Verb::Renew, YEAR) };
    renew(&node, &request, &Default::default(), node.observed_at).unwrap()
}

fn run(ended: Ended) -> Run {
    Run {
        id: "r-20261125-020131".to_owned(),
        ended,
        backup: None,
        workload: None,
        took: Duration::from_secs(4),
        records: Vec::new(),
        journal_sha256: Some("00".to_owned()),
        writes: None,
    }
}

/// The evidence of a run that has replaced front-proxy-client, and the tree that it was on.
fn evidence(known_before: bool, ended: Ended) -> (Evidence, Tree) {
    let tree = Tree::control_plane("cp1");
    let before = seen(&tree);
    let plan = plan(&before);
    let new = tree.issue("front-proxy-ca", &Leaf::client("/CN=front-proxy-client").days(0, 365));
    tree.pair("etc/kubernetes/pki/front-proxy-client", &new);
    let after = seen(&tree);
    let edges = prove(&after, None);
    let run = run(ended);
    let report = Report { plan: &plan, run: Some(&run), edges: Some(&edges), evidence: None };
    let before = known_before.then_some(&before);
    (of_run("perennial renew --yes".to_owned(), &report, &run, before, &after).sealed().unwrap(), tree)
}

fn text(evidence: &Evidence) -> String {
    render(evidence).unwrap()
}

#[test]
fn what_is_written_can_be_read_and_names_both_certificates() {
    let (evidence, tree) = evidence(true, Ended::Committed);
    let text = text(&evidence);
    assert!(!tree.leaks(text.as_bytes()), "a private key is in the evidence");
    let read = Evidence::read(text.as_bytes()).unwrap();
    assert_eq!((read.digest.as_str(), read.outcome.as_str()), (evidence.digest.as_str(), "done"));
    let changed: Vec<_> = read.credentials.iter().filter(|one| one.changed).collect();
    let [changed] = changed[..] else { panic!("{changed:?}") };
    let (before, after) = (changed.before.as_ref().unwrap(), changed.after.as_ref().unwrap());
    assert_eq!(changed.name, "front-proxy-client");
    assert_ne!(before.fingerprint, after.fingerprint);
    assert_ne!(before.serial, after.serial);
    assert_eq!(before.authority_key, after.authority_key);
    assert!(after.authority_key.is_some());
    let recorded = read.recorded();
    let recorded = recorded.iter().find(|one| one.credential == "front-proxy-client").unwrap();
    assert_eq!((Some(&before.fingerprint), &after.fingerprint), (recorded.before.as_ref(), &recorded.after));
    assert_eq!(read.recorded_authorities().len(), 3);
}

#[test]
fn after_a_crash_the_old_certificate_is_the_plans() {
    let (with, _) = evidence(true, Ended::Committed);
    let (without, _) = evidence(false, Ended::Committed);
    let old = |evidence: &Evidence| {
        let one = evidence.credentials.iter().find(|one| one.name == "front-proxy-client").unwrap();
        (one.changed, one.before.as_ref().unwrap().fingerprint.len())
    };
    assert_eq!(old(&with), old(&without));
    let other = without.credentials.iter().find(|one| one.name == "apiserver").unwrap();
    assert_eq!((other.changed, &other.before), (false, &None), "nobody knows it any more");
}

#[test]
fn a_run_that_went_wrong_says_so() {
    let reason = "no new container".to_owned();
    let (undone, _) = evidence(true, Ended::Undone { step: Some(4), reason: reason.clone() });
    assert_eq!((undone.outcome.as_str(), undone.exit_code, undone.failed_step), ("putBack", 5, Some(5)));
    assert_eq!(undone.reason.as_deref(), Some("no new container"));
    assert!(undone.closed());
    let (stuck, _) = evidence(true, Ended::Stuck { step: 4, reason });
    assert_eq!((stuck.outcome.as_str(), stuck.exit_code), ("inBetween", 6));
    assert!(!stuck.closed());
}

#[test]
fn whatever_is_changed_is_noticed() {
    let good = text(&evidence(true, Ended::Committed).0);
    for (old, new) in [("\"cp1\"", "\"cp2\""), ("\"done\"", "\"putBack\""), ("\"notProven\"", "\"proven\"")] {
        let edited = good.replacen(old, new, 1);
        assert!(edited != good, "{old} is in it");
        assert_eq!(Evidence::read(edited.as_bytes()).unwrap_err(), NotEvidence::Edited, "{old}");
    }
    let mut value: Value = serde_json::from_str(&good).unwrap();
    value["unheard"] = 1.into();
    assert_eq!(Evidence::read(value.to_string().as_bytes()).unwrap_err(), NotEvidence::Edited);
    // A later perennial may write more; it counts for the digest and is ignored.
    value["digest"] = digest(value.clone()).into();
    assert!(Evidence::read(value.to_string().as_bytes()).is_ok());
    // The order of the fields and white space are nothing.
    assert_ne!(value.to_string(), good);
}

#[test]
fn what_is_no_evidence_is_told_apart() {
    let good = text(&evidence(true, Ended::Committed).0);
    let read = |text: &str| Evidence::read(text.as_bytes()).unwrap_err();
    for length in [0, 1, good.len() / 2, good.len() - 3] {
        assert_eq!(read(&good[..length]), NotEvidence::CutOff, "{length}");
    }
    assert_eq!(read("apiVersion: v1"), NotEvidence::Malformed("line 1, column 1".to_owned()));
    assert_eq!(read("[1]"), NotEvidence::OtherKind(String::new()));
    assert_eq!(read(r#"{"kind":"Plan"}"#), NotEvidence::OtherKind("Plan".to_owned()));
    let newer = good.replacen("perennial.dev/v1", "perennial.dev/v2", 1);
    assert_eq!(read(&newer), NotEvidence::Newer("perennial.dev/v2".to_owned()));
    let mut bare = serde_json::json!({"apiVersion": "perennial.dev/v1", "kind": "Evidence"});
    bare["digest"] = digest(bare.clone()).into();
    assert!(
        matches!(read(&bare.to_string()), NotEvidence::Malformed(reason) if reason.contains("missing field"))
    );
}
