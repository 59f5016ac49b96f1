//! New keys and certificates for people's kubeconfigs, each for the identity that its entry holds already.
//!
//! Signing one hands out a credential. So an entry is continued only by who holds its key; a machine's identity never;
//! `system:masters`, whose rights no rule of the cluster can take away, only where that was asked for.

use super::renew::{check_authorities, refuse_files, refuse_layout, reissue, same_files, signer, steps};
use super::step::Renewal;
use super::{FORMAT, Kept, Plan, Reason, Refusal, Request, digest};
use crate::assess::identity::{is_machine, is_master};
use crate::assess::people::{foreign, own_server};
use crate::assess::{Policy, original};
use crate::inventory::{Credential, Directory, Looked, Node, Place, Role};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage};

/// Decides what `kubeconfig refresh` does on this node: to the named files, or to all people's kubeconfigs that were
/// found. An entry is due where the policy says so, or where admin.conf has a newer certificate of the same identity.
///
/// # Errors
/// A named file that holds nothing of this cluster's; a CA that can't sign.
pub fn refresh(
    node: &Node,
    files: &[Utf8PathBuf],
    request: &Request,
    policy: &Policy,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let asked = asked(node, files)?;
    let (mut chosen, mut kept) = (Vec::<&Credential>::new(), Vec::new());
    for credential in asked {
        // Two ways to one file are one.
        let twice = |other: &&Credential| {
            same_files(node, &other.name, &credential.name) && user(other) == user(credential)
        };
        if chosen.iter().any(twice) {
            continue;
        }
        match why_kept(node, credential, request, policy, now) {
            None => chosen.push(credential),
            Some(reason) => {
                let until = credential.leaf().map(Certificate::not_after);
                kept.push(Kept { name: credential.name.clone(), reason, until });
            }
        }
    }
    check_authorities(node, &chosen, now)?;
    let mut renewals = Vec::new();
    for credential in chosen {
        let renewal = reissue(node, credential, request, now)?;
        renewals.push(Renewal { identity: credential.leaf().map(Certificate::subject), ..renewal });
    }
    let mut plan = Plan {
        format: FORMAT,
        node: node.name.clone().unwrap_or_default(),
        observed_at: node.observed_at,
        request: request.clone(),
        digest: String::new(),
        steps: steps(node, request, &renewals, &[]),
        kept,
        // What lies on other machines is refreshed there, or was never there.
        other_control_planes: Vec::new(),
    };
    plan.digest = digest(&plan);
    Ok(plan)
}

/// The entries of this cluster: in people's kubeconfigs, by the CA that has signed them.
fn asked<'a>(node: &'a Node, files: &[Utf8PathBuf]) -> Result<Vec<&'a Credential>, Refusal> {
    let foreign = foreign(node);
    let of = |credential: &Credential, path: &Utf8PathBuf| {
        let file = credential.place.file();
        file.path == *path || file.real_path() == path
    };
    let people = || {
        let people = node.credentials.iter().filter(|one| one.role == Role::UserKubeconfig);
        people.filter(|one| !foreign.contains(&one.name))
    };
    for path in files {
        let own = node.credentials.iter().find(|one| one.role != Role::UserKubeconfig && of(one, path));
        if let Some(own) = own {
            return Err(Refusal::NodesOwnFile { path: path.clone(), credential: own.name.clone() });
        }
        if people().any(|one| of(one, path) && one.certificate.seen().is_some()) {
            continue;
        }
        let found = node.credentials.iter().find(|one| of(one, path));
        return Err(match found.map(|one| (&one.place.file().facts, &one.certificate)) {
            Some((Looked::Unusable(trouble), _) | (_, Looked::Unusable(trouble))) => {
                Refusal::KubeconfigUnusable { path: path.clone(), trouble: trouble.clone() }
            }
            Some((Looked::Seen(_), _)) => Refusal::NothingOfThisCluster { path: path.clone() },
            Some((Looked::Absent, _)) | None => Refusal::NoSuchFile { path: path.clone() },
        });
    }
    let wanted = |one: &&Credential| files.is_empty() || files.iter().any(|path| of(one, path));
    Ok(people().filter(wanted).collect())
}

fn user(credential: &Credential) -> Option<&str> {
    match &credential.place {
        Place::Kubeconfig { user, .. } => Some(user),
        Place::Pair { .. } | Place::Combined { .. } => None,
    }
}

