//! What `renew` renews, and what it keeps.

use crate::control_plane::{self, control_plane, now};
use crate::{YEAR, container, days, decide, renewed, request};
use camino::Utf8PathBuf;
use perennial_core::assess::Policy;
use perennial_core::inventory::{Chain, Cluster, Component, Installed, Looked, Node, Place};
use perennial_core::plan::{Action, Reason, Refusal, Request, renew};

#[test]
fn all_leaves_are_renewed_and_only_what_never_re_reads_is_restarted() {
    let plan = decide(&control_plane(days(12)), &request()).unwrap();
    assert_eq!(renewed(&plan).len(), 11);
    assert!(!renewed(&plan).contains(&"kubelet-client"), "the kubelet rotates its own");
    let restarts: Vec<_> = plan.restarts().collect();
    assert_eq!(restarts, [Component::KubeScheduler, Component::KubeControllerManager]);
    let last_swap = plan.steps.iter().rposition(|step| matches!(step.action, Action::Swap(_)));
    let first_restart = plan.steps.iter().position(|step| matches!(step.action, Action::Restart { .. }));
    assert!(last_swap < first_restart, "nothing is restarted before the last file is in place");
}

#[test]
fn new_certificates_never_outlive_their_ca() {
    let request = Request { validity_seconds: 20 * YEAR, ..request() };
    let plan = decide(&control_plane(days(12)), &request).unwrap();
    let end = control_plane::ca().not_after();
    assert!(plan.renewals().all(|renewal| renewal.new_not_after == end));
}

#[test]
fn only_what_is_asked_for_and_only_its_holders() {
    let only = |name: &str| Request { only: vec![name.into()], ..request() };
    let node = control_plane(days(12));
    let plan = decide(&node, &only("scheduler.conf")).unwrap();
    assert_eq!(renewed(&plan), ["scheduler.conf"]);
    assert_eq!(plan.restarts().collect::<Vec<_>>(), [Component::KubeScheduler]);
    assert_eq!(plan.kept.iter().filter(|kept| kept.reason == Reason::NotAsked).count(), 10);
    let plan = decide(&node, &only("etcd-peer")).unwrap();
    assert_eq!(plan.restarts().count(), 0);
    assert!(
        matches!(decide(&node, &only("apiservr")), Err(Refusal::UnknownCredential { name, .. }) if name == "apiservr")
    );
}

#[test]
fn due_is_what_the_policy_says() {
    let due = Request { due: true, ..request() };
    assert!(decide(&control_plane(days(100)), &due).unwrap().is_empty());
    assert_eq!(renewed(&decide(&control_plane(days(12)), &due).unwrap()).len(), 11);
    assert_eq!(renewed(&decide(&control_plane(days(-1)), &due).unwrap()).len(), 11);
}

#[test]
fn what_a_run_has_just_installed_is_left_alone_unless_forced() {
    let mut node = control_plane(days(365));
    let installed = |path: &Utf8PathBuf| Installed {
        path: path.clone(),
        sha256: format!("before {path}"),
        at: now() - days(1),
        validity_seconds: YEAR,
    };
    let files: Vec<_> =
        node.credentials.iter().flat_map(|one| one.place.files()).map(|file| file.path.clone()).collect();
    node.past.installed = files.iter().map(installed).collect();
    for component in [Component::KubeScheduler, Component::KubeControllerManager] {
        container(&mut node, component).started_at = now();
    }
    let plan = decide(&node, &request()).unwrap();
    assert!(plan.is_empty(), "{:?}", plan.steps);
    assert_eq!(plan.kept.iter().filter(|kept| kept.reason == Reason::JustInstalled).count(), 11);
    let other = |request: Request| renewed(&decide(&node, &request).unwrap()).len();
    assert_eq!(other(Request { force: true, ..request() }), 11);
    assert_eq!(
        other(Request { validity_seconds: 2 * YEAR, ..request() }),
        11,
        "another request is not the same"
    );
    node.past.installed.iter_mut().for_each(|installed| installed.at = now() - days(5));
    assert_eq!(renewed(&decide(&node, &request()).unwrap()).len(), 11, "5 days are more than 1 % of a year");
}

