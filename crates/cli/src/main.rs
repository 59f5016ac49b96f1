//! The command `perennial`: arguments, verbs, output, both languages.

mod args;
mod exit;
mod failure;
mod hidden;
mod language;
mod output;
mod pages;
mod session;
mod signals;
mod terminal;
mod verbs;
mod world;

use args::{Cli, Csr, Kubeconfig, Verb};
use clap::FromArgMatches;
use clap::error::ErrorKind;
use exit::Exit;
use failure::Failure;
use language::{Language, screen as say, usage};
use session::Session;
use signals::Signals;
use std::io::Write;
use std::process::ExitCode;

/// The commit that this binary was built from, where the build says it.
pub(crate) const COMMIT: Option<&str> = option_env!("PERENNIAL_COMMIT");

fn main() -> ExitCode {
    let arguments = arguments();
    let language = args::language_of(&arguments, terminal::environment);
    report_panics(language);
    call(arguments, language, Signals::new()).into()
}

/// The arguments as text; `perennial help VERB` is `perennial VERB --help`.
fn arguments() -> Vec<String> {
    let mut arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if arguments.get(1).is_some_and(|first| first == "help") {
        arguments.remove(1);
        arguments.push("--help".to_owned());
    }
    arguments
}

/// A panic is a bug, and says so in one sentence. Rust's own exit code would be 101.
fn report_panics(language: Language) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(|| "?".to_owned(), ToString::to_string);
        let text = say::bug(language, &output::escape(&place));
        let _ignored = writeln!(std::io::stderr(), "{text}");
        std::process::exit(i32::from(Exit::Bug.number()));
    }));
}

fn call(arguments: Vec<String>, language: Language, signals: Signals) -> Exit {
    let mut command = args::command(language);
    let json = args::json_wanted(&arguments);
    let matches = match command.try_get_matches_from_mut(&arguments) {
        Ok(matches) => matches,
        Err(error) => return not_parsed(&error, language, json),
    };
    let version = matches.get_flag("version");
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, language, json),
    };
    let session = Session::new(cli.global, language, arguments, signals);
    let verb = if version { Some(Verb::Version) } else { cli.verb };
    let fits = root_fits(&session, verb.as_ref()).and_then(|()| format_fits(&session, verb.as_ref()));
    let result = fits.and_then(|()| match verb {
        None => verbs::glance::run(&session),
        Some(Verb::Check(arguments)) => verbs::check::run(&session, &arguments),
        Some(Verb::List(arguments)) => verbs::list::run(&session, &arguments),
        Some(Verb::Inspect(arguments)) => verbs::inspect::run(&session, &arguments),
        Some(Verb::Graph(arguments)) => verbs::graph::run(&session, &arguments),
        Some(Verb::Renew(arguments)) => verbs::renew::run(&session, arguments),
        Some(Verb::Reload(arguments)) => verbs::reload::run(&session, &arguments),
        Some(Verb::Csr(Csr::Export(arguments))) => verbs::csr::export::run(&session, &arguments),
        Some(Verb::Csr(Csr::Import(arguments))) => verbs::csr::import::run(&session, &arguments),
        Some(Verb::Kubeconfig(Kubeconfig::Refresh(arguments))) => {
            verbs::kubeconfig::refresh::run(&session, &arguments)
        }
        Some(Verb::Kubeconfig(Kubeconfig::Sign(arguments))) => {
            verbs::kubeconfig::sign::run(&session, &arguments)
        }
        Some(Verb::Verify(arguments)) => verbs::verify::run(&session, &arguments),
        Some(Verb::Diagnose(arguments)) => verbs::diagnose::run(&session, &arguments),
        Some(Verb::Backup(arguments)) => verbs::backup::run(&session, &arguments),
        Some(Verb::Explain(arguments)) => verbs::explain::run(&session, &arguments),
        Some(Verb::Version) => verbs::version::run(&session),
    });
    result.unwrap_or_else(|failure| session.fail(&failure))
}

/// `--root` is for looking: on a copy there is nothing to renew, restart or prove.
fn root_fits(session: &Session, verb: Option<&Verb>) -> Result<(), Failure> {
    let name = match verb {
        None
        | Some(
            Verb::Check(_)
            | Verb::List(_)
            | Verb::Inspect(_)
            | Verb::Graph(_)
            | Verb::Diagnose(_)
            | Verb::Explain(_)
            | Verb::Version,
        ) => {
            return Ok(());
        }
        Some(Verb::Csr(Csr::Export(_))) => return Ok(()),
        // What would be installed can be looked at.
        Some(Verb::Csr(Csr::Import(arguments))) if arguments.consent.dry_run => return Ok(()),
        Some(Verb::Csr(Csr::Import(_))) => "csr import",
        Some(Verb::Kubeconfig(Kubeconfig::Refresh(arguments))) if on_a_copy(arguments) => return Ok(()),
        Some(Verb::Kubeconfig(Kubeconfig::Refresh(_))) => "kubeconfig refresh",
        Some(Verb::Kubeconfig(Kubeconfig::Sign(arguments))) if arguments.consent.dry_run => return Ok(()),
        Some(Verb::Kubeconfig(Kubeconfig::Sign(_))) => "kubeconfig sign",
        Some(Verb::Renew(_)) => "renew",
        Some(Verb::Reload(_)) => "reload",
        Some(Verb::Verify(_)) => "verify",
        Some(Verb::Backup(_)) => "backup",
    };
    if session.global.root.is_none() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, usage::root_only_for_check(session.answer_language(), name)))
}

/// What would be refreshed can be looked at; the operator's own machine is no copy.
fn on_a_copy(arguments: &args::Refresh) -> bool {
    arguments.consent.dry_run && !arguments.request && arguments.install.is_none()
}

/// Not every verb answers in every form.
fn format_fits(session: &Session, verb: Option<&Verb>) -> Result<(), Failure> {
    let (known, wanted) = (Verb::formats(verb), session.global.output);
    if known.contains(&wanted) {
        return Ok(());
    }
    let language = session.answer_language();
    let known: Vec<&str> = known.iter().map(|format| format.name()).collect();
    let text = usage::format_unknown(language, wanted.name(), &known.join(language.comma()));
    Err(Failure::new(Exit::Usage, text).hint("perennial --help"))
}

/// Help that was asked for, or a command line that can't be understood: 64, because 2 is "critical".
fn not_parsed(error: &clap::Error, language: Language, json: bool) -> Exit {
    if error.kind() == ErrorKind::DisplayHelp {
        let text = error.render().to_string();
        return match session::write(&mut std::io::stdout(), &text) {
            Ok(()) => Exit::Good,
            Err(error) => tell(&session::stdout_failed(language, &error), language),
        };
    }
    let failure =
        |language| Failure::new(Exit::Usage, usage::usage(language, error)).hint("perennial --help");
    if json {
        let document = output::json::render(&output::json::FailureReport::new(&failure(Language::En)));
        let _ignored = document.map(|document| session::write(&mut std::io::stdout(), &document));
    }
    tell(&failure(language), language)
}

/// A failure on stderr, where the flags that say how are not known.
fn tell(failure: &Failure, language: Language) -> Exit {
    let facts = terminal::Facts {
        color: terminal::ColorChoice::Never,
        ascii: false,
        tty: false,
        columns: None,
        variable: &terminal::environment,
    };
    let text = failure.screen(language).render(&terminal::Terminal::new(&facts));
    let _ignored = std::io::stderr().write_all(text.as_bytes());
    failure.exit
}
