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

/// The four ways in which a check can end.
#[derive(Clone, Debug)]
pub enum State {
    /// As it should be.
    Pass,
    /// Something worth telling.
    Fail(Finding),
    /// The object is not used here.
    NotApplicable,
    /// Nothing is known: neither good nor bad.
    CouldNotLook(Trouble),
}
