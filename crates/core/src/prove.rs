//! Proves each edge: who talks to whom, with which credential, and how it is known that it is in use.

pub use crate::assess::Party;
use crate::assess::{Basis, Memory, Strength, judge, judge_kubelet};
use crate::inventory::{Component, Handshake, Lease, Listener, Looked, Node, Role};
use crate::reload::{self, Class};
use crate::run::WorkloadOutcome;
use jiff::{SignedDuration, Timestamp};
use std::net::SocketAddr;

/// One edge of the trust graph with its proof.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Who talks.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// The credential that is proven, by its name.
    pub credential: String,
    /// What was seen.
    pub proof: Shown,
    /// What follows from it.
    pub verdict: Verdict,
    /// How much that is worth; nothing, where nothing is known.
    pub strength: Strength,
}

impl Edge {
    /// Of a person's kubeconfig whose entry was used to ask the API server who it is.
    pub fn of_person(credential: &str, proof: Shown, verdict: Verdict) -> Self {
        let strength = match proof {
            Shown::Nothing { .. } => Strength::Nothing,
            _ => Strength::Decisive,
        };
        Self {
            from: Party::Kubectl,
            to: Party::Component(Component::KubeApiserver),
            credential: credential.to_owned(),
            proof,
            verdict,
            strength,
        }
    }
}

/// What was seen of an edge.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A listener serves this certificate (SHA-256); the file holds that one.
    Served {
        /// Where.
        address: SocketAddr,
        /// What is served.
        served: String,
        /// What is on disk.
        on_disk: Option<String>,
    },
    /// The listener accepted this client certificate from disk.
    Accepted {
        /// Where.
        address: SocketAddr,
    },
    /// A process that never re-reads its file: when it started, when the file changed, when its lease was renewed.
    Process {
        /// Start of the process.
        started: Option<Timestamp>,
        /// Change of the file.
        file_changed: Option<Timestamp>,
        /// Its lease's last renewal, if the API told.
        lease_renewed: Option<Timestamp>,
        /// The verdict on what it holds.
        basis: Option<Basis>,
    },
    /// The API answered a request made with this credential, or through it.
    Answered,
    /// The API server said whom it took the holder for.
    Recognized {
        /// The user.
        user: String,
        /// Its groups, without those that everybody is in.
        groups: Vec<String>,
    },
    /// The kubelet renewed its node's lease then.
    NodeLease {
        /// When.
        renewed: Timestamp,
        /// What is known of what the kubelet holds.
        basis: Option<Basis>,
    },
    /// A test Deployment.
    Workload(WorkloadOutcome),
    /// Nothing could be seen.
    Nothing {
        /// Why, in English.
        reason: String,
    },
}

/// What follows for an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The credential on disk is in use.
    Proven,
    /// Nothing is known.
    NotProven,
    /// Something else is in use, or nothing works.
    Refuted,
}

/// The credential with which kube-apiserver speaks to kubelets.
const KUBELET_CLIENT_OF_APISERVER: &str = "apiserver-kubelet-client";

/// For how long after a change of its client certificate kube-apiserver may still use older connections to kubelets
/// (client-go transport/cert_rotation.go `CertCallbackRefreshDuration`).
const OLDER_CONNECTIONS: SignedDuration = SignedDuration::from_mins(5);

/// How old a kubelet's lease may be: it renews every ten seconds (a quarter of nodeLeaseDurationSeconds).
const NODE_LEASE_SECONDS: i64 = 40;

/// How old a leader's lease may be: it is renewed every two seconds and runs out after fifteen.
const LEADER_LEASE_SECONDS: i64 = 15;

/// Proves what can be proven of a node from one look at it, and from the test Deployment where there was one.
pub fn prove(node: &Node, workload: Option<&WorkloadOutcome>) -> Vec<Edge> {
    let mut edges: Vec<_> = node.listeners.iter().filter_map(|listener| served(node, listener)).collect();
    edges.extend(node.listeners.iter().filter_map(|listener| accepted(node, listener)));
    edges.extend(node.holders.iter().map(|holder| process(node, holder.component)));
    edges.extend(through_the_api(node));
    for edge in edges.iter_mut().filter(|edge| edge.verdict == Verdict::NotProven) {
        edge.strength = Strength::Nothing;
    }
    edges.extend(workload.map(|outcome| Edge {
        from: Party::Administrator,
        to: Party::Component(Component::KubeApiserver),
        credential: "admin.conf".to_owned(),
        verdict: match outcome {
            WorkloadOutcome::Proven { .. } => Verdict::Proven,
            WorkloadOutcome::NotProven { .. } => Verdict::NotProven,
            WorkloadOutcome::Failed { .. } => Verdict::Refuted,
        },
        strength: match outcome {
            WorkloadOutcome::Proven { .. } | WorkloadOutcome::Failed { .. } => Strength::Decisive,
            WorkloadOutcome::NotProven { .. } => Strength::Nothing,
        },
        proof: Shown::Workload(outcome.clone()),
    }));
    edges
}

