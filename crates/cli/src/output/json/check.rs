//! `CheckReport`.

mod certificate;
mod credentials;
mod edges;
mod findings;
mod listeners;

pub(super) use certificate::{CertificateView, certificate, certificate_at, state};
pub(super) use edges::{EdgeView, edge_view};

use super::cluster::ClusterView;
use super::cni::{self, CniView};
use super::holders::{ConsumerView, HolderView, consumers, holders};
use super::unreferenced::{self, UnreferencedView};
use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::output::check::Report;
use credentials::{AuthorityView, CredentialView, authority_view, credential_view};

use findings::{CheckView, FindingView, NotLookedAt, SuppressionView, findings, not_looked_at};
use listeners::{ListenerView, listener_view};
use perennial_core::assess::edges;
use perennial_core::inventory::Layout;
use serde::Serialize;

/// What `check -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckReport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `CheckReport`.
    kind: &'static str,
    tool: Tool,
    node: NodeView<'a>,
    /// The node's clock when it was looked at.
    observed_at: String,
    /// As of when it was judged.
    assessed_at: String,
    summary: Summary,
    /// The gravest first, causes before consequences.
    findings: Vec<FindingView>,
    /// What was asked not to count, and what became of it.
    suppressions: Vec<SuppressionView>,
    not_looked_at: Vec<NotLookedAt<'a>>,
    /// Every check that was made, with the state in which it ended.
    checks: Vec<CheckView<'a>>,
    authorities: Vec<AuthorityView<'a>>,
    /// Who talks to whom, and until when that works: all credentials of an edge belong together.
    edges: Vec<EdgeView<'a>>,
    credentials: Vec<CredentialView<'a>>,
    listeners: Vec<ListenerView<'a>>,
    holders: Vec<HolderView<'a>>,
    /// Objects in the cluster that carry certificates; absent where the API server was not asked or did not answer.
    cluster: Option<ClusterView<'a>>,
    /// Static pods beside the control plane's components, and the credentials that they get to.
    consumers: Vec<ConsumerView<'a>>,
    /// The kubeconfigs of the container network's plugins.
    cni: Vec<CniView<'a>>,
    /// Certificate files in the directories in use that nothing on this node names: seen, and not judged.
    unreferenced: Vec<UnreferencedView<'a>>,
    /// How many more of them there are, which nobody looked at.
    unreferenced_left_out: usize,
    /// A run that was neither finished nor undone.
    open_run: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct NodeView<'a> {
    name: Option<&'a str>,
    host_name: Option<&'a str>,
    /// `controlPlane`, `worker`, `etcd` (a machine for etcd alone), `foreign` or `nothing`.
    layout: &'static str,
    kubernetes_version: Option<String>,
    address: Option<String>,
    /// A copied tree was looked at (`--root`).
    copied_tree: bool,
    as_root: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Summary {
    critical: usize,
    warnings: usize,
    notices: usize,
    passed: usize,
    not_applicable: usize,
    not_looked_at: usize,
    suppressed: usize,
    exit_code: u8,
    next_expiry: Option<String>,
}

impl<'a> CheckReport<'a> {
    /// Of a look.
    pub(crate) fn new(report: &Report<'a>, exit: Exit) -> Self {
        let node = report.node;
        Self {
            api_version: API_VERSION,
            kind: "CheckReport",
            tool: Tool::this(),
            node: NodeView {
                name: node.name.as_deref(),
                host_name: node.host_name.as_deref(),
                layout: layout(&node.layout),
                kubernetes_version: node.kubernetes.map(|version| version.to_string()),
                address: node.address.map(|address| address.to_string()),
                copied_tree: node.copied_tree,
                as_root: node.as_root,
            },
            observed_at: time(node.observed_at),
            assessed_at: time(report.now),
            summary: summary(report, exit),
            findings: findings(report),
            suppressions: report.suppressed.each().map(SuppressionView::new).collect(),
            not_looked_at: not_looked_at(report),
            checks: report.assessment.checks.iter().map(CheckView::new).collect(),
            authorities: node.authorities.iter().map(|authority| authority_view(report, authority)).collect(),
            edges: edges(node).into_iter().map(|edge| edge_view(edge, report.now)).collect(),
            credentials: node
                .credentials
                .iter()
                .filter(|credential| node.same_pair(credential).is_none())
                .map(|credential| credential_view(report, credential))
                .collect(),
            listeners: node.listeners.iter().map(|listener| listener_view(report, listener)).collect(),
            holders: holders(node),
            cluster: ClusterView::of(report),
            consumers: consumers(node),
            cni: cni::views(report),
            unreferenced: unreferenced::views(node),
            unreferenced_left_out: node.beside.unreferenced.left_out,
            open_run: node.past.open.as_ref().map(|open| open.id.as_str()),
        }
    }
}

fn layout(layout: &Layout) -> &'static str {
    match layout {
        Layout::ControlPlane => "controlPlane",
        Layout::Worker => "worker",
        Layout::Etcd => "etcd",
        Layout::Foreign(_) => "foreign",
        Layout::Nothing => "nothing",
    }
}

fn summary(report: &Report<'_>, exit: Exit) -> Summary {
    let counts = report.counts();
    Summary {
        critical: counts.critical,
        warnings: counts.warnings,
        notices: counts.notices,
        passed: counts.passed,
        not_applicable: counts.not_applicable,
        not_looked_at: counts.not_looked_at,
        suppressed: counts.suppressed,
        exit_code: exit.number(),
        next_expiry: report.next_expiry().map(|(at, _)| time(at)),
    }
}
