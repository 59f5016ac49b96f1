//! Facts × known certificates → answers.

mod others;
mod own;

use super::cause::{Cause, Held};
use super::gather::{Evidence, Gathering, Group};
use super::known::{Known, Standing};
use super::lines::{Fact, Judged, Symptom};
use super::matching::{self, By, Match};
use super::patterns::Kubeadm;
use super::speaker::Speaker;
use crate::assess::{BACKDATED, Finding, Memory, Policy, assess, memory};
use crate::inventory::{Component, Holder, Node, Role};
use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// An answer: what is behind some lines.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What.
    pub cause: Cause,
    /// How often it was said, when and where.
    pub evidence: Evidence,
    /// By whom.
    pub speakers: BTreeSet<Speaker>,
    /// The other ends of the connections, at most eight.
    pub peers: BTreeSet<String>,
}

/// More addresses than these tell nobody anything.
const PEERS: usize = 8;

/// Answers everything that was gathered, causes first.
pub fn answers(gathering: &Gathering, known: &[Known], node: &Node, now: Timestamp) -> Vec<Answer> {
    // What `check` finds in an own file is told as `check` tells it.
    let found = assess(node, &Policy::default(), now);
    let findings = found.findings().into_iter().cloned().collect();
    let judge = Judge { known, node, now, groups: gathering.groups(), findings };
    let mut answers: Vec<Answer> = Vec::new();
    for group in &judge.groups {
        for cause in judge.causes(group) {
            let fact = &group.fact;
            let found = answers.iter_mut().find(|answer| answer.cause.same(&cause));
            let answer = match found {
                Some(answer) => {
                    answer.cause.learn(cause);
                    answer.evidence.add(&group.evidence);
                    answer
                }
                None => {
                    answers.push(Answer {
                        cause,
                        evidence: group.evidence.clone(),
                        speakers: BTreeSet::new(),
                        peers: BTreeSet::new(),
                    });
                    let Some(last) = answers.last_mut() else { continue };
                    last
                }
            };
            answer.speakers.insert(fact.speaker.clone());
            if let Some(peer) = &fact.peer
                && answer.peers.len() < PEERS
            {
                answer.peers.insert(peer.host.clone());
            }
        }
    }
    answers.sort_by_key(|answer| answer.cause.rank());
    answers
}

struct Judge<'a> {
    known: &'a [Known],
    node: &'a Node,
    now: Timestamp,
    groups: Vec<&'a Group>,
    findings: Vec<Finding>,
}

/// How long after a file was replaced lines about the old one still come: watches wake, connections are made anew.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);

/// A server's line about a client, and the client's own line about the answer, are written within this time.
const SAME_MOMENT: SignedDuration = SignedDuration::from_millis(100);

impl<'a> Judge<'a> {
    fn causes(&self, group: &Group) -> Vec<Cause> {
        let fact = &group.fact;
        let speaker = fact.speaker.clone();
        if speaker.network_plugin() && fact.symptom != Symptom::FileMissing {
            return vec![Cause::NetworkPlugin { name: speaker.to_string() }];
        }
        let one = match &fact.symptom {
            Symptom::Expired { .. } => return self.dates(group),
            Symptom::NotYetValid { begins } => self.too_early(group, *begins),
            Symptom::KubeletExpired { ended } => self.kubelet(fact, *ended, group),
            Symptom::BootstrapMissing | Symptom::KubeletExits | Symptom::Anonymous => {
                self.kubelet(fact, None, group)
            }
            Symptom::UnknownAuthority => self.authority(group),
            Symptom::WrongName { wanted, valid_for } => self.wrong_name(group, wanted.as_ref(), valid_for),
            Symptom::WrongUsage => {
                let (name, path) = self.own(fact);
                Cause::WrongUsage { name, path, peer: fact.peer.clone() }
            }
            Symptom::Refused { alert } => return self.refused(group, alert),
            Symptom::Unauthorized => return self.unauthorized(group),
            Symptom::NodeForbidden { certified, node } => {
                Cause::NodeName { certified: certified.clone(), node: node.clone() }
            }
            Symptom::NotASymlink => self.not_a_symlink(group),
            Symptom::NoServingCertificate => self.no_serving(group),
            Symptom::KeyMismatch
            | Symptom::NoPem
            | Symptom::KeyUnreadable
            | Symptom::FileMissing
            | Symptom::FileDenied => self.file(group),
            Symptom::TrailingPem => Cause::TwoAuthorities,
            Symptom::SocketMissing => Cause::Socket {
                path: fact.path.clone().unwrap_or_default(),
                used: self.node.kubelet.runtime_socket.clone(),
            },
            Symptom::TokenExpired if speaker == Speaker::Kubeadm => Cause::JoinToken,
            Symptom::Kubeadm(Kubeadm::Signature) => Cause::JoinToken,
            Symptom::Kubeadm(Kubeadm::Pin) => self.join_hash(fact),
            Symptom::TokenExpired
            | Symptom::TokenInvalid
            | Symptom::TokenSignature
            | Symptom::AccountGone { .. } => others::token(fact),
            Symptom::Kubeadm(what) => Cause::Kubeadm { what: *what, path: fact.path.clone() },
        };
        vec![one]
    }

