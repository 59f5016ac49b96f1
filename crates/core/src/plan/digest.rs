//! What a plan was made from, as one number: two plans with the same digest do the same to the same bytes.

use super::step::{Action, Source};
use super::{Plan, Request};
use crate::inventory::Component;
use perennial_pki::digest::sha256_hex;
use perennial_pki::reissue::Amendments;
use serde::Serialize;

/// Pre-images, identities, CAs and the stale set. No times, container ids or leases: they change while
/// nothing of what matters does.
#[derive(Serialize)]
struct Basis<'a> {
    node: &'a str,
    request: &'a Request,
    renewals: Vec<(&'a str, Option<Identity<'a>>)>,
    pre_images: Vec<(&'a str, &'a str)>,
    restarts: Vec<Component>,
}

/// By whom or what it is made, from what, and what is different.
#[derive(Serialize)]
struct Identity<'a>(&'a str, &'a str, Option<&'a Amendments>);

/// SHA-256 over what `plan` was made from.
pub(super) fn digest(plan: &Plan) -> String {
    let renewals = plan.renewals().map(|renewal| {
        let identity = match &renewal.source {
            Source::Reissue { authority_fingerprint, old_fingerprint, amendments, .. } => {
                Some(Identity(authority_fingerprint, old_fingerprint, Some(amendments)))
            }
            Source::Import { fingerprint, old_fingerprint, .. } => {
                Some(Identity(fingerprint, old_fingerprint, None))
            }
            Source::CopyOf { .. } => None,
        };
        (renewal.credential.as_str(), identity)
    });
    let pre_images = plan.steps.iter().flat_map(|step| match &step.action {
        Action::Swap(swap) => swap.files.as_slice(),
        _ => &[],
    });
    let basis = Basis {
        node: &plan.node,
        request: &plan.request,
        renewals: renewals.collect(),
        pre_images: pre_images.map(|file| (file.path.as_str(), file.sha256.as_str())).collect(),
        restarts: plan.restarts().collect(),
    };
    // Strings, numbers and lists always serialize.
    sha256_hex(serde_json::to_string(&basis).unwrap_or_default().as_bytes())
}