fn served(node: &Node, listener: &Listener) -> Option<Edge> {
    let name = listener.credential.as_ref()?;
    let on_disk = node.credential(name).and_then(|credential| credential.leaf());
    let from = match listener.component {
        Component::Etcd if name == "etcd-peer" => Party::EtcdPeers,
        Component::Etcd | Component::Kubelet => Party::Component(Component::KubeApiserver),
        _ => Party::Clients,
    };
    let (proof, verdict) = match &listener.served {
        Looked::Seen(served) => {
            let leaf = served.chain.leaf();
            let good = on_disk == Some(leaf)
                && served.handshake == Handshake::Completed
                && leaf.not_after() > node.observed_at;
            let proof = Shown::Served {
                address: listener.address,
                served: leaf.fingerprint_sha256(),
                on_disk: on_disk.map(|leaf| leaf.fingerprint_sha256()),
            };
            let unknown = on_disk.is_none();
            (
                proof,
                if good {
                    Verdict::Proven
                } else if unknown {
                    Verdict::NotProven
                } else {
                    Verdict::Refuted
                },
            )
        }
        Looked::Absent => (Shown::Nothing { reason: "not looked at".to_owned() }, Verdict::NotProven),
        Looked::Unusable(trouble) => (Shown::Nothing { reason: trouble.to_string() }, Verdict::Refuted),
    };
    // What is served was seen itself; a listener that fails shows nothing of what it holds.
    let strength = match (&proof, on_disk) {
        (Shown::Served { .. }, Some(_)) => Strength::Decisive,
        _ => Strength::Nothing,
    };
    Some(Edge {
        from,
        to: Party::Component(listener.component),
        credential: name.clone(),
        proof,
        verdict,
        strength,
    })
}

/// The client certificate from disk that etcd accepted when it was looked at.
fn accepted(node: &Node, listener: &Listener) -> Option<Edge> {
    let name = listener.presented.as_ref()?;
    let served = listener.served.seen()?;
    let role = node.credential(name).map(|credential| credential.role);
    let good = served.handshake == Handshake::Completed && role.is_some();
    Some(Edge {
        from: match role {
            Some(Role::EtcdPeer) => Party::EtcdPeers,
            Some(Role::ApiserverEtcdClient) => Party::Component(Component::KubeApiserver),
            _ => Party::Administrator,
        },
        to: Party::Component(listener.component),
        credential: name.clone(),
        proof: Shown::Accepted { address: listener.address },
        verdict: if good { Verdict::Proven } else { Verdict::Refuted },
        // We have shown it, not the process that uses it: that it reads it anew is known by the table.
        strength: Strength::Strong,
    })
}

fn process(node: &Node, component: Component) -> Edge {
    let holder = node.holders.iter().find(|holder| holder.component == component);
    let credential = holder.and_then(|holder| node.credential(&holder.credential));
    let file_changed =
        credential.and_then(|credential| credential.place.file().facts.seen()).map(|facts| facts.changed);
    let started = holder.and_then(|holder| holder.started());
    let judgement = holder.map(|holder| judge(node, holder));
    let judged = judgement.as_ref().map(|judgement| judgement.memory);
    let lease = node.cluster.seen().and_then(|cluster| cluster.lease(component));
    let lease_renewed = lease.and_then(|lease| lease.renewed);
    let held = lease_renewed
        .is_some_and(|renewed| node.observed_at.duration_since(renewed).as_secs() < LEADER_LEASE_SECONDS);
    // A standby renews nothing: while another node leads, the start after the file is all there is to see.
    let standby = lease.is_some_and(|lease| led_elsewhere(node, lease));
    let led = held && (standby || started.is_some_and(|started| lease_renewed > Some(started)));
    let expired = credential
        .and_then(|credential| credential.leaf())
        .is_some_and(|leaf| leaf.not_after() <= node.observed_at);
    let verdict = match judged {
        Some(Memory::Stale(_)) => Verdict::Refuted,
        Some(Memory::Fresh(_)) if expired => Verdict::Refuted,
        Some(Memory::Fresh(_)) if led => Verdict::Proven,
        Some(Memory::Fresh(_)) if lease_renewed.is_some() => Verdict::Refuted,
        Some(Memory::Fresh(_) | Memory::Unproven(_)) | None => Verdict::NotProven,
    };
    Edge {
        from: Party::Component(component),
        to: Party::Component(Component::KubeApiserver),
        credential: holder.map(|holder| holder.credential.clone()).unwrap_or_default(),
        proof: Shown::Process { started, file_changed, lease_renewed, basis: judged.map(Memory::basis) },
        verdict,
        strength: judgement.map_or(Strength::Nothing, |judgement| judgement.strength),
    }
}

