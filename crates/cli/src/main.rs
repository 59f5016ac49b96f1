//! The command `perennial`: arguments, verbs, output, both languages.

mod args;
mod called;
mod completion;
mod config;
mod events;
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

use args::{Cli, Config, Csr, Evidence, Format, Kubeconfig, Verb};
use called::Called;
use clap::FromArgMatches;
use clap::error::ErrorKind;
use exit::Exit;
use failure::Failure;
use language::{Language, config as config_words, screen as say, usage};
use session::Session;
use signals::Signals;
use std::io::Write;
use std::process::ExitCode;

/// The commit that this binary was built from, where the build says it.
pub(crate) const COMMIT: Option<&str> = option_env!("PERENNIAL_COMMIT");

fn main() -> ExitCode {
    let arguments = arguments();
    let file = config::File::of_call(&arguments, &terminal::environment);
    let told =
        config::language(&arguments, &terminal::environment, file.as_ref().ok().and_then(Option::as_ref));
    report_panics(told.0, wanted(&arguments) == Some(Format::Nagios));
    if completion::asked(told.0) {
        return Exit::Good.into();
    }
    call(arguments, told, file, Signals::new()).into()
}

/// The form that the answer shall have, before anything is parsed.
fn wanted(arguments: &[String]) -> Option<Format> {
    args::format_wanted(arguments, terminal::environment)
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
fn report_panics(language: Language, nagios: bool) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(|| "?".to_owned(), ToString::to_string);
        let text = say::bug(language, &output::escape(&place));
        let _ignored = writeln!(std::io::stderr(), "{text}");
        std::process::exit(i32::from(bug(nagios, &place, &mut std::io::stdout()).number()));
    }));
}

/// How a bug ends the process. Nagios reads stdout alone, and knows four codes.
fn bug(nagios: bool, place: &str, stdout: &mut impl Write) -> Exit {
    if !nagios {
        return Exit::Bug;
    }
    let text = say::bug(Language::En, place);
    let _ignored = session::write(stdout, &output::nagios::unknown(&text));
    Exit::Bug.for_nagios()
}

/// One call; the exit code is that of the form of its answer.
fn call(
    arguments: Vec<String>,
    told: (Language, config::Origin),
    file: Result<Option<config::File>, config::Fault>,
    signals: Signals,
) -> Exit {
    let (language, wanted) = (told.0, wanted(&arguments));
    let called = Called::by(arguments.first().map(String::as_str));
    let as_asked = |exit: Exit, form: Option<Format>| match form {
        Some(Format::Nagios) => exit.for_nagios(),
        _ => exit,
    };
    let parsed = args::command(language).try_get_matches_from_mut(&arguments);
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (mut cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return as_asked(not_parsed(&error, language, wanted, called), wanted),
    };
    let settings =
        file.and_then(|file| config::Settings::apply(&mut cli, &matches, told, &terminal::environment, file));
    let (settings, fault) = match settings {
        Ok(settings) => (Some(settings), None),
        Err(fault) => (None, Some(fault)),
    };
    if cli.global.output == Format::Nagios {
        report_panics(language, true);
    }
    let formats = args::formats(matches.subcommand_name().unwrap_or_default());
    let session = Session::new(cli.global, settings, language, arguments, signals);
    let exit = match fault {
        Some(fault) => session.fail(&not_set(&session, &fault)),
        None => {
            run(&session, formats, if matches.get_flag("version") { Some(Verb::Version) } else { cli.verb })
        }
    };
    as_asked(exit, Some(session.global.output))
}

/// A setting that can't be used ends the call: left out silently it could hide what it was to show.
fn not_set(session: &Session, fault: &config::Fault) -> Failure {
    let failure = Failure::new(Exit::Usage, config_words::fault(session.answer_language(), fault));
    match fault.place {
        config::Place::File { .. } => failure.hint(config_words::without_config(session.answer_language())),
        config::Place::Variable(_) => failure,
    }
}

