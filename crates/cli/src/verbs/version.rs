//! `version`.

use crate::COMMIT;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::screen as say;
use crate::output::json::Version;
use crate::output::{Line, Screen};
use crate::session::Session;

pub(crate) fn run(session: &Session) -> Result<Exit, Failure> {
    if session.json() {
        session.document(&Version::this())?;
        return Ok(Exit::Good);
    }
    let version = env!("CARGO_PKG_VERSION");
    let text = match COMMIT {
        Some(commit) => say::version(session.language, version, commit),
        None => format!("perennial {version}"),
    };
    let mut screen = Screen::default();
    screen.line(Line::new().text(&text));
    session.answer(&screen)?;
    Ok(Exit::Good)
}
