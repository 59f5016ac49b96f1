//! Certificate files that nothing names, in `CheckReport`.

use super::check::state;
use super::time;
use perennial_core::inventory::Node;
use serde::Serialize;

/// A certificate file that nothing on this node names.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct UnreferencedView<'a> {
    file: &'a str,
    /// `seen` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    /// Of the first certificate.
    subject: Option<&'a str>,
    not_after: Option<String>,
    /// How many certificates are in the file.
    certificates: usize,
}

pub(super) fn views(node: &Node) -> Vec<UnreferencedView<'_>> {
    let files = node.beside.unreferenced.files.iter();
    let view = files.map(|file| {
        let (state, reason) = state(&file.holds);
        let seen = file.holds.seen();
        UnreferencedView {
            file: file.path.as_str(),
            state,
            reason,
            subject: seen.map(|glimpse| glimpse.subject.as_str()),
            not_after: seen.map(|glimpse| time(glimpse.not_after)),
            certificates: seen.map_or(0, |glimpse| glimpse.certificates),
        }
    });
    view.collect()
}
