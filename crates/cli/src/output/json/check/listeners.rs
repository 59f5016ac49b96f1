//! The listeners of a `CheckReport`: what is really served.

use super::certificate::{CertificateView, certificate, state};
use crate::output::check::Report;
use perennial_core::assess::Strength;
use perennial_core::inventory::{Handshake, Listener};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ListenerView<'a> {
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

pub(super) fn listener_view<'a>(report: &Report<'_>, listener: &'a Listener) -> ListenerView<'a> {
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