fn run(session: &Session, formats: &[Format], verb: Option<Verb>) -> Exit {
    let fits = root_fits(session, verb.as_ref()).and_then(|()| format_fits(session, formats));
    let result = fits.and_then(|()| match verb {
        None => verbs::glance::run(session),
        Some(Verb::Check(arguments)) => verbs::check::run(session, &arguments),
        Some(Verb::List(arguments)) => verbs::list::run(session, &arguments),
        Some(Verb::Inspect(arguments)) => verbs::inspect::run(session, &arguments),
        Some(Verb::Graph(arguments)) => verbs::graph::run(session, &arguments),
        Some(Verb::Plan(arguments)) => verbs::plan::run(session, arguments),
        Some(Verb::Renew(arguments)) => verbs::renew::run(session, arguments),
        Some(Verb::Apply(arguments)) => verbs::apply::run(session, arguments),
        Some(Verb::Reload(arguments)) => verbs::reload::run(session, &arguments),
        Some(Verb::Csr(Csr::Export(arguments))) => verbs::csr::export::run(session, &arguments),
        Some(Verb::Csr(Csr::Import(arguments))) => verbs::csr::import::run(session, &arguments),
        Some(Verb::Kubeconfig(Kubeconfig::Refresh(arguments))) => {
            verbs::kubeconfig::refresh::run(session, &arguments)
        }
        Some(Verb::Kubeconfig(Kubeconfig::Sign(arguments))) => {
            verbs::kubeconfig::sign::run(session, &arguments)
        }
        Some(Verb::Verify(arguments)) => verbs::verify::run(session, &arguments),
        Some(Verb::Evidence(Evidence::Verify(arguments))) => verbs::evidence::run(session, &arguments),
        Some(Verb::Diagnose(arguments)) => verbs::diagnose::run(session, &arguments),
        Some(Verb::Backup(arguments)) => verbs::backup::run(session, &arguments),
        Some(Verb::Explain(arguments)) => verbs::explain::run(session, &arguments),
        Some(Verb::Config(Config::View(arguments))) => verbs::config::run(session, &arguments),
        Some(Verb::Version) => verbs::version::run(session),
        Some(Verb::Completion(arguments)) => verbs::completion::run(session, &arguments),
        Some(Verb::Man(arguments)) => verbs::man::run(session, &arguments),
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
            | Verb::Evidence(_)
            | Verb::Explain(_)
            | Verb::Config(_)
            | Verb::Version
            | Verb::Completion(_)
            | Verb::Man(_),
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
        Some(Verb::Plan(_)) => "plan",
        Some(Verb::Apply(_)) => "apply",
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

/// Not every verb answers in every form, and `-o` may stand in front of the verb.
fn format_fits(session: &Session, known: &[Format]) -> Result<(), Failure> {
    let wanted = session.global.output;
    if known.contains(&wanted) {
        return Ok(());
    }
    let language = session.answer_language();
    let known: Vec<&str> = known.iter().map(|format| format.name()).collect();
    let text = usage::format_unknown(language, wanted.name(), &known.join(language.comma()));
    Err(Failure::new(Exit::Usage, text).hint("perennial --help"))
}

/// Help that was asked for, or a command line that can't be understood: 64, because 2 is "critical".
fn not_parsed(error: &clap::Error, language: Language, wanted: Option<Format>, called: Called) -> Exit {
    if error.kind() == ErrorKind::DisplayHelp {
        let text: String =
            error.render().to_string().split_inclusive('\n').map(|line| called.in_text(line)).collect();
        return match session::write(&mut std::io::stdout(), &text) {
            Ok(()) => Exit::Good,
            Err(error) => tell(&session::stdout_failed(language, &error), language, called),
        };
    }
    let failure =
        |language| Failure::new(Exit::Usage, usage::usage(language, error)).hint("perennial --help");
    let english = failure(Language::En);
    let document = match wanted {
        Some(Format::Json) => output::json::render(&output::json::FailureReport::new(&english)),
        Some(Format::Yaml) => output::yaml::render(&output::json::FailureReport::new(&english)),
        Some(Format::Junit) => output::junit::failure(&english),
        Some(Format::Nagios) => Ok(output::nagios::unknown(&english.message)),
        _ => Ok(String::new()),
    };
    let _ignored = document.map(|document| session::write(&mut std::io::stdout(), &document));
    tell(&failure(language), language, called)
}

/// A failure on stderr, where the flags that say how are not known.
fn tell(failure: &Failure, language: Language, called: Called) -> Exit {
    let facts = terminal::Facts {
        color: terminal::ColorChoice::Never,
        ascii: false,
        tty: false,
        columns: None,
        variable: &terminal::environment,
    };
    let text = failure.screen(language).called(called).render(&terminal::Terminal::new(&facts));
    let _ignored = std::io::stderr().write_all(text.as_bytes());
    failure.exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_unknown_for_nagios() {
        let mut stdout = Vec::new();
        assert_eq!(bug(false, "x.rs:1:2", &mut stdout), Exit::Bug);
        assert_eq!(stdout, b"");
        assert_eq!(bug(true, "a|b\n.rs:1:2", &mut stdout).number(), 3);
        let said = String::from_utf8(stdout).unwrap();
        assert!(said.starts_with("PERENNIAL UNKNOWN - this is a bug in perennial: "), "{said}");
        assert_eq!((said.matches('\n').count(), said.contains('|')), (1, false), "{said}");
    }
}
