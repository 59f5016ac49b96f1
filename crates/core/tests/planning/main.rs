//! What `renew` and `reload` decide, on a control plane made by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod control_plane;
mod diagnosing;
mod judging;
mod memory;
mod places;
mod pods;
mod proving;

use camino::Utf8PathBuf;
use control_plane::{control_plane, credential, file, kubeconfig, now, until};
use jiff::SignedDuration;
use perennial_core::assess::Policy;
use perennial_core::inventory::{
    Chain, Cluster, Component, Container, Directory, Installed, LOOPBACK_SERVER_NAME, Layout, Looked, Node,
    Place, Role, Trouble,
};
use perennial_core::plan::{
    Action, Fault, Plan, Proof, Reason, Refusal, Request, RestartApiserver, Source, Undo, Verb, lint, reload,
    renew,
};

const YEAR: i64 = 365 * 24 * 3600;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn request() -> Request {
    Request {
        verb: Verb::Renew,
        only: Vec::new(),
        validity_seconds: YEAR,
        due: false,
        force: false,
        restart_apiserver: RestartApiserver::Auto,
        workload: true,
    }
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
fn whoever_elects_a_leader_gets_a_dead_holders_lease_released() {
    let plan = decide(&control_plane(days(12)), &request()).unwrap();
    let released = plan.steps.iter().filter_map(|step| match step.action {
        Action::ReleaseLease { component } => Some(component),
        _ => None,
    });
    let elected = [Component::KubeScheduler, Component::KubeControllerManager];
    assert_eq!(released.collect::<Vec<_>>(), elected);
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

fn with_user_kubeconfig(node: &mut Node, end: jiff::Timestamp, path: &str) {
    node.credentials.push(credential(path, Role::UserKubeconfig, kubeconfig(path), end, Vec::new()));
}

#[test]
fn a_persons_copy_of_admin_conf_follows_it() {
    let mut node = control_plane(days(12));
    let path = "/root/.kube/config";
    with_user_kubeconfig(&mut node, now() + days(3), path);
    let plan = decide(&node, &request()).unwrap();
    let copy = plan.renewals().find(|renewal| renewal.credential == path).unwrap();
    assert!(matches!(&copy.source, Source::CopyOf { credential, .. } if credential == "admin.conf"));
    let Action::Backup { directories } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert!(directories.iter().any(|source| source == path), "what is changed is backed up: {directories:?}");
    let only = Request { only: vec!["apiserver".into()], ..request() };
    assert_eq!(renewed(&decide(&node, &only).unwrap()), ["apiserver"], "admin.conf was not asked for");
}

#[test]
fn an_exact_copy_follows_even_to_a_shorter_life() {
    let mut node = control_plane(days(400));
    let path = "/root/.kube/config";
    let mut copy = node.credential("admin.conf").unwrap().clone();
    (copy.name, copy.role, copy.place) = (path.to_owned(), Role::UserKubeconfig, kubeconfig(path));
    node.credentials.push(copy);
    assert!(renewed(&decide(&node, &request()).unwrap()).contains(&path));
}

#[test]
fn a_link_to_admin_conf_is_no_copy() {
    let mut node = control_plane(days(12));
    let path = "/root/.kube/config";
    let mut link = file(path);
    if let Looked::Seen(facts) = &mut link.facts {
        facts.link_target = Some("/etc/kubernetes/admin.conf".into());
    }
    with_user_kubeconfig(&mut node, now() + days(3), path);
    let user = node.credentials.last_mut().unwrap();
    if let Place::Kubeconfig { file, .. } = &mut user.place {
        *file = link;
    }
    assert!(!renewed(&decide(&node, &request()).unwrap()).contains(&path));
}

#[test]
fn a_kubeconfig_that_cannot_be_written_safely_is_told_and_stands_in_nobodys_way() {
    let path = "/home/bob/.kube/config";
    for (directory, reason) in
        [(Directory::Open, Reason::DirectoryOpen), (Directory::ReadOnly, Reason::DirectoryReadOnly)]
    {
        let mut node = control_plane(days(12));
        with_user_kubeconfig(&mut node, now() + days(3), path);
        in_directory(&mut node, path, directory);
        let plan = decide(&node, &request()).unwrap();
        assert!(!renewed(&plan).contains(&path) && renewed(&plan).contains(&"admin.conf"));
        assert!(plan.kept.iter().any(|kept| kept.name == path && kept.reason == reason), "{reason:?}");
        assert!(!plan.leaves_something_due());
    }
}

#[test]
fn a_certificate_in_a_directory_that_others_may_write_is_refused_before_a_run() {
    let mut node = control_plane(days(12));
    in_directory(&mut node, "apiserver", Directory::Open);
    let refusal = decide(&node, &request()).unwrap_err();
    assert_eq!(refusal, Refusal::DirectoryWritable { path: "/etc/kubernetes/pki".into() });
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
fn a_newer_kubeconfig_of_a_person_is_left_alone() {
    let mut node = control_plane(days(365));
    with_user_kubeconfig(&mut node, now() + days(400), "/root/.kube/config");
    let only = Request { due: true, ..request() };
    assert!(decide(&node, &only).unwrap().is_empty());
}

#[test]
fn the_apiserver_is_restarted_only_for_its_loopback_certificate() {
    let mut node = control_plane(days(12));
    let restarted = |node: &Node, restart_apiserver| {
        let request = Request { restart_apiserver, ..request() };
        decide(node, &request).unwrap().restarts().any(|component| component == Component::KubeApiserver)
    };
    assert!(!restarted(&node, RestartApiserver::Auto), "two years are left");
    assert!(restarted(&node, RestartApiserver::Always));
    let always = Request { restart_apiserver: RestartApiserver::Always, ..request() };
    let plan = decide(&node, &always).unwrap();
    let apiserver = plan
        .steps
        .iter()
        .find(|step| matches!(step.action, Action::Restart { component: Component::KubeApiserver }));
    let led = Proof::LeaseRenewed { component: Component::KubeScheduler };
    assert!(apiserver.unwrap().proofs.contains(&led), "it serves before it authorizes");
    let loopback =
        node.listeners.iter_mut().find(|one| one.server_name.as_deref() == Some(LOOPBACK_SERVER_NAME));
    if let Looked::Seen(served) = &mut loopback.unwrap().served {
        served.chain = Chain::new(vec![until(now() + days(100))]).unwrap();
    }
    assert!(restarted(&node, RestartApiserver::Auto), "it ends long before the new certificates are due");
    assert!(!restarted(&node, RestartApiserver::Never));
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

#[test]
fn reload_restarts_what_is_stale_and_nothing_else() {
    let mut node = control_plane(days(300));
    let request = Request { verb: Verb::Reload, ..request() };
    assert!(reload(&node, &request, &Policy::default(), now()).unwrap().is_empty());
    // Half a year and more before the certificate in the file was made.
    container(&mut node, Component::KubeScheduler).started_at = now() - days(400);
    let plan = reload(&node, &request, &Policy::default(), now()).unwrap();
    assert_eq!(lint(&plan), []);
    assert_eq!(plan.restarts().collect::<Vec<_>>(), [Component::KubeScheduler]);
    assert_eq!(plan.renewals().count(), 0);
}

#[test]
fn reload_also_restarts_what_may_well_be_stale() {
    let mut node = control_plane(days(300));
    let conf = node.credentials.iter_mut().find(|one| one.role == Role::Scheduler).unwrap();
    if let Place::Kubeconfig { file, .. } = &mut conf.place
        && let Looked::Seen(facts) = &mut file.facts
    {
        facts.changed = now();
    }
    let request = Request { verb: Verb::Reload, ..request() };
    let plan = reload(&node, &request, &Policy::default(), now()).unwrap();
    assert_eq!(plan.restarts().collect::<Vec<_>>(), [Component::KubeScheduler]);
}

#[test]
fn reload_restarts_the_apiserver_when_its_loopback_certificate_ends() {
    let mut node = control_plane(days(300));
    let restarted = |node: &Node, restart_apiserver| {
        let request = Request { verb: Verb::Reload, restart_apiserver, ..request() };
        let plan = reload(node, &request, &Policy::default(), now()).unwrap();
        assert_eq!(lint(&plan), []);
        assert_eq!(plan.renewals().count(), 0);
        plan.restarts().collect::<Vec<_>>()
    };
    assert_eq!(restarted(&node, RestartApiserver::Auto), [], "two years are left");
    assert_eq!(restarted(&node, RestartApiserver::Always), [Component::KubeApiserver]);
    let loopback =
        node.listeners.iter_mut().find(|one| one.server_name.as_deref() == Some(LOOPBACK_SERVER_NAME));
    if let Looked::Seen(served) = &mut loopback.unwrap().served {
        served.chain = Chain::new(vec![until(now() - days(1))]).unwrap();
    }
    assert_eq!(restarted(&node, RestartApiserver::Auto), [Component::KubeApiserver]);
    assert_eq!(restarted(&node, RestartApiserver::Never), []);
}

#[test]
fn the_linter_sees_what_a_planner_could_get_wrong() {
    let good = decide(&control_plane(days(12)), &request()).unwrap();
    let broken = |change: &dyn Fn(&mut Plan)| {
        let mut plan = good.clone();
        change(&mut plan);
        lint(&plan)
    };
    assert!(broken(&|plan| plan.steps[3].proofs.clear()).contains(&Fault::NoProof { step: 3 }));
    assert!(broken(&|plan| plan.steps[3].limit_seconds = 0).contains(&Fault::NoLimit { step: 3 }));
    assert!(broken(&|plan| plan.steps[3].undo = Undo::RemoveStaged).contains(&Fault::WrongUndo { step: 3 }));
    let unguarded = broken(&|plan| plan.steps[3].guards.clear());
    assert!(matches!(unguarded[..], [Fault::UnguardedSwap { step: 3, .. }]), "{unguarded:?}");
    let without_backup = broken(&|plan| drop(plan.steps.remove(0)));
    assert!(without_backup.iter().any(|fault| matches!(fault, Fault::BeforeBackup { .. })));
    let forgotten = broken(&|plan| drop(plan.steps.remove(3)));
    assert!(forgotten.iter().any(|fault| matches!(fault, Fault::NotSwapped { .. })), "{forgotten:?}");
    let early = broken(&|plan| {
        let restart =
            plan.steps.iter().position(|step| matches!(step.action, Action::Restart { .. })).unwrap();
        let step = plan.steps.remove(restart);
        plan.steps.insert(2, step);
    });
    assert!(early.iter().any(|fault| matches!(fault, Fault::EarlyRestart { .. })), "{early:?}");
}

#[test]
fn what_is_not_known_to_re_read_is_restarted_and_proven_afterwards_or_said() {
    let mut node = control_plane(days(12));
    let pod = |node: &mut Node, component, version| {
        let pod = node.static_pods.iter_mut().find(|pod| pod.component == component).unwrap();
        pod.version = version;
    };
    let old = perennial_core::inventory::Version::parse;
    pod(&mut node, Component::KubeApiserver, old("v1.19.16"));
    pod(&mut node, Component::Etcd, old("3.1.20"));
    let plan = decide(&node, &request()).unwrap();
    let restarted = |component| {
        plan.steps
            .iter()
            .find(|step| matches!(&step.action, Action::Restart { component: c } if *c == component))
    };
    let proofs = &restarted(Component::KubeApiserver).unwrap().proofs;
    assert!(proofs.iter().any(|proof| matches!(proof, Proof::Served(_))), "{proofs:?}");
    let swap = plan
        .steps
        .iter()
        .find(|step| matches!(&step.action, Action::Swap(swap) if swap.credential == "apiserver"));
    assert!(!swap.unwrap().proofs.iter().any(|proof| matches!(proof, Proof::Served(_))));
    // Its members may need their quorum: no run restarts etcd.
    assert!(restarted(Component::Etcd).is_none());
    let etcd = plan.kept.iter().find(|kept| kept.name == "etcd").unwrap();
    assert_eq!(etcd.reason, Reason::ReloadUnknown);
}
