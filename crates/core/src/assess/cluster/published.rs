//! CA certificates in API objects, against the CAs of this node and against the clock.

use super::{BundleFault, ClusterFinding, failed};
use crate::assess::{Policy, State};
use crate::inventory::{Looked, Node, Published, Publisher, ServiceServed};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Use, faults};

pub(super) fn judge(node: &Node, one: &Published, policy: &Policy, now: Timestamp) -> State {
    let fault = match &one.authorities {
        Looked::Seen(there) => {
            let wrong = expected(node, one.publisher).and_then(|own| differs(one.publisher, own, there, now));
            let ends = ends(there, policy, now);
            let ended = matches!(ends, Some(BundleFault::Expired(_)));
            let refused = || one.service.as_ref().filter(|_| !ended).and_then(|it| refuses(it, there, now));
            wrong.or_else(refused).or(ends)
        }
        Looked::Absent => return State::NotApplicable,
        Looked::Unusable(trouble) if trouble.blind() => return State::CouldNotLook(trouble.clone()),
        Looked::Unusable(trouble) => Some(BundleFault::Unreadable(trouble.clone())),
    };
    fault.map_or(State::Pass, |fault| {
        failed(ClusterFinding::Published {
            publisher: one.publisher,
            object: one.object.clone(),
            entry: one.entry.clone(),
            fault,
            ignorable: one.ignorable,
        })
    })
}

/// The CA on this node that should be in it, the one in use first.
fn expected(node: &Node, publisher: Publisher) -> Option<&[Certificate]> {
    let name = match publisher {
        Publisher::ClusterInfo | Publisher::RootCertificate | Publisher::ClientAuthority => "ca",
        Publisher::FrontProxyAuthority => "front-proxy-ca",
        Publisher::Webhook | Publisher::ApiService => return None,
    };
    node.authority(name)?.certificates.seen().map(Vec::as_slice)
}

/// A CA is its key and its name: one that was signed again for a longer life is the same.
fn same(one: &Certificate, other: &Certificate) -> bool {
    one.spki_der() == other.spki_der() && one.subject_der() == other.subject_der()
}

fn differs(
    publisher: Publisher,
    own: &[Certificate],
    there: &[Certificate],
    now: Timestamp,
) -> Option<BundleFault> {
    let in_use = own.first()?;
    // What has expired trusts nobody.
    let alive: Vec<&Certificate> = there.iter().filter(|one| one.not_after() > now).collect();
    if !alive.is_empty() && !alive.iter().any(|one| same(one, in_use)) {
        return Some(BundleFault::Missing {
            wanted: in_use.fingerprint_sha256(),
            there: there.iter().map(Certificate::fingerprint_sha256).collect(),
        });
    }
    // Pods may be told to trust more than one CA: an operator's choice. A cluster-info with two is refused by kubeadm.
    if publisher == Publisher::RootCertificate {
        return None;
    }
    let foreign = alive.iter().filter(|one| !own.iter().any(|known| same(one, known)));
    let foreign: Vec<String> = foreign.map(|one| one.fingerprint_sha256()).collect();
    (!foreign.is_empty()).then_some(BundleFault::Foreign(foreign))
}

/// Whether kube-apiserver refuses what the service serves. A service that this node does not reach may be reached by
/// kube-apiserver on another way.
fn refuses(service: &ServiceServed, roots: &[Certificate], now: Timestamp) -> Option<BundleFault> {
    let chain = &service.served.seen()?.chain;
    let (name, usage) = (Some(service.name.as_str()), Some(Use::Server));
    let reasons = faults(chain.leaf(), chain.rest(), roots, usage, name, now);
    (!reasons.is_empty()).then(|| BundleFault::Refuses { service: service.name.clone(), reasons })
}

/// One that is still good is enough: what has expired beside it is not used (`crypto/x509` tries every root).
fn ends(there: &[Certificate], policy: &Policy, now: Timestamp) -> Option<BundleFault> {
    let last = there.iter().max_by_key(|one| one.not_after())?;
    let (from, at) = (last.not_before(), last.not_after());
    if at <= now {
        return Some(BundleFault::Expired(at));
    }
    let critical = policy.critical.reached(from, at, now);
    (critical || policy.warn.reached(from, at, now)).then_some(BundleFault::EndsSoon { at, critical })
}
