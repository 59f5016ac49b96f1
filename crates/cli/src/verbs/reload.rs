//! `reload`: as `renew`, without new certificates.

use super::change::{self, Change};
use crate::args::{Passphrases, Reload};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use perennial_core::plan::{Request, Verb, reload};

pub(crate) fn run(session: &Session, arguments: &Reload) -> Result<Exit, Failure> {
    let request = Request {
        restart_apiserver: arguments.restart_apiserver.into(),
        workload: !arguments.no_workload,
        ..Request::new(Verb::Reload, 0)
    };
    let policy = session.global.policy();
    let decide = |node: &_, now| reload(node, &request, &policy, now);
    let dry_run = "perennial reload --dry-run".to_owned();
    change::run(
        session,
        &Change {
            name: "reload",
            consent: arguments.consent,
            give_up: None,
            told: arguments.told.clone(),
            passphrases: Passphrases::default(),
            decide: &decide,
            kubeconfigs: &[],
            dry_run,
        },
    )
}
