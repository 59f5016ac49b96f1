//! Whether a certificate may be used as its role needs it (`crypto/x509`: no extended key usage at all allows all).

use super::{Check, Finding, State};
use crate::inventory::{Credential, Node, Role};
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage};
use perennial_pki::chain::Use;

pub(super) fn check(node: &Node, credential: &Credential, checks: &mut Vec<Check>) {
    let Some(leaf) = credential.leaf() else { return };
    let needs = needs(node, credential.role);
    let missing: Vec<_> = needs.iter().filter(|(usage, _)| !allows(leaf, *usage)).collect();
    let state = match missing.as_slice() {
        [] => State::Pass,
        [(usage, _), ..] => State::Fail(Finding::UsageMissing {
            credential: credential.name.clone(),
            usage: *usage,
            critical: missing.iter().any(|(_, critical)| *critical),
        }),
    };
    checks.push(Check { object: credential.name.clone(), state });
}

fn allows(leaf: &Certificate, usage: Use) -> bool {
    let usages = leaf.extended_key_usages();
    let wanted = match usage {
        Use::Server => ExtendedKeyUsage::ServerAuth,
        Use::Client => ExtendedKeyUsage::ClientAuth,
    };
    usages.is_empty() || usages.contains(&wanted) || usages.contains(&ExtendedKeyUsage::Any)
}

/// What a certificate of this role should be allowed for, and is not.
pub(crate) fn missing(node: &Node, role: Role, leaf: &Certificate) -> Vec<Use> {
    of_role(node, role).into_iter().filter(|usage| !allows(leaf, *usage)).collect()
}

/// What kubeadm lets a certificate of this role be used for.
pub(crate) fn of_role(node: &Node, role: Role) -> Vec<Use> {
    // A lone member's peer certificate misses nothing yet, and a second member would need both at once.
    match role {
        Role::EtcdPeer => vec![Use::Server, Use::Client],
        _ => needs(node, role).into_iter().map(|(usage, _)| usage).collect(),
    }
}

/// The usages that a role needs, and whether something does not work without.
fn needs(node: &Node, role: Role) -> Vec<(Use, bool)> {
    match role {
        Role::ApiserverServing => vec![(Use::Server, true)],
        // etcd's own gateway dials etcd with the server's certificate: without clientAuth that is noise in the log
        // (etcd#9398), the members and the API server are not concerned.
        Role::EtcdServer => vec![(Use::Server, true), (Use::Client, false)],
        Role::EtcdPeer => {
            // The first member's flags name itself alone for ever: only the API can say that there are no others.
            let alone = node.cluster.seen().is_some_and(|cluster| cluster.control_planes.len() == 1);
            vec![(Use::Server, !alone), (Use::Client, !alone)]
        }
        Role::ApiserverEtcdClient
        | Role::ApiserverKubeletClient
        | Role::FrontProxyClient
        | Role::ControllerManager
        | Role::Scheduler
        | Role::KubeletClient => vec![(Use::Client, true)],
        Role::EtcdHealthcheckClient | Role::Admin | Role::SuperAdmin | Role::UserKubeconfig => {
            vec![(Use::Client, false)]
        }
        // Whether anybody verifies it is the trust edge's question.
        Role::KubeletServing => Vec::new(),
    }
}
