//! Every certificate that this node knows: those in use, and those that were.

use crate::assess::BACKDATED;
use crate::inventory::{Component, Credential, Node, Role};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use std::net::SocketAddr;

/// A certificate that lies beside the ones in use: in a backup, in the kubelet's store, under another name.
#[derive(Clone, Debug)]
pub struct Superseded {
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// The certificate.
    pub certificate: Certificate,
    /// Where it was copied from, where its place in a backup says so.
    pub original: Option<Utf8PathBuf>,
}

/// A certificate, and what it is to this node.
#[derive(Clone, Debug)]
pub struct Known {
    /// The credential's or CA's name; of a superseded one, that of the credential that it was.
    pub name: String,
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// What it is for.
    pub role: Option<Role>,
    /// The certificate.
    pub certificate: Certificate,
    /// What it is now.
    pub standing: Standing,
}

/// What a certificate is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In use.
    Live,
    /// A CA's, or an intermediate one.
    Authority,
    /// Served by a listener, and in no file: made in memory, or older than its file.
    Served {
        /// By whom.
        component: Component,
        /// Where.
        address: SocketAddr,
    },
    /// Replaced.
    Superseded {
        /// By another certificate for the same; `None` where none of this node is.
        at: Option<Timestamp>,
    },
}

/// Puts everything together.
pub fn known(node: &Node, superseded: &[Superseded]) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    for credential in &node.credentials {
        let Some(chain) = credential.certificate.seen() else { continue };
        let path = &credential.place.file().path;
        all.push(Known {
            name: credential.name.clone(),
            path: path.clone(),
            role: Some(credential.role),
            certificate: chain.leaf().clone(),
            standing: Standing::Live,
        });
        all.extend(chain.rest().iter().map(|between| Known {
            name: credential.name.clone(),
            path: path.clone(),
            role: None,
            certificate: between.clone(),
            standing: Standing::Authority,
        }));
    }
    for authority in &node.authorities {
        let certificates = authority.certificates.seen().map(Vec::as_slice).unwrap_or_default();
        all.extend(certificates.iter().map(|certificate| Known {
            name: authority.name.clone(),
            path: authority.file.path.clone(),
            role: None,
            certificate: certificate.clone(),
            standing: Standing::Authority,
        }));
    }
    for listener in &node.listeners {
        let Some(served) = listener.served.seen() else { continue };
        let certificate = served.chain.leaf();
        if all.iter().any(|known| known.certificate == *certificate) {
            continue;
        }
        let credential = listener.credential.as_ref().and_then(|name| node.credential(name));
        all.push(Known {
            name: credential
                .map_or_else(|| listener.component.to_string(), |credential| credential.name.clone()),
            path: credential.map(|credential| credential.place.file().path.clone()).unwrap_or_default(),
            role: credential.map(|credential| credential.role),
            certificate: certificate.clone(),
            standing: Standing::Served { component: listener.component, address: listener.address },
        });
    }
    for old in superseded {
        if all.iter().any(|known| known.certificate == old.certificate) {
            continue;
        }
        let successor = successor(node, old);
        all.push(Known {
            name: successor.map_or_else(|| old.path.to_string(), |credential| credential.name.clone()),
            path: old.path.clone(),
            role: successor.map(|credential| credential.role),
            certificate: old.certificate.clone(),
            standing: if old.certificate.is_ca() {
                Standing::Authority
            } else {
                Standing::Superseded { at: successor.and_then(|credential| replaced(node, credential, old)) }
            },
        });
    }
    all
}

/// The credential that is in use instead of an old certificate: the one at the place that it came from, else the
/// one with the same subject.
fn successor<'a>(node: &'a Node, old: &Superseded) -> Option<&'a Credential> {
    let at_place = |path: &Utf8PathBuf| {
        let here = |credential: &&Credential| {
            let file = credential.place.file();
            file.path == *path || file.real_path() == path
        };
        node.credentials.iter().find(here)
    };
    let same = |credential: &&Credential| {
        credential.leaf().is_some_and(|leaf| {
            leaf.subject_der() == old.certificate.subject_der()
                && leaf.extended_key_usages() == old.certificate.extended_key_usages()
        })
    };
    old.original.as_ref().and_then(at_place).or_else(|| {
        let daemons = node.credentials.iter().filter(|credential| credential.role != Role::UserKubeconfig);
        daemons.filter(same).min_by_key(|credential| credential.role)
    })
}

/// When the successor came: our own swap, else its making. A first kubeconfig of kubeadm's carries its CA's NotBefore;
/// then the file tells.
fn replaced(node: &Node, successor: &Credential, old: &Superseded) -> Option<Timestamp> {
    let file = successor.place.file();
    let facts = file.facts.seen()?;
    if let Some(installed) = node.past.installed_at(file.real_path(), &facts.sha256) {
        return Some(installed.at);
    }
    let leaf = successor.leaf()?;
    let made = leaf.not_before().checked_add(BACKDATED).ok()?;
    Some(if leaf.not_before() > old.certificate.not_before() { made } else { facts.modified })
}
