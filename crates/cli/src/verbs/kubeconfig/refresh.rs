//! `kubeconfig refresh`: on a control plane a run like any other; elsewhere the two halves of one.

use super::{install, request};
use crate::args::{EventsTo, Refresh, Told};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{refresh as say, usage};
use crate::session::Session;
use crate::verbs::change::{self, Change};
use crate::verbs::world;
use perennial_core::inventory::Layout;
use perennial_core::plan::{Request, Verb, refresh};

pub(crate) fn run(session: &Session, arguments: &Refresh) -> Result<Exit, Failure> {
    if let Some(certificate) = &arguments.install {
        return install::run(session, arguments, certificate);
    }
    if arguments.request {
        return request::run(session, arguments);
    }
    let language = session.answer_language();
    if arguments.context.is_some() {
        return Err(Failure::new(Exit::Usage, usage::context_only_for_request(language)));
    }
    let world = world(session)?;
    let what = match world.files().layout {
        Layout::ControlPlane | Layout::Foreign(_) => None,
        Layout::Nothing if session.global.root.is_some() => None,
        Layout::Worker | Layout::Etcd | Layout::Nothing => Some(say::this_machine(language)),
    };
    if let Some(what) = what {
        return Err(Failure::new(Exit::Refused, say::not_here(language, what))
            .hint("perennial kubeconfig refresh --request"));
    }
    let policy = session.global.policy();
    let files = world.absolute(&arguments.kubeconfigs);
    let request = Request {
        force: arguments.anew,
        system_masters: arguments.allow_system_masters,
        ..Request::new(Verb::Refresh, arguments.validity.as_secs())
    };
    let decide = |node: &_, now| refresh(node, &files, &request, &policy, now);
    change::run(
        session,
        &Change {
            name: "kubeconfig refresh",
            consent: arguments.consent,
            give_up: None,
            passphrases: arguments.passphrases.clone(),
            told: Told {
                events: EventsTo { events: arguments.events.clone() },
                evidence: arguments.evidence.clone(),
                // Nothing of the control plane is touched.
                watch_api: false,
            },
            decide: &decide,
            kubeconfigs: &arguments.kubeconfigs,
            dry_run: format!("{} --dry-run", session.typed()),
        },
    )
}
