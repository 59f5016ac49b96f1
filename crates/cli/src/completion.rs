//! Completion: the shell asks perennial itself what may come next. The script that a shell loads is a few lines that
//! never change with the verbs; what is offered, and in which language, is decided here.

use crate::args;
use crate::language::Language;
use crate::output::list::{Item, items};
use crate::pages::Page;
use crate::world::World;
use clap::{Arg, Command, ValueHint};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};
use perennial_core::assess::Code;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

/// Set by the shell's script, to the shell's name; then the words of the command line follow behind `--`.
const VARIABLE: &str = "PERENNIAL_COMPLETE";

/// What is asked for completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    /// GNU bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
    /// Elvish.
    Elvish,
    /// PowerShell.
    Powershell,
    /// kubectl, from 1.26 on: an executable `kubectl_complete-perennial` in the PATH.
    Kubectl,
}

impl Shell {
    fn completer(self) -> &'static dyn EnvCompleter {
        match self {
            Self::Bash => &Bash,
            Self::Zsh => &Zsh,
            Self::Fish => &Fish,
            Self::Elvish => &Elvish,
            Self::Powershell => &Powershell,
            Self::Kubectl => &Kubectl,
        }
    }

    /// The script that makes the shell ask.
    pub(crate) fn script(self) -> io::Result<String> {
        let mut script = Vec::new();
        self.completer().write_registration(VARIABLE, "perennial", "perennial", "perennial", &mut script)?;
        let script = String::from_utf8_lossy(&script);
        Ok(script.trim().to_owned() + "\n")
    }
}

/// Whether a shell has asked; it was answered then. Whatever goes wrong is silent: somebody is typing.
pub(crate) fn asked(language: Language) -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let all: [&dyn EnvCompleter; 6] = [&Bash, &Zsh, &Fish, &Elvish, &Powershell, &Kubectl];
    let directory = std::env::current_dir().ok();
    CompleteEnv::with_factory(|| command(language))
        .var(VARIABLE)
        .bin("perennial")
        .completer("perennial")
        .shells(Shells(&all))
        .try_complete(std::env::args_os(), directory.as_deref())
        .unwrap_or(true)
}

/// The command line, with where values come from.
fn command(language: Language) -> Command {
    let values = move |verb: Command| verb.mut_args(|argument| with_values(argument, language));
    values(args::command(language)).mut_subcommands(|verb| values(verb).mut_subcommands(values))
}

/// Other values are words that the command line knows, or nothing can be said about them.
fn with_values(argument: Arg, language: Language) -> Arg {
    match argument.get_id().as_str() {
        "only" | "names" => argument.add(ArgValueCandidates::new(credentials)),
        "codes" | "suppress" => argument.add(ArgValueCandidates::new(move || codes(language))),
        "root" | "dir" | "directory" => argument.value_hint(ValueHint::DirPath),
        "files" | "what" | "returned" | "events" | "ca_passphrase_file" | "plan_out" | "saved_plan" => {
            argument.value_hint(ValueHint::FilePath)
        }
        _ => argument,
    }
}

/// The names of `list -o name`. Without root, or off a node, none.
fn credentials() -> Vec<CompletionCandidate> {
    let Ok(world) = World::new(None, Language::En) else { return Vec::new() };
    let node = world.files();
    let mut names: Vec<String> = Vec::new();
    for Item { name, .. } in items(&node).into_iter().filter(|item| item.renewable) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(CompletionCandidate::new).collect()
}

fn codes(language: Language) -> Vec<CompletionCandidate> {
    let candidate = |code: &Code| {
        CompletionCandidate::new(code.to_string()).help(Some(Page::of(*code, language).title.into()))
    };
    Code::ALL.iter().map(candidate).collect()
}

/// kubectl's way to ask a plugin: it runs `kubectl_complete-perennial` with the words behind `kubectl perennial`, and
/// wants a candidate a line, its description behind a tab, and a number of cobra's at the end.
struct Kubectl;

/// cobra's ShellCompDirectiveNoSpace and ShellCompDirectiveNoFileComp.
const NO_SPACE: u8 = 2;
const NO_FILES: u8 = 4;

impl EnvCompleter for Kubectl {
    fn name(&self) -> &'static str {
        "kubectl"
    }

    fn is(&self, name: &str) -> bool {
        name == "kubectl"
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        _bin: &str,
        _completer: &str,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        let note = "# For kubectl 1.26 or later: an executable kubectl_complete-perennial in the PATH.";
        writeln!(to, "#!/bin/sh\n{note}\n{variable}=kubectl exec kubectl-{name} -- {name} \"$@\"")
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        directory: Option<&Path>,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        let last = words.len().saturating_sub(1);
        let candidates = clap_complete::engine::complete(command, words, last, directory).unwrap_or_default();
        let mut directive = NO_FILES;
        for candidate in candidates {
            let value = candidate.get_value().to_string_lossy();
            if value.ends_with(['/', '=']) {
                directive |= NO_SPACE;
            }
            match candidate.get_help().map(ToString::to_string) {
                Some(help) => writeln!(to, "{value}\t{}", help.lines().next().unwrap_or_default())?,
                None => writeln!(to, "{value}")?,
            }
        }
        writeln!(to, ":{directive}")
    }
}
