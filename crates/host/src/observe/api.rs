//! The API's view of the cluster, from this node's own API server.

use super::Look;
use super::credentials::Found;
use crate::api::{Access, Api, ApiError, Secrets};
use crate::tls::NodeVerifier;
use jiff::Timestamp;
use perennial_core::inventory::{Cluster, Instead, Looked, Place, Role, Trouble};
use std::net::SocketAddr;

/// The identities that may look: admin.conf, else super-admin.conf.
const IDENTITIES: [Role; 2] = [Role::Admin, Role::SuperAdmin];

/// Everything that is needed to ask the node's own API server; why not, otherwise. An identity that is valid
/// at `now` comes before one that is not.
pub(super) fn access(credentials: &[Found], address: SocketAddr, now: Timestamp) -> Result<Access, Trouble> {
    let of_role = |role: Role| credentials.iter().filter(move |found| found.credential.role == role);
    let mut candidates: Vec<&Found> = IDENTITIES.into_iter().flat_map(of_role).collect();
    candidates.sort_by_key(|found| {
        found.credential.leaf().is_none_or(|leaf| now < leaf.not_before() || now > leaf.not_after())
    });
    for found in &candidates {
        let (Some(identity), Some(kubeconfig)) = (found.identity(), &found.kubeconfig) else { continue };
        let authorities = match &found.credential.place {
            Place::Kubeconfig { trusts, .. } => trusts.seen().cloned().unwrap_or_default(),
            Place::Pair { .. } | Place::Combined { .. } => Vec::new(),
        };
        let host = host(&kubeconfig.server).unwrap_or_else(|| address.ip().to_string());
        let own_leaf = of_role(Role::ApiserverServing).find_map(|found| found.credential.leaf().cloned());
        return Ok(Access {
            address,
            server_name: kubeconfig.tls_server_name.clone().unwrap_or(host),
            verifier: NodeVerifier { authorities, own_leaf },
            identity,
        });
    }
    let trouble = candidates.iter().find_map(|found| found.credential.certificate.trouble().cloned());
    Err(trouble.unwrap_or(Trouble::NoClientCertificate(Instead::Nothing)))
}

fn host(server: &str) -> Option<String> {
    let uri: http::Uri = server.parse().ok()?;
    uri.host().map(str::to_owned)
}

/// Asks.
pub(super) async fn look(
    access: Result<Access, Trouble>,
    look: &Look,
    node_name: Option<&str>,
) -> Looked<Cluster> {
    let access = match access {
        Ok(access) => access,
        Err(trouble) => return Looked::Unusable(trouble),
    };
    let asked = async {
        let api = Api::new(access)?;
        let secrets = if look.secrets { Secrets::Too } else { Secrets::Not };
        api.cluster(node_name, look.objects.then_some(secrets)).await
    };
    match asked.await {
        Ok(cluster) => Looked::Seen(cluster),
        Err(error) => Looked::Unusable(ApiError::into(error)),
    }
}
