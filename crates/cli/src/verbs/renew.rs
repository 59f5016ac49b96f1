//! `renew`: observe, plan, ask, carry out, observe again, prove, report.

use super::change::{self, Change};
use super::world;
use crate::args::{Issuer, Renew, Wanted};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use perennial_core::plan::{Request, Verb, renew};

pub(crate) fn run(session: &Session, arguments: Renew) -> Result<Exit, Failure> {
    let request = request(session, arguments.wanted)?;
    let policy = session.global.policy();
    let decide = |node: &_, now| renew(node, &request, &policy, now);
    change::run(
        session,
        &Change {
            name: "renew",
            consent: arguments.consent,
            give_up: arguments.give_up.as_deref(),
            told: arguments.told,
            passphrases: arguments.passphrases,
            decide: &decide,
            kubeconfigs: &[],
            dry_run: "perennial renew --dry-run".to_owned(),
        },
    )
}

/// What is asked for.
pub(super) fn request(session: &Session, wanted: Wanted) -> Result<Request, Failure> {
    let kubeadm = match wanted.issuer {
        Issuer::Perennial => None,
        Issuer::Kubeadm => Some(world(session)?.kubeadm()?),
    };
    Ok(Request {
        verb: Verb::Renew,
        only: wanted.only,
        validity_seconds: wanted.validity.as_secs(),
        due: wanted.due,
        force: wanted.force,
        restart_apiserver: wanted.restart_apiserver.into(),
        workload: !wanted.no_workload,
        add_names: wanted.add_san,
        reuse_keys: wanted.reuse_keys,
        repair_roles: wanted.repair_roles,
        kubeadm,
        system_masters: false,
    })
}
