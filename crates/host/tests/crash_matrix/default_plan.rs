//! The plan that `renew` really makes for a stacked control plane.

use crate::control_plane::{self, control_plane};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::Policy;
use perennial_core::plan::{Action, Plan, Request, Source, Target, Verb, lint, renew};
use std::sync::LazyLock;

/// Whether the old certificates are still a way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Old {
    Good,
    Expired,
    /// Good, and a key is missing: the run makes the file.
    Keyless,
}

static GOOD: LazyLock<Plan> = LazyLock::new(|| make(SignedDuration::from_hours(24 * 12)));
static EXPIRED: LazyLock<Plan> = LazyLock::new(|| make(SignedDuration::from_hours(-1)));
static KEYLESS: LazyLock<Plan> = LazyLock::new(|| {
    let mut plan = GOOD.clone();
    let swaps = plan.steps.iter_mut().filter_map(|step| match &mut step.action {
        Action::Swap(swap) => Some(&mut swap.files),
        _ => None,
    });
    let missing = swaps.flatten().find(|file| file.path == MISSING).unwrap();
    missing.sha256 = String::new();
    plan
});

/// The key that is missing in [`Old::Keyless`].
const MISSING: &str = "/etc/kubernetes/pki/apiserver-kubelet-client.key";

pub(crate) fn now() -> Timestamp {
    control_plane::now()
}

/// Every live file of the plan.
pub(crate) fn files() -> Vec<Utf8PathBuf> {
    GOOD.renewals()
        .flat_map(|renewal| renewal.target.files().into_iter().cloned().collect::<Vec<_>>())
        .collect()
}

/// What lies under a live file's name before the run.
pub(crate) fn before(old: Old, path: &Utf8Path) -> Option<String> {
    (old != Old::Keyless || path != MISSING).then(|| format!("before {path}"))
}

pub(crate) fn plan(old: Old) -> Plan {
    match old {
        Old::Good => GOOD.clone(),
        Old::Expired => EXPIRED.clone(),
        Old::Keyless => KEYLESS.clone(),
    }
}

/// The double knows certificates by names, not by bytes: a listener's old one is `old NAME`.
fn make(left: SignedDuration) -> Plan {
    let request = Request { workload: true, ..Request::new(Verb::Renew, 365 * 24 * 3600) };
    let mut plan = renew(&control_plane(left), &request, &Policy::default(), now()).unwrap();
    assert_eq!(lint(&plan), []);
    for step in &mut plan.steps {
        let Action::Stage { renewals } = &mut step.action else { continue };
        for renewal in renewals {
            assert!(matches!(renewal.target, Target::Pair { .. } | Target::Kubeconfig { .. }));
            if let Source::Reissue { old_fingerprint, .. } = &mut renewal.source {
                *old_fingerprint = format!("old {}", renewal.credential);
            }
        }
    }
    plan
}
