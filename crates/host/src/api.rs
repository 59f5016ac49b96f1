//! The node's own API server, asked with a kubeconfig's client certificate.
//!
//! The client is built by hand, because kube's defaults are wrong here: they follow the kubeconfig's server (a
//! balancer) instead of this node's, obey proxy variables, run exec plugins, retry for minutes, and wait for
//! ever for a server that accepts and stays silent.

mod error;
mod objects;
mod read;

pub use error::ApiError;

use crate::tls::{CONNECT_LIMIT, ClientIdentity, HANDSHAKE_LIMIT, NodeVerifier};
use http::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease as LeaseObject;
use k8s_openapi::api::core::v1::Node as NodeObject;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService as ApiService;
use kube::Client;
use kube::api::{Api as Objects, ListParams, Patch, PatchParams};
use kube::client::middleware::BaseUriLayer;
use perennial_core::inventory::{Cluster, Component, Lease, Looked};
use rustls::pki_types::ServerName;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tower::{BoxError, ServiceBuilder};

/// What a call may take after the connection is there.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// What a whole call may take.
const CALL_LIMIT: Duration = CONNECT_LIMIT.saturating_add(HANDSHAKE_LIMIT).saturating_add(ANSWER_LIMIT);

/// How often a request that passes through the API server is repeated after its failure, and after what pause.
const ASKED_AGAIN: usize = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// For how long kube-apiserver may show a client certificate that it has read before: client-go reads the files at
/// most once a second (transport/transport.go `cachingCertificateLoader`).
const READ_BEFORE: Duration = Duration::from_millis(1100);

/// The components that elect a leader, and whose lease perennial may release.
pub const ELECTED: [Component; 2] = [Component::KubeControllerManager, Component::KubeScheduler];

/// Where the API server is and how both sides prove who they are.
#[derive(Clone, Debug)]
pub struct Access {
    /// The node's own API server.
    pub address: SocketAddr,
    /// The name that its certificate must carry: the kubeconfig's `tls-server-name`, or its server's host.
    pub server_name: String,
    /// Whom to trust.
    pub verifier: NodeVerifier,
    /// Whose client certificate to present.
    pub identity: ClientIdentity,
}

/// Whether TLS Secrets are looked at with the other objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// They are.
    Too,
    /// They are left out.
    Not,
}

/// A client of one API server.
#[derive(Clone)]
pub struct Api {
    client: Client,
    /// Over HTTP/1, which alone knows of upgrades (RFC 9113 8.2.2).
    upgrading: Client,
}

