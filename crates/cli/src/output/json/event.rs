//! The lines of `--events`: one JSON object each. docs/json.md describes them.

use super::plan::{PlanView, action};
use super::verify::{EdgeView, view};
use super::{render_line, time};
use crate::language::{Language, run as say};
use jiff::Timestamp;
use perennial_core::plan::{Guard, Plan};
use perennial_core::prove::Edge;
use perennial_core::run::{Event, Phase};
use serde::Serialize;

/// The format's version. Within 1.x types and fields are only added.
pub(crate) const FORMAT: &str = "1.0";

/// One line of an event stream.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventLine<'a> {
    #[serde(flatten)]
    what: What<'a>,
    /// When it was told: RFC 3339, UTC.
    ts: String,
    /// The run's id; absent as long as there is none.
    run: Option<&'a str>,
    /// The node; absent as long as nobody has looked.
    node: Option<&'a str>,
    /// The step that it belongs to, from 1.
    step: Option<usize>,
    /// How many steps the run has.
    steps: Option<usize>,
}

/// What has happened.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum What<'a> {
    /// The first line of a call.
    Version {
        /// The version of this format: `1.0`.
        events: &'static str,
        /// perennial's version.
        perennial: &'static str,
        /// The commit that it was built from, if known.
        commit: Option<&'static str>,
        /// `renew`, `reload`, `csr import` or `verify`.
        verb: &'static str,
    },
    /// A run that was cut off is taken up: it is finished or undone.
    Resumed {},
    /// What was decided.
    Plan { plan: Box<PlanView<'a>> },
    /// A guard of the step was looked at, and holds.
    Guard {
        /// `asPlanned`, `kubeletRuns`, `space` or `holderIsGone`.
        guard: &'static str,
    },
    /// The step's action begins.
    StepStarted {
        /// `backup`, `stage`, `swap`, `restart`, `releaseLease` or `workload`.
        action: &'static str,
        description: String,
        limit_seconds: u32,
    },
    /// A container was stopped; the kubelet starts the next one.
    Restart {
        component: &'static str,
        /// The id of the container that was stopped.
        container: &'a str,
    },
    /// The step's proof is awaited; told again every second.
    StepWaiting {
        /// What is awaited.
        awaited: String,
        seconds: f64,
        limit_seconds: u32,
    },
    /// The step's proof was seen.
    StepProven { evidence: &'a [String], seconds: f64 },
    /// The step failed.
    StepFailed { reason: &'a str, seconds: f64 },
    /// The step is being taken back.
    StepUndoing { description: String },
    /// The step was taken back.
    StepUndone { seconds: f64 },
    /// A connection and what was seen of it, after all steps.
    Proof {
        #[serde(flatten)]
        edge: EdgeView,
    },
    /// The last line of a call.
    End {
        exit_code: u8,
        /// As in a RunReport; also `planned`, `declined`, `verified` or `failed` (no run was begun).
        outcome: &'static str,
        /// Whether anything on the node is other than before.
        changed: bool,
        /// The step that failed, from 1.
        failed_step: Option<usize>,
        reason: Option<&'a str>,
    },
}

/// Where a line belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scope<'a> {
    /// The run.
    pub(crate) run: Option<&'a str>,
    /// The node.
    pub(crate) node: Option<&'a str>,
}

/// How a call has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// A word of the RunReport's.
    pub(crate) word: &'static str,
    /// Whether anything on the node is other than before.
    pub(crate) changed: bool,
    /// The step that failed, from 0.
    pub(crate) failed_step: Option<usize>,
    /// Why, in English.
    pub(crate) reason: Option<String>,
}

impl Outcome {
    /// Without a run.
    pub(crate) fn without_run(word: &'static str) -> Self {
        Self { word, changed: false, failed_step: None, reason: None }
    }
}

impl<'a> EventLine<'a> {
    fn new(scope: Scope<'a>, what: What<'a>, now: Timestamp) -> Self {
        Self { what, ts: time(now), run: scope.run, node: scope.node, step: None, steps: None }
    }

    /// The first one.
    pub(crate) fn version(verb: &'static str, now: Timestamp) -> Self {
        let (events, perennial, commit) = (FORMAT, env!("CARGO_PKG_VERSION"), crate::COMMIT);
        Self::new(Scope::default(), What::Version { events, perennial, commit, verb }, now)
    }

    /// An open run is taken up.
    pub(crate) fn resumed(scope: Scope<'a>, now: Timestamp) -> Self {
        Self::new(scope, What::Resumed {}, now)
    }

