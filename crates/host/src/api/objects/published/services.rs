//! What the services behind webhooks and APIServices serve, asked at their cluster address as kube-apiserver asks them.

use super::super::super::Api;
use crate::tls::probe;
use perennial_core::inventory::{Looked, Published, Served, ServiceServed};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// More services than these are not asked.
const SERVICES: usize = 64;

/// How long they may take together: this node may have no way to them.
const LIMIT: Duration = Duration::from_millis(1500);

/// `clientConfig.service`, `spec.service`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServiceReference {
    namespace: String,
    name: String,
    port: Option<u16>,
}

impl From<ServiceReference> for ServiceServed {
    fn from(service: ServiceReference) -> Self {
        let ServiceReference { namespace, name, port } = service;
        Self { name: format!("{name}.{namespace}.svc"), port: port.unwrap_or(443), served: Looked::Absent }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Service {
    spec: ServiceSpec,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceSpec {
    /// Empty or `None` where it has no address of its own.
    #[serde(rename = "clusterIP")]
    cluster_ip: Option<String>,
}

/// Asks each service once.
pub(super) async fn ask(api: &Api, published: &mut [Published]) {
    let mut served: BTreeMap<(String, u16), Looked<Served>> = BTreeMap::new();
    let mut asked = JoinSet::new();
    for service in published.iter().filter_map(|one| one.service.as_ref()) {
        let key = (service.name.clone(), service.port);
        if served.len() == SERVICES || served.contains_key(&key) {
            continue;
        }
        served.insert(key.clone(), Looked::Absent);
        let Some(path) = path(&service.name) else { continue };
        let Ok(Some(found)) = api.object::<Service>(&path).await else { continue };
        let Some(Ok(ip)) = found.spec.cluster_ip.map(|ip| ip.parse::<IpAddr>()) else { continue };
        asked.spawn(async move {
            let seen = probe(SocketAddr::new(ip, key.1), Some(&key.0), None).await;
            (key, seen)
        });
    }
    let all = async {
        while let Some(Ok((key, seen))) = asked.join_next().await {
            served.insert(key, seen);
        }
    };
    // What has not answered by then stays unknown.
    let _ = timeout(LIMIT, all).await;
    for service in published.iter_mut().filter_map(|one| one.service.as_mut()) {
        if let Some(seen) = served.get(&(service.name.clone(), service.port)) {
            service.served = seen.clone();
        }
    }
}

/// The API's path of `NAME.NAMESPACE.svc`; names of services have no dots (RFC 1035).
fn path(name: &str) -> Option<String> {
    let (name, namespace) = name.strip_suffix(".svc")?.split_once('.')?;
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (plain(name) && plain(namespace)).then(|| format!("/api/v1/namespaces/{namespace}/services/{name}"))
}
