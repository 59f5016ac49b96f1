//! `KubeconfigRequest`, `KubeconfigSignature`, `KubeconfigInstallation`.

use super::verify::ProofView;
use super::{API_VERSION, Tool, time};
use crate::output::kubeconfig::{Installation, Request, Signature, kind};
use perennial_pki::certificate::Certificate;
use serde::Serialize;

/// What `kubeconfig refresh --request -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubeconfigRequest<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `KubeconfigRequest`.
    kind: &'static str,
    tool: Tool,
    file: &'a str,
    user: &'a str,
    /// The context that leads there; may be empty.
    context: &'a str,
    server: &'a str,
    /// The identity that goes on, as Go prints it.
    identity: String,
    old_not_after: String,
    /// The new key's algorithm.
    key: &'a str,
    /// Where that key waits; absent in a dry run.
    key_file: Option<&'a str>,
    /// Whether it was made for an earlier request.
    key_kept: bool,
    /// Whether `kubeconfig sign` needs --allow-system-masters.
    system_masters: bool,
    /// Whether `kubeconfig sign` needs --allow-expired.
    long_expired: bool,
    /// What is given to `kubeconfig sign`, as PEM; absent in a dry run.
    request: Option<&'a str>,
}

/// What `kubeconfig sign -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubeconfigSignature<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `KubeconfigSignature`.
    kind: &'static str,
    tool: Tool,
    /// Who it is for, as Go prints it.
    identity: String,
    /// Until when the certificate lasts that is continued.
    old_not_after: String,
    not_before: String,
    not_after: String,
    /// Whether the CA's own end has shortened it.
    shortened: bool,
    /// The new key's algorithm.
    key: String,
    /// The CA's certificate file.
    authority: &'a str,
    /// Its serial number, in hexadecimal digits; absent in a dry run.
    serial: Option<String>,
    /// The certificate and what follows it, as PEM; absent in a dry run.
    certificate: Option<String>,
}

/// What `kubeconfig refresh --install -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubeconfigInstallation<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `KubeconfigInstallation`.
    kind: &'static str,
    tool: Tool,
    file: &'a str,
    user: &'a str,
    identity: String,
    old_not_after: String,
    new_not_after: String,
    /// Whether the file was changed.
    changed: bool,
    /// What the API server says to it; absent where nothing was changed.
    proof: Option<ProofView>,
}

impl<'a> KubeconfigRequest<'a> {
    /// Of a request.
    pub(crate) fn new(request: &'a Request<'_>) -> Self {
        let own = request.own;
        Self {
            api_version: API_VERSION,
            kind: "KubeconfigRequest",
            tool: Tool::this(),
            file: own.named.as_str(),
            user: &own.entry.user,
            context: &own.context,
            server: &own.server,
            identity: own.entry.certificate.subject(),
            old_not_after: time(own.entry.certificate.not_after()),
            key: &request.key_kind,
            key_file: request.asked.map(|asked| asked.key.as_str()),
            key_kept: request.asked.is_some_and(|asked| asked.kept),
            system_masters: request.system_masters,
            long_expired: request.long_expired,
            request: request.asked.map(|asked| asked.request.as_str()),
        }
    }
}

impl<'a> KubeconfigSignature<'a> {
    /// Of a signature.
    pub(crate) fn new(signature: &'a Signature<'_>) -> Self {
        let (old, signing) = (signature.request.old(), signature.signing);
        Self {
            api_version: API_VERSION,
            kind: "KubeconfigSignature",
            tool: Tool::this(),
            identity: old.subject(),
            old_not_after: time(old.not_after()),
            not_before: time(signing.validity.not_before),
            not_after: time(signing.validity.not_after),
            shortened: signing.clamped,
            key: kind(signature.request),
            authority: signing.authority_certificate.as_str(),
            serial: signature.signed.and_then(|chain| chain.first()).map(Certificate::serial_hex),
            certificate: signature.signed.map(|chain| chain.iter().map(Certificate::to_pem).collect()),
        }
    }
}

impl<'a> KubeconfigInstallation<'a> {
    /// Of an installation.
    pub(crate) fn new(installation: &'a Installation<'_>) -> Self {
        let own = installation.own;
        Self {
            api_version: API_VERSION,
            kind: "KubeconfigInstallation",
            tool: Tool::this(),
            file: own.named.as_str(),
            user: &own.entry.user,
            identity: installation.new.subject(),
            old_not_after: time(own.entry.certificate.not_after()),
            new_not_after: time(installation.new.not_after()),
            changed: installation.installed,
            proof: installation.edge.as_ref().map(|edge| ProofView::new(std::slice::from_ref(edge))),
        }
    }
}
