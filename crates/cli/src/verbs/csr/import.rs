//! `csr import`: what another CA has signed is judged, planned, installed and proven as `renew` does it.

use crate::args::{Import, Passphrases};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::verbs::change::{self, Change};
use crate::verbs::world;
use crate::world::requests::returned;
use perennial_core::plan::{Request, Verb, import};

pub(crate) fn run(session: &Session, arguments: &Import) -> Result<Exit, Failure> {
    let policy = session.global.policy();
    // Which life a certificate has is its CA's to say.
    let request = Request { workload: !arguments.no_workload, ..Request::new(Verb::Import, 0) };
    let returned = returned(&arguments.returned);
    let pending = world(session)?.pending_requests();
    let decide = |node: &_, now| import(node, &returned, &pending, &request, &policy, now);
    let dry_run = format!("{} --dry-run", session.typed());
    change::run(
        session,
        &Change {
            name: "csr import",
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
