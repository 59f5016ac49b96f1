//! The trust edges: who talks to whom with which credential, trusted through which bundle, and until when.
//!
//! The far end of an edge may be another node; what is judged is what lies here: does the bundle that the verifier's
//! flags name accept the chain that is presented, for the use that this side needs?

use super::{Check, Code, Finding, Party, Severity, State, chain, people};
use crate::inventory::{Authority, Component, Credential, KUBELET_STORE, Looked, Node, Place, Role};
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Fault, Use, faults, issuer_among, signed_by};
use std::collections::BTreeSet;

/// Chains are shorter than this; longer ones are Go's to refuse.
pub(crate) const LONGEST_CHAIN: usize = 8;

/// Who talks to whom. Its credentials belong together: one that has ended breaks all of it.
#[derive(Clone, Debug)]
pub struct Edge<'a> {
    /// Who opens the connection.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// What each side presents to the other, as far as it lies on this node. Never empty.
    pub presented: Vec<Presented<'a>>,
}

/// A credential that one side presents, and how the other side trusts it.
#[derive(Clone, Debug)]
pub struct Presented<'a> {
    /// The credential.
    pub credential: &'a Credential,
    /// As what it is presented.
    pub usage: Use,
    /// The file by which the other side trusts it: a bundle, or a kubeconfig that embeds one.
    pub through: &'a Utf8Path,
    roots: &'a [Certificate],
}

impl<'a> Presented<'a> {
    fn chain(&self) -> Option<(&'a Certificate, &'a [Certificate])> {
        self.credential.certificate.seen().map(|chain| (chain.leaf(), chain.rest()))
    }

    /// Why the other side refuses it at `now`; empty where it accepts. Nothing is said of names here.
    pub fn faults(&self, now: Timestamp) -> Vec<Fault> {
        let Some((leaf, rest)) = self.chain() else { return Vec::new() };
        self.faults_of(leaf, rest, now)
    }

    /// The same of another chain in its place.
    pub fn faults_of(&self, leaf: &Certificate, rest: &[Certificate], now: Timestamp) -> Vec<Fault> {
        faults(leaf, rest, self.roots, Some(self.usage), None, now)
    }

    /// Whether the other side trusts what this CA signs, now or directly below one that it trusts.
    pub fn would_trust(&self, issuer: &Certificate) -> bool {
        self.roots.iter().any(|root| {
            (root.subject_der() == issuer.subject_der() && root.spki_der() == issuer.spki_der())
                || signed_by(issuer, root)
        })
    }

    /// The first end of a certificate on the way from it to what the other side trusts.
    pub fn until(&self) -> Option<Timestamp> {
        let (leaf, rest) = self.chain()?;
        let (mut current, mut until) = (leaf, leaf.not_after());
        for _ in 0..LONGEST_CHAIN {
            if let Some(root) = issuer_among(current, self.roots) {
                return Some(until.min(root.not_after()));
            }
            let Some(between) = issuer_among(current, rest) else { break };
            until = until.min(between.not_after());
            current = between;
        }
        Some(until)
    }
}

impl Edge<'_> {
    /// When it breaks, or has broken, because a certificate ends.
    pub fn until(&self) -> Option<Timestamp> {
        self.presented.iter().filter_map(Presented::until).min()
    }

    /// Since when it is broken by the end of a certificate.
    pub fn broken_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.until().filter(|until| *until < now)
    }

    /// Whether it works as far as it can be judged here.
    pub fn works(&self, now: Timestamp) -> bool {
        self.presented.iter().all(|presented| presented.faults(now).is_empty())
    }
}

/// Every edge of which one side at least is on this node.
pub fn edges(node: &Node) -> Vec<Edge<'_>> {
    let mut edges = Edges { node, found: Vec::new() };
    let apiserver = Party::Component(Component::KubeApiserver);
    let etcd = Party::Component(Component::Etcd);
    let kubelet = Party::Component(Component::Kubelet);
    edges.add(
        apiserver,
        etcd,
        &[
            (Role::EtcdServer, Use::Server, Component::KubeApiserver, "etcd-cafile"),
            (Role::ApiserverEtcdClient, Use::Client, Component::Etcd, "trusted-ca-file"),
        ],
    );
    edges.add(
        Party::EtcdPeers,
        etcd,
        &[
            (Role::EtcdPeer, Use::Server, Component::Etcd, "peer-trusted-ca-file"),
            (Role::EtcdPeer, Use::Client, Component::Etcd, "peer-trusted-ca-file"),
        ],
    );
    edges.add(
        Party::Administrator,
        etcd,
        &[(Role::EtcdHealthcheckClient, Use::Client, Component::Etcd, "trusted-ca-file")],
    );
    edges.add(
        apiserver,
        kubelet,
        &[
            (Role::ApiserverKubeletClient, Use::Client, Component::Kubelet, "client-ca-file"),
            (Role::KubeletServing, Use::Server, Component::KubeApiserver, "kubelet-certificate-authority"),
        ],
    );
    edges.add(
        apiserver,
        Party::Aggregated,
        &[(Role::FrontProxyClient, Use::Client, Component::KubeApiserver, "requestheader-client-ca-file")],
    );
    for credential in &node.credentials {
        edges.add_kubeconfig(credential);
    }
    edges.found
}

