//! What a run tells whoever watches it. Times are the driver's; nothing here depends on them.

use crate::plan::{Guard, Step};
use jiff::SignedDuration;

/// Something that a watcher of a run may want to show.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The run's id.
    pub run: &'a str,
    /// The node that it changes.
    pub node: &'a str,
    /// Index of the step.
    pub index: usize,
    /// Number of steps.
    pub total: usize,
    /// The step.
    pub step: &'a Step,
    /// What is happening to it.
    pub phase: Phase<'a>,
    /// Since the step began.
    pub elapsed: SignedDuration,
}

/// What is happening to a step.
#[derive(Clone, Debug)]
pub enum Phase<'a> {
    /// Its action begins.
    Started,
    /// One of its guards was looked at, and holds. One that does not is a failure.
    Guarded {
        /// The guard.
        guard: &'a Guard,
    },
    /// Its container was stopped; the kubelet starts the next one.
    Stopped {
        /// The container's id.
        container: &'a str,
    },
    /// Its action is done, its proof is awaited; told again and again while it lasts.
    Waiting,
    /// Its proof was seen.
    Proven {
        /// What was seen, in English.
        evidence: &'a [String],
    },
    /// It failed.
    Failed {
        /// Why, in English.
        reason: &'a str,
    },
    /// It is being taken back.
    Undoing,
    /// It was taken back.
    Undone,
}
