//! The evidence of a run that has ended, written down.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::evidence as say;
use crate::output::json::evidence::{Evidence, NotEvidence, of_run};
use crate::output::json::render;
use crate::output::report::Report;
use crate::output::{Line, Mark, Paint, Screen};
use crate::session::Session;
use crate::world::{World, documents};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::Node;
use std::io::ErrorKind;

/// What was written.
pub(in crate::verbs) struct Kept {
    /// The file that is told: the operator's, else the node's own.
    pub(in crate::verbs) file: Option<Utf8PathBuf>,
    /// Whether the operator has what they asked for.
    pub(in crate::verbs) copied: bool,
}

/// Refuses a file that a copy could not be written to, or must not: before anything is done.
pub(in crate::verbs) fn can_be_copied(session: &Session, file: &Utf8Path) -> Result<(), Failure> {
    let language = session.answer_language();
    let usage = |text| Err(Failure::new(Exit::Usage, text));
    match documents::read(file) {
        // An earlier one, also one that was edited, is replaced; nothing else is.
        Ok(content) => match Evidence::read(&content) {
            Ok(_) | Err(NotEvidence::Edited | NotEvidence::Newer(_)) => {}
            Err(_) => return usage(say::something_else_there(language, file.as_str())),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => return usage(say::something_else_there(language, file.as_str())),
    }
    documents::writable(file)
        .or_else(|error| usage(say::not_written(language, file.as_str(), &error.to_string())))
}

/// Writes the evidence of a run beside its journal, and a copy where the operator wants one. What can't be written is
/// told; the run is what it is.
pub(in crate::verbs) fn keep(
    session: &Session,
    world: &World,
    report: &Report<'_>,
    before: Option<&Node>,
    after: &Node,
    wanted: Option<&Utf8Path>,
) -> Kept {
    let nothing = Kept { file: None, copied: wanted.is_none() };
    let Some(run) = report.run else { return nothing };
    let told = |file: &str, reason: &str| {
        let text = say::not_written(session.language, file, reason);
        let mut screen = Screen::default();
        let first = Line::new().mark(Mark::Warn).text(" ");
        screen.wrapped(first, &Line::new().text("  "), &text, Paint::Plain);
        session.tell(&screen);
    };
    let sealed = of_run(session.typed(), report, run, before, after).sealed();
    let text = sealed.ok().and_then(|evidence| render(&evidence).ok());
    let Some(text) = text else { return nothing };
    let own = world.keep_evidence(&run.id, &text);
    if let Err((file, error)) = &own {
        told(file.as_str(), &error.to_string());
    }
    let copied = wanted
        .map(|file| documents::write(file, &text).map_err(|error| told(file.as_str(), &error.to_string())));
    match (wanted, copied) {
        (Some(file), Some(Ok(()))) => Kept { file: Some(file.to_owned()), copied: true },
        (wanted, _) => Kept { file: own.ok(), copied: wanted.is_none() },
    }
}
