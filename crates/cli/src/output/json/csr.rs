//! `CsrExport`.

use super::{API_VERSION, Tool, time};
use crate::language::{Language, plan::reason};
use crate::output::csr::{Exported, names};
use perennial_core::plan::{Kept, Verb};
use serde::Serialize;

/// What `csr export -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CsrExport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `CsrExport`.
    kind: &'static str,
    tool: Tool,
    node: &'a str,
    requests: Vec<RequestView<'a>>,
    /// What needs another remedy than a request for the same again.
    left_out: Vec<LeftOutView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RequestView<'a> {
    credential: &'a str,
    /// As Go prints it; its bytes are the old certificate's.
    subject: String,
    /// The alternative names that are asked for.
    names: Vec<String>,
    /// Algorithm and size of the key.
    key: String,
    /// Whether the new certificate comes with another key than the old one.
    new_key: bool,
    /// Whether that key was made for an earlier request.
    key_kept: bool,
    /// Where the request was written; absent with `--out -`.
    file: Option<&'a str>,
    /// The request itself, as PEM.
    request: &'a str,
    /// Until when the old certificate lasts.
    old_not_after: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct LeftOutView<'a> {
    name: &'a str,
    reason: &'static str,
    until: Option<String>,
}

impl<'a> CsrExport<'a> {
    /// Of what was exported.
    pub(crate) fn new(node: &'a str, exported: &'a [Exported], left_out: &'a [Kept]) -> Self {
        let requests = exported.iter().map(|one| RequestView {
            credential: &one.wanted.credential,
            subject: one.wanted.old.subject(),
            names: names(&one.wanted.old),
            key: one.wanted.key_kind.to_string(),
            new_key: one.made.key.is_some(),
            key_kept: one.made.kept,
            file: one.file.as_ref().map(|file| file.as_str()),
            request: &one.made.request,
            old_not_after: time(one.wanted.old.not_after()),
        });
        let left_out = left_out.iter().map(|kept| LeftOutView {
            name: &kept.name,
            reason: reason(Language::En, Verb::Import, kept),
            until: kept.until.map(time),
        });
        Self {
            api_version: API_VERSION,
            kind: "CsrExport",
            tool: Tool::this(),
            node,
            requests: requests.collect(),
            left_out: left_out.collect(),
        }
    }
}
