//! Without a verb: the 3 a.m. screen.

use super::look;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::glance::screen;
use crate::session::Session;
use crate::world::Depth;

pub(crate) fn run(session: &Session) -> Result<Exit, Failure> {
    look::run(session, Depth::Node, None, screen)
}
