//! Looks at a finished plan for what must never be in one. A fault here is a bug of the planner.

use super::Plan;
use super::step::{Action, Guard, Step, Undo};

/// Something that a plan must not contain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A step that could succeed without being seen to.
    #[error("step {step} has no proof")]
    NoProof {
        /// Index of the step.
        step: usize,
    },
    /// A step that may take for ever.
    #[error("step {step} has no limit")]
    NoLimit {
        /// Index of the step.
        step: usize,
    },
    /// Something is changed before everything was copied.
    #[error("step {step} comes before the backup")]
    BeforeBackup {
        /// Index of the step.
        step: usize,
    },
    /// A swap without compare-and-swap, or of a file that was not staged.
    #[error("step {step} swaps {what}")]
    UnguardedSwap {
        /// Index of the step.
        step: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A restart that nobody could finish, or before the last swap.
    #[error("step {step} restarts {what}")]
    EarlyRestart {
        /// Index of the step.
        step: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A step whose undo does not take it back.
    #[error("step {step} has an undo that does not fit its action")]
    WrongUndo {
        /// Index of the step.
        step: usize,
    },
    /// A renewal that is staged but never swapped in, by itself or with another entry of its file.
    #[error("{credential} is staged {times} times and swapped in {swaps} times")]
    NotSwapped {
        /// The credential.
        credential: String,
        /// Times it is staged.
        times: usize,
        /// Times it is swapped in.
        swaps: usize,
    },
}

/// Every fault of a plan; empty for a good one.
pub fn lint(plan: &Plan) -> Vec<Fault> {
    let mut faults = Vec::new();
    let last_swap = plan.steps.iter().rposition(|step| matches!(step.action, Action::Swap(_)));
    for (index, step) in plan.steps.iter().enumerate() {
        if step.proofs.is_empty() {
            faults.push(Fault::NoProof { step: index });
        }
        if step.limit_seconds == 0 {
            faults.push(Fault::NoLimit { step: index });
        }
        if (index == 0) != matches!(step.action, Action::Backup { .. }) {
            faults.push(Fault::BeforeBackup { step: index });
        }
        if !undo_fits(step) {
            faults.push(Fault::WrongUndo { step: index });
        }
        match &step.action {
            Action::Swap(swap) => {
                if !step.guards.contains(&Guard::AsPlanned) {
                    faults.push(Fault::UnguardedSwap {
                        step: index,
                        what: "without compare-and-swap".to_owned(),
                    });
                }
                let staged = plan.renewals().any(|renewal| {
                    renewal.credential == swap.credential
                        && renewal.target.files().into_iter().eq(swap.files.iter().map(|file| &file.path))
                });
                if !staged {
                    faults.push(Fault::UnguardedSwap {
                        step: index,
                        what: "a file that was not staged".to_owned(),
                    });
                }
            }
            Action::Restart { component } => {
                if !step.guards.contains(&Guard::KubeletRuns) {
                    let what = format!("{component} without asking for the kubelet");
                    faults.push(Fault::EarlyRestart { step: index, what });
                }
                if last_swap.is_some_and(|swap| swap > index) {
                    let what = format!("{component} before the last swap");
                    faults.push(Fault::EarlyRestart { step: index, what });
                }
            }
            Action::Backup { .. } | Action::Stage { .. } | Action::ReleaseLease { .. } | Action::Workload => {
            }
        }
    }
    for renewal in plan.renewals() {
        let times = plan.renewals().filter(|other| other.credential == renewal.credential).count();
        let swaps = plan.steps.iter().filter(
            |step| matches!(&step.action, Action::Swap(swap) if swap.credential == renewal.credential),
        );
        let swaps = swaps.count();
        // Several entries of one file go into it in one exchange, the first one's.
        let before = plan.renewals().take_while(|other| other.credential != renewal.credential);
        let goes_along = { before }.any(|other| other.target.files() == renewal.target.files());
        if times != 1 || swaps != usize::from(!goes_along) {
            faults.push(Fault::NotSwapped { credential: renewal.credential.clone(), times, swaps });
        }
    }
    faults
}

fn undo_fits(step: &Step) -> bool {
    match &step.action {
        Action::Swap(_) => step.undo == Undo::ExchangeBack,
        Action::Restart { .. } => step.undo == Undo::RestartAgain,
        Action::Stage { .. } => step.undo == Undo::RemoveStaged,
        Action::Backup { .. } | Action::ReleaseLease { .. } | Action::Workload => {
            matches!(step.undo, Undo::Nothing { .. })
        }
    }
}
