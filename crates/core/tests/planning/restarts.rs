//! Who is restarted, by `renew` and by `reload`.

use crate::control_plane::{control_plane, now, until};
use crate::{container, days, decide, request};
use perennial_core::assess::Policy;
use perennial_core::inventory::{Chain, Component, LOOPBACK_SERVER_NAME, Looked, Node, Place, Role};
use perennial_core::plan::{Action, Proof, Reason, Request, RestartApiserver, Verb, lint, reload};

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
