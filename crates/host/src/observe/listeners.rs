//! What every TLS listener of this node serves, asked on the node's own address.

use super::credentials::Found;
use super::kubelet::KubeletFacts;
use super::static_pods::StaticPods;
use crate::tls::{ClientIdentity, probe};
use jiff::Timestamp;
use perennial_core::inventory::{Component, LOOPBACK_SERVER_NAME, Listener, Role};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::task::JoinSet;

/// kube-apiserver's default `--secure-port`.
pub(super) const API_PORT: u16 = 6443;

/// A question to a listener.
#[derive(Debug)]
pub(super) struct Question {
    component: Component,
    address: SocketAddr,
    server_name: Option<String>,
    credential: Option<String>,
    identity: Option<(String, ClientIdentity)>,
}

impl Question {
    /// Whether it asks at this address for this server name.
    pub(super) fn is_for(&self, address: SocketAddr, server_name: Option<&str>) -> bool {
        self.address == address && self.server_name.as_deref() == server_name
    }
}

/// The listeners that this node should have.
pub(super) fn questions(
    pods: &StaticPods,
    credentials: &[Found],
    facts: Option<&KubeletFacts>,
    node_name: Option<&str>,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut ask = |component, address, credential: Option<Role>| {
        questions.push(Question {
            component,
            address,
            server_name: None,
            credential: credential.and_then(|role| name(credentials, role)),
            identity: None,
        });
    };
    if pods.runs(Component::KubeApiserver) {
        let address = api_address(pods, address);
        ask(Component::KubeApiserver, address, Some(Role::ApiserverServing));
        ask(Component::KubeApiserver, address, None);
    }
    for (flag, role) in [("listen-client-urls", Role::EtcdServer), ("listen-peer-urls", Role::EtcdPeer)] {
        let urls = pods.flag(Component::Etcd, flag).unwrap_or_default();
        if let Some(address) = https_address(urls, address) {
            ask(Component::Etcd, address, Some(role));
        }
    }
    for (component, port) in [(Component::KubeControllerManager, 10257), (Component::KubeScheduler, 10259)] {
        if let Some(address) = secure_address(pods, component, port) {
            ask(component, address, None);
        }
    }
    if let Some(facts) = facts {
        ask(Component::Kubelet, facts.address(address), Some(Role::KubeletServing));
    }
    for question in &mut questions {
        question.server_name = match question.component {
            Component::KubeApiserver if question.credential.is_none() => {
                Some(LOOPBACK_SERVER_NAME.to_owned())
            }
            // Up to 1.35 the kubelet shows a reloaded certificate only to clients that send a name
            // (kubernetes#133654). A name that is no DNS name can't be sent.
            Component::Kubelet => node_name.map(str::to_owned),
            _ => None,
        };
        if question.component == Component::Etcd {
            let peer = question.credential == name(credentials, Role::EtcdPeer);
            question.identity = etcd_identity(credentials, peer, now);
        }
    }
    questions
}

/// Where etcd serves its clients by these questions, and what it is shown.
pub(super) fn of_etcd_clients(questions: &[Question]) -> Option<(SocketAddr, Option<ClientIdentity>)> {
    let question = questions.iter().find(|question| question.component == Component::Etcd)?;
    Some((question.address, question.identity.as_ref().map(|(_, identity)| identity.clone())))
}

/// Asks all of them at the same time.
pub(super) async fn ask(questions: Vec<Question>) -> Vec<Listener> {
    let mut asked = JoinSet::new();
    for (index, question) in questions.into_iter().enumerate() {
        asked.spawn(async move { (index, answer(question).await) });
    }
    let mut answers = Vec::new();
    while let Some(Ok(answer)) = asked.join_next().await {
        answers.push(answer);
    }
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, listener)| listener).collect()
}

async fn answer(question: Question) -> Listener {
    let identity = question.identity.as_ref().map(|(_, identity)| identity);
    let served = probe(question.address, question.server_name.as_deref(), identity).await;
    let asked = served.seen().is_some_and(|served| !served.client_authorities.is_empty());
    Listener {
        component: question.component,
        address: question.address,
        server_name: question.server_name,
        presented: question.identity.map(|(name, _)| name).filter(|_| asked),
        credential: question.credential,
        served,
    }
}

