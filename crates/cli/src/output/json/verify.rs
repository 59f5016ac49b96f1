//! `VerifyReport`.

use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::language::{Language, verify as say};
use crate::output::verify::proof;
use jiff::Timestamp;
use perennial_core::prove::{Edge, Verdict};
use serde::Serialize;

/// What `verify -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerifyReport {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `VerifyReport`.
    kind: &'static str,
    tool: Tool,
    node: Option<String>,
    observed_at: String,
    exit_code: u8,
    #[serde(flatten)]
    proof: ProofView,
}

/// Edges with their proofs, inside of any document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofView {
    proven: usize,
    not_proven: usize,
    refuted: usize,
    edges: Vec<EdgeView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EdgeView {
    from: &'static str,
    to: &'static str,
    credential: String,
    proof: String,
    /// `proven`, `notProven` or `refuted`.
    verdict: &'static str,
    /// How much what was seen is worth: `decisive`, `strong`, `weak` or `nothing`.
    strength: &'static str,
}

impl VerifyReport {
    /// Of a proof.
    pub(crate) fn new(node: Option<&str>, observed_at: Timestamp, edges: &[Edge], exit: Exit) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "VerifyReport",
            tool: Tool::this(),
            node: node.map(str::to_owned),
            observed_at: time(observed_at),
            exit_code: exit.number(),
            proof: ProofView::new(edges),
        }
    }
}

impl ProofView {
    /// Of edges.
    pub(crate) fn new(edges: &[Edge]) -> Self {
        let count = |wanted| edges.iter().filter(|edge| edge.verdict == wanted).count();
        Self {
            proven: count(Verdict::Proven),
            not_proven: count(Verdict::NotProven),
            refuted: count(Verdict::Refuted),
            edges: edges.iter().map(view).collect(),
        }
    }
}

/// Of an edge.
pub(crate) fn view(edge: &Edge) -> EdgeView {
    EdgeView {
        from: say::party(Language::En, edge.from),
        to: say::party(Language::En, edge.to),
        credential: edge.credential.clone(),
        proof: proof(Language::En, edge),
        verdict: match edge.verdict {
            Verdict::Proven => "proven",
            Verdict::NotProven => "notProven",
            Verdict::Refuted => "refuted",
        },
        strength: edge.strength.name(),
    }
}