    /// A certificate has ended: whose, and what is it now?
    fn dates(&self, group: &Group) -> Vec<Cause> {
        let fact = &group.fact;
        let ended = match &fact.symptom {
            Symptom::Expired { ended } => *ended,
            _ => None,
        };
        if self.to_itself(fact) && self.loopback_ended(ended) {
            return vec![Cause::Loopback { ended }];
        }
        let Some(Match { found, by }) = matching::find(fact, self.known, self.node) else {
            return self.stranger(group, ended);
        };
        if let Some(authority) = found.iter().find(|one| one.standing == Standing::Authority) {
            return vec![Cause::AuthorityExpired {
                name: authority.name.clone(),
                path: authority.path.clone(),
                ended: authority.certificate.not_after(),
            }];
        }
        // In use and ended: that is the cause, however many of the same run have ended with it.
        let expired: Vec<_> = found.iter().filter(|one| self.live_and_ended(one)).collect();
        if !expired.is_empty() {
            return expired.into_iter().map(|one| self.expired(one)).collect();
        }
        let served = found.iter().find_map(|one| match one.standing {
            Standing::Served { component, address } if one.certificate.not_after() <= self.now => {
                Some(if self.is_loopback(one) {
                    Cause::Loopback { ended: Some(one.certificate.not_after()) }
                } else {
                    let ended = one.certificate.not_after();
                    Cause::ServedOld { component, address, name: one.name.clone(), ended }
                })
            }
            _ => None,
        });
        if let Some(served) = served {
            return vec![served];
        }
        let held: Vec<_> = found.iter().filter_map(|one| self.held(one)).map(Cause::Held).collect();
        if !held.is_empty() {
            return held;
        }
        let old: Vec<_> =
            found.iter().filter(|one| matches!(one.standing, Standing::Superseded { .. })).copied().collect();
        match (old.first(), found.first()) {
            (Some(first), _) => vec![self.replaced(group, &old, first, by)],
            // It is good: then the lines are older than it, or about another one.
            (None, Some(first)) if self.before(group, self.good_since(first)) => vec![over(first)],
            _ => self.stranger(group, ended),
        }
    }

    fn live_and_ended(&self, one: &Known) -> bool {
        one.standing == Standing::Live && one.certificate.not_after() <= self.now
    }

    fn expired(&self, one: &Known) -> Cause {
        let ended = one.certificate.not_after();
        if one.role == Some(Role::KubeletClient) {
            return Cause::KubeletLockedOut { path: one.path.clone(), ended: Some(ended) };
        }
        Cause::Expired { names: vec![one.name.clone()], ended }
    }

    /// A superseded certificate that a process is proven to hold, or may well hold.
    fn held(&self, one: &Known) -> Option<Held> {
        let Standing::Superseded { at } = one.standing else { return None };
        let holder = self.stale_holder(&one.name)?;
        let old = (one.certificate.subject(), one.certificate.serial_decimal(), one.path.clone());
        Some(Held { old: Some(old), ended: Some(one.certificate.not_after()), at, ..self.holds(holder) })
    }

