//! `kubeconfig refresh --request`: a key is made beside the kubeconfig, a request for it goes to stdout.

use super::{not_own, own_files};
use crate::args::Refresh;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::refresh as say;
use crate::output::json::kubeconfig::KubeconfigRequest;
use crate::output::kubeconfig::{self as screens, Request};
use crate::session::Session;
use crate::world::{self, Own, own_of_context};
use perennial_core::plan::{GRACE, Reason, signable};
use perennial_pki::key::{KeyForm, KeyKind};

pub(super) fn run(session: &Session, arguments: &Refresh) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let own = own_of_context(&own_files(arguments), arguments.context.as_deref());
    let own = own.map_err(|why| not_own(language, &why))?;
    let certificate = &own.entry.certificate;
    let refused = |sentence: String| Failure::new(Exit::Refused, sentence);
    let reason = signable(certificate);
    if let Some(reason) = reason.filter(|reason| *reason != Reason::SystemMasters) {
        let sentence = |why| say::not_signed_identity(language, &certificate.subject(), why);
        return Err(match reason {
            Reason::MachineIdentity => refused(sentence(say::is_machine(language)))
                .hint("kubeadm kubeconfig user --client-name NAME"),
            _ => refused(sentence(say::is_not_client(language))),
        });
    }
    if !own.in_place {
        return Err(refused(say::not_in_place_of(language, own.named.as_str(), &own.entry.user)));
    }
    let old_key = own.entry.key().map_err(|reason| refused(say::failed(language, &reason)))?;
    if !old_key.matches(certificate) {
        return Err(refused(format!("{}: {}", own.named, say::key_not_its(language))));
    }
    let (kind, form) = new_key(&old_key.kind(), old_key.form());
    let asked = match arguments.consent.dry_run {
        true => None,
        false => {
            let asked = own.entry.ask(&kind, form, arguments.anew);
            Some(asked.map_err(|reason| refused(say::failed(language, &reason)))?)
        }
    };
    let now = world::now();
    let request = Request {
        own: &own,
        asked: asked.as_ref(),
        key_kind: kind.to_string(),
        system_masters: reason == Some(Reason::SystemMasters),
        long_expired: now.duration_since(certificate.not_after()) > GRACE,
        now,
        install: install_command(arguments, &own),
    };
    if session.json() {
        session.document(&KubeconfigRequest::new(&request))?;
        return Ok(Exit::Good);
    }
    if let Some(asked) = &asked {
        session.text(&asked.request)?;
    }
    session.tell(&screens::requested(session.language, &request));
    Ok(Exit::Good)
}

/// The old key's kind and form; where such a key can't be made, what kubeadm makes today.
fn new_key(kind: &KeyKind, form: KeyForm) -> (KeyKind, KeyForm) {
    match kind {
        KeyKind::Rsa(2048 | 3072 | 4096)
        | KeyKind::EcdsaP256
        | KeyKind::EcdsaP384
        | KeyKind::EcdsaP521
        | KeyKind::Ed25519 => (kind.clone(), form),
        KeyKind::Rsa(_) | KeyKind::Other(_) => (KeyKind::Rsa(2048), KeyForm::Pkcs1),
    }
}

/// What is called when the certificate is there: with the files that were named now.
fn install_command(arguments: &Refresh, own: &Own) -> String {
    let command = "perennial kubeconfig refresh --install -";
    match arguments.kubeconfigs.is_empty() {
        true => command.to_owned(),
        false => format!("{command} {}", crate::output::findings::quoted(own.named.as_str())),
    }
}
