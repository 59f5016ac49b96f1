//! `apply`: carries out a saved plan, if it is still the one that would be made.

use super::change::{self, Change};
use super::world;
use crate::args::Apply;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::saved as say;
use crate::output::findings::quoted;
use crate::output::json::saved::{NotSaved, SavedPlan};
use crate::session::Session;
use crate::world::documents;
use jiff::Timestamp;
use perennial_core::inventory::Node;
use perennial_core::plan::{Plan, Refusal, Request, Verb, renew, stale};

pub(crate) fn run(session: &Session, arguments: Apply) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let file = arguments.saved_plan.as_str();
    let content = documents::read(&arguments.saved_plan)
        .map_err(|error| Failure::new(Exit::Usage, say::not_read(language, file, &error.to_string())))?;
    let saved = SavedPlan::read(&content).map_err(|why| {
        let exit = match why {
            NotSaved::Edited | NotSaved::Newer(_) => Exit::Refused,
            NotSaved::Malformed(_) | NotSaved::OtherKind(_) => Exit::Usage,
        };
        Failure::new(exit, say::no_plan(language, file, &why)).hint("perennial plan --out FILE")
    })?;
    let policy = session.global.policy();
    // Nothing in the file is carried out: what is decided now is, where it is the same. The program that is to sign is
    // this node's own, too: whoever has written the file could have named another one.
    let kubeadm = match saved.request.kubeadm {
        Some(_) => Some(world(session)?.kubeadm()?),
        None => None,
    };
    let request = Request { verb: Verb::Renew, kubeadm, system_masters: false, ..saved.request.clone() };
    let decide = |node: &Node, now: Timestamp| -> Result<Plan, Refusal> {
        let now = renew(node, &request, &policy, now)?;
        stale(&saved, &now).map_or(Ok(now), Err)
    };
    change::run(
        session,
        &Change {
            name: "apply",
            consent: arguments.consent,
            give_up: None,
            told: arguments.told,
            passphrases: arguments.passphrases,
            decide: &decide,
            kubeconfigs: &[],
            dry_run: format!("perennial apply {} --dry-run", quoted(file)),
        },
    )
}
