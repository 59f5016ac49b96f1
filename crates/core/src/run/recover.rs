//! What a new process does with a run that was cut off. It trusts the files' hashes, never a "done" record.

use super::next::{staged, touches_live};
use super::{Body, Record};
use crate::plan::Plan;
use camino::Utf8PathBuf;
use jiff::Timestamp;

/// What a live file is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// As when the plan was made.
    Before,
    /// As this run has staged it.
    After,
    /// Neither: somebody else has written it.
    Other,
}

/// Classifies a live file by its hash.
pub fn classify(sha256: Option<&str>, before: &str, after: &str) -> FileState {
    match sha256 {
        Some(hash) if hash == after => FileState::After,
        Some(hash) if hash == before => FileState::Before,
        // It did not exist when the plan was made.
        None if before.is_empty() => FileState::Before,
        _ => FileState::Other,
    }
}

/// What to do with an open run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Its decision was written: only cleaning up is left.
    Close,
    /// No live file was touched: forget it.
    Abandon,
    /// Go on where it stopped.
    Finish,
    /// Go back: a staged twin is gone or damaged, but every exchanged file can be put back.
    Undo,
    /// Touch nothing: these files are neither as before nor as staged.
    Blocked(Vec<Utf8PathBuf>),
}

/// A staged file and what is found under its two names now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// SHA-256 of the live file.
    pub live: Option<String>,
    /// SHA-256 of the twin.
    pub twin: Option<String>,
}

/// Decides what to do with an open run. `found` has one entry for each staged file, in the records' order.
pub fn recover(plan: &Plan, records: &[Record], found: &[Found], now: Timestamp) -> Recovery {
    if records.iter().any(|record| matches!(record.body, Body::Decided { .. } | Body::Closed { .. })) {
        return Recovery::Close;
    }
    let swap_begun = records.iter().any(|record| match &record.body {
        Body::Intent { step, .. } => plan.steps.get(*step).is_some_and(touches_live),
        _ => false,
    });
    if !swap_begun {
        return Recovery::Abandon;
    }
    let staged = staged(records);
    let states: Vec<_> = staged
        .iter()
        .zip(found)
        .map(|(file, found)| classify(found.live.as_deref(), &file.before_sha256, &file.after_sha256))
        .collect();
    let other: Vec<_> = staged
        .iter()
        .zip(&states)
        .filter(|(_, state)| **state == FileState::Other)
        .map(|(file, _)| file.live.clone())
        .collect();
    if !other.is_empty() || states.len() != staged.len() {
        return Recovery::Blocked(other);
    }
    let all = |state: FileState, wanted: fn(&super::Staged) -> &str| {
        staged
            .iter()
            .zip(found)
            .zip(&states)
            .filter(|(_, at)| **at == state)
            .all(|((file, found), _)| found.twin.as_deref().unwrap_or_default() == wanted(file))
    };
    if records.iter().any(|record| matches!(record.body, Body::Failed { undo: true, .. })) {
        return Recovery::Undo;
    }
    if all(FileState::Before, |file| &file.after_sha256) {
        Recovery::Finish
    } else if all(FileState::After, |file| &file.before_sha256) && super::undo_possible(plan, now) {
        Recovery::Undo
    } else {
        // The twins that are needed either way are gone: name the files that wait for them.
        let waiting = staged.iter().zip(&states).filter(|(_, state)| **state == FileState::Before);
        Recovery::Blocked(waiting.map(|(file, _)| file.live.clone()).collect())
    }
}
