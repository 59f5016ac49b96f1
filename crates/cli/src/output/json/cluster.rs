//! What `check -o json` says about objects in the cluster.

use super::check::{CertificateView, certificate, state};
use super::time;
use crate::output::check::Report;
use perennial_core::inventory::{KubeletRequest, Objects, Published, Publisher, RequestState, TlsSecret};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClusterView<'a> {
    /// CA certificates that objects carry.
    published: Vec<PublishedView<'a>>,
    /// The kubelets' certificate signing requests.
    requests: Vec<RequestView<'a>>,
    /// The groups whose first client certificates are approved automatically; absent if that could not be looked at.
    approves_first: Option<&'a [String]>,
    /// The groups whose next client certificates are approved automatically.
    approves_renewal: Option<&'a [String]>,
    /// TLS Secrets, with `--secrets`.
    secrets: Vec<SecretView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PublishedView<'a> {
    /// `clusterInfo`, `rootCertificate`, `clientAuthority`, `frontProxyAuthority`, `webhook` or `apiService`.
    publisher: &'static str,
    /// As `kubectl get` takes it.
    object: &'a str,
    entry: &'a str,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    certificates: Vec<CertificateView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RequestView<'a> {
    name: &'a str,
    signer: &'static str,
    node: Option<&'a str>,
    requester: &'a str,
    created: Option<String>,
    /// `pending`, `denied`, `approvedNotIssued`, `failed` or `issued`.
    state: &'static str,
    /// Why it was denied or has failed.
    reason: Option<&'a str>,
    dns_names: Vec<&'a str>,
    ip_addresses: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SecretView<'a> {
    namespace: &'a str,
    name: &'a str,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    certificate: Option<CertificateView>,
}

impl<'a> ClusterView<'a> {
    /// `None` where the objects were not asked for.
    pub(super) fn of(report: &Report<'a>) -> Option<Self> {
        let objects: &'a Objects = report.node.cluster.seen()?.objects.as_ref()?;
        let approvals = objects.approvals.seen();
        Some(Self {
            published: objects.published.iter().map(|one| published(report, one)).collect(),
            requests: objects.requests.seen().into_iter().flatten().map(request).collect(),
            approves_first: approvals.map(|approvals| approvals.first.as_slice()),
            approves_renewal: approvals.map(|approvals| approvals.renewal.as_slice()),
            secrets: objects.secrets.seen().into_iter().flatten().map(|one| secret(report, one)).collect(),
        })
    }
}

fn published<'a>(report: &Report<'_>, one: &'a Published) -> PublishedView<'a> {
    let (state, reason) = state(&one.authorities);
    PublishedView {
        publisher: match one.publisher {
            Publisher::ClusterInfo => "clusterInfo",
            Publisher::RootCertificate => "rootCertificate",
            Publisher::ClientAuthority => "clientAuthority",
            Publisher::FrontProxyAuthority => "frontProxyAuthority",
            Publisher::Webhook => "webhook",
            Publisher::ApiService => "apiService",
        },
        object: &one.object,
        entry: &one.entry,
        state,
        reason,
        certificates: one
            .authorities
            .seen()
            .into_iter()
            .flatten()
            .map(|found| certificate(report, found))
            .collect(),
    }
}

fn request(one: &KubeletRequest) -> RequestView<'_> {
    let (state, reason) = match &one.state {
        RequestState::Pending => ("pending", None),
        RequestState::Denied(words) => ("denied", Some(words.as_str())),
        RequestState::ApprovedNotIssued => ("approvedNotIssued", None),
        RequestState::Failed(words) => ("failed", Some(words.as_str())),
        RequestState::Issued => ("issued", None),
    };
    let asks = one.asks.as_ref();
    RequestView {
        name: &one.name,
        signer: one.signer.name(),
        node: one.node(),
        requester: &one.requester,
        created: one.created.map(time),
        state,
        reason,
        dns_names: asks.map(|asks| asks.dns_names.iter().map(String::as_str).collect()).unwrap_or_default(),
        ip_addresses: asks
            .map(|asks| asks.ip_addresses.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
    }
}

fn secret<'a>(report: &Report<'_>, one: &'a TlsSecret) -> SecretView<'a> {
    let (state, reason) = state(&one.certificate);
    SecretView {
        namespace: &one.namespace,
        name: &one.name,
        state,
        reason,
        certificate: one.certificate.seen().map(|chain| certificate(report, chain.leaf())),
    }
}
