//! What a new certificate says otherwise than the old one: only where that was asked for.

use super::same_files;
use crate::assess::{names, usage};
use crate::inventory::{Credential, Node, Role};
use crate::plan::step::Renewal;
use crate::plan::{Request, Source};
use perennial_pki::certificate::Certificate;
use perennial_pki::reissue::{AlternativeName, Amendments};

/// Of one credential, and of what else its files are: one pair may serve two purposes.
pub(super) fn amendments(node: &Node, credential: &Credential, request: &Request) -> Amendments {
    let mut all = Amendments::default();
    let Some(leaf) = credential.leaf() else { return all };
    let alike = node.credentials.iter().filter(|other| same_files(node, &other.name, &credential.name));
    for one in alike {
        if takes_names(request, one) {
            add(&mut all.names, request.add_names.iter().filter(|name| !name.is_in(leaf)).cloned());
        }
        if request.repair_roles {
            repair(node, one, leaf, &mut all);
        }
    }
    all
}

/// Whether a renewal is one whose certificate gets the names that were asked for.
pub(super) fn named(node: &Node, request: &Request, renewal: &Renewal) -> bool {
    matches!(renewal.source, Source::Reissue { .. })
        && node
            .credentials
            .iter()
            .any(|one| same_files(node, &one.name, &renewal.credential) && takes_names(request, one))
}

/// Names are meant for who is dialled by them: kube-apiserver, unless another server is asked for.
fn takes_names(request: &Request, credential: &Credential) -> bool {
    match credential.role {
        Role::ApiserverServing => true,
        role => serves(role) && request.only.contains(&credential.name),
    }
}

fn serves(role: Role) -> bool {
    matches!(role, Role::ApiserverServing | Role::EtcdServer | Role::EtcdPeer)
}

/// What the role needs by this node's flags, and the certificate lacks.
fn repair(node: &Node, credential: &Credential, leaf: &Certificate, all: &mut Amendments) {
    let role = credential.role;
    let mut usages = usage::missing(node, role, leaf);
    if leaf.version() != 3 {
        all.extensions = true;
        usages = usage::of_role(node, role);
    }
    usages.retain(|usage| !all.usages.contains(usage));
    all.usages.extend(usages);
    if !serves(role) {
        return;
    }
    match names::of_another_node(node, credential, leaf) {
        Some(others) => {
            all.drop_names = true;
            all.common_name = common_name(node, leaf, &others);
            add(&mut all.names, parsed(names::of_role(node, role, leaf)));
        }
        None if leaf.version() != 3 => add(&mut all.names, parsed(names::of_role(node, role, leaf))),
        None => add(&mut all.names, parsed(names::missing(node, role, leaf))),
    }
}

/// This node's name where the other node's stands: alone as kubeadm has it, or at the end (`etcd-member-cp1`).
fn common_name(node: &Node, leaf: &Certificate, others: &[String]) -> Option<String> {
    let (own, old) = (node.name.as_deref()?, leaf.common_name()?);
    others.iter().find_map(|other| {
        let before = old.strip_suffix(other.as_str())?;
        (before.is_empty() || before.ends_with('-')).then(|| format!("{before}{own}"))
    })
}

fn parsed(texts: Vec<String>) -> impl Iterator<Item = AlternativeName> {
    texts.into_iter().filter_map(|text| AlternativeName::parse(&text))
}

fn add(names: &mut Vec<AlternativeName>, more: impl IntoIterator<Item = AlternativeName>) {
    for name in more {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}
