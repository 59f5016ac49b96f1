//! What a plan was made from, as one number: two plans with the same digest do the same to the same bytes.

use super::step::{Action, PreImage, Renewal, Source};
use super::{Plan, Refusal, Request};
use crate::inventory::Component;
use perennial_pki::digest::sha256_hex;
use perennial_pki::reissue::Amendments;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
#[derive(Debug, Serialize)]
struct Identity<'a>(&'a str, &'a str, Option<&'a Amendments>);

/// Why a saved plan is not the one that would be made now; `None`: they do the same to the same bytes.
pub fn stale(saved: &Plan, now: &Plan) -> Option<Refusal> {
    if saved.node != now.node {
        return Some(Refusal::AnotherNodesPlan { planned: saved.node.clone(), here: now.node.clone() });
    }
    if digest(saved) == digest(now) {
        return None;
    }
    let files = |plan: &Plan| -> BTreeMap<String, String> {
        pre_images(plan).map(|file| (file.path.to_string(), file.sha256.clone())).collect()
    };
    let restarts = |plan: &Plan| -> BTreeMap<String, String> {
        plan.restarts().map(|one| (one.to_string(), String::new())).collect()
    };
    let made = |plan: &Plan| -> BTreeMap<String, String> {
        let made = plan.renewals().map(|one| (one.credential.clone(), format!("{:?}", identity(one))));
        made.collect()
    };
    let differing = [(files(saved), files(now)), (made(saved), made(now)), (restarts(saved), restarts(now))];
    let differing = differing.into_iter().find_map(|(before, after)| {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let other: Vec<&str> = names
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name))
            .map(String::as_str)
            .collect();
        (!other.is_empty()).then(|| other.join(", "))
    });
    // The files are the same, and so is what was asked for: what is left is who signs.
    let signs =
        || now.request.kubeadm.as_ref().map(|kubeadm| format!("{} {}", kubeadm.program, kubeadm.version));
    Some(Refusal::Changed { what: differing.or_else(signs).unwrap_or_default() })
}

/// SHA-256 over what `plan` was made from.
pub fn digest(plan: &Plan) -> String {
    let renewals = plan.renewals().map(|renewal| (renewal.credential.as_str(), identity(renewal)));
    let basis = Basis {
        node: &plan.node,
        request: &plan.request,
        renewals: renewals.collect(),
        pre_images: pre_images(plan).map(|file| (file.path.as_str(), file.sha256.as_str())).collect(),
        restarts: plan.restarts().collect(),
    };
    // Strings, numbers and lists always serialize.
    sha256_hex(serde_json::to_string(&basis).unwrap_or_default().as_bytes())
}

fn identity(renewal: &Renewal) -> Option<Identity<'_>> {
    match &renewal.source {
        Source::Reissue { authority_fingerprint, old_fingerprint, amendments, .. } => {
            Some(Identity(authority_fingerprint, old_fingerprint, Some(amendments)))
        }
        Source::Import { fingerprint, old_fingerprint, .. } => {
            Some(Identity(fingerprint, old_fingerprint, None))
        }
        Source::CopyOf { .. } => None,
    }
}

fn pre_images(plan: &Plan) -> impl Iterator<Item = &PreImage> {
    plan.steps.iter().flat_map(|step| match &step.action {
        Action::Swap(swap) => swap.files.as_slice(),
        _ => &[],
    })
}
