//! A node whose API answers: objects in the cluster, in order and not.

use super::samples::{chain, healthy, time};
use perennial_core::inventory::{
    Approvals, Balancer, Cluster, Handshake, KubeletRequest, Looked, Node, Objects, Published, Publisher,
    RequestState, Served, ServiceServed, Signer, TlsSecret, Trouble,
};
use perennial_pki::certificate::Certificate;
use perennial_pki::request::Request;
use std::collections::BTreeMap;

fn published(publisher: Publisher, object: &str, entry: &str, from: &[&str]) -> Published {
    let certificate = |name: &&str| -> Certificate { chain(name).leaf().clone() };
    Published {
        publisher,
        object: object.to_owned(),
        entry: entry.to_owned(),
        authorities: Looked::Seen(from.iter().map(certificate).collect()),
        ignorable: false,
        service: None,
    }
}

/// A webhook's bundle, and behind it a service that shows kube-apiserver's certificate.
fn serving(bundle: &[&str], name: &str) -> Published {
    let service = ServiceServed { name: name.to_owned(), port: 443, served: met("apiserver") };
    let object = "validatingwebhookconfiguration/x";
    Published { service: Some(service), ..published(Publisher::Webhook, object, "x", bundle) }
}

const INFO: &str = "configmap/cluster-info -n kube-public";
const AUTHENTICATION: &str = "configmap/extension-apiserver-authentication -n kube-system";

fn request(name: &str, created: &str, state: RequestState) -> KubeletRequest {
    KubeletRequest {
        name: name.to_owned(),
        signer: Signer::KubeletServing,
        created: Some(time(created)),
        requester: "system:node:w1".to_owned(),
        groups: vec!["system:nodes".to_owned()],
        usages: vec!["digital signature".to_owned(), "server auth".to_owned()],
        asks: Some(Request {
            common_name: Some("system:node:w1".to_owned()),
            organizations: vec!["system:nodes".to_owned()],
            dns_names: vec!["w1".to_owned()],
            ip_addresses: vec!["10.0.0.21".parse().unwrap()],
            ..Request::default()
        }),
        state,
    }
}

fn with(objects: Objects) -> Node {
    let mut node = healthy();
    // Another control plane's certificate of the same CA is as good as this one's.
    node.balancers = vec![balancer(&[met("apiserver"), met("apiserver-kubelet-client")])];
    node.cluster = Looked::Seen(Cluster { objects: Some(objects), ..Cluster::default() });
    node
}

/// As kubeadm leaves it; a request that waited was followed by one that was signed, and one is seconds old.
pub(crate) fn in_order() -> Node {
    let group = |name: &str| vec![name.to_owned()];
    let fresh = request("csr-new", "2026-08-10T09:59:30Z", RequestState::Pending);
    with(Objects {
        published: vec![
            published(Publisher::ClusterInfo, INFO, "kubeconfig", &["ca"]),
            published(
                Publisher::RootCertificate,
                "configmap/kube-root-ca.crt -n a",
                "ca.crt",
                &["ca", "etcd-ca"],
            ),
            published(Publisher::ClientAuthority, AUTHENTICATION, "client-ca-file", &["ca"]),
            published(Publisher::FrontProxyAuthority, AUTHENTICATION, "requestheader", &["front-proxy-ca"]),
            serving(&["config-old", "ca"], "kubernetes"),
        ],
        requests: Looked::Seen(vec![
            request("csr-old", "2026-08-01T00:00:00Z", RequestState::Pending),
            request("csr-good", "2026-08-01T00:10:00Z", RequestState::Issued),
            fresh,
        ]),
        addresses: BTreeMap::new(),
        approvals: Looked::Seen(Approvals {
            first: group("system:bootstrappers:kubeadm:default-node-token"),
            renewal: group("system:nodes"),
        }),
        secrets: Looked::Absent,
    })
}

/// Everything that can be wrong at once.
pub(crate) fn troubled() -> Node {
    let mut foreign = published(Publisher::ClusterInfo, INFO, "kubeconfig", &["ca", "etcd-ca"]);
    foreign.publisher = Publisher::ClientAuthority;
    foreign.object = AUTHENTICATION.to_owned();
    foreign.entry = "client-ca-file".to_owned();
    let mut broken = published(Publisher::ApiService, "apiservice/v1.example", "caBundle", &[]);
    broken.authorities = Looked::Unusable(Trouble::NoPem);
    let mut unseen = published(Publisher::Webhook, "mutatingwebhookconfigurations", "", &[]);
    unseen.authorities = Looked::Unusable(Trouble::Refused("forbidden for this user".to_owned()));
    let mut beyond = request("csr-beyond", "2026-11-23T00:00:00Z", RequestState::Pending);
    beyond.asks.as_mut().unwrap().dns_names.push("kubernetes".to_owned());
    let mut another =
        request("csr-other", "2026-11-23T01:00:00Z", RequestState::Denied("Policy: no".to_owned()));
    another.requester = "system:node:w2".to_owned();
    another.asks.as_mut().unwrap().common_name = Some("system:node:w2".to_owned());
    let mut client = request("csr-client", "2026-11-23T02:00:00Z", RequestState::ApprovedNotIssued);
    client.signer = Signer::KubeletClient;
    let addresses = |list: [&str; 2]| Looked::Seen(list.map(str::to_owned).to_vec());
    let mut node = with(Objects {
        published: vec![
            published(Publisher::ClusterInfo, INFO, "kubeconfig", &["front-proxy-ca"]),
            published(Publisher::RootCertificate, "configmap/kube-root-ca.crt -n a", "ca.crt", &["etcd-ca"]),
            foreign,
            published(
                Publisher::Webhook,
                "validatingwebhookconfiguration/policy",
                "pods.policy.example",
                &["kubelet-client-expired"],
            ),
            serving(&["etcd-ca"], "hook.shop.svc"),
            broken,
            unseen,
        ],
        requests: Looked::Seen(vec![
            request("csr-first", "2026-11-22T00:00:00Z", RequestState::Pending),
            beyond,
            another,
            client,
        ]),
        addresses: BTreeMap::from([
            ("w1".to_owned(), addresses(["10.0.0.21", "w1"])),
            ("w2".to_owned(), addresses(["10.0.0.21", "w1"])),
        ]),
        approvals: Looked::Seen(Approvals::default()),
        secrets: Looked::Seen(vec![TlsSecret {
            namespace: "shop".to_owned(),
            name: "web".to_owned(),
            certificate: Looked::Seen(chain("kubelet-client-expired")),
        }]),
    });
    let silent = || Looked::Unusable(Trouble::NoAnswer("connection refused".to_owned()));
    let connections = [met("apiserver"), met("kubelet-client-expired"), silent()];
    node.balancers = vec![balancer(&[connections.clone(), connections].concat())];
    node
}

fn met(from: &str) -> Looked<Served> {
    let (handshake, client_authorities) = (Handshake::Completed, Vec::new());
    Looked::Seen(Served { chain: chain(from), handshake, client_authorities })
}

fn balancer(connections: &[Looked<Served>]) -> Balancer {
    Balancer {
        server: "https://10.0.0.100:6443".to_owned(),
        address: Looked::Seen("10.0.0.100:6443".parse().unwrap()),
        connections: connections.to_vec(),
    }
}
