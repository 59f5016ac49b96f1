//! `check`: what is wrong, with codes.

use super::look;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::check::screen;
use crate::session::Session;

pub(crate) fn run(session: &Session) -> Result<Exit, Failure> {
    look::run(session, "perennial check", screen)
}
