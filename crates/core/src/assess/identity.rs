//! Who a client certificate says that its holder is: by the certificate itself, never by the entry's name in a
//! kubeconfig (kube-apiserver takes CN for the user and each O for a group).

use super::{Check, Finding, State, chain, names};
use crate::inventory::{Credential, NODE_USER, NODES_GROUP, Node, Role};
use perennial_pki::certificate::Certificate;

/// Groups whose members may do everything: the second is kubeadm's since 1.29, bound to cluster-admin.
const ADMIN_GROUPS: [&str; 2] = ["system:masters", "kubeadm:cluster-admins"];

const CONTROLLER_MANAGER: &str = "system:kube-controller-manager";
const SCHEDULER: &str = "system:kube-scheduler";

/// Whose identity a certificate carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A node.
    Node,
    /// Somebody who may do everything.
    Administrator,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// Anybody else: rights by the cluster's own rules.
    Other,
}

impl Identity {
    /// Of a client certificate.
    pub fn of(leaf: &Certificate) -> Self {
        let name = leaf.common_name().unwrap_or_default();
        let groups = leaf.organizations();
        if name.starts_with(NODE_USER) {
            Self::Node
        } else if groups.iter().any(|group| ADMIN_GROUPS.contains(&group.as_str())) {
            Self::Administrator
        } else if name == CONTROLLER_MANAGER {
            Self::ControllerManager
        } else if name == SCHEDULER {
            Self::Scheduler
        } else {
            Self::Other
        }
    }
}

/// The group that kube-apiserver lets do everything, before any rule is asked (plugin authorizer `privilegedGroups`).
const MASTERS: &str = "system:masters";

/// Users that begin so are Kubernetes' own: nodes, components, service accounts.
const OWN_USERS: &str = "system:";

/// Groups of machines.
const MACHINE_GROUPS: [&str; 2] = [NODES_GROUP, "system:bootstrappers"];

/// The common names that kubeadm gives components' certificates (cmd/kubeadm/app/constants) without that prefix.
const COMPONENTS: [&str; 8] = [
    "kube-apiserver",
    "kube-apiserver-kubelet-client",
    "kube-apiserver-etcd-client",
    "kube-etcd",
    "kube-etcd-peer",
    "kube-etcd-healthcheck-client",
    "front-proxy-client",
    "kube-proxy",
];

/// Whether a certificate is a node's, a component's or a service account's.
pub(crate) fn is_machine(leaf: &Certificate) -> bool {
    let name = leaf.common_name().unwrap_or_default();
    let groups = leaf.organizations();
    name.starts_with(OWN_USERS)
        || COMPONENTS.contains(&name.as_str())
        || groups.iter().any(|group| MACHINE_GROUPS.contains(&group.as_str()))
}

/// Whether a certificate's holder may do everything, whatever the cluster's rules say.
pub(crate) fn is_master(leaf: &Certificate) -> bool {
    leaf.organizations().iter().any(|group| group == MASTERS)
}

/// The identity that a credential of this role should carry; `None` where there is no rule.
fn expected(role: Role) -> Option<Identity> {
    match role {
        Role::KubeletClient => Some(Identity::Node),
        Role::Admin | Role::SuperAdmin | Role::UserKubeconfig => Some(Identity::Administrator),
        Role::ControllerManager => Some(Identity::ControllerManager),
        Role::Scheduler => Some(Identity::Scheduler),
        _ => None,
    }
}

/// Whether a credential carries somebody else's identity. An identity that is no known one may well be meant: not so
/// in a kubelet's.
fn foreign(role: Role, leaf: &Certificate) -> bool {
    let (found, expected) = (Identity::of(leaf), expected(role));
    match (expected, found) {
        (None, _) => false,
        (Some(Identity::Node), found) => found != Identity::Node,
        (Some(_), Identity::Other) => false,
        // A person may hold any identity but a machine's.
        (Some(expected), found) => found != expected,
    }
}

/// Why a credential must not be renewed as it is: it would go on to be what it should never have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MixUp {
    /// Somebody else's identity.
    Identity,
    /// Another node's names.
    OtherNode,
    /// A CA where the leaf should be.
    Order,
}

/// Whether a credential is a mix-up.
pub(crate) fn mix_up(node: &Node, credential: &Credential) -> Option<MixUp> {
    let leaf = credential.leaf()?;
    if chain::out_of_order(credential) || leaf.is_ca() {
        Some(MixUp::Order)
    } else if foreign(credential.role, leaf) {
        Some(MixUp::Identity)
    } else if names::of_another_node(node, credential, leaf).is_some() {
        Some(MixUp::OtherNode)
    } else {
        None
    }
}

pub(super) fn check(node: &Node, credential: &Credential, checks: &mut Vec<Check>) {
    let Some(leaf) = credential.leaf() else { return };
    if expected(credential.role).is_none() {
        return;
    }
    let path = credential.place.file().path.clone();
    let mut say = |state| checks.push(Check { object: credential.name.clone(), state });
    let found = Identity::of(leaf);
    if foreign(credential.role, leaf) {
        return say(State::Fail(Finding::ForeignIdentity {
            credential: credential.name.clone(),
            path,
            subject: leaf.subject(),
            found,
            // kubectl with it may still be what somebody wants; a component with it does another's work.
            critical: credential.role != Role::UserKubeconfig,
        }));
    }
    say(State::Pass);
    if credential.role == Role::KubeletClient {
        say(node_name(node, credential, leaf));
        say(if leaf.organizations().iter().any(|group| group == NODES_GROUP) {
            State::Pass
        } else {
            State::Fail(Finding::NodeGroupMissing {
                credential: credential.name.clone(),
                path: credential.place.file().path.clone(),
                subject: leaf.subject(),
            })
        });
    }
}

/// The kubelet registers under its flag's name, else under the machine's, in lower case (component-helpers
/// node/util/hostname.go); the API server lets it touch only the node of its certificate's name.
fn node_name(node: &Node, credential: &Credential, leaf: &Certificate) -> State {
    let name = leaf.common_name().unwrap_or_default();
    let certified = name.strip_prefix(NODE_USER).unwrap_or_default().to_owned();
    let lower = |name: &String| name.trim().to_lowercase();
    let by_flag = node.kubelet.name_override.as_ref().map(lower);
    let expected = by_flag.clone().or_else(|| node.host_name.as_ref().map(lower));
    // Without another word on it, only capitals are wrong for certain: no node is called so.
    let expected = expected.unwrap_or_else(|| certified.to_lowercase());
    if certified == expected {
        return State::Pass;
    }
    let capitals = certified != certified.to_lowercase();
    State::Fail(Finding::NodeNameDiffers {
        credential: credential.name.clone(),
        path: credential.place.file().path.clone(),
        certified,
        expected,
        // A machine may have been renamed after its kubelet started, or be seen under another name in a copy.
        certain: by_flag.is_some() || capitals,
        by_flag: by_flag.is_some(),
    })
}
