//! The writes to the API while a run lasted, in a `RunReport` and in its `Evidence`.

use jiff::Timestamp;
use perennial_core::run::{Outage, Writes};
use serde::{Deserialize, Serialize};

/// What a client saw of the node's own API server: a write every 100 ms, each over a new connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct WritesRecord {
    /// Whether any write was done; otherwise nothing has counted, and `error` or `refusal` says why.
    pub(crate) watched: bool,
    /// Writes that were done.
    pub(crate) ok: u64,
    /// Writes that failed, or were not answered within 2 s.
    pub(crate) failed: u64,
    /// Writes that a rule of the cluster refused: they count as neither.
    pub(crate) refused: u64,
    /// From the beginning of the first write that failed until the next one was done; 0 without a failure.
    pub(crate) longest_outage_ms: u64,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) longest_outage_from: Option<Timestamp>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) longest_outage_until: Option<Timestamp>,
    /// Since when writes count.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) from: Option<Timestamp>,
    /// Whether the API did not answer when the run began: then `from` is its first answer.
    pub(crate) from_first_answer: bool,
    /// Why the first write failed, in English.
    pub(crate) error: Option<String>,
    /// The first refusal, in the server's words.
    pub(crate) refusal: Option<String>,
    /// The Lease in kube-system that could not be removed afterwards.
    pub(crate) left_behind: Option<String>,
}

impl From<&Writes> for WritesRecord {
    fn from(writes: &Writes) -> Self {
        let length = writes.longest.map_or(0, |outage| outage.length().as_millis());
        let of = |moment: fn(Outage) -> Timestamp| writes.longest.map(moment);
        Self {
            watched: writes.watched(),
            ok: writes.ok,
            failed: writes.failed,
            refused: writes.refused,
            longest_outage_ms: u64::try_from(length).unwrap_or(0),
            longest_outage_from: of(|outage| outage.from),
            longest_outage_until: of(|outage| outage.until),
            from: writes.from,
            from_first_answer: writes.late,
            error: writes.error.clone(),
            refusal: writes.refusal.clone(),
            left_behind: writes.left.clone(),
        }
    }
}
