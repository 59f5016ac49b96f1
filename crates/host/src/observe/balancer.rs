//! The cluster's address, where it is not this node's own API server: several fresh connections, because each may
//! end at another node.

use super::credentials::Found;
use crate::tls::probe;
use perennial_core::inventory::{Balancer, Looked, Place, Trouble};
use std::net::{IpAddr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many connections are made. Three nodes taken in turn are each met twice.
const CONNECTIONS: usize = 6;

/// The port of an https URL that names none.
const HTTPS: u16 = 443;

/// How long the resolver may take.
const RESOLVE_LIMIT: Duration = Duration::from_secs(2);

/// The servers that this node's kubeconfigs name and that are not `own`, each once.
pub(super) fn servers(credentials: &[Found], own: SocketAddr) -> Vec<String> {
    let mut servers: Vec<String> = Vec::new();
    for found in credentials {
        // A person's kubeconfig may be of another cluster.
        let Place::Kubeconfig { server, .. } = &found.credential.place else { continue };
        if found.credential.role == perennial_core::inventory::Role::UserKubeconfig {
            continue;
        }
        let here = address(server).is_some_and(|(host, port)| {
            let ip = host.parse::<IpAddr>();
            port == own.port() && ip.is_ok_and(|ip| ip == own.ip() || ip.is_loopback())
        });
        if !server.is_empty() && !here && !servers.contains(server) {
            servers.push(server.clone());
        }
    }
    servers
}

/// Asks one of them.
pub(super) async fn ask(server: String) -> Balancer {
    let (address, name) = match resolve(&server).await {
        Ok(found) => found,
        Err(trouble) => {
            return Balancer { server, address: Looked::Unusable(trouble), connections: Vec::new() };
        }
    };
    let connections = connections(address, name.as_deref()).await;
    Balancer { server, address: Looked::Seen(address), connections }
}

/// What fresh connections to an address are served.
pub async fn connections(
    address: SocketAddr,
    server_name: Option<&str>,
) -> Vec<Looked<perennial_core::inventory::Served>> {
    let mut asked = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let name = server_name.map(str::to_owned);
        asked.spawn(async move { probe(address, name.as_deref(), None).await });
    }
    asked.join_all().await
}

fn address(server: &str) -> Option<(String, u16)> {
    let uri: http::Uri = server.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some((host, uri.port_u16().unwrap_or(HTTPS)))
}

/// The address behind a server's name, and the name if it is one. A static binary has no resolver of its own that
/// knows what the host's does: `getent` has.
async fn resolve(server: &str) -> Result<(SocketAddr, Option<String>), Trouble> {
    let malformed = || Trouble::Malformed("its server is no URL".to_owned());
    let (host, port) = address(server).ok_or_else(malformed)?;
    if let Ok(ip) = host.parse() {
        return Ok((SocketAddr::new(ip, port), None));
    }
    if host.starts_with('-') {
        return Err(malformed());
    }
    let mut command = Command::new("getent");
    command.args(["ahosts", &host]).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = timeout(RESOLVE_LIMIT, command.output()).await;
    let output = output.map_err(|_| Trouble::NoAnswer("getent, 2 s".to_owned()))?;
    let output = output.map_err(|error| Trouble::Io(format!("getent: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let ip = text.split_whitespace().next().and_then(|first| first.parse().ok());
    let ip = ip.ok_or_else(|| Trouble::NoAnswer(format!("{host} has no address")))?;
    Ok((SocketAddr::new(ip, port), Some(host)))
}