/// The node's own API server.
pub(super) fn api_address(pods: &StaticPods, address: Option<IpAddr>) -> SocketAddr {
    let port = pods.flag(Component::KubeApiserver, "secure-port").and_then(|port| port.parse().ok());
    let bound = pods.flag(Component::KubeApiserver, "bind-address").and_then(|address| address.parse().ok());
    let bound = bound.filter(|address: &IpAddr| !address.is_unspecified());
    SocketAddr::new(bound.or(address).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), port.unwrap_or(API_PORT))
}

/// Of etcd's URLs the one on the node's address, else one that is not loopback only, else any.
fn https_address(urls: &str, node: Option<IpAddr>) -> Option<SocketAddr> {
    let addresses = urls
        .split(',')
        .filter_map(|url| url.trim().strip_prefix("https://")?.trim_end_matches('/').parse().ok());
    let addresses: Vec<SocketAddr> = addresses.collect();
    let own = addresses.iter().find(|address| Some(address.ip()) == node);
    let wide = addresses.iter().find(|address| !address.ip().is_loopback());
    let chosen = *own.or(wide).or_else(|| addresses.first())?;
    let everywhere = chosen.ip().is_unspecified();
    let ip = if everywhere { node.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { chosen.ip() };
    Some(SocketAddr::new(ip, chosen.port()))
}

/// Where kube-controller-manager and kube-scheduler listen; `None` if they don't.
fn secure_address(pods: &StaticPods, component: Component, port: u16) -> Option<SocketAddr> {
    if !pods.runs(component) {
        return None;
    }
    let port = pods.flag(component, "secure-port").and_then(|port| port.parse().ok()).unwrap_or(port);
    let bound = pods.flag(component, "bind-address").and_then(|address| address.parse::<IpAddr>().ok());
    let bound = bound.filter(|address| !address.is_unspecified());
    (port != 0).then(|| SocketAddr::new(bound.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), port))
}

/// A client certificate that etcd accepts now: without one it logs each look as a rejected connection.
fn etcd_identity(credentials: &[Found], peer: bool, now: Timestamp) -> Option<(String, ClientIdentity)> {
    let roles: &[Role] = if peer {
        &[Role::EtcdPeer]
    } else {
        // kube-apiserver's own first: that etcd accepts it is a proof of its edge.
        &[Role::ApiserverEtcdClient, Role::EtcdHealthcheckClient, Role::EtcdServer]
    };
    roles.iter().find_map(|role| {
        let found = credentials.iter().find(|found| found.credential.role == *role)?;
        let leaf = found.credential.leaf()?;
        if now < leaf.not_before() || now > leaf.not_after() {
            return None;
        }
        Some((found.credential.name.clone(), found.identity()?))
    })
}

fn name(credentials: &[Found], role: Role) -> Option<String> {
    credentials.iter().find(|found| found.credential.role == role).map(|found| found.credential.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(urls: &str, node: &str) -> Option<String> {
        https_address(urls, node.parse().ok()).map(|address| address.to_string())
    }

    #[test]
    fn etcd_is_asked_on_the_nodes_own_address() {
        let urls = "https://127.0.0.1:2379,https://10.0.0.12:2379,https://10.0.0.11:2379";
        assert_eq!(chosen(urls, "10.0.0.11").unwrap(), "10.0.0.11:2379");
        assert_eq!(chosen(urls, "10.9.9.9").unwrap(), "10.0.0.12:2379");
        assert_eq!(chosen("https://127.0.0.1:2379", "10.0.0.11").unwrap(), "127.0.0.1:2379");
        assert_eq!(chosen("https://0.0.0.0:2379", "10.0.0.11").unwrap(), "10.0.0.11:2379");
        assert_eq!(chosen("https://[fd00::1]:2379/", "").unwrap(), "[fd00::1]:2379");
        assert_eq!(chosen("http://127.0.0.1:2381", "10.0.0.11"), None);
    }
}
