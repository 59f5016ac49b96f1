//! Dates, issuers and keys of every credential and CA.

use super::authorities;
use super::files::unusable;
use super::{Check, Finding, Policy, State, Threshold, kubelet, people};
use crate::inventory::{Authority, Credential, Layout, Looked, Node, OtherPod, Role, Trouble};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;
use std::collections::BTreeSet;

pub(super) fn check(
    node: &Node,
    policy: &Policy,
    now: Timestamp,
    foreign: &BTreeSet<String>,
    checks: &mut Vec<Check>,
) {
    for authority in &node.authorities {
        check_authority(node, authority, policy, now, checks);
    }
    for credential in &node.credentials {
        if foreign.contains(&credential.name) {
            checks.push(Check { object: credential.name.clone(), state: State::NotApplicable });
            continue;
        }
        check_credential(node, credential, policy, now, checks);
    }
}

fn check_authority(
    node: &Node,
    authority: &Authority,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Vec<Check>,
) {
    let mut say = |state| checks.push(Check { object: authority.name.clone(), state });
    let certificates = match &authority.certificates {
        Looked::Seen(certificates) => certificates,
        Looked::Absent => {
            return say(State::Fail(Finding::FileMissing { path: authority.file.path.clone() }));
        }
        Looked::Unusable(trouble) => {
            return say(unusable(node, &authority.name, &authority.file.path, trouble));
        }
    };
    for (index, certificate) in certificates.iter().enumerate() {
        if index > 0 {
            say(second(node, authority, certificates, certificate, policy, now));
            continue;
        }
        let (at, name) = (certificate.not_after(), authority.name.clone());
        say(if certificate.not_before() > now {
            State::Fail(Finding::NotYetValid { object: name, from: certificate.not_before(), critical: true })
        } else if at <= now {
            State::Fail(Finding::AuthorityExpired { authority: name, at })
        } else if policy.warn.reached(certificate.not_before(), at, now) {
            let critical = policy.critical.reached(certificate.not_before(), at, now);
            State::Fail(Finding::AuthorityEndsSoon { authority: name, at, critical })
        } else {
            State::Pass
        });
    }
    let (name, key) = (authority.name.clone(), authority.key_path.clone());
    say(match &authority.key {
        Looked::Seen(found) if found.fits => State::Pass,
        // A bundle that is only trusted has a key beside it by chance.
        Looked::Seen(_) if !authorities::signs(authority) => State::NotApplicable,
        Looked::Seen(_) => State::Fail(Finding::AuthorityKeyMismatch { authority: name, key }),
        Looked::Absent
            if matches!(node.layout, Layout::ControlPlane | Layout::Etcd)
                && authorities::signs(authority) =>
        {
            State::Fail(Finding::ExternalAuthority { authority: name, key })
        }
        Looked::Absent => State::NotApplicable,
        Looked::Unusable(trouble) => match authorities::encrypted(authority) {
            Some(finding) => State::Fail(finding),
            None => unusable(node, &authority.name, &key, trouble),
        },
    });
}

/// A certificate of a bundle behind the one that signs: an older CA, or the root above an intermediate. It matters only
/// to what no other one in the bundle vouches for.
fn second(
    node: &Node,
    authority: &Authority,
    certificates: &[Certificate],
    certificate: &Certificate,
    policy: &Policy,
    now: Timestamp,
) -> State {
    let (from, at) = (certificate.not_before(), certificate.not_after());
    let same_key = |other: &Certificate| {
        other.subject_der() == certificate.subject_der() && other.spki_der() == certificate.spki_der()
    };
    // One that was signed again with the same key: the first one vouches for all that this one does.
    if !policy.warn.reached(from, at, now) || certificates.first().is_some_and(same_key) {
        return State::Pass;
    }
    let others = || certificates.iter().filter(|other| *other != certificate);
    let needs =
        |leaf: &Certificate| signed_by(leaf, certificate) && !others().any(|other| signed_by(leaf, other));
    let needed = node.credentials.iter().filter_map(Credential::leaf).any(needs);
    State::Fail(Finding::IntermediateEnds {
        object: authority.name.clone(),
        subject: certificate.subject(),
        at,
        critical: needed && (at <= now || policy.critical.reached(from, at, now)),
    })
}