/// Whether the holder is another node's process: identities are `hostname_uuid`
/// (cmd/kube-controller-manager/app/controllermanager.go).
fn led_elsewhere(node: &Node, lease: &Lease) -> bool {
    let host = lease.holder.split_once('_').map(|(host, _)| host);
    host.is_some_and(|host| !host.is_empty() && node.host_name.as_deref().is_some_and(|own| own != host))
}

/// What only the API can show: that it answers admin.conf, reaches the kubelet and the aggregated APIs, and
/// hears from the kubelet.
fn through_the_api(node: &Node) -> Vec<Edge> {
    let apiserver = Party::Component(Component::KubeApiserver);
    let kubelet = Party::Component(Component::Kubelet);
    let edge = |from, to, credential: &str, proof: Shown, verdict, strength| Edge {
        from,
        to,
        credential: credential.to_owned(),
        strength: if matches!(proof, Shown::Nothing { .. }) { Strength::Nothing } else { strength },
        proof,
        verdict,
    };
    let nothing = |reason: String| Shown::Nothing { reason };
    let cluster = match &node.cluster {
        Looked::Seen(cluster) => cluster,
        Looked::Absent => return Vec::new(),
        Looked::Unusable(trouble) => {
            let proof = nothing(trouble.to_string());
            let strength = Strength::Nothing;
            return vec![edge(
                Party::Administrator,
                apiserver,
                "admin.conf",
                proof,
                Verdict::Refuted,
                strength,
            )];
        }
    };
    // The request was made with the file itself.
    let (answered, decisive) = (Shown::Answered, Strength::Decisive);
    let mut edges =
        vec![edge(Party::Administrator, apiserver, "admin.conf", answered, Verdict::Proven, decisive)];
    let (proof, verdict) = match &cluster.kubelet_reached {
        Looked::Seen(()) => (Shown::Answered, Verdict::Proven),
        Looked::Absent => (nothing("not looked at".to_owned()), Verdict::NotProven),
        Looked::Unusable(trouble) => (nothing(trouble.to_string()), Verdict::Refuted),
    };
    edges.push(edge(apiserver, kubelet, KUBELET_CLIENT_OF_APISERVER, proof, verdict, reached(node)));
    if let Some(renewed) = cluster.node_lease_renewed {
        let age = node.observed_at.duration_since(renewed).as_secs();
        let judged = judge_kubelet(node);
        let verdict = match judged.as_ref().map(|judged| judged.memory) {
            _ if age >= NODE_LEASE_SECONDS => Verdict::Refuted,
            // It is accepted, and it is something else than its file.
            Some(Memory::Stale(_)) => Verdict::Refuted,
            _ => Verdict::Proven,
        };
        // The lease shows that it is accepted, not what it is: that is known by what the kubelet holds.
        let strength = judged.as_ref().map_or(Strength::Weak, |judged| judged.strength.max(Strength::Weak));
        let basis = judged.as_ref().map(|judged| judged.memory.basis());
        let proof = Shown::NodeLease { renewed, basis };
        edges.push(edge(kubelet, apiserver, "kubelet-client", proof, verdict, strength));
    }
    for (name, available) in &cluster.aggregated {
        let (proof, verdict) = if *available {
            (Shown::Answered, Verdict::Proven)
        } else {
            (nothing(format!("{name} is not available")), Verdict::NotProven)
        };
        // It may have been reached with what was read before.
        edges.push(edge(apiserver, Party::Aggregated, "front-proxy-client", proof, verdict, Strength::Weak));
    }
    edges
}

/// How much it is worth that kube-apiserver reaches the kubelet. It may have used a connection that it had made with
/// an older certificate: that is ruled out once all of those are closed, by a version that closes them.
fn reached(node: &Node) -> Strength {
    let Some(credential) = node.credential(KUBELET_CLIENT_OF_APISERVER) else { return Strength::Weak };
    let row = reload::of_credential(node, Component::KubeApiserver, credential);
    let closes = row.is_some_and(|row| row.class == Class::Watch);
    let mut files = credential.place.files().into_iter();
    let settled = files.all(|file| {
        let changed = file.facts.seen().map(|facts| facts.changed);
        changed.is_some_and(|changed| node.observed_at.duration_since(changed) > OLDER_CONNECTIONS)
    });
    if closes && settled { Strength::Strong } else { Strength::Weak }
}
