//! What `assess` says of a control plane: memory, copies, listeners.

use crate::control_plane::{control_plane, now, until};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::{Assessment, Basis, Code, Memory, Policy, assess, memory};
use perennial_core::inventory::{Chain, Component, Installed, Looked, Node, OpenRun, Role, Trouble};

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn codes(node: &Node) -> Vec<Code> {
    let assessment: Assessment = assess(node, &Policy::default(), now());
    let mut codes: Vec<_> = assessment.findings().iter().map(|finding| finding.code()).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn scheduler(change: impl Fn(&mut Node)) -> Memory {
    let mut node = control_plane(days(300));
    change(&mut node);
    let holder = node.holders.iter().find(|holder| holder.component == Component::KubeScheduler).unwrap();
    memory(&node, holder)
}

fn started(node: &mut Node, at: Timestamp) {
    let holder = node.holders.iter_mut().find(|holder| holder.component == Component::KubeScheduler).unwrap();
    if let Looked::Seen(container) = &mut holder.container {
        container.started_at = at;
    }
}

fn file_changed(node: &mut Node, at: Timestamp) {
    let conf = node.credentials.iter_mut().find(|one| one.role == Role::Scheduler).unwrap();
    if let perennial_core::inventory::Place::Kubeconfig { file, .. } = &mut conf.place
        && let Looked::Seen(facts) = &mut file.facts
    {
        facts.changed = at;
    }
}

#[test]
fn a_process_is_fresh_only_when_it_started_after_the_inode_changed() {
    assert_eq!(scheduler(|_| {}), Memory::Fresh(Basis::StartedAfterChange));
    // A chmod, a link, a restored backup: the content may be the same, but nothing is proven.
    assert_eq!(scheduler(|node| file_changed(node, now())), Memory::Unproven(Basis::InBetween));
}

#[test]
fn a_process_is_stale_when_it_is_older_than_the_certificate_or_our_swap() {
    assert_eq!(scheduler(|node| started(node, now() - days(200))), Memory::Stale(Basis::StartedBeforeIssue));
    let swapped = scheduler(|node| {
        file_changed(node, now());
        let path = "/etc/kubernetes/scheduler.conf";
        node.past.installed.push(Installed {
            path: path.into(),
            sha256: format!("before {path}"),
            at: now() - days(1),
            validity_seconds: 1,
        });
    });
    assert_eq!(swapped, Memory::Stale(Basis::StartedBeforeOurSwap));
}

#[test]
fn other_bytes_in_its_mount_are_the_strongest_evidence_and_equal_ones_are_none() {
    let mounted = |hash: &str| {
        scheduler(|node| {
            let holder =
                node.holders.iter_mut().find(|one| one.component == Component::KubeScheduler).unwrap();
            holder.mounted_sha256 = Looked::Seen(hash.to_owned());
            file_changed(node, now());
        })
    };
    assert_eq!(mounted("older bytes"), Memory::Stale(Basis::OtherBytesMounted));
    assert_eq!(mounted("before /etc/kubernetes/scheduler.conf"), Memory::Unproven(Basis::InBetween));
}

#[test]
fn a_start_that_is_known_to_the_second_counts_from_the_next_second() {
    let change = now() + SignedDuration::from_millis(300);
    let announced = |seconds: i64| {
        scheduler(|node| {
            let holder =
                node.holders.iter_mut().find(|one| one.component == Component::KubeScheduler).unwrap();
            holder.container = Looked::Unusable(Trouble::NoAnswer("no runtime".into()));
            holder.announced_start = Some(now() + SignedDuration::from_secs(seconds));
            file_changed(node, change);
        })
    };
    assert_eq!(announced(0), Memory::Unproven(Basis::InBetween));
    assert_eq!(announced(1), Memory::Fresh(Basis::StartedAfterChange));
}

#[test]
fn a_healthy_control_plane_has_no_finding() {
    assert_eq!(codes(&control_plane(days(300))), []);
}

#[test]
fn each_fault_has_its_code() {
    let with = |change: &dyn Fn(&mut Node)| {
        let mut node = control_plane(days(300));
        change(&mut node);
        codes(&node)
    };
    assert_eq!(codes(&control_plane(days(-1))), [Code::CertificateExpired]);
    assert_eq!(codes(&control_plane(days(12))), [Code::CertificateEndsSoon]);
    assert_eq!(with(&|node| started(node, now() - days(200))), [Code::ProcessStale]);
    assert_eq!(
        with(&|node| node.past.open = Some(OpenRun { id: "r-1".into(), began: now() })),
        [Code::RunOpen]
    );
    let served_other = with(&|node| {
        if let Looked::Seen(served) = &mut node.listeners[0].served {
            served.chain = Chain::new(vec![until(now() + days(3))]).unwrap();
        }
    });
    assert_eq!(served_other, [Code::ServedOther]);
    let silent = with(&|node| {
        node.listeners[2].served = Looked::Unusable(Trouble::NoAnswer("connection refused".into()));
    });
    assert_eq!(silent, [Code::ListenerSilent]);
    let loopback = with(&|node| {
        if let Looked::Seen(served) = &mut node.listeners[1].served {
            served.chain = Chain::new(vec![until(now() - days(1))]).unwrap();
        }
    });
    assert_eq!(loopback, [Code::LoopbackEnds]);
    let runtime = with(&|node| {
        for holder in &mut node.holders {
            holder.container = Looked::Unusable(Trouble::NoAnswer("connection refused".into()));
            // Their listeners still say when they have started: what they hold is known.
            holder.announced_start = Some(now() - days(1));
        }
    });
    assert_eq!(runtime, [Code::RuntimeSilent]);
    let external = with(&|node| node.authorities[1].key = Looked::Absent);
    assert_eq!(external, [Code::ExternalAuthority]);
    let mismatch = with(&|node| {
        if let Looked::Seen(key) = &mut node.credentials[0].key {
            key.fits = false;
        }
    });
    assert_eq!(mismatch, [Code::KeyMismatch]);
    let missing = with(&|node| node.credentials[0].certificate = Looked::Absent);
    assert_eq!(missing, [Code::FileMissing]);
    let empty = with(&|node| node.credentials[0].certificate = Looked::Unusable(Trouble::Empty));
    assert_eq!(empty, [Code::FileCutOff]);
    let binary = with(&|node| node.credentials[0].certificate = Looked::Unusable(Trouble::NoPem));
    assert_eq!(binary, [Code::FileUnusable]);
    let moved_away = with(&|node| node.static_pods.retain(|pod| pod.component != Component::KubeScheduler));
    assert_eq!(moved_away, [Code::FileMissing]);
    let down = with(&|node| {
        if let Looked::Seen(unit) = &mut node.kubelet.unit {
            unit.active_state = "failed".into();
        }
    });
    assert_eq!(down, [Code::KubeletDown]);
}

#[test]
fn what_could_not_be_looked_at_is_neither_good_nor_bad() {
    let mut node = control_plane(days(300));
    node.credentials[0].certificate = Looked::Unusable(Trouble::PermissionDenied);
    assert_eq!(codes(&node), []);
    let assessment = assess(&node, &Policy::default(), now());
    let blind = |state: &perennial_core::assess::State| {
        matches!(state, perennial_core::assess::State::CouldNotLook(_))
    };
    assert_eq!(assessment.count(blind), 1);
}
