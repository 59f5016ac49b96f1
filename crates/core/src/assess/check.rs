//! One check, and how it ended.

use super::Finding;
use crate::inventory::Trouble;

/// One check of one object.
#[derive(Clone, Debug)]
pub struct Check {
    /// What was looked at: a credential's name, a path, `component address`.
    pub object: String,
    /// How it went.
    pub state: State,
}

/// The ways in which a check can end.
#[derive(Clone, Debug)]
pub enum State {
    /// As it should be.
    Pass,
    /// Something worth telling.
    Fail(Finding),
    /// Something worth telling that the operator knows already and has silenced. Never what `assess` says itself: plans
    /// are made without it.
    Suppressed {
        /// What it is.
        finding: Finding,
        /// Which of the suppressions has silenced it, by its place in the list.
        by: usize,
    },
    /// The object is not used here.
    NotApplicable,
    /// Nothing is known: neither good nor bad.
    CouldNotLook(Trouble),
}
