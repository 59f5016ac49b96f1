//! Facts × known certificates → answers.

mod dates;
mod loopback;
mod others;
mod own;
mod stranger;

use super::cause::Cause;
use super::gather::{Evidence, Gathering, Group};
use super::known::Known;
use super::lines::Symptom;
use super::patterns::Kubeadm;
use super::speaker::Speaker;
use crate::assess::{BACKDATED, Finding, Policy, assess};
use crate::inventory::{Holder, Node};
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

impl Judge<'_> {
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
}

fn over(one: &Known) -> Cause {
    Cause::Over { name: one.name.clone(), path: one.path.clone(), until: one.certificate.not_after() }
}

fn made(one: &Known) -> Option<Timestamp> {
    one.certificate.not_before().checked_add(BACKDATED).ok()
}
