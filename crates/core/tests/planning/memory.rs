//! The ladder of evidence for what a process holds: each witness alone, what contradicts what, and which one wins.

use crate::control_plane::{control_plane, file, now, of_role};
use crate::{container, days};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::{
    Basis, Finding, Judgement, Memory, Policy, Speaks, State, Strength, Witness, assess, judge,
    judge_kubelet, processes,
};
use perennial_core::inventory::{
    Cluster, Component, Credential, Lease, Looked, Material, Node, Place, Refused, Replaced, Role, Shown,
    Trouble,
};

const SCHEDULER: Component = Component::KubeScheduler;
const HERE: &str = "10.0.0.1";
const ELSEWHERE: &str = "10.0.0.2";

pub(crate) fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// kube-scheduler has started in between: after its certificate was made, before its file last changed.
fn in_between() -> Node {
    let mut node = control_plane(days(300));
    file_changed(&mut node, Role::Scheduler, ago(3600));
    container(&mut node, SCHEDULER).started_at = ago(7200);
    node
}

fn file_changed(node: &mut Node, role: Role, at: Timestamp) {
    let credential = node.credentials.iter_mut().find(|one| one.role == role).unwrap();
    let (Place::Kubeconfig { file, .. } | Place::Combined { file }) = &mut credential.place else { panic!() };
    let Looked::Seen(facts) = &mut file.facts else { panic!() };
    facts.changed = at;
}

fn fingerprint(node: &Node, name: &str) -> String {
    node.credential(name).and_then(Credential::leaf).unwrap().fingerprint_sha256()
}

fn shown(fingerprint: &str, from: &str, seconds: i64) -> Shown {
    Shown {
        user: "system:kube-scheduler".into(),
        program: "kube-scheduler".into(),
        fingerprint: fingerprint.into(),
        from: from.parse().ok(),
        at: ago(seconds),
    }
}

/// The certificate that scheduler.conf held before.
fn replaced() -> (String, Replaced) {
    let old = of_role(Role::Scheduler, now() + days(30));
    let (credential, serial) = ("scheduler.conf".to_owned(), old.serial_decimal());
    (serial.clone(), Replaced { credential, fingerprint: old.fingerprint_sha256(), serial })
}

fn heard(node: &mut Node, shown: Vec<Shown>) {
    node.beside.heard.shown = Looked::Seen(shown);
}

fn refused(node: &mut Node, seconds: i64) {
    let (serial, old) = replaced();
    node.beside.heard.refused = Looked::Seen(vec![Refused { serial, at: ago(seconds) }]);
    node.beside.heard.replaced = vec![old];
}

fn judged(node: &Node) -> Judgement {
    let holder = node.holders.iter().find(|holder| holder.component == SCHEDULER).unwrap();
    judge(node, holder)
}

fn verdict(node: &Node) -> (Memory, Strength) {
    let judged = judged(node);
    (judged.memory, judged.strength)
}

fn unproven() -> (Memory, Strength) {
    (Memory::Unproven(Basis::InBetween), Strength::Nothing)
}

#[test]
fn without_any_witness_nothing_is_proven() {
    assert_eq!(verdict(&in_between()), unproven());
    let start = judged(&in_between()).evidence;
    assert_eq!((start.len(), start[0].witness(), start[0].speaks), (1, Witness::Start, Speaks::ForNeither));
    assert_eq!((start[0].at, start[0].file_changed), (Some(ago(7200)), Some(ago(3600))));
}

#[test]
fn the_files_certificate_in_the_audit_log_is_decisive_from_this_node() {
    let mut node = in_between();
    let file = fingerprint(&node, "scheduler.conf");
    for (from, strength) in [
        (HERE, Strength::Decisive),
        ("127.0.0.1", Strength::Decisive),
        (ELSEWHERE, Strength::Strong),
        ("", Strength::Strong),
    ] {
        heard(&mut node, vec![shown(&file, from, 10)]);
        assert_eq!(verdict(&node), (Memory::Fresh(Basis::ShowedTheFiles), strength), "{from}");
    }
    let seen = &judged(&node).evidence[0];
    assert_eq!((seen.witness(), seen.at), (Witness::AuditLog, Some(ago(10))));
    assert_eq!(seen.fingerprint.as_deref(), Some(file.as_str()));
}

