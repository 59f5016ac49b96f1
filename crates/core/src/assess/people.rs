//! People's kubeconfigs: what in them is this cluster's, what is an older copy of admin.conf, and what follows it.
//!
//! An entry belongs to the cluster whose CA has signed its certificate. Names say nothing: every cluster of kubeadm
//! has a CA called kubernetes and a user called kubernetes-admin.

use super::{Finding, State, chain, trust};
use crate::formats::url::same_server;
use crate::inventory::{Credential, Looked, Material, Node, Place, Role};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Fault, faults};
use std::collections::BTreeSet;

/// The names of people's credentials that are none of this cluster's: nothing to judge, nothing to touch. There may be
/// hundreds, and each costs signatures: it is asked once.
pub(crate) fn foreign(node: &Node) -> BTreeSet<String> {
    let of_people = node.credentials.iter().filter(|credential| {
        credential.role == Role::UserKubeconfig && credential.certificate.seen().is_some()
    });
    let foreign = of_people.filter(|credential| !of_this_cluster(node, credential));
    foreign.map(|credential| credential.name.clone()).collect()
}

/// Whether a CA of this cluster has signed a client certificate, now or through what stands behind it in its file.
fn of_this_cluster(node: &Node, credential: &Credential) -> bool {
    let Looked::Seen(own) = &credential.certificate else { return false };
    let accepted = |roots: &[Certificate]| {
        let reasons = faults(own.leaf(), own.rest(), roots, None, None, own.leaf().not_before());
        !roots.is_empty() && !reasons.iter().any(|fault| matches!(fault, Fault::UnknownIssuer { .. }))
    };
    let by_flag = chain::verifier(node, credential.role);
    if by_flag.and_then(|authority| authority.certificates.seen()).is_some_and(|roots| accepted(roots)) {
        return true;
    }
    // Where the CA's file is not here, or half-way through a rotation: what its own administrators trust.
    administrators(node).any(|admin| {
        admin.leaf() == Some(own.leaf())
            || trust::server_trust(node, admin).is_some_and(|(_, roots)| accepted(roots))
    }) || node.kubelet.trusts.seen().is_some_and(|roots| accepted(roots))
}

fn administrators(node: &Node) -> impl Iterator<Item = &Credential> {
    node.credentials.iter().filter(|credential| matches!(credential.role, Role::Admin | Role::SuperAdmin))
}

/// The credential of admin.conf or super-admin.conf that a person's one is a copy of, of whatever age.
pub fn original<'a>(node: &'a Node, credential: &Credential) -> Option<&'a Credential> {
    let leaf = credential.leaf().filter(|_| credential.role == Role::UserKubeconfig)?;
    let same = |own: &Certificate| own.subject_der() == leaf.subject_der();
    administrators(node)
        .find(|admin| admin.leaf().is_some_and(same))
        .filter(|_| of_this_cluster(node, credential))
}

/// The same, where `renew` brings the copy up to date: the current user's, embedded. A certificate alone is no secret:
/// who does not have its key is not given the next one's.
pub fn followed<'a>(node: &'a Node, credential: &Credential) -> Option<&'a Credential> {
    let embedded = matches!(&credential.place, Place::Kubeconfig { material: Material::Embedded, .. });
    let whole = credential.key.seen().is_some_and(|key| key.fits);
    original(node, credential).filter(|_| embedded && whole && !credential.place.other_entry())
}

/// What is said of a copy.
pub(super) fn outdated(node: &Node, credential: &Credential, leaf: &Certificate) -> State {
    let Some(own) = original(node, credential).and_then(Credential::leaf) else {
        return State::NotApplicable;
    };
    if own == leaf || leaf.not_after() >= own.not_after() {
        return State::Pass;
    }
    State::Fail(Finding::KubeconfigOutdated {
        path: credential.place.file().path.clone(),
        credential: credential.name.clone(),
        at: leaf.not_after(),
    })
}

/// Whether a server is this cluster's: one that the node's own kubeconfigs name. From here the same address leads to
/// the same place.
pub(crate) fn own_server(node: &Node, server: &str) -> bool {
    let of_kubeconfigs = node.credentials.iter().filter_map(|credential| match &credential.place {
        Place::Kubeconfig { server, .. } if credential.role != Role::UserKubeconfig => Some(server.as_str()),
        _ => None,
    });
    let mut own = of_kubeconfigs.chain([node.kubelet.server.as_str()]);
    own.any(|own| same_server(own, server))
}
