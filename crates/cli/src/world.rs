//! The one door to `perennial-host`: everything that a verb asks of the world.

use crate::exit::Exit;
use crate::failure::Failure;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::Node;
use perennial_core::plan::Plan;
use perennial_core::run::{Event, WorkloadOutcome};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    /// A copied tree instead of the running node.
    pub(crate) root: Option<&'a Utf8Path>,
    /// Whether the API server is asked too.
    pub(crate) api: bool,
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Its id.
    pub(crate) id: String,
    /// How it ended.
    pub(crate) ended: Ended,
    /// Where the copies of the old files are, once they were made.
    pub(crate) backup: Option<Utf8PathBuf>,
    /// What the test Deployment showed, if there was one.
    pub(crate) workload: Option<WorkloadOutcome>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// How a run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Done and proven.
    Committed,
    /// A step failed before anything live was touched.
    Abandoned {
        /// The step, if one failed.
        step: Option<usize>,
        /// Why.
        reason: String,
    },
    /// A step failed and everything was put back.
    Undone {
        /// The step.
        step: Option<usize>,
        /// Why.
        reason: String,
    },
    /// A step failed, and going back would be worse or failed too.
    Stuck {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// The operator stopped it at a safe point.
    Stopped,
    /// Files that are neither as before nor as staged: nothing was touched.
    Blocked {
        /// The files.
        files: Vec<Utf8PathBuf>,
    },
    /// The journal could not be written: the run stays open.
    Lost {
        /// Why.
        reason: String,
    },
}

impl Ended {
    /// The step that failed, and why.
    pub(crate) fn failure(&self) -> (Option<usize>, Option<&str>) {
        match self {
            Self::Committed | Self::Stopped | Self::Blocked { .. } => (None, None),
            Self::Abandoned { step, reason } | Self::Undone { step, reason } => (*step, Some(reason)),
            Self::Stuck { step, reason } => (Some(*step), Some(reason)),
            Self::Lost { reason } => (None, Some(reason)),
        }
    }
}

/// The clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Looks at this node, or at a copied tree.
pub(crate) fn observe(_look: &Look<'_>) -> Result<Node, Failure> {
    Err(Failure::new(Exit::Bug, "observing a node is not connected yet"))
}

/// Finishes or undoes the run that `observe` found open.
pub(crate) fn resume(
    _run: &str,
    _watch: &mut dyn FnMut(&Event<'_>),
    _stop: &Arc<AtomicBool>,
) -> Result<Run, Failure> {
    Err(Failure::new(Exit::Bug, "resuming a run is not connected yet"))
}

/// Carries a plan out.
pub(crate) fn drive(
    _plan: &Plan,
    _watch: &mut dyn FnMut(&Event<'_>),
    _stop: &Arc<AtomicBool>,
) -> Result<Run, Failure> {
    Err(Failure::new(Exit::Bug, "carrying out a plan is not connected yet"))
}

/// Runs the test Deployment alone.
pub(crate) fn workload() -> Result<WorkloadOutcome, Failure> {
    Err(Failure::new(Exit::Bug, "the test Deployment is not connected yet"))
}

/// Copies everything that could be needed to go back; gives the directory and the number of files.
pub(crate) fn backup(_node: &Node, _directory: Option<&Utf8Path>) -> Result<(Utf8PathBuf, usize), Failure> {
    Err(Failure::new(Exit::Bug, "the backup is not connected yet"))
}
