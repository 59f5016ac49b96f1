//! The API's view of the cluster, from this node's own API server.

use super::credentials::Found;
use crate::api::{Access, Api, ApiError};
use crate::tls::NodeVerifier;
use perennial_core::inventory::{Cluster, Looked, Place, Role, Trouble};
use std::net::SocketAddr;

/// The identity that looks: admin.conf, else super-admin.conf.
const IDENTITIES: [Role; 2] = [Role::Admin, Role::SuperAdmin];

/// Everything that is needed to ask the node's own API server; why not, otherwise.
pub(super) fn access(credentials: &[Found], address: SocketAddr) -> Result<Access, Trouble> {
    let mut trouble = Trouble::NoClientCertificate;
    let own_leaf = credentials
        .iter()
        .find(|found| found.credential.role == Role::ApiserverServing)
        .and_then(|found| found.credential.leaf().cloned());
    for role in IDENTITIES {
        let Some(found) = credentials.iter().find(|found| found.credential.role == role) else { continue };
        if let Some(refused) = found.credential.certificate.trouble() {
            trouble = refused.clone();
        }
        let (Some(identity), Some(kubeconfig)) = (found.identity(), &found.kubeconfig) else { continue };
        let authorities = match &found.credential.place {
            Place::Kubeconfig { trusts, .. } => trusts.seen().cloned().unwrap_or_default(),
            Place::Pair { .. } | Place::Combined { .. } => Vec::new(),
        };
        let host = host(&kubeconfig.server).unwrap_or_else(|| address.ip().to_string());
        return Ok(Access {
            address,
            server_name: kubeconfig.tls_server_name.clone().unwrap_or(host),
            verifier: NodeVerifier { authorities, own_leaf },
            identity,
        });
    }
    Err(trouble)
}

fn host(server: &str) -> Option<String> {
    let uri: http::Uri = server.parse().ok()?;
    uri.host().map(str::to_owned)
}

/// Asks.
pub(super) async fn look(access: Result<Access, Trouble>, node_name: Option<&str>) -> Looked<Cluster> {
    let access = match access {
        Ok(access) => access,
        Err(trouble) => return Looked::Unusable(trouble),
    };
    let asked = async { Api::new(access)?.cluster(node_name).await };
    match asked.await {
        Ok(cluster) => Looked::Seen(cluster),
        Err(error) => Looked::Unusable(ApiError::into(error)),
    }
}
