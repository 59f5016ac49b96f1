//! `kubeconfig refresh` and `kubeconfig sign`: people's kubeconfigs, on a control plane or on their owner's machine.

mod install;
mod paste;
pub(crate) mod refresh;
mod request;
pub(crate) mod sign;

use crate::args::Refresh;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, refresh as say, trouble::trouble};
use crate::world::{NotOwn, working_directory};
use camino::Utf8PathBuf;
use perennial_core::formats::kubeconfig::NotChosen;

/// The operator's own kubeconfigs: the named ones, else those that kubectl would read.
fn own_files(arguments: &Refresh) -> Vec<Utf8PathBuf> {
    let from = working_directory();
    if !arguments.kubeconfigs.is_empty() {
        return arguments.kubeconfigs.iter().map(|path| from.join(path)).collect();
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match variable("KUBECONFIG") {
        Some(list) => list.split(':').filter(|path| !path.is_empty()).map(|path| from.join(path)).collect(),
        None => vec![Utf8PathBuf::from(variable("HOME").unwrap_or_default()).join(".kube/config")],
    }
}

/// Why there is no entry to continue.
fn not_own(language: Language, why: &NotOwn) -> Failure {
    let text = match why {
        NotOwn::Unusable { path, trouble: None } => say::no_such_file(language, path.as_str()),
        NotOwn::Unusable { path, trouble: Some(why) } => trouble(language, path.as_str(), why),
        NotOwn::NotChosen(NotChosen::NoContext | NotChosen::Unusable { .. }) => {
            return Failure::new(Exit::Usage, say::no_context(language)).hint("kubectl config get-contexts");
        }
        NotOwn::NotChosen(NotChosen::UnknownContext { context, known }) => {
            let there_is = crate::language::refusal::there_is(language, &known.join(language.comma()));
            return Failure::new(Exit::Usage, say::unknown_context(language, context)).detail(there_is);
        }
        NotOwn::NotChosen(NotChosen::NoUser { context, user }) => say::no_user(language, context, user),
    };
    Failure::new(Exit::Refused, text)
}
