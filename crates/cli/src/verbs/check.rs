//! `check`: what is wrong, with codes.

use super::look;
use crate::args::Check;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::check::screen;
use crate::session::Session;
use crate::world::Depth;

pub(crate) fn run(session: &Session, arguments: &Check) -> Result<Exit, Failure> {
    let depth = if arguments.secrets { Depth::Secrets } else { Depth::Objects };
    look::run(session, depth, arguments.as_of.as_deref(), screen)
}
