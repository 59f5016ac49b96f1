//! `kubeconfig sign`: a control plane answers a request. Nothing live is touched; what is signed is written down first.

use super::paste;
use crate::args::Sign;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{plan as plan_words, refresh as say};
use crate::output::json::kubeconfig::KubeconfigSignature;
use crate::output::kubeconfig::{self as screens, Signature};
use crate::output::report;
use crate::session::Session;
use crate::terminal::can_ask;
use crate::verbs::change::says_yes;
use crate::verbs::passphrase::Opener;
use crate::verbs::{as_root, observe, world};
use crate::world::{self, Depth};
use camino::Utf8Path;
use perennial_core::plan::{Terms, sign};
use perennial_pki::certificate::Certificate;
use perennial_pki::request::{VOUCHED_LABEL, Vouched};

pub(crate) fn run(session: &Session, arguments: &Sign) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let world = world(session)?;
    let mut node = observe(session, &world, Depth::Node)?;
    // A copied tree is its owner's, whoever that is.
    node.as_root |= node.copied_tree;
    if !node.as_root {
        return Err(as_root(session, language, Exit::Refused));
    }
    let asking = !arguments.consent.yes && !arguments.consent.dry_run;
    if asking && !can_ask() {
        return Err(Failure::new(Exit::Usage, plan_words::need_yes(language, "kubeconfig sign"))
            .hint(format!("{} --dry-run", session.typed())));
    }
    let end = format!("-----END {VOUCHED_LABEL}-----");
    let from = &arguments.paste;
    let text = paste::read(session, from, say::paste_request(session.language), Some(&end))?;
    let request = Vouched::from_pem(text.as_bytes()).map_err(|why| {
        let what = paste::name(session, from);
        Failure::new(Exit::Refused, say::unreadable_paste(language, &what, &why.to_string()))
    })?;
    let terms = Terms {
        validity: arguments.validity,
        system_masters: arguments.allow_system_masters,
        long_expired: arguments.allow_expired,
    };
    let decide =
        |node: &_| sign(node, &request, &terms, world::now()).map_err(|why| world::refused(language, &why));
    let mut signing = decide(&node)?;
    let system_masters = arguments.allow_system_masters;
    if arguments.consent.dry_run {
        return finish(
            session,
            &Signature { request: &request, signing: &signing, system_masters, signed: None },
            true,
        );
    }
    if asking {
        session.tell(&screens::to_sign(
            session.language,
            &Signature { request: &request, signing: &signing, system_masters, signed: None },
        ));
        if !says_yes(session)? {
            session.tell(&report::declined(session.language));
            return Ok(Exit::Good);
        }
    }
    let mut opener = Opener::new(session, &world, &arguments.passphrases);
    let locked = signing.locked.as_ref().map(|_| signing.authority_key.clone());
    let locked: Vec<&Utf8Path> = locked.iter().map(|path| path.as_path()).collect();
    if opener.open(&mut node, &locked)? {
        // Which certificate of a bundle signs is known once its key is.
        signing = decide(&node)?;
    }
    let chain: Vec<Certificate> = world.sign(&request, &signing, &opener.keys())?;
    finish(
        session,
        &Signature { request: &request, signing: &signing, system_masters, signed: Some(&chain) },
        false,
    )
}

fn finish(session: &Session, answer: &Signature<'_>, dry_run: bool) -> Result<Exit, Failure> {
    if session.json() {
        session.document(&KubeconfigSignature::new(answer))?;
        return Ok(Exit::Good);
    }
    match answer.signed {
        Some(chain) => {
            session.text(&chain.iter().map(Certificate::to_pem).collect::<String>())?;
            session.tell(&screens::signed(session.language, answer));
        }
        None => {
            let mut screen = screens::to_sign(session.language, answer);
            if dry_run {
                screen.line(crate::output::Line::new().text(say::dry_sign(session.language)));
            }
            session.answer(&screen)?;
        }
    }
    Ok(Exit::Good)
}
