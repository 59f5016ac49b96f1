//! What the linter sees.

use crate::control_plane::control_plane;
use crate::{days, decide, request};
use perennial_core::plan::{Action, Fault, Plan, Undo, lint};

#[test]
fn the_linter_sees_what_a_planner_could_get_wrong() {
    let good = decide(&control_plane(days(12)), &request()).unwrap();
    let broken = |change: &dyn Fn(&mut Plan)| {
        let mut plan = good.clone();
        change(&mut plan);
        lint(&plan)
    };
    assert!(broken(&|plan| plan.steps[3].proofs.clear()).contains(&Fault::NoProof { step: 3 }));
    assert!(broken(&|plan| plan.steps[3].limit_seconds = 0).contains(&Fault::NoLimit { step: 3 }));
    assert!(broken(&|plan| plan.steps[3].undo = Undo::RemoveStaged).contains(&Fault::WrongUndo { step: 3 }));
    let unguarded = broken(&|plan| plan.steps[3].guards.clear());
    assert!(matches!(unguarded[..], [Fault::UnguardedSwap { step: 3, .. }]), "{unguarded:?}");
    let without_backup = broken(&|plan| drop(plan.steps.remove(0)));
    assert!(without_backup.iter().any(|fault| matches!(fault, Fault::BeforeBackup { .. })));
    let forgotten = broken(&|plan| drop(plan.steps.remove(3)));
    assert!(forgotten.iter().any(|fault| matches!(fault, Fault::NotSwapped { .. })), "{forgotten:?}");
    let early = broken(&|plan| {
        let restart =
            plan.steps.iter().position(|step| matches!(step.action, Action::Restart { .. })).unwrap();
        let step = plan.steps.remove(restart);
        plan.steps.insert(2, step);
    });
    assert!(early.iter().any(|fault| matches!(fault, Fault::EarlyRestart { .. })), "{early:?}");
}
