//! The kubeconfigs of the network's plugins.

use super::check::{CertificateView, certificate, state};
use super::time;
use crate::output::check::Report;
use perennial_core::inventory::CniKubeconfig;
use serde::Serialize;

/// A kubeconfig of a plugin of the container network.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CniView<'a> {
    /// `calico`, `cilium`, `flannel`, `multus`, or the type in the configuration.
    plugin: String,
    file: &'a str,
    /// Whether the configuration that the container runtime uses names it.
    in_use: bool,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    reason: Option<String>,
    server: Option<&'a str>,
    /// What its bearer token says of itself; its signature was not checked.
    token: Option<TokenView>,
    certificate: Option<CertificateView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct TokenView {
    issued: Option<String>,
    ends: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
}

/// Of a look.
pub(super) fn views<'a>(report: &Report<'a>) -> Vec<CniView<'a>> {
    report.node.beside.cni.iter().map(|found| view(report, found)).collect()
}

fn view<'a>(report: &Report<'a>, found: &'a CniKubeconfig) -> CniView<'a> {
    let access = found.access.seen();
    let (state, reason) = state(&found.access);
    let token = access.and_then(|access| access.token.seen()).map(|token| {
        let (namespace, service_account) = token.account.clone().unzip();
        TokenView { issued: token.issued.map(time), ends: token.ends.map(time), namespace, service_account }
    });
    CniView {
        plugin: found.plugin.to_string(),
        file: found.file.path.as_str(),
        in_use: found.in_use,
        state,
        reason,
        server: access.map(|access| access.server.as_str()),
        token,
        certificate: access
            .and_then(|access| access.certificate.seen())
            .map(|chain| certificate(report, chain.leaf())),
    }
}
