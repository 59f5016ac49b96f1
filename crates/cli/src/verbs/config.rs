//! `config view`: what is set, and by whom.

use crate::args::{Format, View};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::config::{file, screen};
use crate::output::json::config::ConfigView;
use crate::session::Session;

pub(crate) fn run(session: &Session, arguments: &View) -> Result<Exit, Failure> {
    // Without settings no verb is reached.
    let Some(settings) = &session.settings else { return Ok(Exit::Usage) };
    match session.global.output {
        Format::Json => session.document(&ConfigView::new(settings))?,
        Format::Yaml => session.raw(&file(settings, arguments.origin)?)?,
        _ => session.answer(&screen(session.language, settings, arguments.origin))?,
    }
    Ok(Exit::Good)
}
