//! What follows from a plan and its records.

use super::{Body, Direction, End, Outcome, Record, Staged};
use crate::plan::{Action, Plan, Step, Undo};
use jiff::{SignedDuration, Timestamp};

/// What has to happen now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Perform the step's action (again, if a crash hides whether it was performed: every action is idempotent).
    Perform(usize),
    /// Look until the step's proofs hold, or its limit is over.
    Prove(usize),
    /// Take the step back.
    Undo(usize),
    /// Write down how the run ends.
    Decide(End),
    /// Remove the staged names, then close the journal.
    Close(End),
    /// Nothing is left to do.
    Finished(End),
    /// A step failed and may not be undone: the run stays open until somebody goes on.
    Stuck {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
}

/// How long an old certificate must still be good to be a way back.
pub const UNDO_MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// Whether a step changes files or processes that are in use.
pub(super) fn touches_live(step: &Step) -> bool {
    matches!(step.action, Action::Swap(_) | Action::Restart { .. })
}

/// Whether going back is better than staying: every old certificate of the plan is good for ten more minutes.
pub fn undo_possible(plan: &Plan, now: Timestamp) -> bool {
    plan.steps.iter().all(|step| match &step.action {
        Action::Swap(swap) => swap.old_not_after.is_some_and(|end| end > now + UNDO_MARGIN),
        _ => true,
    })
}

/// Decides. Pure: the same plan and records always give the same answer.
pub fn next(plan: &Plan, records: &[Record]) -> Next {
    let mut progress = vec![Progress::Untouched; plan.steps.len()];
    let (mut failed, mut decided, mut live_touched) = (None, None, false);
    for record in records {
        match &record.body {
            Body::Begun { .. } => {}
            Body::Intent { step, .. } => {
                live_touched |= plan.steps.get(*step).is_some_and(touches_live);
                set(&mut progress, *step, Progress::Intended);
            }
            Body::Done { step, .. } => set(&mut progress, *step, Progress::Done),
            Body::Proven { step, .. } => set(&mut progress, *step, Progress::Proven),
            Body::Undone { step } => set(&mut progress, *step, Progress::Untouched),
            Body::UndoIntent { step, .. } => set(&mut progress, *step, Progress::Intended),
            Body::Failed { step, reason, undo } => failed = Some((*step, reason.clone(), *undo)),
            Body::Resumed { direction: Direction::Forward } => failed = None,
            Body::Resumed { direction: Direction::Back } => failed = Some((0, String::new(), true)),
            Body::Decided { end } => decided = Some(*end),
            Body::Closed { end } => return Next::Finished(*end),
        }
    }
    if let Some(end) = decided {
        return Next::Close(end);
    }
    match failed {
        Some((_, _, true)) if !live_touched => Next::Decide(End::Abandoned),
        Some((_, _, true)) => undo(plan, &progress),
        Some((step, reason, false)) => Next::Stuck { step, reason },
        None => forward(&progress),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Untouched,
    Intended,
    Done,
    Proven,
}

fn set(progress: &mut [Progress], step: usize, to: Progress) {
    if let Some(entry) = progress.get_mut(step) {
        *entry = to;
    }
}

fn forward(progress: &[Progress]) -> Next {
    for (step, progress) in progress.iter().enumerate() {
        match progress {
            Progress::Untouched | Progress::Intended => return Next::Perform(step),
            Progress::Done => return Next::Prove(step),
            Progress::Proven => {}
        }
    }
    Next::Decide(End::Committed)
}

/// Backwards through the files, and only then once more through the restarts: a component restarted before
/// its file is back would hold the new certificate again.
fn undo(plan: &Plan, progress: &[Progress]) -> Next {
    let touched = |wanted: &Undo| {
        let steps = plan.steps.iter().zip(progress).enumerate().rev();
        steps
            .filter(|(_, (step, progress))| **progress != Progress::Untouched && step.undo == *wanted)
            .map(|(index, _)| index)
            .next()
    };
    if let Some(step) = touched(&Undo::ExchangeBack) {
        return Next::Undo(step);
    }
    if let Some(step) = touched(&Undo::RestartAgain) {
        return Next::Undo(step);
    }
    Next::Decide(End::Undone)
}

/// Every file that the run has staged, by its records.
pub fn staged(records: &[Record]) -> Vec<&Staged> {
    records
        .iter()
        .flat_map(|record| match &record.body {
            Body::Done { outcome: Outcome::Staged { files }, .. } => files.as_slice(),
            _ => &[],
        })
        .collect()
}
