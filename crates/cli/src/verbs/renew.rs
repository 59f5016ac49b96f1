//! `renew`: observe, plan, ask, carry out, observe again, prove, report.

use super::change::{self, Change};
use super::world;
use crate::args::{Issuer, Renew};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use perennial_core::plan::{Request, Verb, renew};

pub(crate) fn run(session: &Session, arguments: Renew) -> Result<Exit, Failure> {
    let kubeadm = match arguments.issuer {
        Issuer::Perennial => None,
        Issuer::Kubeadm => Some(world(session)?.kubeadm()?),
    };
    let policy = session.global.policy();
    let request = Request {
        verb: Verb::Renew,
        only: arguments.only,
        validity_seconds: arguments.validity.as_secs(),
        due: arguments.due,
        force: arguments.force,
        restart_apiserver: arguments.restart_apiserver.into(),
        workload: !arguments.no_workload,
        add_names: arguments.add_san,
        reuse_keys: arguments.reuse_keys,
        repair_roles: arguments.repair_roles,
        kubeadm,
        system_masters: false,
    };
    let decide = |node: &_, now| renew(node, &request, &policy, now);
    let give_up = arguments.give_up.as_deref();
    let dry_run = "perennial renew --dry-run".to_owned();
    change::run(
        session,
        &Change {
            name: "renew",
            consent: arguments.consent,
            give_up,
            events: arguments.events,
            passphrases: arguments.passphrases,
            evidence: arguments.evidence.as_deref(),
            watch_api: arguments.watch_api,
            decide: &decide,
            kubeconfigs: &[],
            dry_run,
        },
    )
}
