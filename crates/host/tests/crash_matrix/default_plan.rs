//! The plan that `renew` makes for a stacked control plane: ten pairs and kubeconfigs, two restarts.

use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::Component;
use perennial_core::plan::{
    Action, FORMAT, Guard, Harmless, Listening, Plan, PreImage, Proof, Renewal, Request, RestartApiserver,
    Source, Step, Swap, Target, Undo, Verb, lint,
};
use perennial_pki::key::{KeyForm, KeyKind};

/// Whether the old certificates are still a way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Old {
    Good,
    Expired,
}

const PAIRS: [(&str, &str, Option<(Component, u16)>); 7] = [
    ("apiserver", "pki/apiserver", Some((Component::KubeApiserver, 6443))),
    ("apiserver-etcd-client", "pki/apiserver-etcd-client", None),
    ("apiserver-kubelet-client", "pki/apiserver-kubelet-client", None),
    ("front-proxy-client", "pki/front-proxy-client", None),
    ("etcd-server", "pki/etcd/server", Some((Component::Etcd, 2379))),
    ("etcd-peer", "pki/etcd/peer", Some((Component::Etcd, 2380))),
    ("etcd-healthcheck-client", "pki/etcd/healthcheck-client", None),
];
const KUBECONFIGS: [&str; 4] =
    ["admin.conf", "super-admin.conf", "controller-manager.conf", "scheduler.conf"];

pub(crate) fn now() -> Timestamp {
    "2026-11-25T02:00:00Z".parse().unwrap()
}

/// Every live file of the plan.
pub(crate) fn files() -> Vec<Utf8PathBuf> {
    renewals(Old::Good)
        .iter()
        .flat_map(|renewal| renewal.target.files().into_iter().cloned().collect::<Vec<_>>())
        .collect()
}

pub(crate) fn plan(old: Old) -> Plan {
    let renewals = renewals(old);
    let mut steps = vec![
        step(
            Action::Backup { directories: vec!["/etc/kubernetes".into()] },
            Undo::Nothing { because: Harmless::Copy },
            vec![Proof::ReadBack],
        ),
        step(Action::Stage { renewals: renewals.clone() }, Undo::RemoveStaged, vec![Proof::ReadBack]),
    ];
    steps[1].guards = vec![Guard::AsPlanned];
    for renewal in &renewals {
        let files = renewal.target.files().into_iter();
        let files =
            files.map(|path| PreImage { path: path.clone(), sha256: format!("before {path}") }).collect();
        let swap =
            Swap { credential: renewal.credential.clone(), files, old_not_after: renewal.old_not_after };
        let mut proofs = vec![Proof::OnDisk];
        let listener = PAIRS.iter().find(|(name, ..)| *name == renewal.credential).and_then(|pair| pair.2);
        proofs.extend(listener.map(|(component, port)| {
            Proof::Served(Listening { component, address: ([10, 0, 0, 1], port).into(), server_name: None })
        }));
        let mut swap = step(Action::Swap(swap), Undo::ExchangeBack, proofs);
        swap.guards = vec![Guard::AsPlanned];
        steps.push(swap);
    }
    for component in [Component::KubeScheduler, Component::KubeControllerManager] {
        let mut restart =
            step(Action::Restart { component }, Undo::RestartAgain, vec![Proof::NewContainer { component }]);
        restart.guards = vec![Guard::KubeletRuns];
        if component == Component::KubeScheduler {
            restart.proofs.push(Proof::LeaseRenewed { component });
        }
        steps.push(restart);
    }
    let component = Component::KubeControllerManager;
    let mut release = step(
        Action::ReleaseLease { component },
        Undo::Nothing { because: Harmless::LeaseIsTaken },
        vec![Proof::LeaseRenewed { component }],
    );
    release.guards = vec![Guard::HolderIsGone];
    steps.push(release);
    steps.push(step(
        Action::Workload,
        Undo::Nothing { because: Harmless::RemovesItself },
        vec![Proof::WorkloadRuns],
    ));
    let plan = Plan {
        format: FORMAT,
        node: "cp1".into(),
        observed_at: now(),
        request: Request {
            verb: Verb::Renew,
            only: Vec::new(),
            validity_seconds: 365 * 24 * 3600,
            due: false,
            force: false,
            restart_apiserver: RestartApiserver::Auto,
            workload: true,
        },
        digest: String::new(),
        steps,
        kept: Vec::new(),
        other_control_planes: Vec::new(),
    };
    assert_eq!(lint(&plan), []);
    plan
}

fn step(action: Action, undo: Undo, proofs: Vec<Proof>) -> Step {
    Step { guards: Vec::new(), action, undo, proofs, limit_seconds: 60 }
}

fn renewals(old: Old) -> Vec<Renewal> {
    let pairs = PAIRS.iter().map(|(name, stem, _)| {
        let file = |ending| Utf8PathBuf::from(format!("/etc/kubernetes/{stem}.{ending}"));
        renewal(name, Target::Pair { certificate: file("crt"), key: file("key") }, old)
    });
    let kubeconfigs = KUBECONFIGS.iter().map(|name| {
        renewal(name, Target::Kubeconfig { path: format!("/etc/kubernetes/{name}").into() }, old)
    });
    pairs.chain(kubeconfigs).collect()
}

fn renewal(name: &str, target: Target, old: Old) -> Renewal {
    let left = match old {
        Old::Good => SignedDuration::from_hours(24 * 12),
        Old::Expired => SignedDuration::from_hours(-1),
    };
    Renewal {
        credential: name.to_owned(),
        target,
        source: Source::Reissue {
            authority_certificate: "/etc/kubernetes/pki/ca.crt".into(),
            authority_key: "/etc/kubernetes/pki/ca.key".into(),
            authority_fingerprint: "ca".into(),
            old_fingerprint: format!("old {name}"),
            key_kind: KeyKind::Rsa(2048),
            key_form: KeyForm::Pkcs1,
            not_before: now(),
        },
        old_not_after: Some(now() + left),
        new_not_after: now() + SignedDuration::from_hours(24 * 365),
        names: 0,
    }
}