struct Edges<'a> {
    node: &'a Node,
    found: Vec<Edge<'a>>,
}

impl<'a> Edges<'a> {
    fn add(&mut self, from: Party, to: Party, wanted: &[(Role, Use, Component, &str)]) {
        let mut presented = Vec::new();
        for (role, usage, verifier, flag) in wanted {
            let of_role = self.node.credentials.iter().filter(|credential| credential.role == *role);
            presented.extend(of_role.filter_map(|credential| {
                let authority = named(self.node, *verifier, flag)?;
                let roots = authority.certificates.seen()?;
                let through = authority.file.path.as_path();
                Some(Presented { credential, usage: *usage, through, roots })
            }));
        }
        if !presented.is_empty() {
            self.found.push(Edge { from, to, presented });
        }
    }

    /// A kubeconfig and the API server: each shows the other a certificate.
    fn add_kubeconfig(&mut self, credential: &'a Credential) {
        let from = match credential.role {
            Role::ControllerManager => Party::Component(Component::KubeControllerManager),
            Role::Scheduler => Party::Component(Component::KubeScheduler),
            Role::KubeletClient => Party::Component(Component::Kubelet),
            Role::Admin | Role::SuperAdmin => Party::Administrator,
            // A person's kubeconfig may well be another cluster's.
            _ => return,
        };
        let mut presented = Vec::new();
        if let Some((through, roots)) = server_trust(self.node, credential) {
            let serving = self.node.credentials.iter().filter(|one| one.role == Role::ApiserverServing);
            presented.extend(serving.map(|serving| Presented {
                credential: serving,
                usage: Use::Server,
                through,
                roots,
            }));
        }
        if let Some(authority) = named(self.node, Component::KubeApiserver, "client-ca-file")
            && let Some(roots) = authority.certificates.seen()
        {
            let through = authority.file.path.as_path();
            presented.push(Presented { credential, usage: Use::Client, through, roots });
        }
        if !presented.is_empty() {
            self.found.push(Edge { from, to: Party::Component(Component::KubeApiserver), presented });
        }
    }
}

/// The bundle that a component's flag names.
pub(crate) fn named<'a>(node: &'a Node, component: Component, flag: &str) -> Option<&'a Authority> {
    node.authorities.iter().find(|authority| authority.is_named_by(component, flag))
}

/// By what a kubeconfig trusts the API server; the kubelet's store has no word on it, its kubeconfig has.
pub(crate) fn server_trust<'a>(
    node: &'a Node,
    credential: &'a Credential,
) -> Option<(&'a Utf8Path, &'a [Certificate])> {
    let (through, trusts) = trust_of(node, credential)?;
    Some((through, trusts.seen()?))
}

fn trust_of<'a>(
    node: &'a Node,
    credential: &'a Credential,
) -> Option<(&'a Utf8Path, &'a Looked<Vec<Certificate>>)> {
    Some(match &credential.place {
        Place::Kubeconfig { file, trusts, .. } => (&file.path, trusts),
        Place::Combined { .. } | Place::Pair { .. } if credential.role == Role::KubeletClient => {
            (&node.kubelet.kubeconfig, &node.kubelet.trusts)
        }
        Place::Combined { .. } | Place::Pair { .. } => return None,
    })
}

/// Kubeconfigs that trust another CA than the one that has signed what the API server shows. A person's counts where it
/// leads to this cluster's server.
pub(super) fn kubeconfigs(node: &Node, now: Timestamp, checks: &mut Vec<Check>) {
    for credential in &node.credentials {
        let of_person = match (&credential.role, &credential.place) {
            (
                Role::Admin
                | Role::SuperAdmin
                | Role::ControllerManager
                | Role::Scheduler
                | Role::KubeletClient,
                _,
            ) => false,
            (Role::UserKubeconfig, Place::Kubeconfig { server, .. }) if people::own_server(node, server) => {
                true
            }
            _ => continue,
        };
        // The store is the same kubeconfig's.
        if credential.name == KUBELET_STORE {
            continue;
        }
        let Some((path, trusts)) = trust_of(node, credential) else { continue };
        let finding = |trusted: &[Certificate], reasons, unreadable| {
            State::Fail(Finding::OtherAuthorityTrusted {
                path: path.to_owned(),
                credential: credential.name.clone(),
                trusted: trusted.iter().map(Certificate::fingerprint_sha256).collect(),
                live: live(node).map(|(path, _)| path.to_owned()),
                reasons,
                critical: !of_person,
                unreadable,
            })
        };
        let state = match trusts {
            Looked::Seen(trusted) => match refusals(node, trusted, now) {
                Some(reasons) if reasons.is_empty() => State::Pass,
                Some(reasons) => finding(trusted, reasons, None),
                None => continue,
            },
            Looked::Unusable(trouble) if trouble.blind() => State::CouldNotLook(trouble.clone()),
            Looked::Unusable(trouble) => finding(&[], Vec::new(), Some(trouble.clone())),
            Looked::Absent => continue,
        };
        checks.push(Check { object: path.to_string(), state });
    }
}

