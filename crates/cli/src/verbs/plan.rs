//! `plan`: what `renew` would do, shown, and kept for `apply`.

use super::change::{show_only, sound};
use super::{as_root, observe, renew, world};
use crate::args;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::saved as say;
use crate::output::findings::quoted;
use crate::output::json::{render, saved::SavedPlan};
use crate::session::Session;
use crate::world::{self as host, Depth, documents};
use perennial_core::plan;

pub(crate) fn run(session: &Session, arguments: args::Plan) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let world = world(session)?;
    let node = observe(session, &world, Depth::Cluster)?;
    if !node.as_root {
        return Err(as_root(session, language, Exit::Refused));
    }
    let request = renew::request(session, arguments.wanted)?;
    let plan = sound(language, plan::renew(&node, &request, &session.global.policy(), host::now()))?;
    let last = match &arguments.plan_out {
        None => say::only_shown(session.language).to_owned(),
        Some(file) => {
            let text = render(&SavedPlan::new(&plan))?;
            documents::write(file, &text).map_err(|error| {
                Failure::new(Exit::Refused, say::not_written(language, file.as_str(), &error.to_string()))
            })?;
            say::apply_exactly_this(session.language, &quoted(file.as_str()))
        }
    };
    let exit = show_only(session, &plan, node.past.open.as_ref(), &last)?;
    Ok(if arguments.exit_code && !plan.is_empty() { Exit::Attention } else { exit })
}