#[test]
fn another_certificate_in_the_audit_log_proves_staleness_only_of_this_nodes_process() {
    let mut node = in_between();
    let (_, old) = replaced();
    let stranger = "b".repeat(64);
    heard(&mut node, vec![shown(&stranger, HERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedOther), Strength::Decisive));
    // Another control plane's kube-scheduler has the same name, and a certificate of its own.
    heard(&mut node, vec![shown(&stranger, ELSEWHERE, 10)]);
    assert_eq!(verdict(&node), unproven());
    // What only this node has ever had was shown by this node, whatever balancer lies between.
    node.beside.heard.replaced = vec![old.clone()];
    heard(&mut node, vec![shown(&old.fingerprint, ELSEWHERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedReplaced), Strength::Strong));
    heard(&mut node, vec![shown(&old.fingerprint, HERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedReplaced), Strength::Decisive));
    // A certificate that another credential held says nothing of this one.
    node.beside.heard.replaced[0].credential = "admin.conf".into();
    heard(&mut node, vec![shown(&old.fingerprint, ELSEWHERE, 10)]);
    assert_eq!(verdict(&node), unproven());
}

#[test]
fn only_the_process_itself_speaks_for_itself() {
    let mut node = in_between();
    let other = |change: fn(&mut Shown)| {
        let mut one = shown(&"b".repeat(64), HERE, 10);
        change(&mut one);
        one
    };
    let others = vec![
        other(|one| one.user = "system:kube-controller-manager".into()),
        // An administrator who tries the file out.
        other(|one| one.program = "kubectl".into()),
        // The predecessor, with what it had read.
        other(|one| one.at = ago(7200)),
        // A clock that is ahead of ours.
        other(|one| one.at = ago(-60)),
    ];
    heard(&mut node, others);
    assert_eq!(verdict(&node), unproven());
    // The newest from here counts: the process that runs now.
    let file = fingerprint(&node, "scheduler.conf");
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 20), shown(&file, HERE, 10)]);
    assert_eq!(verdict(&node).0, Memory::Fresh(Basis::ShowedTheFiles));
    heard(&mut node, vec![shown(&file, HERE, 20), shown(&"b".repeat(64), HERE, 10)]);
    assert_eq!(verdict(&node).0, Memory::Stale(Basis::ShowedOther));
    // What comes from elsewhere is no match for what comes from here.
    heard(&mut node, vec![shown(&file, HERE, 20), shown(&"b".repeat(64), ELSEWHERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Fresh(Basis::ShowedTheFiles), Strength::Decisive));
}

#[test]
fn without_a_start_only_a_request_of_just_now_was_made_by_the_process_that_runs() {
    let mut node = in_between();
    let holder = node.holders.iter_mut().find(|holder| holder.component == SCHEDULER).unwrap();
    holder.container = Looked::Unusable(Trouble::NoAnswer("no runtime".into()));
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedOther), Strength::Strong));
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 90)]);
    assert_eq!(verdict(&node), (Memory::Unproven(Basis::NoStart), Strength::Nothing));
    let file = fingerprint(&node, "scheduler.conf");
    heard(&mut node, vec![shown(&file, HERE, 90)]);
    assert_eq!(verdict(&node), (Memory::Fresh(Basis::ShowedTheFiles), Strength::Decisive));
}

#[test]
fn a_refused_serial_number_that_was_replaced_here_is_strong() {
    let mut node = in_between();
    refused(&mut node, 10);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ReplacedIsRefused), Strength::Strong));
    let seen = &judged(&node).evidence[0];
    assert_eq!((seen.witness(), seen.at), (Witness::ApiserverLog, Some(ago(10))));
    assert!(seen.serial.as_ref().is_some_and(|serial| serial.bytes().all(|byte| byte.is_ascii_digit())));
    // Before the file changed it was in use, and before the start it was another process.
    for seconds in [3601, 7201] {
        refused(&mut node, seconds);
        assert_eq!(verdict(&node), unproven(), "{seconds}");
    }
    // A serial number that nobody here knows is another's.
    refused(&mut node, 10);
    node.beside.heard.replaced.clear();
    assert_eq!(verdict(&node), unproven());
}