/// The CA in use.
fn live(node: &Node) -> Option<(&Utf8Path, &[Certificate])> {
    node.authority("ca").and_then(|ca| Some((ca.file.path.as_path(), ca.certificates.seen()?.as_slice())))
}

/// The certificates by which the API server accepts clients, where they are on this node.
pub(super) fn client_authority(node: &Node) -> Option<&[Certificate]> {
    chain::verifier(node, Role::UserKubeconfig)?.certificates.seen().map(Vec::as_slice)
}

/// Why who trusts these certificates refuses the API server; `None` where nothing on this node says it.
pub(super) fn refusals(node: &Node, trusted: &[Certificate], now: Timestamp) -> Option<Vec<Fault>> {
    // On a worker only its own files can be compared: the CA for its clients, and the one for its server.
    let serving = node.credentials.iter().find(|one| one.role == Role::ApiserverServing);
    let live = live(node).map(|(_, certificates)| certificates);
    match (serving.and_then(|serving| serving.certificate.seen()), live) {
        (Some(chain), _) => {
            let judged = faults(chain.leaf(), chain.rest(), trusted, None, None, now);
            let of_trust = judged.into_iter().filter(|fault| match fault {
                // It trusts the CA in use: what is wrong is the certificate, and is told as such.
                Fault::UnknownIssuer { .. } => {
                    !live.is_some_and(|live| trusted.iter().any(|one| same_key(one, live)))
                }
                // The same end of the CA that is in use is told once, as the CA's.
                Fault::IssuerExpired { .. } => {
                    let same = |one: &Certificate| live.is_some_and(|live| live.contains(one));
                    !trusted.iter().any(same)
                }
                _ => false,
            });
            Some(of_trust.collect())
        }
        (None, Some(live)) if !trusted.iter().any(|one| same_key(one, live)) => {
            let issuer = live.first().map(Certificate::subject).unwrap_or_default();
            Some(vec![Fault::UnknownIssuer { issuer }])
        }
        (None, Some(_)) => Some(Vec::new()),
        (None, None) => None,
    }
}

fn same_key(one: &Certificate, others: &[Certificate]) -> bool {
    others.iter().any(|other| other.subject_der() == one.subject_der() && other.spki_der() == one.spki_der())
}

/// What breaks an edge and no other finding says: two files that are each good, and do not fit each other.
pub(super) fn check(node: &Node, now: Timestamp, checks: &mut Vec<Check>) {
    let told = told(checks);
    for edge in edges(node) {
        for presented in &edge.presented {
            let object = presented.credential.name.clone();
            let mut reasons = presented.faults(now);
            // Dates are told once, as the certificate's or the CA's.
            reasons.retain(|fault| !chain::is_date(fault));
            let known = [
                presented.credential.place.file().path.as_str(),
                object.as_str(),
                presented.through.as_str(),
            ];
            checks.push(Check {
                state: if reasons.is_empty() {
                    State::Pass
                } else if known.iter().any(|name| told.contains(*name))
                    || authority_told(node, presented, &told)
                {
                    State::NotApplicable
                } else {
                    State::Fail(Finding::EdgeBroken {
                        from: edge.from,
                        to: edge.to,
                        credential: object.clone(),
                        through: presented.through.to_owned(),
                        reasons,
                    })
                },
                object,
            });
        }
    }
}

/// The objects and files of which something was found already that breaks their edges. An end that is near does not.
fn told(checks: &[Check]) -> BTreeSet<String> {
    let breaks = |finding: &Finding| {
        let near = [Code::CertificateEndsSoon, Code::AuthorityEndsSoon].contains(&finding.code());
        (finding.severity() == Severity::Critical && !near) || finding.code() == Code::UsageMissing
    };
    let failed =
        checks.iter().filter(|check| matches!(&check.state, State::Fail(finding) if breaks(finding)));
    failed.map(|check| check.object.clone()).collect()
}

fn authority_told(node: &Node, presented: &Presented<'_>, told: &BTreeSet<String>) -> bool {
    let bundle = node.authorities.iter().find(|authority| authority.file.path == presented.through);
    bundle.is_some_and(|authority| told.contains(&authority.name))
        || matches!(presented.credential.certificate, Looked::Unusable(_))
}
