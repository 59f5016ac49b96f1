//! `CertificateList`.

use super::check::{CertificateView, certificate_at};
use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::output::list::{Found, Item, Kind, List, Source};
use perennial_core::inventory::Node;
use serde::Serialize;

/// What `list -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateList<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `CertificateList`.
    kind: &'static str,
    tool: Tool,
    node: Option<&'a str>,
    observed_at: String,
    exit_code: u8,
    /// One entry for each certificate in each place.
    certificates: Vec<ItemView<'a>>,
    /// How many files that nothing names were not looked at.
    left_out: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ItemView<'a> {
    /// The same for the same credential in all its places, where that is known.
    name: &'a str,
    /// `authority`, `leaf`, `kubeconfig`, `kubelet`, `token` or `unreferenced` (a file that nothing names).
    kind: &'static str,
    /// `disk`, `served`, `memory` or `cluster`.
    source: &'static str,
    /// A path, an address, a process, or an object as `kubectl get` takes it.
    place: &'a str,
    /// `seen`, `absent`, `unusable`, `older` (than the file, in a process's memory) or `unproven`.
    state: &'static str,
    reason: Option<String>,
    expires: Option<String>,
    /// Negative once it has ended.
    seconds_left: Option<i64>,
    /// Whether `perennial renew --only` takes the name.
    renewable: bool,
    /// Absent for tokens, and for files that nothing names.
    certificate: Option<CertificateView>,
}

impl<'a> CertificateList<'a> {
    /// Of a look.
    pub(crate) fn new(node: &'a Node, list: &'a List<'a>, exit: Exit) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "CertificateList",
            tool: Tool::this(),
            node: node.name.as_deref(),
            observed_at: time(node.observed_at),
            exit_code: exit.number(),
            certificates: list.items.iter().map(|item| view(list, item)).collect(),
            left_out: list.left_out,
        }
    }
}

fn view<'a>(list: &List<'_>, item: &'a Item<'_>) -> ItemView<'a> {
    let (state, reason) = match &item.found {
        Found::Certificate(_) | Found::Dated(..) | Found::Endless => ("seen", None),
        Found::Missing => ("absent", None),
        Found::Unusable(trouble) => ("unusable", Some(trouble.to_string())),
        Found::Older => ("older", None),
        Found::Unproven => ("unproven", None),
    };
    ItemView {
        name: &item.name,
        kind: match item.kind {
            Kind::Authority => "authority",
            Kind::Leaf => "leaf",
            Kind::Kubeconfig => "kubeconfig",
            Kind::Kubelet => "kubelet",
            Kind::Token => "token",
            Kind::Unreferenced => "unreferenced",
        },
        source: match item.source {
            Source::Disk => "disk",
            Source::Served => "served",
            Source::Memory => "memory",
            Source::Cluster => "cluster",
        },
        place: &item.place,
        state,
        reason,
        expires: item.ends().map(time),
        seconds_left: item.ends().map(|at| at.duration_since(list.now).as_secs()),
        renewable: item.renewable,
        certificate: match item.found {
            Found::Certificate(found) => Some(certificate_at(list.now, found)),
            _ => None,
        },
    }
}
