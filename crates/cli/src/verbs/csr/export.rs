//! `csr export`: one request for each certificate that is signed elsewhere. Nothing live is touched.

use crate::args::Export;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::csr as say;
use crate::output::csr::{self as csr_screen, Exported};
use crate::output::json::csr::CsrExport;
use crate::session::Session;
use crate::verbs::{as_root, observe, world};
use crate::world::requests::{For, encoded, write};
use crate::world::{Depth, refused};
use camino::Utf8Path;
use perennial_core::plan::wanted;

pub(crate) fn run(session: &Session, arguments: &Export) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let world = world(session)?;
    let mut node = observe(session, &world, Depth::Node)?;
    // A copied tree is its owner's, whoever that is.
    node.as_root |= node.copied_tree;
    if !node.as_root {
        return Err(as_root(session, language, Exit::Refused));
    }
    let (wanted, left_out) =
        wanted(&node, &arguments.names, arguments.reuse_keys).map_err(|why| refused(language, &why))?;
    let key = match (arguments.reuse_keys, arguments.new_key) {
        (true, _) => For::PresentKey,
        (false, true) => For::NewKey,
        (false, false) => For::PendingKey,
    };
    let to_stdout = arguments.out.is_some();
    let mut exported = Vec::new();
    if !wanted.is_empty() {
        let requests = world.make_requests()?;
        for one in wanted {
            let made = requests.make(&one, key).map_err(|reason| failed(session, &reason))?;
            exported.push(Exported { wanted: one, made, file: None });
        }
    }
    if !to_stdout && !exported.is_empty() {
        let directory = arguments.dir.as_deref().unwrap_or_else(|| Utf8Path::new("."));
        std::fs::create_dir_all(directory)
            .map_err(|error| failed(session, &format!("{directory}: {error}")))?;
        // The operator takes them from here, whatever the directory is called when they are told.
        let directory = directory.canonicalize_utf8().unwrap_or_else(|_| directory.to_owned());
        for one in &mut exported {
            let file = directory.join(format!("{}.csr", encoded(&one.wanted.credential)));
            write(&file, &one.made.request).map_err(|error| failed(session, &format!("{file}: {error}")))?;
            one.file = Some(file);
        }
    }
    let exit = if left_out.is_empty() { Exit::Good } else { Exit::Attention };
    let node = node.name.as_deref().unwrap_or_default();
    if session.json() {
        session.document(&CsrExport::new(node, &exported, &left_out))?;
        return Ok(exit);
    }
    let screen = csr_screen::screen(session.language, node, &exported, &left_out);
    if to_stdout {
        session.text(&exported.iter().map(|one| one.made.request.as_str()).collect::<String>())?;
        session.tell(&screen);
    } else {
        session.answer(&screen)?;
    }
    Ok(exit)
}

fn failed(session: &Session, reason: &str) -> Failure {
    let language = session.answer_language();
    Failure::new(Exit::Refused, say::not_exported(language, reason)).detail(say::nothing_live(language))
}
