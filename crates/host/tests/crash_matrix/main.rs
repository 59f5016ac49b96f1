//! The exhaustive crash matrix over the default plan: the process ends at every effect, in every state in
//! which that can leave the disk, and again at every effect of the recovery. Afterwards the node is as before
//! or renewed, never in between.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

#[expect(dead_code, reason = "the planner's own tests use all of it")]
#[path = "../../../core/tests/planning/control_plane.rs"]
mod control_plane;
mod default_plan;
mod double;
mod world;

use camino::Utf8Path;
use default_plan::Old;
use double::{Double, Fault};
use jiff::SignedDuration;
use perennial_core::inventory::Component;
use perennial_core::run;
use perennial_host::drive::{Driver, Ended};
use perennial_host::port::PortError;
use std::collections::HashSet;
use std::thread;
use world::{World, conf};

const RUN: &str = "r-matrix";

/// One process: begins the run, or takes up what the journal holds. Returns the end and the effects' variants.
fn process(world: &mut World, old: Old, fault: Fault) -> (Result<Option<Ended>, PortError>, Vec<usize>) {
    let plan = default_plan::plan(old);
    let (records, understood) = run::read(&world.journal).expect("only the last line may be torn");
    world.journal.truncate(understood);
    let mut double = Double::new(world, fault);
    let mut watch = |_: &run::Event<'_>| {};
    let end = if records.is_empty() {
        let mut driver = Driver::new(&mut double, RUN, plan, &mut watch);
        match driver.begin("test") {
            Ok(()) => driver.run().map(Some),
            Err(error) => Err(error),
        }
    } else {
        let open = Driver::open(&mut double, RUN, records, &mut watch).expect("begins with a plan");
        open.resume().map(Some)
    };
    (end, double.variants)
}

fn fresh(old: Old) -> World {
    let files = default_plan::files().into_iter();
    let files = files.filter_map(|path| default_plan::before(old, &path).map(|content| (path, content)));
    World::new(files.collect(), default_plan::now())
}

/// In every moment: each live file is whole, and either the old or the new one.
fn assert_nothing_torn(world: &World, old: Old, context: &str) {
    for path in default_plan::files() {
        let content = world.read(&path);
        let whole = content == default_plan::before(old, &path) || renewed(world, &path);
        assert!(whole, "{path} holds {content:?} {context}");
    }
}

fn renewed(world: &World, path: &Utf8Path) -> bool {
    world.read(path).is_some_and(|content| content == format!("after {path} by {RUN}"))
}

/// At the end: everything old or everything new, nothing left beside it, every process holds its file.
fn assert_settled(world: &World, old: Old, ended: &Ended, context: &str) {
    assert_nothing_torn(world, old, context);
    let files = default_plan::files();
    let renewed = files.iter().filter(|path| renewed(world, path)).count();
    let expected = if *ended == Ended::Committed { files.len() } else { 0 };
    assert_eq!(renewed, expected, "{ended:?} with {renewed} of {} files renewed {context}", files.len());
    assert_eq!(
        world.files.keys().find(|path| !files.contains(path)),
        None,
        "a staged file is left {context}"
    );
    for component in [Component::KubeScheduler, Component::KubeControllerManager] {
        let holds = &world.containers[&component].holds;
        let on_disk = world.read(&conf(component)).unwrap();
        assert_eq!(*holds, on_disk, "{component} holds another credential than its file {context}");
    }
    let (records, _) = run::read(&world.journal).expect("the journal is whole");
    assert!(
        matches!(records.last().map(|record| &record.body), Some(run::Body::Closed { .. })),
        "the journal is still open {context}"
    );
}

/// Runs to a settled end, as an operator would: again and again, at most five times.
fn settle(world: &mut World, old: Old, context: &str) -> Ended {
    for _ in 0..5 {
        let (end, _) = process(world, old, Fault::None);
        match end.unwrap().unwrap() {
            Ended::Stuck { .. } => assert_nothing_torn(world, old, context),
            ended => return ended,
        }
    }
    panic!("the run never settles {context}");
}

#[test]
fn without_a_fault_everything_is_renewed_and_restarted_once() {
    let mut world = fresh(Old::Good);
    let (end, _) = process(&mut world, Old::Good, Fault::None);
    assert_settled(&world, Old::Good, &end.unwrap().unwrap(), "without a fault");
    assert_eq!(world.restarts, 2);
    assert_eq!(world.backups, 1);
}