fn why_kept(
    node: &Node,
    credential: &Credential,
    request: &Request,
    policy: &Policy,
    now: Timestamp,
) -> Option<Reason> {
    let due = credential.leaf().is_none_or(|leaf| {
        let newer = original(node, credential)
            .and_then(Credential::leaf)
            .is_some_and(|own| own != leaf && leaf.not_after() < own.not_after());
        request.force || newer || policy.warn.reached(leaf.not_before(), leaf.not_after(), now)
    });
    if !due {
        return Some(Reason::NotDue);
    }
    obstacle(node, credential)
        .filter(|reason| !(request.system_masters && *reason == Reason::SystemMasters))
        .or_else(|| in_the_way(credential))
}

/// Why an entry of a person's kubeconfig is not signed anew, whatever its date; [`Reason::SystemMasters`] is one that
/// the operator may overrule.
pub fn obstacle(node: &Node, credential: &Credential) -> Option<Reason> {
    if credential.instead().is_some() {
        return Some(Reason::NoCertificate);
    }
    let Some(leaf) = credential.leaf() else { return Some(Reason::Unreadable) };
    let files = || credential.place.files().into_iter().map(|file| file.real_path());
    let nodes_own = node.credentials.iter().any(|other| {
        let theirs: Vec<_> = other.place.files().into_iter().map(|file| file.real_path()).collect();
        other.role != Role::UserKubeconfig && files().any(|path| theirs.contains(&path))
    });
    if nodes_own {
        return Some(Reason::NodesOwn);
    }
    // A certificate is no secret. Its key is.
    if !credential.key.seen().is_some_and(|key| key.fits) {
        return Some(Reason::KeyDoesNotFit);
    }
    match signable(leaf) {
        None | Some(Reason::SystemMasters) if leads_elsewhere(node, credential) => {
            Some(Reason::LeadsElsewhere)
        }
        None | Some(Reason::SystemMasters)
            if signer(node, credential).is_some_and(|one| one.key == Looked::Absent) =>
        {
            Some(Reason::NoKeyHere)
        }
        obstacle => obstacle,
    }
}

/// Why a certificate is not continued for a person: a machine's, a server's or a CA's; [`Reason::SystemMasters`] last.
pub fn signable(leaf: &Certificate) -> Option<Reason> {
    if is_machine(leaf) {
        return Some(Reason::MachineIdentity);
    }
    let usages = leaf.extended_key_usages();
    let clients = match usages.as_slice() {
        // It may be used for everything, a server too: who is dialled by no name is none.
        [] => leaf.dns_names().is_empty() && leaf.ip_addresses().is_empty(),
        usages => usages.iter().all(|usage| *usage == ExtendedKeyUsage::ClientAuth),
    };
    if leaf.is_ca() || !clients {
        return Some(Reason::NotOnlyAClients);
    }
    is_master(leaf).then_some(Reason::SystemMasters)
}

/// Whether an entry's context leads to another cluster than the one that has signed its certificate.
fn leads_elsewhere(node: &Node, credential: &Credential) -> bool {
    let Place::Kubeconfig { server, trusts, .. } = &credential.place else { return false };
    let Some(trusts) = trusts.seen().filter(|trusts| !trusts.is_empty()) else { return false };
    let mut own = node.authorities.iter().filter_map(|authority| authority.certificates.seen()).flatten();
    let shares_a_key = own.any(|own| trusts.iter().any(|one| one.spki_der() == own.spki_der()));
    !server.is_empty() && !shares_a_key && !own_server(node, server)
}

/// What keeps a person's file from being replaced. That it can't be written stands in nobody else's way.
fn in_the_way(credential: &Credential) -> Option<Reason> {
    if matches!(credential.place, Place::Kubeconfig { in_place: false, .. }) {
        return Some(Reason::NotInPlace);
    }
    for file in credential.place.files() {
        let Some(facts) = file.facts.seen() else { return Some(Reason::Unreadable) };
        let reason = match facts.directory {
            _ if facts.fixed.is_some() => Some(Reason::AttributeSet),
            Directory::Open => Some(Reason::DirectoryOpen),
            Directory::ReadOnly => Some(Reason::DirectoryReadOnly),
            Directory::Fine => (facts.mode & 0o200 == 0).then_some(Reason::FileReadOnly),
        };
        if reason.is_some() {
            return reason;
        }
    }
    refuse_files(credential).is_err().then_some(Reason::Unreadable)
}
