//! Every effect of a run behind one trait: the only door to the world, and the place where faults are put.

use jiff::{SignedDuration, Timestamp};
use perennial_core::run::{Answer, Effect, Outcome, Question};

/// The world as a run sees it.
pub trait Port {
    /// The node's clock.
    fn now(&self) -> Timestamp;

    /// Time since the run began, by a clock that nobody can set.
    fn elapsed(&self) -> SignedDuration;

    /// Appends a line to the run's journal. When it returns, the line survives a power cut.
    ///
    /// # Errors
    /// Any failure means: it is unknown whether the line is there. The run must stop.
    fn append(&mut self, line: &str) -> Result<(), PortError>;

    /// Performs an effect. When it returns `Ok`, its files survive a power cut.
    ///
    /// # Errors
    /// [`PortError`], with the state of the world as the effect documents it.
    fn perform(&mut self, effect: &Effect) -> Result<Outcome, PortError>;

    /// Looks; never changes anything.
    ///
    /// # Errors
    /// [`PortError`], where nothing could be seen.
    fn look(&mut self, question: &Question) -> Result<Answer, PortError>;

    /// Lets a short while pass before the next look.
    fn wait(&mut self);

    /// Whether the operator has asked to stop at the next safe point.
    fn stop_requested(&self) -> bool;
}

/// Why the world did not do as asked. The text names the object and the reason, never any content.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// A live file is not what it was when the plan was made: somebody else has written it.
    #[error("{path} was changed by somebody else: nothing was exchanged")]
    Changed {
        /// The file.
        path: camino::Utf8PathBuf,
    },
    /// Anything else.
    #[error("{0}")]
    Failed(String),
    /// The double's power is off. Never made by the real port.
    #[error("the process ended here")]
    Ended,
}
