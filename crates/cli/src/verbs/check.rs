//! `check`: what is wrong, with codes.

use super::look;
use crate::args::Check;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::check::screen;
use crate::output::suppressed::Suppressed;
use crate::session::Session;
use crate::world::Depth;

pub(crate) fn run(session: &Session, arguments: &Check) -> Result<Exit, Failure> {
    let depth = if arguments.secrets { Depth::Secrets } else { Depth::Objects };
    let suppressed = session.settings.as_ref().map(|settings| Suppressed {
        silences: &settings.silences,
        uses: &[],
        left_out: settings.left_out,
        file: settings.file.as_deref(),
    });
    look::run(session, depth, arguments.as_of.as_deref(), suppressed.unwrap_or_default(), screen)
}
