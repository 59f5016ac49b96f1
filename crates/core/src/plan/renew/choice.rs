//! Which credentials are renewed, and why the others are kept.

use super::amendments::amendments;
use super::authorities::signer;
use super::same_files;
use crate::assess::Policy;
use crate::assess::identity::{MixUp, mix_up};
use crate::inventory::{Credential, Looked, Node, Role};
use crate::plan::{Kept, Reason, Refusal, Request};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;

/// What an earlier run has installed is left alone while it has lived less than this share of its life.
const JUST_INSTALLED_PERCENT: i64 = 1;

/// Without the key of this CA a renewal makes no sense: it is refused as a whole. What another CA without a key
/// has signed (an external etcd's) is left out, and said.
const CLUSTER_AUTHORITY: &str = "ca";

pub(super) struct Choice<'a> {
    pub(super) chosen: Vec<&'a Credential>,
    pub(super) kept: Vec<Kept>,
}

/// Whether `renew` knows a credential by its name: kubeadm renews every leaf but the kubelet's own; people's copies of
/// admin.conf follow it.
pub fn renewable(credential: &Credential) -> bool {
    !matches!(credential.role, Role::UserKubeconfig | Role::KubeletClient | Role::KubeletServing)
}

/// Whether `renew` leaves a credential out because it would go on to be what it should never have been.
pub fn never_as_it_is(node: &Node, credential: &Credential) -> bool {
    mix_up(node, credential).is_some()
}

pub(in crate::plan) fn choose<'a>(
    node: &'a Node,
    request: &Request,
    policy: &Policy,
    now: Timestamp,
) -> Result<Choice<'a>, Refusal> {
    let mut candidates: Vec<_> = node.credentials.iter().filter(|credential| renewable(credential)).collect();
    candidates.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
    if let Some(name) = request.only.iter().find(|name| candidates.iter().all(|known| known.name != **name)) {
        let known = candidates.iter().map(|credential| credential.name.clone()).collect();
        return Err(Refusal::UnknownCredential { name: name.clone(), known });
    }
    let mut choice = Choice { chosen: Vec::new(), kept: Vec::new() };
    for credential in candidates {
        let absent = matches!(credential.certificate, Looked::Absent);
        if absent && credential.used_by.is_empty() && !request.only.contains(&credential.name) {
            continue;
        }
        let mixed_up = mixed_up(node, credential)
            .filter(|reason| !(request.repair_roles && *reason == Reason::OtherNode));
        if let Some(reason) = mixed_up.filter(|_| request.only.contains(&credential.name)) {
            return Err(Refusal::NotAsItIs {
                credential: credential.name.clone(),
                path: credential.place.file().path.clone(),
                subject: credential.leaf().map(Certificate::subject).unwrap_or_default(),
                reason,
            });
        }
        match keep(node, credential, request, policy, now, mixed_up) {
            Some(reason) => choice.kept.push(Kept {
                name: credential.name.clone(),
                reason,
                until: credential.leaf().map(Certificate::not_after),
            }),
            None => choice.chosen.push(credential),
        }
    }
    Ok(choice)
}

fn keep(
    node: &Node,
    credential: &Credential,
    request: &Request,
    policy: &Policy,
    now: Timestamp,
    mixed_up: Option<Reason>,
) -> Option<Reason> {
    if !request.only.is_empty() && !request.only.contains(&credential.name) {
        return Some(Reason::NotAsked);
    }
    let leaf = credential.leaf();
    if request.due && leaf.is_some_and(|leaf| !policy.warn.reached(leaf.not_before(), leaf.not_after(), now))
    {
        return Some(Reason::NotDue);
    }
    if mixed_up.is_some() {
        return mixed_up;
    }
    if credential.instead().is_some() && !request.only.contains(&credential.name) {
        return Some(Reason::NoCertificate);
    }
    let external = !request.only.contains(&credential.name)
        && signer(node, credential)
            .is_some_and(|authority| authority.name != CLUSTER_AUTHORITY && authority.key == Looked::Absent);
    if external {
        return Some(Reason::ExternalAuthority);
    }
    let leaf = leaf?;
    let files = credential.place.files();
    let file = files.first()?;
    let installed = node.past.installed_at(file.real_path(), &file.facts.seen()?.sha256)?;
    let lived = now.duration_since(installed.at).as_secs().saturating_mul(100);
    let recent = lived < installed.validity_seconds.saturating_mul(JUST_INSTALLED_PERCENT);
    let same_request = installed.validity_seconds == request.validity_seconds;
    let as_it_is = amendments(node, credential, request).is_empty();
    (!request.force && recent && same_request && as_it_is && leaf.not_after() > now)
        .then_some(Reason::JustInstalled)
}

/// Why a credential must not be renewed as it is, if so.
pub(in crate::plan) fn mixed_up(node: &Node, credential: &Credential) -> Option<Reason> {
    // The same files may be wrong for another purpose alone: as a client's they have no names to be wrong.
    let alike = node.credentials.iter().filter(|other| same_files(node, &other.name, &credential.name));
    alike.filter_map(|one| mix_up(node, one)).next().map(|mix_up| match mix_up {
        MixUp::Identity => Reason::ForeignIdentity,
        MixUp::OtherNode => Reason::OtherNode,
        MixUp::Order => Reason::ChainOutOfOrder,
    })
}
