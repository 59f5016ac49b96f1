//! What can go wrong, each as one sentence.

use std::path::PathBuf;

/// The result of the lab's functions.
pub type Result<T> = std::result::Result<T, LabError>;

/// A failure of the lab.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A command ended with an error, or could not be started.
    #[error("{what} failed: {why}{tail}")]
    Command {
        /// What was being done.
        what: String,
        /// The exit status or the reason it could not start.
        why: String,
        /// The last lines the command printed, each on a line of its own.
        tail: String,
    },
    /// A file could not be read or written.
    #[error("cannot {what} {path}: {source}")]
    File {
        /// What was tried with it.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Ctrl-C or a termination signal.
    #[error("interrupted")]
    Interrupted,
    /// A text of our own or of Kubernetes is not the JSON it should be.
    #[error("{what} is not what was expected: {source}")]
    Json {
        /// Which text.
        what: String,
        /// Why not.
        source: serde_json::Error,
    },
    /// A condition did not come true in time.
    #[error("{what} did not happen within {seconds} s: {last}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
    /// The request cannot be met, with the reason and what to do.
    #[error("{0}")]
    Refused(String),
}

impl LabError {
    /// A refusal with its reason.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    pub(crate) fn json(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> Self {
        let what = what.into();
        move |source| Self::Json { what, source }
    }
}
