//! Which of the known certificates a line is about.

use super::known::{Known, Standing};
use super::lines::{Fact, Judged, Symptom};
use super::speaker::Speaker;
use super::token::Peer;
use crate::inventory::{Component, Node, Role};
use jiff::Timestamp;

/// How a certificate was recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// By its serial number: certain.
    Serial,
    /// By its end or beginning, to the second. kubeadm gives all of one run the same.
    Dates,
    /// By who spoke to whom.
    Place,
}

/// The certificates that a line can be about.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    /// One, or several that can't be told apart.
    pub found: Vec<&'a Known>,
    /// How.
    pub by: By,
}

/// Finds them; `None` where no certificate of this node is meant.
pub(super) fn find<'a>(fact: &Fact, known: &'a [Known], node: &Node) -> Option<Match<'a>> {
    if let Some(serial) = &fact.serial {
        let same = |one: &&Known| {
            one.certificate.serial_decimal() == *serial
                && agree(fact.authority_key_id.as_ref(), one.certificate.authority_key_id())
                && agree(fact.subject_key_id.as_ref(), one.certificate.subject_key_id())
        };
        let found: Vec<_> = known.iter().filter(same).collect();
        // A serial that nobody here has is nobody's here, whatever the dates say.
        return (!found.is_empty()).then_some(Match { found, by: By::Serial });
    }
    let roles = roles(fact, node);
    let fits = |one: &&Known| match &roles {
        // An expired CA makes its leaves "expired", and the dates in the text are then the CA's.
        Some(roles) => one.role.is_some_and(|role| roles.contains(&role)) || one.role.is_none(),
        None => true,
    };
    if let Some(at) = date(&fact.symptom) {
        let same = |one: &&Known| match fact.symptom {
            Symptom::NotYetValid { .. } => one.certificate.not_before() == at,
            _ => one.certificate.not_after() == at,
        };
        let mut found: Vec<_> = known.iter().filter(same).filter(fits).collect();
        // A CA that ended, or what is used now, says more than what lies in a backup.
        if found.iter().any(|one| one.standing == Standing::Authority) {
            found.retain(|one| one.standing == Standing::Authority);
        }
        if !found.is_empty() && (roles.is_some() || fact.peer.is_none()) {
            return Some(Match { found, by: By::Dates });
        }
        if fact.judged == Judged::TheirClient {
            return None;
        }
    }
    let roles = roles?;
    let live = |one: &&Known| {
        matches!(one.standing, Standing::Live | Standing::Served { .. })
            && one.role.is_some_and(|role| roles.contains(&role))
    };
    let found: Vec<_> = known.iter().filter(live).collect();
    (!found.is_empty()).then_some(Match { found, by: By::Place })
}

fn agree(said: Option<&String>, own: Option<Vec<u8>>) -> bool {
    match (said, own) {
        (Some(said), Some(own)) => {
            let own: String = own.iter().map(|byte| format!("{byte:02x}")).collect();
            *said == own
        }
        _ => true,
    }
}

fn date(symptom: &Symptom) -> Option<Timestamp> {
    match symptom {
        Symptom::Expired { ended } | Symptom::KubeletExpired { ended } => *ended,
        Symptom::NotYetValid { begins } => *begins,
        _ => None,
    }
}

/// The roles of the certificate that is meant, on this node; `None` where it may be anything, or another node's.
pub(super) fn roles(fact: &Fact, node: &Node) -> Option<Vec<Role>> {
    use Component::{Etcd, KubeApiserver, KubeControllerManager, KubeScheduler, Kubelet};
    let component = fact.speaker.component();
    match fact.judged {
        Judged::TheirServer => {
            let peer = fact.peer.as_ref()?;
            let role = served_at(peer, node)?;
            local(peer, node).then(|| vec![role])
        }
        Judged::TheirClient => match component? {
            Etcd => Some(vec![
                Role::ApiserverEtcdClient,
                Role::EtcdHealthcheckClient,
                Role::EtcdPeer,
                Role::EtcdServer,
            ]),
            KubeApiserver => Some(vec![
                Role::Admin,
                Role::SuperAdmin,
                Role::ControllerManager,
                Role::Scheduler,
                Role::UserKubeconfig,
                Role::KubeletClient,
                Role::ApiserverKubeletClient,
            ]),
            Kubelet => Some(vec![Role::ApiserverKubeletClient]),
            KubeControllerManager | KubeScheduler => None,
        },
        Judged::OwnClient if fact.speaker == Speaker::Kubectl => {
            Some(vec![Role::UserKubeconfig, Role::Admin])
        }
        Judged::OwnClient => match component? {
            Kubelet => Some(vec![Role::KubeletClient]),
            KubeControllerManager => Some(vec![Role::ControllerManager]),
            KubeScheduler => Some(vec![Role::Scheduler]),
            KubeApiserver => match fact.peer.as_ref().and_then(|peer| peer.port) {
                Some(2379) => Some(vec![Role::ApiserverEtcdClient]),
                Some(10250) => Some(vec![Role::ApiserverKubeletClient]),
                _ => None,
            },
            Etcd => Some(vec![Role::EtcdPeer, Role::EtcdServer]),
        },
        Judged::OwnServer => match component? {
            Kubelet => Some(vec![Role::KubeletServing]),
            KubeApiserver => Some(vec![Role::ApiserverServing]),
            Etcd => Some(vec![Role::EtcdServer, Role::EtcdPeer]),
            KubeControllerManager | KubeScheduler => None,
        },
        Judged::OwnFile => {
            let component = component?;
            let used = node.credentials.iter().filter(|credential| credential.used_by.contains(&component));
            Some(used.map(|credential| credential.role).collect())
        }
        Judged::Unsaid => None,
    }
}

/// What kind of server is behind a port.
pub(super) fn served_at(peer: &Peer, node: &Node) -> Option<Role> {
    let component = node
        .listeners
        .iter()
        .find(|listener| Some(listener.address.port()) == peer.port && !listener.loopback())
        .map(|listener| listener.component);
    match (component, peer.port) {
        (Some(Component::KubeApiserver), _) | (None, Some(6443 | 443)) => Some(Role::ApiserverServing),
        (_, Some(2379)) => Some(Role::EtcdServer),
        (_, Some(2380)) => Some(Role::EtcdPeer),
        (Some(Component::Kubelet), _) | (None, Some(10250)) => Some(Role::KubeletServing),
        _ => None,
    }
}

/// Whether an address is this node's own.
pub(super) fn local(peer: &Peer, node: &Node) -> bool {
    if let Some(address) = peer.address() {
        let certified = || {
            let own = |role| matches!(role, Role::EtcdServer | Role::EtcdPeer | Role::KubeletServing);
            node.credentials.iter().filter(move |credential| own(credential.role)).filter_map(|it| it.leaf())
        };
        return address.is_loopback()
            || node.address == Some(address)
            || node.listeners.iter().any(|listener| listener.address.ip() == address)
            // The address of a node without an API server of its own stands in its serving certificate.
            || node.address.is_none() && certified().any(|leaf| leaf.ip_addresses().contains(&address));
    }
    let host = peer.host.as_str();
    host == "localhost" || Some(host) == node.name.as_deref() || Some(host) == node.host_name.as_deref()
}
