//! The CAs and credentials of a `CheckReport`.

use super::certificate::{CertificateView, certificate, state};
use crate::output::check::Report;
use perennial_core::inventory::{Authority, Credential, Place};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorityView<'a> {
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
pub(super) struct CredentialView<'a> {
    name: &'a str,
    /// The names of the other purposes that the same two files serve.
    also: Vec<&'a str>,
    /// `pair`, `kubeconfig` or `combined`.
    form: &'static str,
    file: &'a str,
    /// `seen`, `absent`, `unusable`, or `noCertificate` where a token or a plugin is used instead.
    state: &'static str,
    reason: Option<String>,
    certificate: Option<CertificateView>,
    /// The CA on this node that has signed it.
    authority: Option<&'a str>,
    used_by: Vec<&'static str>,
}

pub(super) fn authority_view<'a>(report: &Report<'_>, authority: &'a Authority) -> AuthorityView<'a> {
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

pub(super) fn credential_view<'a>(report: &Report<'a>, credential: &'a Credential) -> CredentialView<'a> {
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
