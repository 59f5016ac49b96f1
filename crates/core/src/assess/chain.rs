//! What stands behind a leaf in its file, and whether Go finds a way from the leaf to the CA that should have signed it.

use super::{Check, Finding, Policy, State, trust};
use crate::inventory::{Authority, Component, Credential, Looked, Node, Role};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Fault, faults, signed_by};

/// The CA by which the other side trusts a credential: the bundle that its flags name; kubeadm's CA where no flag is
/// seen. `None` where that is a matter of another machine (the CA for clients of an external etcd).
pub(crate) fn verifier(node: &Node, role: Role) -> Option<&Authority> {
    let (component, flag) = match role {
        Role::EtcdServer => (Component::KubeApiserver, "etcd-cafile"),
        Role::EtcdPeer => (Component::Etcd, "peer-trusted-ca-file"),
        Role::ApiserverEtcdClient | Role::EtcdHealthcheckClient => {
            let elsewhere = node.component(Component::Etcd).is_none() && !node.static_pods.is_empty();
            if elsewhere {
                return None;
            }
            (Component::Etcd, "trusted-ca-file")
        }
        Role::FrontProxyClient => (Component::KubeApiserver, "requestheader-client-ca-file"),
        Role::ApiserverKubeletClient => (Component::Kubelet, "client-ca-file"),
        Role::ApiserverServing
        | Role::Admin
        | Role::SuperAdmin
        | Role::ControllerManager
        | Role::Scheduler
        | Role::UserKubeconfig
        | Role::KubeletClient
        | Role::KubeletServing => (Component::KubeApiserver, "client-ca-file"),
    };
    trust::named(node, component, flag).or_else(|| node.authority(usual_authority(role)))
}

/// kubeadm's name for the CA of a role.
pub(crate) fn usual_authority(role: Role) -> &'static str {
    match role {
        Role::EtcdServer | Role::EtcdPeer | Role::EtcdHealthcheckClient | Role::ApiserverEtcdClient => {
            "etcd-ca"
        }
        Role::FrontProxyClient => "front-proxy-ca",
        _ => "ca",
    }
}

/// Whether the file begins with a CA that has signed what follows it: a server takes the first certificate for its
/// own, and Go finds that the key does not belong to it.
pub(crate) fn out_of_order(credential: &Credential) -> bool {
    let fits = credential.key.seen().is_some_and(|key| key.fits);
    credential.certificate.seen().is_some_and(|chain| {
        let first = chain.leaf();
        !fits && first.is_ca() && chain.rest().iter().any(|next| signed_by(next, first))
    })
}

pub(super) fn check(
    node: &Node,
    credential: &Credential,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Vec<Check>,
) {
    let Looked::Seen(chain) = &credential.certificate else { return };
    let (leaf, rest) = (chain.leaf(), chain.rest());
    let mut say = |state| checks.push(Check { object: credential.name.clone(), state });
    if out_of_order(credential) {
        let path = credential.place.file().path.clone();
        return say(State::Fail(Finding::ChainOutOfOrder { credential: credential.name.clone(), path }));
    }
    // The kubelet's own serving certificate is signed by a CA of its own by design.
    if credential.role == Role::KubeletServing {
        return;
    }
    let Some(roots) = verifier(node, credential.role).and_then(|authority| {
        authority.certificates.seen().map(|certificates| (authority, certificates.as_slice()))
    }) else {
        return say(State::NotApplicable);
    };
    let (authority, roots) = roots;
    let authorities = rest.iter().filter(|one| one.is_ca() && !roots.contains(one));
    for between in authorities.take(trust::LONGEST_CHAIN).filter(|one| !one.is_self_signed()) {
        say(intermediate(&credential.name, leaf, rest, roots, between, policy, now));
    }
    say(way(credential, leaf, rest, authority, roots, now));
}

/// The end of an intermediate CA. Grave only where the leaf needs it.
fn intermediate(
    object: &str,
    leaf: &Certificate,
    rest: &[Certificate],
    roots: &[Certificate],
    between: &Certificate,
    policy: &Policy,
    now: Timestamp,
) -> State {
    let (from, at) = (between.not_before(), between.not_after());
    if !policy.warn.reached(from, at, now) {
        return State::Pass;
    }
    let others: Vec<_> = rest.iter().filter(|one| *one != between).cloned().collect();
    let accepted = |rest: &[Certificate]| faults(leaf, rest, roots, None, None, leaf.not_before());
    let needed = accepted(&others).iter().any(|fault| matches!(fault, Fault::UnknownIssuer { .. }));
    State::Fail(Finding::IntermediateEnds {
        object: object.to_owned(),
        subject: between.subject(),
        at,
        critical: needed && (at <= now || policy.critical.reached(from, at, now)),
    })
}

/// Whether a fault is about a date alone.
pub(super) fn is_date(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Expired { .. }
            | Fault::NotYetValid { .. }
            | Fault::IssuerExpired { .. }
            | Fault::IssuerNotYetValid { .. }
    )
}

fn way(
    credential: &Credential,
    leaf: &Certificate,
    rest: &[Certificate],
    authority: &Authority,
    roots: &[Certificate],
    now: Timestamp,
) -> State {
    let mut reasons = faults(leaf, rest, roots, None, None, now);
    // The dates of the leaf, of the CA, and of what stands between them have findings of their own.
    reasons.retain(|fault| !is_date(fault));
    let unknown = |fault: &Fault| matches!(fault, Fault::UnknownIssuer { .. });
    if reasons.is_empty() {
        State::Pass
    } else if credential.role == Role::UserKubeconfig {
        // It may belong to another cluster: not ours to judge.
        State::NotApplicable
    } else if reasons.iter().all(unknown) {
        State::Fail(Finding::WrongAuthority {
            credential: credential.name.clone(),
            issuer: leaf.issuer(),
            expected: authority.name.clone(),
        })
    } else {
        State::Fail(Finding::ChainRefused { credential: credential.name.clone(), reasons })
    }
}