/// Each pair of witnesses that contradict each other: which one wins, and what is left of it.
#[test]
fn a_contradiction_weakens_all_but_what_was_seen_itself() {
    let fresh_by_start = || control_plane(days(300));
    let file = |node: &Node| fingerprint(node, "scheduler.conf");
    // Decisive against strong: it stands.
    let mut node = fresh_by_start();
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedOther), Strength::Decisive));
    assert_eq!(judged(&node).against().unwrap().basis, Basis::StartedAfterChange);
    let mut node = fresh_by_start();
    let held = node.holders.iter_mut().find(|holder| holder.component == SCHEDULER).unwrap();
    held.mounted_sha256 = Looked::Seen("older bytes".into());
    assert_eq!(verdict(&node), (Memory::Stale(Basis::OtherBytesMounted), Strength::Decisive));
    // Decisive against decisive: the certificate says more of itself than the bytes around it.
    let shows = file(&node);
    heard(&mut node, vec![shown(&shows, HERE, 10)]);
    assert_eq!(verdict(&node), (Memory::Fresh(Basis::ShowedTheFiles), Strength::Decisive));
    assert_eq!(judged(&node).against().unwrap().basis, Basis::OtherBytesMounted);
    // Strong against strong: nothing is proven, and a restart is due all the same.
    let mut node = fresh_by_start();
    refused(&mut node, 10);
    assert_eq!(verdict(&node), (Memory::Unproven(Basis::Contradicted), Strength::Nothing));
    assert_eq!(judged(&node).against().unwrap().basis, Basis::ReplacedIsRefused);
    // Strong against weak, both ways round, by the kubelet: it is weakened.
    let mut node = kubelet(ago(7200), ago(3600));
    let (serial, mut old) = replaced();
    old.credential = "kubelet-client".into();
    node.beside.heard.refused = Looked::Seen(vec![Refused { serial, at: ago(10) }]);
    node.beside.heard.replaced = vec![old];
    let judged = judge_kubelet(&node).unwrap();
    assert_eq!((judged.memory, judged.strength), (Memory::Stale(Basis::ReplacedIsRefused), Strength::Weak));
    assert_eq!(judged.against().unwrap().basis, Basis::RotatesItself);
}

#[test]
fn the_strongest_comes_first() {
    let mut node = control_plane(days(300));
    let file = fingerprint(&node, "scheduler.conf");
    heard(&mut node, vec![shown(&file, HERE, 10)]);
    let held = node.holders.iter_mut().find(|holder| holder.component == SCHEDULER).unwrap();
    held.mounted_sha256 = Looked::Seen("before /etc/kubernetes/scheduler.conf".into());
    node.cluster = lease("cp1_a", 2);
    let judged = judged(&node);
    let order: Vec<_> = judged.evidence.iter().map(|one| (one.witness(), one.strength)).collect();
    assert_eq!(
        order,
        [
            (Witness::AuditLog, Strength::Decisive),
            (Witness::Start, Strength::Strong),
            (Witness::Lease, Strength::Weak),
            (Witness::Mount, Strength::Nothing),
        ]
    );
    assert!(judged.against().is_none());
}

fn lease(holder: &str, seconds: i64) -> Looked<Cluster> {
    let lease = Lease {
        component: SCHEDULER,
        holder: holder.to_owned(),
        acquired: None,
        renewed: Some(ago(seconds)),
        resource_version: "1".into(),
        coordinated: false,
    };
    Looked::Seen(Cluster {
        leases: vec![lease],
        node_lease_renewed: Some(ago(seconds)),
        ..Cluster::default()
    })
}

#[test]
fn a_lease_only_fits_what_the_start_says() {
    let of_lease = |node: &Node| {
        let evidence = judged(node).evidence;
        evidence.into_iter().find(|one| one.witness() == Witness::Lease).map(|one| (one.speaks, one.strength))
    };
    let mut node = in_between();
    node.cluster = lease("cp1_a", 2);
    assert_eq!(of_lease(&node), Some((Speaks::ForNeither, Strength::Nothing)));
    assert_eq!(verdict(&node), unproven());
    // Another node's, or the predecessor's.
    node.cluster = lease("cp2_b", 2);
    assert_eq!(of_lease(&node), None);
    node.cluster = lease("cp1_a", 7200);
    assert_eq!(of_lease(&node), None);
}

