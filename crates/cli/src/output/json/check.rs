//! `CheckReport`.

use super::cluster::ClusterView;
use super::cni::{self, CniView};
use super::holders::{ConsumerView, HolderView, consumers, holders};
use super::unreferenced::{self, UnreferencedView};
use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::language::Language;
use crate::language::identity::{fault, usage};
use crate::language::verify::party;
use crate::output::check::Report;
use crate::output::findings::tell;
use crate::output::groups::{Group, groups};
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::assess::{About, Check, Edge, Severity, State, Strength, edges};
use perennial_core::inventory::{Authority, Credential, Handshake, Layout, Listener, Looked, Node, Place};
use perennial_pki::certificate::Certificate;
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
    exit_code: u8,
    next_expiry: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FindingView {
    /// `PRN####`.
    #[cfg_attr(test, schemars(schema_with = "super::code_schema"))]
    code: String,
    /// `critical`, `warning` or `notice`.
    severity: &'static str,
    /// How many findings of the same kind, cause and remedy these are.
    count: usize,
    /// What it is about: one entry for each of them.
    objects: Vec<ObjectView>,
    message: String,
    evidence: Vec<String>,
    /// What happens if nothing is done.
    left_alone: Option<String>,
    /// The one command that helps.
    command: Option<String>,
    /// What helps where no single command does.
    advice: Option<&'static str>,
    /// What to know about the command.
    note: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ObjectView {
    /// The credential's or CA's name, the path, the component, the run.
    name: String,
    /// The node's name.
    node: Option<String>,
    /// Its file, where it has one.
    file: Option<String>,
    /// The subject of its certificate, where it could be read.
    identity: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct NotLookedAt<'a> {
    object: &'a str,
    reason: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CheckView<'a> {
    object: &'a str,
    /// `passed`, `failed`, `notApplicable` or `notLookedAt`.
    state: &'static str,
    /// What was found, where it failed.
    #[cfg_attr(test, schemars(schema_with = "super::optional_code_schema"))]
    code: Option<String>,
}

impl<'a> CheckView<'a> {
    fn new(check: &'a Check) -> Self {
        let (state, code) = match &check.state {
            State::Pass => ("passed", None),
            State::Fail(finding) => ("failed", Some(finding.code().to_string())),
            State::NotApplicable => ("notApplicable", None),
            State::CouldNotLook(_) => ("notLookedAt", None),
        };
        Self { object: &check.object, state, code }
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CertificateView {
    subject: String,
    issuer: String,
    /// Lower-case hexadecimal.
    serial: String,
    /// SHA-256 of the DER, lower-case hexadecimal.
    fingerprint: String,
    not_before: String,
    not_after: String,
    /// Negative once it has ended.
    seconds_left: i64,
    key: String,
    dns_names: Vec<String>,
    ip_addresses: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AuthorityView<'a> {
    name: &'a str,
    file: &'a str,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    certificates: Vec<CertificateView>,
    /// `seen`, `absent` (an external CA) or `unusable`.
    key: &'static str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct EdgeView<'a> {
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

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CredentialView<'a> {
    name: &'a str,
    /// The names of the other purposes that the same two files serve.
    also: Vec<&'a str>,
    /// `pair`, `kubeconfig` or `combined`.
    form: &'static str,
    file: &'a str,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    certificate: Option<CertificateView>,
    /// The CA on this node that has signed it.
    authority: Option<&'a str>,
    used_by: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ListenerView<'a> {
    component: &'static str,
    address: String,
    server_name: Option<&'a str>,
    /// The credential that it should serve; absent for certificates made in memory.
    credential: Option<&'a str>,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    served: Option<CertificateView>,
    /// Whether that is what is on disk; absent where there is nothing to compare.
    as_on_disk: Option<bool>,
    /// How much that is worth: `decisive` where the certificate itself was seen, else `nothing`.
    strength: &'static str,
    /// Why the handshake failed after the certificate was seen.
    handshake_failed: Option<&'a str>,
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
            findings: groups(report.assessment, &report.scene())
                .iter()
                .map(|group| finding(report, group))
                .collect(),
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
        exit_code: exit.number(),
        next_expiry: report.next_expiry().map(|(at, _)| time(at)),
    }
}

fn finding(report: &Report<'_>, group: &Group<'_>) -> FindingView {
    let told = tell(Language::En, &report.scene(), group);
    FindingView {
        code: group.first.code().to_string(),
        severity: match group.severity() {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        },
        count: group.len(),
        objects: group.all().map(|finding| object(report.node, finding.about())).collect(),
        message: told.title,
        evidence: told.evidence,
        left_alone: told.left_alone,
        command: told.command,
        advice: told.advice,
        note: told.note,
    }
}

fn object(node: &Node, about: About<'_>) -> ObjectView {
    let of_path = |path: &Utf8Path| node.credentials.iter().find(|one| one.place.file().path == path);
    let credential = match about {
        About::Credential(name) => node.credential(name),
        About::File(path) => of_path(path),
        _ => None,
    };
    // Findings about dates name CAs and credentials alike.
    let authority = match about {
        About::Credential(name) | About::Authority(name) if credential.is_none() => node.authority(name),
        _ => None,
    };
    let file = credential.map(|one| &one.place.file().path).or_else(|| authority.map(|one| &one.file.path));
    let first = authority.and_then(|one| one.certificates.seen()?.first());
    let name = match about {
        About::Credential(name) | About::Authority(name) | About::Object(name) | About::Run(name) => {
            name.to_owned()
        }
        About::Node => node.name.clone().unwrap_or_default(),
        About::File(path) => path.to_string(),
        About::Component(component) => component.to_string(),
    };
    ObjectView {
        node: node.name.clone(),
        file: match about {
            About::File(path) => Some(path.to_string()),
            _ => file.map(ToString::to_string),
        },
        identity: credential.and_then(Credential::leaf).or(first).map(Certificate::subject),
        name,
    }
}

fn not_looked_at<'a>(report: &Report<'a>) -> Vec<NotLookedAt<'a>> {
    let checks = report.assessment.checks.iter();
    let blind = checks.filter_map(|check| match &check.state {
        State::CouldNotLook(why) => Some(NotLookedAt { object: &check.object, reason: why.to_string() }),
        _ => None,
    });
    blind.collect()
}

pub(super) fn certificate(report: &Report<'_>, certificate: &Certificate) -> CertificateView {
    certificate_at(report.now, certificate)
}

/// A certificate with what is left of it at `now`.
pub(super) fn certificate_at(now: Timestamp, certificate: &Certificate) -> CertificateView {
    CertificateView {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial_hex(),
        fingerprint: certificate.fingerprint_sha256(),
        not_before: time(certificate.not_before()),
        not_after: time(certificate.not_after()),
        seconds_left: certificate.not_after().duration_since(now).as_secs(),
        key: certificate.key_kind().to_string(),
        dns_names: certificate.dns_names(),
        ip_addresses: certificate.ip_addresses().iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn state<T>(looked: &Looked<T>) -> (&'static str, Option<String>) {
    match looked {
        Looked::Seen(_) => ("seen", None),
        Looked::Absent => ("absent", None),
        Looked::Unusable(trouble) => ("unusable", Some(trouble.to_string())),
    }
}

fn authority_view<'a>(report: &Report<'_>, authority: &'a Authority) -> AuthorityView<'a> {
    let (state_name, reason) = state(&authority.certificates);
    let certificates = authority.certificates.seen().map_or(&[][..], Vec::as_slice);
    AuthorityView {
        name: &authority.name,
        file: authority.file.path.as_str(),
        state: state_name,
        reason,
        certificates: certificates.iter().map(|found| certificate(report, found)).collect(),
        key: state(&authority.key).0,
    }
}

pub(super) fn edge_view(edge: Edge<'_>, now: Timestamp) -> EdgeView<'_> {
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

fn credential_view<'a>(report: &Report<'a>, credential: &'a Credential) -> CredentialView<'a> {
    let (state, reason) = state(&credential.certificate);
    let node = report.node;
    let same = |other: &&Credential| node.same_pair(other).is_some_and(|first| first.name == credential.name);
    let others: Vec<&Credential> = node.credentials.iter().filter(same).collect();
    let mut used_by: Vec<_> = credential.used_by.clone();
    for component in others.iter().flat_map(|other| &other.used_by) {
        if !used_by.contains(component) {
            used_by.push(*component);
        }
    }
    CredentialView {
        name: &credential.name,
        also: others.iter().map(|other| other.name.as_str()).collect(),
        form: match credential.place {
            Place::Pair { .. } => "pair",
            Place::Kubeconfig { .. } => "kubeconfig",
            Place::Combined { .. } => "combined",
        },
        file: credential.place.file().path.as_str(),
        state,
        reason,
        certificate: credential.leaf().map(|leaf| certificate(report, leaf)),
        authority: report.node.issuer_of(credential).map(|authority| authority.name.as_str()),
        used_by: used_by.iter().map(|component| component.name()).collect(),
    }
}

fn listener_view<'a>(report: &Report<'_>, listener: &'a Listener) -> ListenerView<'a> {
    let (state, reason) = state(&listener.served);
    let served = listener.served.seen();
    let on_disk = listener.credential.as_ref().and_then(|name| report.node.credential(name)?.leaf());
    ListenerView {
        component: listener.component.name(),
        address: listener.address.to_string(),
        server_name: listener.server_name.as_deref(),
        credential: listener.credential.as_deref(),
        state,
        reason,
        served: served.map(|served| certificate(report, served.chain.leaf())),
        as_on_disk: served.and_then(|served| Some(on_disk? == served.chain.leaf())),
        strength: served.map_or(Strength::Nothing, |_| Strength::Decisive).name(),
        handshake_failed: served.and_then(|served| match &served.handshake {
            Handshake::Completed => None,
            Handshake::Failed(reason) => Some(reason.as_str()),
        }),
    }
}