    fn stale_holder(&self, credential: &str) -> Option<&'a Holder> {
        let holders = self.node.holders.iter().filter(|holder| holder.credential == credential);
        holders.into_iter().find(|holder| matches!(memory(self.node, holder), Memory::Stale(_)))
    }

    fn holds(&self, holder: &Holder) -> Held {
        let credential = self.node.credential(&holder.credential);
        Held {
            component: holder.component,
            started: holder.started(),
            name: holder.credential.clone(),
            path: credential.map(|credential| credential.place.file().path.clone()).unwrap_or_default(),
            old: None,
            ended: None,
            at: None,
        }
    }

    fn replaced(&self, group: &Group, old: &[&Known], first: &Known, by: By) -> Cause {
        let at = match first.standing {
            Standing::Superseded { at } => at,
            _ => None,
        };
        // Whoever held it was started again after the last line: it is over.
        let mut names: Vec<_> = old.iter().map(|one| one.name.clone()).collect();
        names.sort();
        names.dedup();
        let over_since = self
            .node
            .holders
            .iter()
            .filter(|holder| names.contains(&holder.credential))
            .filter_map(Holder::started)
            .chain(at)
            .max();
        if let Some(successor) = self.good_now(&first.name)
            && self.before(group, over_since)
        {
            return over(successor);
        }
        let mut paths: Vec<Utf8PathBuf> = old.iter().map(|one| one.path.clone()).collect();
        paths.truncate(PEERS);
        Cause::Replaced {
            names,
            paths,
            identity: first.certificate.subject(),
            serial: (by == By::Serial).then(|| first.certificate.serial_decimal()),
            ended: first.certificate.not_after(),
            at,
            by,
            peer: group.fact.peer.clone(),
        }
    }

    fn good_now(&self, name: &str) -> Option<&'a Known> {
        self.known.iter().find(|one| {
            one.name == name && one.standing == Standing::Live && one.certificate.not_after() > self.now
        })
    }

    /// Since when a credential is good everywhere: made, in its file, and read by who holds it.
    fn good_since(&self, one: &Known) -> Option<Timestamp> {
        let holders = self.node.holders.iter().filter(|holder| holder.credential == one.name);
        let started = holders.filter_map(Holder::started).max();
        let files = self.node.credential(&one.name).map(|it| it.place.files()).unwrap_or_default();
        let changed = files.into_iter().filter_map(|file| file.facts.seen()).map(|facts| facts.changed).max();
        let changed = changed.and_then(|at| at.checked_add(SETTLING).ok());
        made(one).max(started).max(changed)
    }

    /// Whether the last line was written before a time.
    fn before(&self, group: &Group, at: Option<Timestamp>) -> bool {
        matches!((group.evidence.span, at), (Some((_, last)), Some(at)) if last < at)
    }

    /// The certificate is none of this node's.
    fn stranger(&self, group: &Group, ended: Option<Timestamp>) -> Vec<Cause> {
        let fact = &group.fact;
        // Where nobody has kept a copy of what was replaced, its holder gives itself away by its own lines.
        if fact.judged == Judged::TheirClient
            && let Some(own) = self.said_at_once(group)
        {
            return own;
        }
        if fact.judged == Judged::TheirServer
            && let Some(one) = self.serves_now(fact).filter(|one| self.before(group, self.good_since(one)))
        {
            return vec![over(one)];
        }
        vec![match (fact.judged, &fact.peer) {
            (Judged::TheirClient, _) => Cause::UnknownClient(self.unknown_client(fact, ended)),
            (Judged::TheirServer, Some(peer)) => others::other_server(fact, peer),
            _ => Cause::Unexplained { speaker: fact.speaker.clone(), what: fact.symptom.clone() },
        }]
    }

    /// What is wrong with the component of this node that was refused in the very moment in which a server refused
    /// a client.
    fn said_at_once(&self, group: &Group) -> Option<Vec<Cause>> {
        let (_, refused) = group.evidence.span?;
        let at_once = |other: &&&Group| {
            let last = other.evidence.span.map(|(_, last)| last);
            other.fact.symptom == Symptom::Unauthorized
                && last.is_some_and(|last| last.duration_since(refused).abs() <= SAME_MOMENT)
        };
        let mut own = self.groups.iter().filter(at_once).map(|other| self.own_troubles(other));
        own.find(|causes| !causes.is_empty())
    }

    /// The certificate in use of the listener of this node that a line is about, if it is good.
    fn serves_now(&self, fact: &Fact) -> Option<&'a Known> {
        let peer = fact.peer.as_ref().filter(|peer| matching::local(peer, self.node))?;
        let role = matching::served_at(peer, self.node)?;
        let live = |one: &&Known| one.role == Some(role) && one.standing == Standing::Live;
        self.known.iter().find(live).filter(|one| one.certificate.not_after() > self.now)
    }

    /// The CA of this node whose key identifier the line names.
    fn signer(&self, fact: &Fact) -> Option<String> {
        let said = fact.authority_key_id.as_ref()?;
        let authorities = self.known.iter().filter(|one| one.standing == Standing::Authority);
        let by_key = |one: &&Known| {
            let id = one.certificate.subject_key_id().unwrap_or_default();
            id.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == *said
        };
        Some(authorities.into_iter().find(by_key).map(|one| one.name.clone()).unwrap_or_default())
    }

    /// Whether kube-apiserver speaks to its own address.
    fn to_itself(&self, fact: &Fact) -> bool {
        let server = fact.speaker == Speaker::Component(Component::KubeApiserver);
        server
            && fact.judged == Judged::TheirServer
            && fact.peer.as_ref().is_some_and(|peer| {
                matching::local(peer, self.node)
                    && matching::served_at(peer, self.node) == Some(Role::ApiserverServing)
            })
    }

    fn is_loopback(&self, one: &Known) -> bool {
        one.certificate.common_name().is_some_and(|name| name.starts_with("apiserver-loopback-client@"))
    }

    /// Where the serving certificate is good, what kube-apiserver meets at its own address is its loopback certificate.
    fn loopback_ended(&self, ended: Option<Timestamp>) -> bool {
        let loopback = self.known.iter().find(|one| self.is_loopback(one));
        match loopback {
            Some(loopback) => {
                loopback.certificate.not_after() <= self.now
                    || ended == Some(loopback.certificate.not_after())
            }
            None => {
                let serving = self.known.iter().filter(|one| one.role == Some(Role::ApiserverServing));
                let ends: Vec<_> = serving.map(|one| one.certificate.not_after()).collect();
                match ended {
                    Some(ended) => !ends.contains(&ended),
                    None => ends.iter().all(|end| *end > self.now),
                }
            }
        }
    }
}

fn over(one: &Known) -> Cause {
    Cause::Over { name: one.name.clone(), path: one.path.clone(), until: one.certificate.not_after() }
}

fn made(one: &Known) -> Option<Timestamp> {
    one.certificate.not_before().checked_add(BACKDATED).ok()
}