#[test]
fn ending_at_every_effect_and_again_at_every_effect_of_the_recovery() {
    let counts = thread::scope(|scope| {
        let matrices = [Old::Good, Old::Expired, Old::Keyless];
        matrices.map(|old| scope.spawn(move || matrix(old))).map(|thread| thread.join().unwrap())
    });
    for (ends, double_ends) in counts {
        println!("{ends} ends, {double_ends} ends in a recovery: each finished or undone");
    }
}

/// Returns how many ends there were, and how many of them in a recovery.
fn matrix(old: Old) -> (usize, usize) {
    let (mut ends, mut double_ends, mut seen) = (0, 0, HashSet::new());
    let (_, effects) = process(&mut fresh(old), old, Fault::None);
    for (fault, context) in faults(&effects) {
        let context = format!("after {context} ({old:?})");
        let mut crashed = fresh(old);
        let (end, _) = process(&mut crashed, old, fault);
        assert!(matches!(end, Err(PortError::Ended)), "{end:?} {context}");
        assert_nothing_torn(&crashed, old, &context);
        ends += 1;
        if !seen.insert(crashed.traces()) {
            continue;
        }
        let (_, recovery) = process(&mut crashed.clone(), old, Fault::None);
        for (fault, second) in faults(&recovery) {
            let context = format!("{context}, and in its recovery {second}");
            let mut twice = crashed.clone();
            let (end, _) = process(&mut twice, old, fault);
            assert!(end.is_err(), "{context}");
            assert_nothing_torn(&twice, old, &context);
            double_ends += 1;
            if seen.insert(twice.traces()) {
                let ended = settle(&mut twice, old, &context);
                assert_settled(&twice, old, &ended, &context);
            }
        }
        let ended = settle(&mut crashed, old, &context);
        assert_settled(&crashed, old, &ended, &context);
    }
    (ends, double_ends)
}

/// Every end that a process with these effects can have.
fn faults(effects: &[usize]) -> Vec<(Fault, String)> {
    let ends = effects.iter().enumerate().flat_map(|(at, variants)| {
        (0..*variants)
            .map(move |variant| (Fault::End { at, variant }, format!("ending at effect {at}.{variant}")))
    });
    ends.collect()
}

#[test]
fn a_failing_effect_is_undone_while_the_old_certificates_are_good() {
    for old in [Old::Good, Old::Keyless] {
        let (_, effects) = process(&mut fresh(old), old, Fault::None);
        for at in 0..effects.len() {
            let context = format!("after a failure at effect {at} ({old:?})");
            let mut world = fresh(old);
            let (end, _) = process(&mut world, old, Fault::Error { at });
            assert_nothing_torn(&world, old, &context);
            // Or the journal itself could not be written, or cleaning up failed: the next run goes on.
            let ended = settle_unless_done(&mut world, old, end, &context);
            assert_settled(&world, old, &ended, &context);
        }
    }
}

#[test]
fn whoever_asks_to_stop_is_never_left_waiting_and_the_next_run_goes_on() {
    for old in [Old::Good, Old::Expired, Old::Keyless] {
        let (_, effects) = process(&mut fresh(old), old, Fault::None);
        for at in 0..effects.len() {
            let context = format!("after a stop at effect {at} ({old:?})");
            let mut world = fresh(old);
            let (end, _) = process(&mut world, old, Fault::Stop { at });
            let end = end.unwrap().unwrap();
            assert!(matches!(end, Ended::Stopped | Ended::Committed), "{end:?} {context}");
            assert_nothing_torn(&world, old, &context);
            let ended = settle(&mut world, old, &context);
            assert_settled(&world, old, &ended, &context);
        }
    }
}

#[test]
fn a_component_that_does_not_come_back_is_not_awaited_against_the_operators_will() {
    let old = Old::Good;
    let (_, effects) = process(&mut fresh(old), old, Fault::None);
    let stopped_while_waiting = (0..effects.len()).any(|at| {
        let mut world = fresh(old);
        world.frozen = true;
        let (end, _) = process(&mut world, old, Fault::Stop { at });
        world.restarts == 1 && matches!(end, Ok(Some(Ended::Stopped)))
    });
    assert!(stopped_while_waiting);
}

