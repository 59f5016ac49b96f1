//! `TrustGraph`.

use super::check::{EdgeView, edge_view};
use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::language::Language;
use crate::language::verify::party;
use crate::output::graph::Graph;
use perennial_core::inventory::Node;
use serde::Serialize;

/// What `graph -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrustGraph<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `TrustGraph`.
    kind: &'static str,
    tool: Tool,
    node: Option<&'a str>,
    observed_at: String,
    /// As of when it is judged: now, or `--as-of`.
    assessed_at: String,
    exit_code: u8,
    broken: usize,
    /// The connection that breaks next by the end of a certificate, maybe after `assessedAt`.
    next_to_break: Option<BreakView<'a>>,
    /// The one that breaks first comes first.
    edges: Vec<EdgeView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct BreakView<'a> {
    from: &'static str,
    to: &'static str,
    credential: &'a str,
    at: String,
}

impl<'a> TrustGraph<'a> {
    /// Of a look.
    pub(crate) fn new(node: &'a Node, graph: &Graph<'a>, exit: Exit) -> Self {
        let first = graph.first().map(|(edge, by, at)| BreakView {
            from: party(Language::En, edge.from),
            to: party(Language::En, edge.to),
            credential: &by.credential.name,
            at: time(at),
        });
        Self {
            api_version: API_VERSION,
            kind: "TrustGraph",
            tool: Tool::this(),
            node: node.name.as_deref(),
            observed_at: time(node.observed_at),
            assessed_at: time(graph.at),
            exit_code: exit.number(),
            broken: graph.broken().count(),
            next_to_break: first,
            edges: graph.edges.iter().cloned().map(|edge| edge_view(edge, graph.at)).collect(),
        }
    }
}
