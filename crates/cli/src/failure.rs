//! Why a verb could not give its answer.

use crate::exit::Exit;
use crate::language::{Language, screen};
use crate::output::{Line, Mark, Paint, Screen};

/// What the operator gets instead of an answer: one sentence, then what to do.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What is wrong, in the operator's language.
    pub(crate) message: String,
    /// Facts that explain it, one line each.
    pub(crate) details: Vec<String>,
    /// Commands that lead on, or advice; one each.
    pub(crate) hints: Vec<String>,
}

impl Failure {
    /// A failure without details.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), details: Vec::new(), hints: Vec::new() }
    }

    /// With one more fact.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// With one more thing to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// As it is shown on stderr.
    pub(crate) fn screen(&self, language: Language) -> Screen {
        let mut screen = Screen::default();
        screen.wrapped(
            Line::new().mark(Mark::Bad).text(" "),
            &Line::new().text("  "),
            &self.message,
            Paint::Strong,
        );
        for detail in &self.details {
            screen.indented(4, detail);
        }
        for hint in &self.hints {
            screen.labelled(screen::label_do(language), hint, Paint::Strong);
        }
        screen
    }
}

impl From<std::io::Error> for Failure {
    /// The streams, the runtime or the signal handlers of this process failed (a full disk behind a redirection).
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Bug, error.to_string())
    }
}
