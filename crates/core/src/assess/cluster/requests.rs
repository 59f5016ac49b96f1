//! Kubelets that wait for a certificate.

use super::{ClusterFinding, OpenRequest, RequestFault, failed};
use crate::assess::{Check, State};
use crate::inventory::{
    Credential, KubeletRequest, Looked, NODE_USER, NODES_GROUP, Node, Objects, RequestState, Role, Signer,
    Trouble,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long an approval and a signature may take: the controllers need seconds.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// `digital signature` and `server auth`, for RSA keys `key encipherment` too (certificates/v1
/// `kubernetes.io/kubelet-serving`).
const SERVING_USAGES: [&[&str]; 2] =
    [&["digital signature", "server auth"], &["digital signature", "key encipherment", "server auth"]];

/// The serving certificate of this node's kubelet, and the requests for serving certificates of all nodes.
pub(super) fn serving(node: &Node, objects: Option<&Objects>, now: Timestamp, checks: &mut Vec<Check>) {
    let own = node.name.clone().unwrap_or_default();
    let credential = node.credentials.iter().find(|one| one.role == Role::KubeletServing);
    let absent = credential.filter(|one| node.kubelet.serving_by_request && awaited(one));
    let absent = absent.map(|one| one.place.file().path.clone());
    // A node that has none is told with whatever it has asked, however short ago.
    let lacking = absent.as_ref().map(|_| own.as_str());
    let mut open = BTreeMap::new();
    match objects.map(|objects| (objects, &objects.requests)) {
        Some((objects, Looked::Seen(requests))) => {
            open = stuck(requests, Signer::KubeletServing, Some(objects), lacking, now);
        }
        Some((_, Looked::Unusable(trouble))) => {
            let object = "certificatesigningrequests".to_owned();
            checks.push(Check { object, state: State::CouldNotLook(trouble.clone()) });
        }
        _ => {}
    }
    let of_own = open.remove(&own).unwrap_or_default();
    if absent.is_some() || !of_own.is_empty() {
        let finding = ClusterFinding::ServingRequests { node: own, absent, requests: of_own };
        checks.push(Check { object: "kubelet-serving".to_owned(), state: failed(finding) });
    }
    for (node, requests) in open {
        let object = format!("node/{node}");
        let finding = ClusterFinding::ServingRequests { node, absent: None, requests };
        checks.push(Check { object, state: failed(finding) });
    }
}

/// A serving certificate that the kubelet asks for and does not have. A link that leads nowhere is none to the kubelet
/// (client-go certificate_store.go `Current` looks whether the file is there).
pub(in crate::assess) fn awaited(credential: &Credential) -> bool {
    let nothing =
        matches!(credential.certificate, Looked::Absent | Looked::Unusable(Trouble::LeadsNowhere { .. }));
    credential.role == Role::KubeletServing && nothing
}

/// The requests for client certificates of all nodes.
pub(super) fn client(objects: &Objects, now: Timestamp, checks: &mut Vec<Check>) {
    let Looked::Seen(requests) = &objects.requests else { return };
    for (node, requests) in stuck(requests, Signer::KubeletClient, None, None, now) {
        let object = format!("node/{node}");
        checks.push(Check { object, state: failed(ClusterFinding::ClientRequests { node, requests }) });
    }
}

/// The requests that wait too long, by node, the newest first. A node that has got a certificate since has no need
/// of its older ones; one that is `lacking` waits from the first second.
fn stuck(
    requests: &[KubeletRequest],
    signer: Signer,
    objects: Option<&Objects>,
    lacking: Option<&str>,
    now: Timestamp,
) -> BTreeMap<String, Vec<OpenRequest>> {
    let of_signer = || requests.iter().filter(move |one| one.signer == signer);
    let issued_since = |request: &KubeletRequest| {
        of_signer().any(|one| {
            one.state == RequestState::Issued && one.created > request.created && one.node() == request.node()
        })
    };
    let mut found: BTreeMap<String, Vec<OpenRequest>> = BTreeMap::new();
    for request in of_signer() {
        let young = request.created.is_some_and(|created| now.duration_since(created) < PATIENCE);
        let young = young && (lacking.is_none() || request.node() != lacking);
        let decided = matches!(request.state, RequestState::Denied(_) | RequestState::Failed(_));
        if request.state == RequestState::Issued || (young && !decided) || issued_since(request) {
            continue;
        }
        let node = request.node().unwrap_or(&request.requester).to_owned();
        let addresses = objects
            .and_then(|objects| objects.addresses.get(&node))
            .and_then(|addresses| addresses.seen().cloned());
        found.entry(node).or_default().push(open(request, addresses));
    }
    for requests in found.values_mut() {
        requests.sort_by(|one, other| (other.created, &other.name).cmp(&(one.created, &one.name)));
    }
    found
}

fn open(request: &KubeletRequest, addresses: Option<Vec<String>>) -> OpenRequest {
    let mut asked = Vec::new();
    if let Some(asks) = &request.asks {
        asked.extend(asks.dns_names.iter().cloned());
        asked.extend(asks.ip_addresses.iter().map(ToString::to_string));
        asked.extend(asks.others.iter().cloned());
    }
    let faults = match request.signer {
        Signer::KubeletServing => faults(request, &asked, addresses.as_deref()),
        Signer::KubeletClient => Vec::new(),
    };
    OpenRequest {
        name: request.name.clone(),
        signer: request.signer,
        created: request.created,
        state: request.state.clone(),
        asked,
        addresses,
        faults,
    }
}

/// What kube-controller-manager's signer and a careful approver look at.
fn faults(request: &KubeletRequest, asked: &[String], addresses: Option<&[String]>) -> Vec<RequestFault> {
    let Some(asks) = &request.asks else { return vec![RequestFault::Unreadable] };
    let mut faults = Vec::new();
    let subject = asks.common_name.clone().unwrap_or_default();
    if subject != request.requester || !request.groups.iter().any(|group| group == NODES_GROUP) {
        faults.push(RequestFault::Requester(request.requester.clone()));
    }
    if !subject.starts_with(NODE_USER) || asks.organizations != [NODES_GROUP] {
        faults.push(RequestFault::Subject(subject));
    }
    if let Some(addresses) = addresses {
        let beyond = asked.iter().filter(|name| !addresses.contains(name));
        let beyond: Vec<String> = beyond.cloned().collect();
        if !beyond.is_empty() {
            faults.push(RequestFault::Names(beyond));
        }
    }
    if !SERVING_USAGES.iter().any(|usages| request.usages == *usages) {
        faults.push(RequestFault::Usages(request.usages.clone()));
    }
    faults
}
