//! One call of perennial: its flags, its streams, its language.

use crate::args::{Format, Global};
use crate::called::Called;
use crate::config::Settings;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, events, screen as say};
use crate::output::findings::quoted;
use crate::output::{Screen, json, junit, nagios, yaml};
use crate::signals::Signals;
use crate::terminal::{Facts, Terminal, environment};
use camino::Utf8Path;
use serde::Serialize;
use std::io::{Error, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;

/// What every verb needs.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The flags that all verbs share.
    pub(crate) global: Global,
    /// What is set, and by whom; nothing where a setting can't be used.
    pub(crate) settings: Option<Settings>,
    /// The operator's language.
    pub(crate) language: Language,
    /// The command line, as it was typed.
    arguments: Vec<String>,
    /// What the signals do.
    pub(crate) signals: Signals,
    /// Whether stdout is an event stream's: the answer goes to stderr.
    stdout_taken: bool,
    /// What the operator types to get here.
    called: Called,
    /// What stdout can show.
    out: Terminal,
    /// What stderr can show.
    pub(crate) err: Terminal,
}

impl Session {
    /// For this process.
    pub(crate) fn new(
        global: Global,
        settings: Option<Settings>,
        language: Language,
        arguments: Vec<String>,
        signals: Signals,
    ) -> Self {
        let columns = environment("COLUMNS").and_then(|columns| columns.parse().ok());
        let terminal = |tty: bool, columns: Option<usize>| {
            Terminal::new(&Facts {
                color: global.color,
                ascii: global.ascii,
                tty,
                columns,
                variable: &environment,
            })
        };
        let (out_tty, err_tty) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let out = terminal(out_tty, columns_of(std::io::stdout()).or(columns));
        let err = terminal(err_tty, columns_of(std::io::stderr()).or(columns));
        let called = Called::by(arguments.first().map(String::as_str));
        Self { global, settings, language, arguments, signals, stdout_taken: false, called, out, err }
    }

    /// Whether the answer is a document for programs.
    pub(crate) fn json(&self) -> bool {
        matches!(self.global.output, Format::Json | Format::Yaml)
    }

    /// The language of the answer: programs get English.
    pub(crate) fn answer_language(&self) -> Language {
        let program = self.json() || matches!(self.global.output, Format::Nagios | Format::Junit);
        if program { Language::En } else { self.language }
    }

    /// The command line for a shell, to be run once more in another way.
    pub(crate) fn typed(&self) -> String {
        let words = self.arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>();
        match (self.called, words.split_first()) {
            (Called::Kubectl, Some((_, rest))) => {
                [&["kubectl perennial".to_owned()], rest].concat().join(" ")
            }
            _ => words.join(" "),
        }
    }

    /// The same call with its event stream: one on stdout leaves no room for an answer there.
    pub(crate) fn beside_events(&self, to: Option<&Utf8Path>) -> Result<Self, Failure> {
        let stdout_taken = to.is_some_and(|to| to == "-");
        if stdout_taken && self.json() {
            let text = events::one_stdout(self.answer_language(), self.global.output.name());
            return Err(Failure::new(Exit::Usage, text));
        }
        Ok(Self { stdout_taken, ..self.clone() })
    }

    /// Writes the answer to stdout.
    pub(crate) fn answer(&self, screen: &Screen) -> Result<(), Failure> {
        if self.stdout_taken {
            self.tell(screen);
            return Ok(());
        }
        self.out(&screen.called(self.called).render(&self.out))
    }

    /// Writes what is no text for people to stdout, as it is.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        self.out(text)
    }

    /// Writes a document to stdout.
    pub(crate) fn document(&self, document: &impl Serialize) -> Result<(), Failure> {
        match self.global.output {
            Format::Yaml => self.out(&yaml::render(document)?),
            _ => self.out(&json::render(document)?),
        }
    }

    /// Writes a text for another program to stdout.
    pub(crate) fn raw(&self, text: &str) -> Result<(), Failure> {
        self.out(text)
    }

    /// Nobody reads a document on a stdout that fails: the sentence is the operator's.
    fn out(&self, text: &str) -> Result<(), Failure> {
        write(&mut std::io::stdout(), text).map_err(|error| stdout_failed(self.language, &error))
    }

    /// Writes to stderr what is no part of the answer.
    pub(crate) fn tell(&self, screen: &Screen) {
        let _ignored = std::io::stderr().write_all(screen.called(self.called).render(&self.err).as_bytes());
    }

    /// Writes a question to stderr: the answer is typed behind it.
    pub(crate) fn ask(&self, question: &Screen) -> Result<(), Failure> {
        let text = question.called(self.called).render(&self.err);
        Ok(write(&mut std::io::stderr(), &format!("{} ", text.trim_end()))?)
    }

    /// Ends a verb that could not give its answer.
    pub(crate) fn fail(&self, failure: &Failure) -> Exit {
        let _ignored = match self.global.output {
            Format::Json | Format::Yaml => self.document(&json::FailureReport::new(failure)),
            Format::Nagios => self.raw(&nagios::unknown(&failure.message)),
            Format::Junit => junit::failure(failure).and_then(|text| self.raw(&text)),
            _ => Ok(()),
        };
        self.tell(&failure.screen(self.language));
        failure.exit
    }
}

fn columns_of(stream: impl AsFd) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0))
}

/// A reader that has gone (`perennial check | head`) is no error.
pub(crate) fn write(stream: &mut impl Write, text: &str) -> Result<(), Error> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The answer is lost: the disk behind a redirection is full, or fails.
pub(crate) fn stdout_failed(language: Language, error: &Error) -> Failure {
    Failure::new(Exit::Bug, say::stdout_failed(language, &error.to_string()))
}
