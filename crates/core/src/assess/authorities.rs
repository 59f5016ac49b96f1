//! What is special about a CA file: an encrypted key, more than one certificate.

use super::{Check, Finding, State};
use crate::inventory::{Authority, Component, Looked, Node};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;

/// Whether certificates of this cluster are signed with this file's key, on this node or on another control plane.
pub(super) fn signs(authority: &Authority) -> bool {
    ["ca", "etcd-ca", "front-proxy-ca"].contains(&authority.name.as_str())
        || authority.is_named_by(Component::KubeControllerManager, "cluster-signing-cert-file")
        || authority.is_named_by(Component::Etcd, "peer-trusted-ca-file")
}

/// Whether a CA's key is there and encrypted.
pub(super) fn encrypted(authority: &Authority) -> Option<Finding> {
    authority.locked().then(|| Finding::AuthorityKeyEncrypted {
        authority: authority.name.clone(),
        key: authority.key_path.clone(),
        by_controller_manager: authority
            .is_named_by(Component::KubeControllerManager, "cluster-signing-cert-file"),
    })
}

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for authority in &node.authorities {
        let Looked::Seen(certificates) = &authority.certificates else { continue };
        let mut say = |state| checks.push(Check { object: authority.name.clone(), state });
        let independent = independent(certificates);
        say(if independent.len() < 2 || !signs(authority) {
            State::Pass
        } else {
            State::Fail(Finding::TwoAuthorities {
                authority: authority.name.clone(),
                certificates: independent
                    .iter()
                    .map(|one| (one.subject(), one.fingerprint_sha256(), one.not_after()))
                    .collect(),
                signs: authority.key.seen().is_some_and(|key| key.fits),
            })
        });
        if authority.is_named_by(Component::KubeControllerManager, "cluster-signing-cert-file") {
            say(if certificates.len() == 1 {
                State::Pass
            } else {
                // pkg/controller/certificates/signer/ca_provider.go: "expected 1 certificate, found N".
                State::Fail(Finding::SigningFileNotSingle {
                    authority: authority.name.clone(),
                    path: authority.file.path.clone(),
                    count: certificates.len(),
                })
            });
        }
    }
}

/// The CAs in a bundle that none of the others has signed: more than one is a rotation half-way. A root with its
/// intermediate is none, nor is a CA that stands there twice or was signed again with the same key.
fn independent(certificates: &[Certificate]) -> Vec<&Certificate> {
    let below = |one: &Certificate| {
        certificates
            .iter()
            .any(|other| other != one && other.spki_der() != one.spki_der() && signed_by(one, other))
    };
    let mut independent: Vec<&Certificate> = Vec::new();
    for one in certificates.iter().filter(|one| !below(one)) {
        let known = independent
            .iter()
            .any(|other| other.subject_der() == one.subject_der() && other.spki_der() == one.spki_der());
        if !known {
            independent.push(one);
        }
    }
    independent
}