impl Api {
    /// Prepares a client; connects at the first call. Must be called within a tokio runtime.
    pub fn new(access: Access) -> Result<Self, ApiError> {
        let Access { address, server_name, verifier, identity } = access;
        let config = verifier.client_config(&identity).map_err(|error| ApiError::Setup(error.to_string()))?;
        let bare_name = server_name.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(bare_name).map_err(|error| ApiError::Setup(error.to_string()))?;
        let uri: Uri = format!("https://{address}")
            .parse()
            .map_err(|error: http::uri::InvalidUri| ApiError::Setup(error.to_string()))?;
        let client = |http_2: bool| {
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            tcp.set_connect_timeout(Some(CONNECT_LIMIT));
            tcp.set_nodelay(true);
            let connector = HttpsConnectorBuilder::new()
                .with_tls_config(config.clone())
                .https_only()
                .with_server_name_resolver(FixedServerNameResolver::new(name.clone()));
            let connector = match http_2 {
                true => connector.enable_all_versions().wrap_connector(tcp),
                false => connector.enable_http1().wrap_connector(tcp),
            };
            let service = ServiceBuilder::new()
                .layer(BaseUriLayer::new(uri.clone()))
                .map_err(BoxError::from)
                .service(hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector));
            Client::new(service, "default")
        };
        Ok(Self { client: client(true), upgrading: client(false) })
    }

    /// kube's client, for calls that are not here; wrap each in [`Self::within_limit`].
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Runs one call with the limit that every call has.
    pub async fn within_limit<T>(
        &self,
        call: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, ApiError> {
        let limit = CALL_LIMIT;
        match tokio::time::timeout(limit, call).await {
            Ok(answer) => answer.map_err(ApiError::from),
            Err(_) => Err(ApiError::NoAnswer(format!("not within {} s", limit.as_secs()))),
        }
    }

    /// Whether the API server calls itself ready (`/readyz`).
    pub async fn ready(&self) -> Result<(), ApiError> {
        self.text("/readyz").await.map(|_| ())
    }

    /// Whom the API server takes the client for: its user and groups. `None`: it answers, and is too old to say
    /// (`SelfSubjectReview` is served since 1.28).
    pub async fn whoami(&self) -> Result<Option<(String, Vec<String>)>, ApiError> {
        let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
        let request = http::Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews")
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(review.to_string().into_bytes());
        let request = request.map_err(|error| ApiError::Setup(error.to_string()))?;
        match self.within_limit(self.client.request::<serde_json::Value>(request)).await {
            Ok(answer) => {
                let info = &answer["status"]["userInfo"];
                let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
                let groups = info["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
                let groups = groups.iter().filter_map(text).collect();
                Ok(text(&info["username"]).map(|user| (user, groups)))
            }
            // Who is not let in at all gets 401.
            Err(ApiError::Refused { code: 403 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The nodes with the control-plane role, sorted.
    pub async fn control_planes(&self) -> Result<Vec<String>, ApiError> {
        let nodes: Objects<NodeObject> = Objects::all(self.client());
        let role = ListParams::default().labels("node-role.kubernetes.io/control-plane");
        let list = self.within_limit(nodes.list_metadata(&role)).await?;
        let mut names: Vec<String> = list.items.into_iter().filter_map(|node| node.metadata.name).collect();
        names.sort();
        Ok(names)
    }

    /// The leases of the elected components, where they exist.
    pub async fn leases(&self) -> Result<Vec<Lease>, ApiError> {
        let of = |component: Component| async move {
            let object = self.within_limit(self.lease_objects().get_opt(component.name())).await?;
            Ok::<_, ApiError>(object.map(|object| lease(component, object)))
        };
        let [manager, scheduler] = ELECTED;
        let (manager, scheduler) = tokio::try_join!(of(manager), of(scheduler))?;
        Ok(manager.into_iter().chain(scheduler).collect())
    }

    /// Releases a component's lease as the component itself does at a clean exit: no holder, a duration of one
    /// second, both times now, the transitions kept (client-go tools/leaderelection `release`).
    ///
    /// `resource_version` is that of the lease that was judged: if anybody has written since, the answer is
    /// [`ApiError::Conflict`] and nothing changes. Only [`ELECTED`] components are accepted.
    pub async fn release_lease(&self, component: Component, resource_version: &str) -> Result<(), ApiError> {
        if !ELECTED.contains(&component) {
            return Err(ApiError::Setup(format!("{component} holds no lease that may be released")));
        }
        // MicroTime has exactly six digits (apimachinery meta/v1 micro_time.go).
        let now = format!("{:.6}", Timestamp::now());
        let released = json!({
            "metadata": { "resourceVersion": resource_version },
            "spec": { "holderIdentity": "", "leaseDurationSeconds": 1, "acquireTime": now, "renewTime": now },
        });
        let leases = self.lease_objects();
        let patch = Patch::Merge(&released);
        self.within_limit(leases.patch(component.name(), &PatchParams::default(), &patch)).await.map(|_| ())
    }

    /// When a node's kubelet last renewed its own lease.
    pub async fn node_lease_renewed(&self, node: &str) -> Result<Option<Timestamp>, ApiError> {
        let leases: Objects<LeaseObject> = Objects::namespaced(self.client(), "kube-node-lease");
        let lease = self.within_limit(leases.get_opt(node)).await?;
        Ok(lease.and_then(|lease| moment(lease.spec?.renew_time.as_ref()?)))
    }

    /// Whether the API server reaches a node's kubelet: with its client certificate, through the node's proxy.
    ///
    /// kube-apiserver keeps its connections to kubelets, and the kubelet judges every request by the certificate that
    /// its connection was made with. An old connection is refused once that certificate has ended, whatever the file
    /// holds by then, and asking again only keeps it alive (90 s idle). The next handshake notices the new file and
    /// closes all old ones (client-go transport/cert_rotation.go): so after a refusal one is made, and then the
    /// question is asked anew.
    ///
    /// # Errors
    /// [`ApiError::KubeletRefuses`]: over a new connection, too.
    pub async fn kubelet_reached(&self, node: &str) -> Result<(), ApiError> {
        let path = format!("/api/v1/nodes/{node}/proxy/healthz");
        let mut answer = self.passed_through(&path).await;
        for pause in [Duration::ZERO, READ_BEFORE] {
            if answer != Err(ApiError::Unauthorized) {
                break;
            }
            tokio::time::sleep(pause).await;
            self.connected_anew(&path).await;
            answer = self.passed_through(&path).await;
        }
        match answer {
            Err(ApiError::Unauthorized) => Err(ApiError::KubeletRefuses),
            answer => answer,
        }
    }

    /// Asks what the API server passes on. Its handshake that notices a new client certificate closes its own
    /// connection, too (client-go transport/cert_rotation.go): that one request fails with 503, and is repeated.
    async fn passed_through(&self, path: &str) -> Result<(), ApiError> {
        let mut answer = self.text(path).await;
        for _ in 0..ASKED_AGAIN {
            if !matches!(answer, Err(ApiError::Refused { code: 500.., .. })) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            answer = self.text(path).await;
        }
        answer.map(|_| ())
    }

    /// Has the API server make a new connection: one that may become another protocol's is never taken from the kept
    /// ones (apimachinery util/proxy/upgradeaware.go `DialForUpgrade`). Nobody there speaks it, so the answer is an
    /// error in any case and says nothing.
    async fn connected_anew(&self, path: &str) {
        let request = http::Request::get(path)
            .header(http::header::CONNECTION, "Upgrade")
            .header(http::header::UPGRADE, "SPDY/3.1")
            .body(Vec::new());
        if let Ok(request) = request {
            let _says_nothing = self.within_limit(self.upgrading.request_text(request)).await;
        }
    }

    /// The API services that are served by somebody else, and whether the API server reaches them.
    pub async fn aggregated(&self) -> Result<Vec<(String, bool)>, ApiError> {
        let services: Objects<ApiService> = Objects::all(self.client());
        let list = self.within_limit(services.list(&ListParams::default())).await?;
        let foreign = list.items.into_iter().filter_map(|service| {
            service.spec?.service?;
            let conditions = service.status?.conditions.unwrap_or_default();
            let available = conditions.iter().any(|one| one.type_ == "Available" && one.status == "True");
            Some((service.metadata.name?, available))
        });
        Ok(foreign.collect())
    }

    /// Everything that the inventory holds of the cluster, seen from the node of that name; the objects that carry
    /// certificates where `objects` says so, TLS Secrets among them where it says so of them, too.
    pub async fn cluster(&self, node: Option<&str>, objects: Option<Secrets>) -> Result<Cluster, ApiError> {
        // One call alone: all others go over the connection that it has made.
        let control_planes = self.control_planes().await?;
        let of_node = async {
            let Some(node) = node else { return Ok((None, Looked::Absent)) };
            let (renewed, reached) = tokio::join!(self.node_lease_renewed(node), self.kubelet_reached(node));
            let reached = reached.map_or_else(|error| Looked::Unusable(error.into()), Looked::Seen);
            Ok((renewed?, reached))
        };
        let of_objects = async {
            Ok(match objects {
                Some(secrets) => Some(self.objects(node, secrets == Secrets::Too).await),
                None => None,
            })
        };
        let (leases, aggregated, (node_lease_renewed, kubelet_reached), objects) =
            tokio::try_join!(self.leases(), self.aggregated(), of_node, of_objects)?;
        Ok(Cluster { control_planes, leases, node_lease_renewed, kubelet_reached, aggregated, objects })
    }

    async fn text(&self, path: &str) -> Result<String, ApiError> {
        let request = http::Request::get(path).body(Vec::new());
        let request = request.map_err(|error| ApiError::Setup(error.to_string()))?;
        self.within_limit(self.client.request_text(request)).await
    }

    fn lease_objects(&self) -> Objects<LeaseObject> {
        Objects::namespaced(self.client(), "kube-system")
    }
}

fn lease(component: Component, object: LeaseObject) -> Lease {
    let spec = object.spec.unwrap_or_default();
    Lease {
        component,
        holder: spec.holder_identity.unwrap_or_default(),
        acquired: spec.acquire_time.as_ref().and_then(moment),
        renewed: spec.renew_time.as_ref().and_then(moment),
        resource_version: object.metadata.resource_version.unwrap_or_default(),
        coordinated: spec.strategy.is_some_and(|strategy| !strategy.is_empty()),
    }
}

/// k8s-openapi has an older jiff of its own.
fn moment(time: &MicroTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(time.0.as_nanosecond()).ok()
}
