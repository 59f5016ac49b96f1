//! CA certificates that API objects carry: by them somebody trusts a server or a client.

use super::super::{Looked, Served};
use perennial_pki::certificate::Certificate;

/// CA certificates in an entry of an API object.
#[derive(Clone, Debug)]
pub struct Published {
    /// Which kind of object carries them.
    pub publisher: Publisher,
    /// The object, as `kubectl get` takes it: `configmap/kube-root-ca.crt -n kube-system`. Where a whole kind could
    /// not be looked at: the kind.
    pub object: String,
    /// Which entry of it: a key of its data, a webhook's name.
    pub entry: String,
    /// The certificates; `Absent` where the entry is not there or empty.
    pub authorities: Looked<Vec<Certificate>>,
    /// Whether a failure of the connection is ignored (`failurePolicy: Ignore`).
    pub ignorable: bool,
    /// The service behind it and what it serves, where kube-apiserver judges a service of the cluster by them.
    pub service: Option<ServiceServed>,
}

/// What a service of the cluster presents to kube-apiserver.
#[derive(Clone, Debug)]
pub struct ServiceServed {
    /// The name that kube-apiserver asks for: `NAME.NAMESPACE.svc`
    /// (apiserver/pkg/util/webhook/client.go, kube-aggregator/pkg/apiserver/handler_proxy.go).
    pub name: String,
    /// Its port.
    pub port: u16,
    /// What its cluster address serves, as seen from this node.
    pub served: Looked<Served>,
}

/// Which kind of object carries CA certificates, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Publisher {
    /// `kube-public/cluster-info`: `kubeadm join` trusts the API server by it.
    ClusterInfo,
    /// `kube-root-ca.crt` of a namespace: pods trust the API server by it.
    RootCertificate,
    /// `kube-system/extension-apiserver-authentication`, `client-ca-file`: aggregated API servers trust clients by it.
    ClientAuthority,
    /// The same, `requestheader-client-ca-file`: they trust kube-apiserver's front proxy by it.
    FrontProxyAuthority,
    /// A validating or mutating webhook, or a conversion webhook of a CRD: kube-apiserver trusts it by it.
    Webhook,
    /// An APIService: kube-apiserver trusts the aggregated API server by it.
    ApiService,
}