fn check_credential(
    node: &Node,
    credential: &Credential,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Vec<Check>,
) {
    let mut say = |state| checks.push(Check { object: credential.name.clone(), state });
    let path = &credential.place.certificate_file().path;
    let leaf = match &credential.certificate {
        Looked::Seen(chain) => chain.leaf(),
        Looked::Absent => {
            // One that the kubelet asks the cluster for is told with its requests.
            let awaited = node.kubelet.serving_by_request && super::cluster::awaited(credential);
            return say(if credential.used_by.is_empty() || awaited {
                State::NotApplicable
            } else {
                State::Fail(Finding::FileMissing { path: path.clone() })
            });
        }
        Looked::Unusable(trouble) => return say(unusable_credential(node, credential, trouble)),
    };
    let copy = people::outdated(node, credential, leaf);
    // An older copy of admin.conf is told once: as that, whether it is over or not.
    let told = matches!(copy, State::Fail(_)) && !cluster_needs(node, credential);
    let superseded = kubelet::superseded(node).is_some_and(|(old, ..)| old.name == credential.name);
    let told = told || kubelet::ended_as_well(node, credential, now);
    say(match kubelet::serving(node, credential, leaf, policy, now) {
        Some(state) => state,
        // Told by what it means: the kubelet's next start, or the end of what it starts with.
        None if superseded || told => State::NotApplicable,
        None => dates(node, credential, leaf, policy, now),
    });
    if !super::chain::out_of_order(credential) {
        say(key(node, credential));
    }
    if credential.role == Role::UserKubeconfig {
        say(copy);
    }
}

fn unusable_credential(node: &Node, credential: &Credential, trouble: &Trouble) -> State {
    let path = &credential.place.certificate_file().path;
    match (credential.role, trouble) {
        (_, trouble) if trouble.blind() => State::CouldNotLook(trouble.clone()),
        // A kubeconfig may well use a token or a plugin: nothing to renew. Of a component's with nothing at all every
        // request is refused.
        (Role::UserKubeconfig, Trouble::NoClientCertificate(_)) => State::NotApplicable,
        _ if credential.instead().is_some() => State::NotApplicable,
        (Role::UserKubeconfig, trouble) => {
            State::Fail(Finding::KubeconfigUnusable { path: path.clone(), trouble: trouble.clone() })
        }
        // Told by what it means: the kubelet's rotation, or its request for a serving certificate.
        (Role::KubeletClient, Trouble::LeadsNowhere { .. }) => State::NotApplicable,
        _ if node.kubelet.serving_by_request && super::cluster::awaited(credential) => State::NotApplicable,
        (_, trouble) => unusable(node, &credential.name, path, trouble),
    }
}

/// Whether more than one person's kubectl depends on a credential. What a kubelet serves is only verified where
/// kube-apiserver is told to (`--kubelet-certificate-authority`): logs and exec fail there, and elsewhere nothing but
/// those who scrape kubelets and verify them.
fn cluster_needs(node: &Node, credential: &Credential) -> bool {
    match credential.role {
        // Unless a static pod uses it.
        Role::UserKubeconfig => {
            let mut used = node.beside.pods.iter().flat_map(OtherPod::uses);
            used.any(|used| used.name == credential.name)
        }
        Role::KubeletServing => kubelet::verified_by(node).is_some(),
        _ => true,
    }
}

fn dates(node: &Node, credential: &Credential, leaf: &Certificate, policy: &Policy, now: Timestamp) -> State {
    let (from, at) = (leaf.not_before(), leaf.not_after());
    let (name, needed) = (credential.name.clone(), cluster_needs(node, credential));
    // The kubelet asks for its next client certificate at 70 to 90 % of the life of the last one
    // (client-go util/certificate/certificate_manager.go): before that nothing is late.
    let (warn, critical) = match credential.role {
        Role::KubeletClient => (Threshold::Percent(10), Threshold::Percent(5)),
        _ => (policy.warn, policy.critical),
    };
    if from > now {
        State::Fail(Finding::NotYetValid { object: name, from, critical: needed })
    } else if at <= now && credential.role == Role::KubeletClient {
        State::Fail(Finding::KubeletClientExpired { path: credential.place.file().path.clone(), at })
    } else if at <= now {
        State::Fail(Finding::CertificateExpired { credential: name, at, critical: needed })
    } else if warn.reached(from, at, now) {
        let critical = needed && critical.reached(from, at, now);
        State::Fail(Finding::CertificateEndsSoon { credential: name, at, critical })
    } else {
        State::Pass
    }
}

fn key(node: &Node, credential: &Credential) -> State {
    let certificate = credential.place.certificate_file().path.clone();
    let path = credential.place.key_file().path.clone();
    match &credential.key {
        Looked::Seen(key) if key.fits => State::Pass,
        Looked::Seen(_) => {
            // With such a pair the kubelet does not start, whoever verifies it.
            let critical = credential.role == Role::KubeletServing || cluster_needs(node, credential);
            let credential = credential.name.clone();
            State::Fail(Finding::KeyMismatch { credential, certificate, key: path, critical })
        }
        // Of a person's kubeconfig that is told as what it is: a file of hers.
        Looked::Absent if credential.role == Role::UserKubeconfig => {
            State::Fail(Finding::KubeconfigUnusable {
                path: credential.place.file().path.clone(),
                trouble: Trouble::NamesMissing { path },
            })
        }
        Looked::Unusable(trouble) if credential.role == Role::UserKubeconfig && !trouble.blind() => {
            State::Fail(Finding::KubeconfigUnusable { path, trouble: trouble.clone() })
        }
        Looked::Absent => State::Fail(Finding::FileMissing { path }),
        Looked::Unusable(trouble) => unusable(node, &credential.name, &path, trouble),
    }
}
