//! Without a verb: the 3 a.m. screen.

use super::look;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::glance::screen;
use crate::output::suppressed::Suppressed;
use crate::session::Session;
use crate::world::Depth;

/// Nothing is suppressed here: what is dead is dead, whatever a file says.
pub(crate) fn run(session: &Session) -> Result<Exit, Failure> {
    look::run(session, Depth::Node, None, Suppressed::default(), screen)
}
