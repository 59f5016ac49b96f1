//! Static pods beside the control plane's: what they hold of the credentials that they use.

use crate::control_plane::{control_plane, file, now};
use crate::days;
use crate::memory::ago;
use jiff::Timestamp;
use perennial_core::assess::{
    Basis, Code, Finding, Memory, Policy, Severity, State, Strength, assess, judge_pod,
};
use perennial_core::inventory::{Consumed, Container, Installed, Looked, Node, OtherPod, Trouble};

const FILE: &str = "/etc/kubernetes/super-admin.conf";

/// A virtual address's pod that mounts super-admin.conf, since `started`.
fn node(started: Timestamp) -> Node {
    let mut node = control_plane(days(300));
    let container = Container {
        id: "0123456789abcdef0123".into(),
        name: "kube-vip".into(),
        pod: "kube-vip-cp1".into(),
        attempt: 0,
        started_at: started,
        pid: Some(7),
    };
    node.beside.pods.push(OtherPod {
        pod: "kube-vip".into(),
        namespace: "kube-system".into(),
        manifest: file("/etc/kubernetes/manifests/kube-vip.yaml"),
        flags: std::collections::BTreeMap::new(),
        consumes: vec![Consumed {
            name: "super-admin.conf".into(),
            file: FILE.into(),
            inside: "/etc/kubernetes/admin.conf".into(),
            container: "kube-vip".into(),
            alone: true,
            named: true,
            running: Looked::Seen(container),
            mounted_sha256: Looked::Absent,
        }],
    });
    node
}

fn used(node: &mut Node) -> &mut Consumed {
    &mut node.beside.pods[0].consumes[0]
}

fn judged(node: &Node) -> Option<(Memory, Strength)> {
    judge_pod(node, &node.beside.pods[0].consumes[0]).map(|judged| (judged.memory, judged.strength))
}

fn state(node: &Node) -> State {
    let assessment = assess(node, &Policy::default(), now());
    let check = assessment.checks.into_iter().find(|check| check.object == "kube-system/kube-vip");
    check.unwrap().state
}

#[test]
fn a20_a_pod_that_started_before_its_certificate_was_made_may_well_hold_an_older_one() {
    // The file changed half a year ago, when the certificate in it was made.
    let old = node(now() - days(200));
    assert_eq!(judged(&old), Some((Memory::Stale(Basis::StartedBeforeIssue), Strength::Weak)));
    let State::Fail(finding) = state(&old) else { panic!("{:?}", state(&old)) };
    assert_eq!((finding.code(), finding.severity()), (Code::PodStale, Severity::Warning));
    let Finding::PodStale { pod, container, file, .. } = &finding else { panic!("{finding:?}") };
    assert_eq!((pod.as_str(), file.as_str()), ("kube-vip", FILE));
    assert_eq!(container, "0123456789abcdef0123");
    let after = node(ago(60));
    assert_eq!(judged(&after), Some((Memory::Fresh(Basis::StartedAfterChange), Strength::Strong)));
    assert!(matches!(state(&after), State::Pass));
}

#[test]
fn a20_our_own_swap_dates_it_too() {
    let mut node = node(ago(3600));
    for one in &mut node.credentials {
        if let perennial_core::inventory::Place::Kubeconfig { file, .. } = &mut one.place
            && let Looked::Seen(facts) = &mut file.facts
            && file.path == FILE
        {
            facts.changed = ago(60);
        }
    }
    // Somebody has touched the file since: nothing is known, and nothing is claimed.
    assert_eq!(judged(&node), Some((Memory::Unproven(Basis::InBetween), Strength::Nothing)));
    assert!(matches!(state(&node), State::NotApplicable));
    let sha256 = format!("before {FILE}");
    node.past.installed.push(Installed { path: FILE.into(), sha256, at: ago(60), validity_seconds: 1 });
    assert_eq!(judged(&node), Some((Memory::Stale(Basis::StartedBeforeOurSwap), Strength::Weak)));
}

#[test]
fn a20_other_bytes_inside_the_container_are_decisive() {
    let mut node = node(ago(60));
    used(&mut node).mounted_sha256 = Looked::Seen("older bytes".into());
    assert_eq!(judged(&node), Some((Memory::Stale(Basis::OtherBytesMounted), Strength::Decisive)));
    // Below a directory the container sees what the host sees; other bytes there are another file.
    used(&mut node).alone = false;
    assert_eq!(judged(&node), Some((Memory::Fresh(Basis::StartedAfterChange), Strength::Strong)));
}

#[test]
fn a20_what_a_pod_only_gets_to_or_what_does_not_run_is_no_holder() {
    let mut node = node(now() - days(200));
    (used(&mut node).alone, used(&mut node).named) = (false, false);
    assert!(matches!(state(&node), State::NotApplicable));
    used(&mut node).alone = true;
    assert!(matches!(state(&node), State::Fail(_)));
    for running in [Looked::Absent, Looked::Unusable(Trouble::NoAnswer("connection refused".into()))] {
        used(&mut node).running = running;
        assert_eq!(judged(&node), None);
        assert!(matches!(state(&node), State::NotApplicable));
    }
}