#[test]
fn a_kubelet_that_stops_in_the_middle_is_named() {
    let mut world = fresh(Old::Good);
    world.frozen = true;
    let (end, _) = process(&mut world, Old::Good, Fault::None);
    let Ok(Some(Ended::Stuck { reason, .. })) = &end else { panic!("{end:?}") };
    assert!(reason.starts_with("the kubelet does not run"), "{reason}");
    let journal = String::from_utf8(world.journal.clone()).unwrap();
    assert!(journal.contains("(waited 330 s): the kubelet does not run"), "{journal}");
    let waited = world.clock.duration_since(default_plan::now());
    assert!(waited < SignedDuration::from_secs(340), "on the way back nothing is awaited: {waited}");
    world.frozen = false;
    let ended = settle(&mut world, Old::Good, "after the kubelet is back");
    assert_settled(&world, Old::Good, &ended, "after the kubelet is back");
}

#[test]
fn staged_files_that_somebody_removes_never_cost_a_live_one() {
    for old in [Old::Good, Old::Expired, Old::Keyless] {
        let (_, effects) = process(&mut fresh(old), old, Fault::None);
        for at in 0..effects.len() {
            let context = format!("after a purge before effect {at} ({old:?})");
            let mut world = fresh(old);
            let _ended = process(&mut world, old, Fault::Purge { at });
            assert_nothing_torn(&world, old, &context);
            let _ended = process(&mut world, old, Fault::None);
            assert_nothing_torn(&world, old, &context);
        }
    }
}

#[test]
fn a_failing_effect_with_expired_certificates_never_goes_back() {
    let old = Old::Expired;
    let (_, effects) = process(&mut fresh(old), old, Fault::None);
    for at in 0..effects.len() {
        let context = format!("after a failure at effect {at}");
        let mut world = fresh(old);
        let (end, _) = process(&mut world, old, Fault::Error { at });
        let all_renewed =
            |world: &World| default_plan::files().iter().filter(|path| renewed(world, path)).count();
        let before = all_renewed(&world);
        if let Ok(Some(ended)) = &end {
            assert!(!matches!(ended, Ended::Undone { .. }), "{context}");
        }
        let ended = settle_unless_done(&mut world, old, end, &context);
        assert!(all_renewed(&world) >= before, "{context}: renewed files were put back");
        assert_settled(&world, old, &ended, &context);
    }
}

fn settle_unless_done(
    world: &mut World,
    old: Old,
    end: Result<Option<Ended>, PortError>,
    context: &str,
) -> Ended {
    match end {
        Ok(Some(ended)) if !matches!(ended, Ended::Stuck { .. }) => ended,
        _ => settle(world, old, context),
    }
}

#[test]
fn a_file_that_somebody_else_writes_is_never_touched() {
    let old = Old::Good;
    let (_, effects) = process(&mut fresh(old), old, Fault::None);
    for path in default_plan::files() {
        for (at, variants) in effects.iter().enumerate() {
            let mut world = fresh(old);
            let _ended = process(&mut world, old, Fault::End { at, variant: variants - 1 });
            world.files.insert(path.clone(), "by somebody else".into());
            let (ended, _) = process(&mut world, old, Fault::None);
            assert_eq!(world.read(&path).as_deref(), Some("by somebody else"), "{path} after effect {at}");
            if matches!(ended, Ok(Some(Ended::Blocked { .. }))) {
                let before = world.files.clone();
                give_up(&mut world);
                let live = default_plan::files();
                assert_eq!(world.files.len(), live.len(), "staged files are left: {:?}", world.files.keys());
                assert!(
                    live.iter().all(|path| world.read(path) == before.get(path).cloned()),
                    "{path}, {at}"
                );
            }
        }
    }
}

/// What the operator does with a run that is blocked: its staged files go, its live files stay as they are.
fn give_up(world: &mut World) {
    let (records, _) = run::read(&world.journal).unwrap();
    let mut double = Double::new(world, Fault::None);
    let mut watch = |_: &run::Event<'_>| {};
    let ended = Driver::open(&mut double, RUN, records, &mut watch).unwrap().give_up().unwrap();
    assert_eq!(ended, Ended::GivenUp);
}
