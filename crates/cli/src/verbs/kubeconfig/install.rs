//! `kubeconfig refresh --install`: what a control plane has signed is judged, put into its entry, and tried.

use super::{not_own, own_files, paste};
use crate::args::Refresh;
use crate::exit::{Exit, of_edges};
use crate::failure::Failure;
use crate::language::refresh as say;
use crate::output::json::kubeconfig::KubeconfigInstallation;
use crate::output::kubeconfig::{self as screens, Installation};
use crate::session::Session;
use crate::verbs::world;
use crate::world::{self, every_own};
use camino::Utf8Path;
use perennial_core::plan::judge_returned;
use perennial_pki::certificate::{Certificate, certificates};

pub(super) fn run(session: &Session, arguments: &Refresh, from: &Utf8Path) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let refused = |sentence: String| Failure::new(Exit::Refused, sentence);
    let files = own_files(arguments);
    let entries = every_own(&files).map_err(|why| not_own(language, &why))?;
    let text = paste::read(session, from, say::paste_certificate(session.language), None)?;
    let what = paste::name(session, from);
    let chain = certificates(text.as_bytes())
        .map_err(|why| refused(say::unreadable_paste(language, &what, &why.to_string())))?;
    let Some((new, rest)) = chain.split_first() else {
        return Err(refused(say::unreadable_paste(language, &what, say::no_certificate_given(language))));
    };
    // A root behind it is nobody's mistake, and of no use.
    let rest: Vec<Certificate> = rest.iter().filter(|one| !one.is_self_signed()).cloned().collect();
    let world = world(session)?;
    let in_use = entries.iter().find(|own| own.entry.certificate == *new);
    // Told by the key alone: names are the same in many clusters.
    let waiting = entries.iter().find_map(|own| {
        let key = own.entry.pending().filter(|key| key.matches(new))?;
        Some((own, key))
    });
    let (own, key) = match (waiting, in_use) {
        (Some(found), _) => found,
        (None, Some(own)) if own.entry.key().is_ok_and(|key| key.matches(new)) => {
            return finish(session, &Installation::already(own));
        }
        _ => {
            let names: Vec<_> = files.iter().map(|path| path.as_str()).collect();
            return Err(refused(say::no_pending(language, &names.join(language.comma())))
                .hint("perennial kubeconfig refresh --request"));
        }
    };
    let old = &own.entry.certificate;
    if let Some(why) = judge_returned(old, &own.trusts, new, &rest, world::now()) {
        return Err(refused(say::not_taken(language, &why))
            .detail(crate::language::refusal::nothing_changed(language))
            .hint("perennial kubeconfig refresh --request"));
    }
    if !own.in_place {
        return Err(refused(say::not_in_place_of(language, own.named.as_str(), &own.entry.user)));
    }
    let mut answer = Installation { own, new, installed: false, edge: None };
    if arguments.consent.dry_run {
        return finish(session, &answer);
    }
    let pem: String = std::iter::once(new).chain(&rest).map(Certificate::to_pem).collect();
    own.entry.install(&pem, &key).map_err(|reason| {
        refused(say::failed(language, &reason)).detail(crate::language::refusal::nothing_changed(language))
    })?;
    answer.installed = true;
    answer.edge = Some(world.recognized_own(own));
    finish(session, &answer)
}

fn finish(session: &Session, answer: &Installation<'_>) -> Result<Exit, Failure> {
    if session.json() {
        session.document(&KubeconfigInstallation::new(answer))?;
    } else {
        session.answer(&screens::installed(session.language, answer))?;
    }
    let edges = answer.edge.as_slice();
    Ok(if of_edges(edges) == Exit::Critical { Exit::Critical } else { Exit::Good })
}
