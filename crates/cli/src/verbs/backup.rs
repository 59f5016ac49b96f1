//! `backup`: copies of everything that could be needed to go back.

use super::{as_root, observe, world};
use crate::args::Backup;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::screen as say;
use crate::output::json::BackupReport;
use crate::output::{Line, Mark, Paint, Screen};
use crate::session::Session;
use crate::world::Depth;

pub(crate) fn run(session: &Session, arguments: &Backup) -> Result<Exit, Failure> {
    let world = world(session)?;
    let node = observe(session, &world, Depth::Node)?;
    if !node.as_root {
        return Err(as_root(session, session.answer_language(), Exit::Refused));
    }
    let (directory, files) = world.backup(&node, arguments.directory.as_deref())?;
    if session.json() {
        session.document(&BackupReport::new(directory.to_string(), files))?;
    } else {
        let mut screen = Screen::default();
        let text = say::backup_done(session.language, directory.as_str(), files);
        screen.wrapped(Line::new().mark(Mark::Good).text(" "), &Line::new().text("  "), &text, Paint::Plain);
        session.answer(&screen)?;
    }
    Ok(Exit::Good)
}
