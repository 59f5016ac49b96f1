//! The kubelets' certificate signing requests, and who may have them approved.

use super::super::Api;
use super::super::read::Meta;
use super::looked;
use k8s_openapi::ByteString;
use perennial_core::inventory::{Approvals, KubeletRequest, Looked, RequestState, Signer};
use perennial_pki::request::Request;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const REQUESTS: &str =
    "/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3D";
const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const FIRST: &str = "system:certificates.k8s.io:certificatesigningrequests:nodeclient";
const RENEWAL: &str = "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient";

/// How many nodes are asked for their addresses.
const NODES: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Meta,
    spec: Spec,
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    request: Option<ByteString>,
    username: String,
    groups: Vec<String>,
    usages: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    conditions: Vec<Condition>,
    certificate: Option<ByteString>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    reason: String,
    message: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Node {
    status: NodeStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeStatus {
    addresses: Vec<Address>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Address {
    address: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Binding {
    role_ref: Named,
    subjects: Option<Vec<Named>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    kind: String,
    name: String,
}

/// The requests of both signers.
pub(super) async fn look(api: &Api) -> Looked<Vec<KubeletRequest>> {
    let mut found = Vec::new();
    for signer in [Signer::KubeletClient, Signer::KubeletServing] {
        let path = format!("{REQUESTS}{}", signer.name().replace('/', "%2F"));
        match api.list::<Object>(&path).await {
            Ok(objects) => found.extend(objects.into_iter().map(|object| request(signer, object))),
            Err(error) => return Looked::Unusable(error.into()),
        }
    }
    Looked::Seen(found)
}

fn request(signer: Signer, object: Object) -> KubeletRequest {
    let Object { metadata, spec, status } = object;
    let mut usages = spec.usages;
    usages.sort();
    KubeletRequest {
        name: metadata.name,
        signer,
        created: metadata.creation_timestamp,
        requester: spec.username,
        groups: spec.groups,
        usages,
        asks: spec.request.and_then(|pem| Request::from_pem(&pem.0)),
        state: state(&status),
    }
}

fn state(status: &Status) -> RequestState {
    let of = |kind: &str| status.conditions.iter().find(|condition| condition.kind == kind);
    let words = |condition: &Condition| {
        let parts = [condition.reason.as_str(), condition.message.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    };
    if let Some(denied) = of("Denied") {
        RequestState::Denied(words(denied))
    } else if status.certificate.as_ref().is_some_and(|certificate| !certificate.0.is_empty()) {
        RequestState::Issued
    } else if let Some(failed) = of("Failed") {
        RequestState::Failed(words(failed))
    } else if of("Approved").is_some() {
        RequestState::ApprovedNotIssued
    } else {
        RequestState::Pending
    }
}

/// Who may have requests approved automatically.
pub(super) async fn approvals(api: &Api) -> Looked<Approvals> {
    let bindings = looked(api.list::<Binding>(BINDINGS).await);
    bindings.map(|bindings| {
        let subjects = |role: &str| -> Vec<String> {
            let bound =
                |binding: &&Binding| binding.role_ref.kind == "ClusterRole" && binding.role_ref.name == role;
            let subjects = bindings
                .iter()
                .filter(bound)
                .flat_map(|binding| binding.subjects.as_deref().unwrap_or_default());
            subjects.filter(|subject| subject.kind == "Group").map(|subject| subject.name.clone()).collect()
        };
        Approvals { first: subjects(FIRST), renewal: subjects(RENEWAL) }
    })
}

/// The addresses of the nodes whose requests for serving certificates have no certificate, and of this node.
pub(super) async fn addresses(
    api: &Api,
    requests: &[KubeletRequest],
    node: Option<&str>,
) -> BTreeMap<String, Looked<Vec<String>>> {
    let open =
        |one: &&KubeletRequest| one.signer == Signer::KubeletServing && one.state != RequestState::Issued;
    let asked: BTreeSet<&str> = requests.iter().filter(open).filter_map(KubeletRequest::node).collect();
    let mut found = BTreeMap::new();
    for name in node.into_iter().chain(asked).take(NODES) {
        // A name comes from a stranger's request: nothing but a name may become a path.
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if found.contains_key(name) || name.is_empty() || !name.chars().all(is_name) {
            continue;
        }
        let object = api.object::<Node>(&format!("/api/v1/nodes/{name}")).await;
        let addresses = match object {
            Ok(Some(node)) => {
                Looked::Seen(node.status.addresses.into_iter().map(|one| one.address).collect())
            }
            Ok(None) => Looked::Absent,
            Err(error) => Looked::Unusable(error.into()),
        };
        found.insert(name.to_owned(), addresses);
    }
    found
}
