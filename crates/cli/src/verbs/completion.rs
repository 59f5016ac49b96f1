//! `completion`: the script with which a shell asks perennial what may come next.

use crate::args::Completion;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(crate) fn run(session: &Session, arguments: &Completion) -> Result<Exit, Failure> {
    session.raw(&arguments.shell.script()?)?;
    Ok(Exit::Good)
}