#[test]
fn who_re_reads_its_files_is_stale_only_by_what_it_shows_long_after() {
    let mut node = in_between();
    let holder = node.holders.iter_mut().find(|holder| holder.component == SCHEDULER).unwrap();
    holder.material = Material::Files { certificate: file("/a"), key: file("/b") };
    assert_eq!(verdict(&node), (Memory::Fresh(Basis::FollowsFiles), Strength::Strong));
    // It may not have read them again yet.
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 3600 - 300)]);
    assert_eq!(verdict(&node), (Memory::Fresh(Basis::FollowsFiles), Strength::Strong));
    heard(&mut node, vec![shown(&"b".repeat(64), HERE, 3600 - 400)]);
    assert_eq!(verdict(&node), (Memory::Stale(Basis::ShowedOther), Strength::Decisive));
}

/// A kubelet that started, and whose store changed.
fn kubelet(started: Timestamp, changed: Timestamp) -> Node {
    let mut node = control_plane(days(300));
    file_changed(&mut node, Role::KubeletClient, changed);
    if let Looked::Seen(unit) = &mut node.kubelet.unit {
        unit.active_since = Some(started);
    }
    node
}

fn of_kubelet(node: &Node) -> (Memory, Strength) {
    let judged = judge_kubelet(node).unwrap();
    (judged.memory, judged.strength)
}

#[test]
fn the_kubelet_has_a_ladder_of_its_own() {
    // It has read what is there.
    let started_after = kubelet(ago(60), ago(3600));
    assert_eq!(of_kubelet(&started_after), (Memory::Fresh(Basis::StartedAfterChange), Strength::Strong));
    // It has rotated: or somebody has put a file there, which it does not read.
    let mut node = kubelet(ago(7200), ago(3600));
    assert_eq!(of_kubelet(&node), (Memory::Fresh(Basis::RotatesItself), Strength::Weak));
    let by_kubelet = |fingerprint: &str, from: &str, seconds| Shown {
        user: "system:node:cp1".into(),
        program: "kubelet".into(),
        ..shown(fingerprint, from, seconds)
    };
    let file = fingerprint(&node, "kubelet-client");
    heard(&mut node, vec![by_kubelet(&file, HERE, 10)]);
    assert_eq!(of_kubelet(&node), (Memory::Fresh(Basis::ShowedTheFiles), Strength::Decisive));
    heard(&mut node, vec![by_kubelet(&"b".repeat(64), HERE, 10)]);
    assert_eq!(of_kubelet(&node), (Memory::Stale(Basis::ShowedOther), Strength::Decisive));
    // Shown just before it rotated, or by another node.
    heard(
        &mut node,
        vec![by_kubelet(&"b".repeat(64), HERE, 3500), by_kubelet(&"c".repeat(64), ELSEWHERE, 10)],
    );
    assert_eq!(of_kubelet(&node), (Memory::Fresh(Basis::RotatesItself), Strength::Weak));
    // It does not run, or nothing does.
    let mut down = kubelet(ago(60), ago(3600));
    if let Looked::Seen(unit) = &mut down.kubelet.unit {
        unit.active_state = "failed".into();
    }
    assert_eq!(of_kubelet(&down), (Memory::Unproven(Basis::NotRunning), Strength::Nothing));
    let mut copy = kubelet(ago(60), ago(3600));
    copy.copied_tree = true;
    assert_eq!(judge_kubelet(&copy), None);
    let components: Vec<_> = processes(&node).iter().map(|one| one.component).collect();
    assert_eq!(components, [Component::KubeControllerManager, SCHEDULER, Component::Kubelet]);
}

#[test]
fn a_kubelet_that_shows_something_else_than_its_file_is_a_finding_of_its_own() {
    let mut node = kubelet(ago(7200), ago(3600));
    let user = "system:node:cp1".to_owned();
    let event = Shown { user, program: "kubelet".into(), ..shown(&"b".repeat(64), HERE, 10) };
    heard(&mut node, vec![event]);
    let assessment = assess(&node, &Policy::default(), now());
    let checked = assessment.checks.iter().find(|check| check.object == "kubelet").unwrap();
    let State::Fail(Finding::ProcessStale { component, strength, .. }) = &checked.state else {
        panic!("{checked:?}")
    };
    assert_eq!((*component, *strength), (Component::Kubelet, Strength::Decisive));
}
