//! `RunReport`.

use super::event::Outcome;
use super::plan::PlanView;
use super::verify::ProofView;
use super::writes::WritesRecord;
use super::{API_VERSION, Tool};
use crate::output::report::Report;
use crate::world::Ended;
use serde::Serialize;

/// What `renew -o json` and `reload -o json` print at the end.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunReport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `RunReport`.
    kind: &'static str,
    tool: Tool,
    /// The run's id; absent where there was nothing to do.
    run: Option<&'a str>,
    /// `nothingToDo`, `done`, `abandoned`, `putBack`, `inBetween`, `stopped` or `blocked`.
    outcome: &'static str,
    exit_code: u8,
    /// Whether anything on the node is other than before.
    changed: bool,
    /// The step that failed, from 1.
    failed_step: Option<usize>,
    reason: Option<&'a str>,
    /// Where the copies of the old files are.
    backup: Option<&'a str>,
    /// Where the evidence of the run is.
    evidence: Option<&'a str>,
    seconds: f64,
    /// What a client saw of the API meanwhile; absent where it was not watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    writes: Option<WritesRecord>,
    plan: PlanView<'a>,
    /// What was proven afterwards.
    proof: Option<ProofView>,
}

impl<'a> RunReport<'a> {
    /// Of a run that has come to an end, or was not needed.
    pub(crate) fn new(report: &Report<'a>) -> Self {
        let run = report.run;
        let ended = run.map(|run| &run.ended);
        let (failed_step, reason) = ended.map_or((None, None), Ended::failure);
        Self {
            api_version: API_VERSION,
            kind: "RunReport",
            tool: Tool::this(),
            run: run.map(|run| run.id.as_str()),
            outcome: outcome(ended),
            exit_code: report.exit().number(),
            changed: changed(ended),
            failed_step: failed_step.map(|step| step + 1),
            reason,
            backup: run.and_then(|run| run.backup.as_deref()).map(|path| path.as_str()),
            evidence: report.evidence.map(|path| path.as_str()),
            seconds: run.map_or(0.0, |run| (run.took.as_secs_f64() * 1000.0).round() / 1000.0),
            writes: run.and_then(|run| run.writes.as_ref()).map(WritesRecord::from),
            plan: PlanView::new(report.plan),
            proof: report.edges.map(ProofView::new),
        }
    }
}

/// How a run has ended, in a word.
pub(super) fn outcome(ended: Option<&Ended>) -> &'static str {
    match ended {
        None => "nothingToDo",
        Some(Ended::Committed) => "done",
        Some(Ended::Abandoned { .. } | Ended::GivenUp) => "abandoned",
        Some(Ended::Undone { .. }) => "putBack",
        Some(Ended::Stuck { .. } | Ended::Lost { .. }) => "inBetween",
        Some(Ended::Stopped) => "stopped",
        Some(Ended::Blocked { .. }) => "blocked",
    }
}

fn changed(ended: Option<&Ended>) -> bool {
    matches!(ended, Some(Ended::Committed | Ended::Stuck { .. } | Ended::Lost { .. } | Ended::Stopped))
}

impl Outcome {
    /// Of a run that has come to an end, or was not needed.
    pub(crate) fn of(ended: Option<&Ended>) -> Self {
        let (failed_step, reason) = ended.map_or((None, None), Ended::failure);
        let reason = reason.map(str::to_owned);
        Self { word: outcome(ended), changed: changed(ended), failed_step, reason }
    }
}
