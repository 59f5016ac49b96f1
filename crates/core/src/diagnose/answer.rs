//! Facts × known certificates → answers.

mod dates;
mod loopback;
mod own;
mod stranger;

use super::cause::Cause;
use super::gather::{Evidence, Gathering, Group};
use super::known::Known;
use super::lines::{Fact, Judged, Symptom};
use super::matching;
use super::patterns::Kubeadm;
use super::speaker::Speaker;
use super::token::Peer;
use crate::assess::BACKDATED;
use crate::inventory::{Holder, Node};
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
    let judge = Judge { known, node, now, groups: gathering.groups() };
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
}

/// How long after a file was replaced lines about the old one still come: watches wake, connections are made anew.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);

impl Judge<'_> {
    fn causes(&self, group: &Group) -> Vec<Cause> {
        let fact = &group.fact;
        let speaker = fact.speaker.clone();
        if speaker.network_plugin() && fact.symptom != Symptom::FileMissing {
            return vec![Cause::NetworkPlugin { name: speaker.to_string() }];
        }
        let one = match &fact.symptom {
            Symptom::Expired { .. } => return self.dates(group),
            Symptom::NotYetValid { begins } => Cause::Clock {
                object: matching::find(fact, self.known, self.node)
                    .and_then(|found| found.found.first().map(|one| one.name.clone())),
                begins: *begins,
                judged_at: fact.judged_at,
            },
            Symptom::KubeletExpired { ended } => self.kubelet(fact, *ended, group),
            Symptom::BootstrapMissing | Symptom::KubeletExits | Symptom::Anonymous => {
                self.kubelet(fact, None, group)
            }
            Symptom::UnknownAuthority => self.authority(fact),
            Symptom::WrongName { wanted, valid_for } => self.wrong_name(fact, wanted.as_ref(), valid_for),
            Symptom::WrongUsage => {
                let (name, path) = self.own(fact);
                Cause::WrongUsage { name, path, peer: fact.peer.clone() }
            }
            Symptom::Refused { alert } => return self.refused(group, alert),
            Symptom::Unauthorized => return self.unauthorized(group),
            Symptom::NodeForbidden { certified, node } => {
                Cause::NodeName { certified: certified.clone(), node: node.clone() }
            }
            Symptom::NotASymlink => Cause::NotASymlink {
                path: fact.path.clone().unwrap_or_else(|| {
                    self.node.kubelet.certificate_directory.join("kubelet-client-current.pem")
                }),
            },
            Symptom::NoServingCertificate => Cause::NoServingCertificate,
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
            Symptom::TokenExpired => Cause::Token { speaker, expired: true },
            Symptom::TokenInvalid => Cause::Token { speaker, expired: false },
            Symptom::Kubeadm(what) => Cause::Kubeadm { what: *what, path: fact.path.clone() },
        };
        vec![one]
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

    fn authority(&self, fact: &Fact) -> Cause {
        match (fact.judged, &fact.peer) {
            (Judged::TheirClient, peer) => {
                Cause::StrangeClient { speaker: fact.speaker.clone(), peer: peer.clone() }
            }
            (Judged::TheirServer, Some(peer)) if service(peer) => other_server(fact, peer),
            (_, peer) => Cause::Distrust { speaker: fact.speaker.clone(), peer: peer.clone() },
        }
    }

    fn wrong_name(&self, fact: &Fact, wanted: Option<&String>, valid_for: &[String]) -> Cause {
        let (name, path) = self.own(fact);
        if name.is_none()
            && let (Judged::TheirServer, Some(peer)) = (fact.judged, &fact.peer)
            && service(peer)
        {
            return other_server(fact, peer);
        }
        let client = fact.judged == Judged::TheirClient;
        let peer = fact.peer.clone().filter(|_| name.is_none());
        // Who prints only the server's answer has reached it by the name that was wanted.
        let asked = || wanted.filter(|_| !client && name.is_none()).and_then(|wanted| Peer::read(wanted));
        let peer = peer.or_else(asked);
        Cause::WrongName { client, name, path, wanted: wanted.cloned(), valid_for: valid_for.to_vec(), peer }
    }

    /// The credential of this node that a line is about, if it is a single one.
    fn own(&self, fact: &Fact) -> (Option<String>, Option<Utf8PathBuf>) {
        let local = fact.peer.as_ref().is_none_or(|peer| matching::local(peer, self.node));
        let found = matching::find(fact, self.known, self.node).map(|found| found.found).unwrap_or_default();
        let first = match (&found[..], &fact.symptom) {
            // etcd reaches itself with its own serving certificate.
            (_, Symptom::WrongUsage) if fact.judged == Judged::TheirClient => {
                found.iter().find(|one| lacks_client_usage(one)).copied()
            }
            ([one], _) => Some(*one),
            _ => None,
        };
        match first.filter(|_| local) {
            Some(one) => (Some(one.name.clone()), Some(one.path.clone())),
            None => (None, None),
        }
    }
}

/// A name or address inside of the cluster: a webhook, an aggregated API.
fn service(peer: &Peer) -> bool {
    peer.host.ends_with(".svc") || peer.host.contains(".svc.")
}

fn other_server(fact: &Fact, peer: &Peer) -> Cause {
    Cause::OtherServer { peer: peer.clone(), speaker: fact.speaker.clone(), what: fact.symptom.clone() }
}

fn over(one: &Known) -> Cause {
    Cause::Over { name: one.name.clone(), path: one.path.clone(), until: one.certificate.not_after() }
}

fn made(one: &Known) -> Option<Timestamp> {
    one.certificate.not_before().checked_add(BACKDATED).ok()
}

fn lacks_client_usage(one: &Known) -> bool {
    use perennial_pki::certificate::ExtendedKeyUsage::{Any, ClientAuth};
    let usages = one.certificate.extended_key_usages();
    !usages.is_empty() && !usages.contains(&ClientAuth) && !usages.contains(&Any)
}
