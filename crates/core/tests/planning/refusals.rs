//! What is refused before a run.

use crate::control_plane::{control_plane, now, until};
use crate::{days, decide, in_directory, request};
use perennial_core::assess::Policy;
use perennial_core::inventory::{Chain, Directory, Layout, Looked, Node, Role, Trouble};
use perennial_core::plan::{Refusal, renew};

#[test]
fn every_refusal_has_its_cause() {
    let refusal = |change: &dyn Fn(&mut Node)| {
        let mut node = control_plane(days(12));
        change(&mut node);
        decide(&node, &request()).unwrap_err()
    };
    let authority =
        |node: &mut Node, name: &str| node.authorities.iter().position(|one| one.name == name).unwrap();
    assert!(matches!(refusal(&|node| node.as_root = false), Refusal::NotRoot));
    assert!(matches!(refusal(&|node| node.layout = Layout::Worker), Refusal::WorkerNode));
    assert!(matches!(refusal(&|node| node.layout = Layout::Nothing), Refusal::NothingHere));
    let foreign = refusal(&|node| node.layout = Layout::Foreign("k3s".into()));
    assert!(matches!(foreign, Refusal::ForeignLayout { distribution } if distribution == "k3s"));
    let no_key = refusal(&|node| {
        let ca = authority(node, "ca");
        node.authorities[ca].key = Looked::Absent;
    });
    assert!(matches!(no_key, Refusal::AuthorityKeyMissing { authority, .. } if authority == "ca"));
    let other_key = refusal(&|node| {
        let ca = authority(node, "ca");
        if let Looked::Seen(key) = &mut node.authorities[ca].key {
            key.fits = false;
        }
    });
    assert!(matches!(other_key, Refusal::AuthorityKeyMismatch { .. }));
    let stopped = refusal(&|node| {
        if let Looked::Seen(unit) = &mut node.kubelet.unit {
            unit.sub_state = "auto-restart".into();
        }
    });
    assert!(matches!(stopped, Refusal::KubeletNotRunning { .. }));
    let locked_out = refusal(&|node| {
        let kubelet = node.credentials.iter_mut().find(|one| one.role == Role::KubeletClient).unwrap();
        kubelet.certificate = Looked::Seen(Chain::new(vec![until(now() - days(1))]).unwrap());
    });
    assert!(matches!(locked_out, Refusal::KubeletClientExpired { .. }));
    let no_runtime = refusal(&|node| {
        node.holders.iter_mut().for_each(|one| {
            one.container = Looked::Unusable(Trouble::NoAnswer("connection refused".into()));
        });
    });
    assert!(matches!(no_runtime, Refusal::RuntimeUnavailable { .. }));
    let empty = refusal(&|node| {
        let found = node.credentials.iter_mut().find(|one| one.name == "etcd-server").unwrap();
        found.certificate = Looked::Unusable(Trouble::Empty);
    });
    assert!(matches!(empty, Refusal::CredentialUnusable { credential, .. } if credential == "etcd-server"));
    let early = renew(
        &control_plane(days(12)),
        &request(),
        &Policy::default(),
        "2020-01-01T00:00:00Z".parse().unwrap(),
    );
    assert!(matches!(early, Err(Refusal::ClockBeforeAuthority { .. })));
    let late = renew(
        &control_plane(days(12)),
        &request(),
        &Policy::default(),
        "2040-01-01T00:00:00Z".parse().unwrap(),
    );
    assert!(matches!(late, Err(Refusal::AuthorityExpired { .. })));
}

#[test]
fn a_certificate_in_a_directory_that_others_may_write_is_refused_before_a_run() {
    let mut node = control_plane(days(12));
    in_directory(&mut node, "apiserver", Directory::Open);
    let refusal = decide(&node, &request()).unwrap_err();
    assert_eq!(refusal, Refusal::DirectoryWritable { path: "/etc/kubernetes/pki".into() });
}