    /// A plan.
    pub(crate) fn plan(plan: &'a Plan, now: Timestamp) -> Self {
        let scope = Scope { run: None, node: Some(&plan.node) };
        Self::new(scope, What::Plan { plan: Box::new(PlanView::new(plan)) }, now)
    }

    /// What the driver tells of a run.
    pub(crate) fn of(event: &Event<'a>, now: Timestamp) -> Self {
        let scope = Scope { run: Some(event.run), node: Some(event.node) };
        let line = Self::new(scope, what(event), now);
        Self { step: Some(event.index + 1), steps: Some(event.total), ..line }
    }

    /// A proof.
    pub(crate) fn proof(scope: Scope<'a>, edge: &Edge, now: Timestamp) -> Self {
        Self::new(scope, What::Proof { edge: view(edge) }, now)
    }

    /// The last one.
    pub(crate) fn end(scope: Scope<'a>, exit_code: u8, outcome: &'a Outcome, now: Timestamp) -> Self {
        let what = What::End {
            exit_code,
            outcome: outcome.word,
            changed: outcome.changed,
            failed_step: outcome.failed_step.map(|step| step + 1),
            reason: outcome.reason.as_deref(),
        };
        Self::new(scope, what, now)
    }

    /// As it is written: one line, ended. Empty where it can't be written as JSON at all.
    pub(crate) fn render(&self) -> String {
        render_line(self)
    }
}

fn what<'a>(event: &Event<'a>) -> What<'a> {
    let step = event.step;
    let seconds = (event.elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
    match event.phase {
        Phase::Started => What::StepStarted {
            action: action(&step.action),
            description: say::step(Language::En, step),
            limit_seconds: step.limit_seconds,
        },
        Phase::Guarded { guard } => What::Guard { guard: name(guard) },
        Phase::Stopped { container } => What::Restart { component: component(event), container },
        Phase::Waiting => What::StepWaiting {
            awaited: say::waits(Language::En, step),
            seconds,
            limit_seconds: step.limit_seconds,
        },
        Phase::Proven { evidence } => What::StepProven { evidence, seconds },
        Phase::Failed { reason } => What::StepFailed { reason, seconds },
        Phase::Undoing => What::StepUndoing { description: say::step(Language::En, step) },
        Phase::Undone => What::StepUndone { seconds },
    }
}

fn name(guard: &Guard) -> &'static str {
    match guard {
        Guard::AsPlanned => "asPlanned",
        Guard::KubeletRuns => "kubeletRuns",
        Guard::Space { .. } => "space",
        Guard::HolderIsGone => "holderIsGone",
    }
}

/// Whose container a step stops: only a restart does.
fn component(event: &Event<'_>) -> &'static str {
    match event.step.action {
        perennial_core::plan::Action::Restart { component } => component.name(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use perennial_core::inventory::Component;
    use perennial_core::plan::{Action, Proof, Step, Undo};

    #[test]
    fn a_line_is_one_object_and_its_type_comes_first() {
        let component = Component::KubeScheduler;
        let step = Step {
            guards: vec![Guard::KubeletRuns],
            action: Action::Restart { component },
            undo: Undo::RestartAgain,
            proofs: vec![Proof::NewContainer { component }],
            limit_seconds: 120,
        };
        let tell = |phase| {
            let elapsed = SignedDuration::from_millis(1234);
            let event = Event { run: "r-1", node: "cp-1", index: 5, total: 11, step: &step, phase, elapsed };
            EventLine::of(&event, Timestamp::UNIX_EPOCH).render()
        };
        let place = r#""ts":"1970-01-01T00:00:00Z","run":"r-1","node":"cp-1","step":6,"steps":11}"#;
        assert_eq!(
            tell(Phase::Stopped { container: "abc" }),
            format!(r#"{{"type":"restart","component":"kube-scheduler","container":"abc",{place}"#) + "\n"
        );
        assert_eq!(
            tell(Phase::Guarded { guard: &step.guards[0] }),
            format!(r#"{{"type":"guard","guard":"kubeletRuns",{place}"#) + "\n"
        );
        let failed = tell(Phase::Failed { reason: "a\nb\u{1b}\u{202e}" });
        let expected =
            format!(r#"{{"type":"stepFailed","reason":"a\nb\u001b\u202e","seconds":1.234,{place}"#);
        assert_eq!(failed, expected + "\n");
        let version = EventLine::version("renew", Timestamp::UNIX_EPOCH).render();
        assert!(version.starts_with(r#"{"type":"version","events":"1.0","perennial":""#), "{version}");
    }
}