#[test]
fn a_file_that_was_replaced_after_our_run_is_renewed() {
    let mut node = control_plane(days(365));
    let path: Utf8PathBuf = "/etc/kubernetes/pki/apiserver.crt".into();
    let installed = Installed { path, sha256: "something else".into(), at: now(), validity_seconds: YEAR };
    node.past.installed = vec![installed];
    assert!(renewed(&decide(&node, &request()).unwrap()).contains(&"apiserver"));
}

#[test]
fn what_symbolic_links_lead_to_is_backed_up_and_swapped_there() {
    let mut node = control_plane(days(12));
    for credential in &mut node.credentials {
        if let Place::Pair { certificate, key } = &mut credential.place {
            for file in [certificate, key] {
                let real = file.path.as_str().replace("/etc/kubernetes/pki", "/data/pki");
                let Looked::Seen(facts) = &mut file.facts else { panic!("{file:?}") };
                facts.link_target = Some(real.into());
            }
        }
    }
    let plan = decide(&node, &request()).unwrap();
    let Action::Backup { directories } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    for renewal in plan.renewals() {
        for file in renewal.target.files() {
            assert!(!file.starts_with("/etc/kubernetes/pki"), "{file}");
            assert_eq!(directories.iter().filter(|known| file.starts_with(known)).count(), 1, "{file}");
        }
    }
}

#[test]
fn other_control_planes_are_named() {
    let mut node = control_plane(days(12));
    let control_planes = ["cp1", "cp2", "cp3"].map(str::to_owned).into();
    node.cluster = Looked::Seen(Cluster { control_planes, ..Cluster::default() });
    let plan = decide(&node, &request()).unwrap();
    assert_eq!(plan.other_control_planes, ["cp2", "cp3"]);
    assert!(plan.leaves_something_due());
}

/// Gives etcd's credentials an issuer of their own, as in a real cluster.
fn with_own_etcd_authority(node: &mut Node) {
    let etcd = ["apiserver-etcd-client", "etcd-server", "etcd-peer", "etcd-healthcheck-client"];
    let (authority, leaf) = control_plane::other_authority();
    let own = node.authorities.iter_mut().find(|one| one.name == "etcd-ca").unwrap();
    own.certificates = Looked::Seen(vec![authority]);
    for credential in node.credentials.iter_mut().filter(|one| etcd.contains(&one.name.as_str())) {
        credential.certificate = Looked::Seen(Chain::new(vec![leaf.clone()]).unwrap());
    }
}

#[test]
fn what_an_external_etcd_has_signed_is_left_out_and_said() {
    let mut node = control_plane(days(12));
    with_own_etcd_authority(&mut node);
    assert_eq!(renewed(&decide(&node, &request()).unwrap()).len(), 11);
    node.authorities.iter_mut().find(|one| one.name == "etcd-ca").unwrap().key = Looked::Absent;
    let plan = decide(&node, &request()).unwrap();
    assert_eq!(renewed(&plan).len(), 7);
    assert_eq!(plan.kept.iter().filter(|kept| kept.reason == Reason::ExternalAuthority).count(), 4);
    assert!(plan.leaves_something_due());
    let asked = Request { only: vec!["etcd-peer".into()], ..request() };
    assert!(matches!(decide(&node, &asked), Err(Refusal::AuthorityKeyMissing { .. })), "asked for by name");
}

#[test]
fn the_digest_follows_files_and_requests_and_never_the_clock() {
    let mut node = control_plane(days(12));
    let digest = |node: &Node, request: &Request| decide(node, request).unwrap().digest;
    let first = digest(&node, &request());
    let later = renew(&node, &request(), &Policy::default(), now() + days(1)).unwrap().digest;
    assert_eq!(first, later);
    container(&mut node, Component::KubeScheduler).id = "another".into();
    assert_eq!(first, digest(&node, &request()));
    assert_ne!(first, digest(&node, &Request { validity_seconds: 2 * YEAR, ..request() }));
    if let Place::Pair { key, .. } = &mut node.credentials[0].place
        && let Looked::Seen(facts) = &mut key.facts
    {
        facts.sha256 = "by somebody else".into();
    }
    assert_ne!(first, digest(&node, &request()));
}
