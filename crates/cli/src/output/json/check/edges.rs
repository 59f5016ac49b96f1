//! The edges of a `CheckReport`: who talks to whom.

use crate::language::Language;
use crate::language::identity::{fault, usage};
use crate::language::verify::party;
use crate::output::json::time;
use jiff::Timestamp;
use perennial_core::assess::Edge;
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(in crate::output::json) struct EdgeView<'a> {
    from: &'static str,
    to: &'static str,
    /// Whether each side accepts what the other one presents, as far as it lies on this node.
    works: bool,
    /// The first end of a certificate on it, CAs included.
    until: Option<String>,
    /// The same, once it has passed.
    broken_since: Option<String>,
    presented: Vec<PresentedView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PresentedView<'a> {
    credential: &'a str,
    /// `serverAuth` or `clientAuth`.
    usage: &'static str,
    /// The file by which the other side trusts it.
    through: &'a str,
    /// Why the other side refuses it; empty where it accepts.
    reasons: Vec<String>,
}

pub(in crate::output::json) fn edge_view(edge: Edge<'_>, now: Timestamp) -> EdgeView<'_> {
    EdgeView {
        from: party(Language::En, edge.from),
        to: party(Language::En, edge.to),
        works: edge.works(now),
        until: edge.until().map(time),
        broken_since: edge.broken_since(now).map(time),
        presented: edge
            .presented
            .into_iter()
            .map(|one| PresentedView {
                credential: &one.credential.name,
                usage: usage(one.usage),
                through: one.through.as_str(),
                reasons: one.faults(now).iter().map(|reason| fault(Language::En, reason)).collect(),
            })
            .collect(),
    }
}
