//! kube-apiserver's loopback certificate, which lives in its memory alone.

use super::Judge;
use crate::diagnose::known::Known;
use crate::diagnose::lines::{Fact, Judged};
use crate::diagnose::matching;
use crate::diagnose::speaker::Speaker;
use crate::inventory::{Component, Role};
use jiff::Timestamp;

impl Judge<'_> {
    /// Whether kube-apiserver speaks to its own address.
    pub(super) fn to_itself(&self, fact: &Fact) -> bool {
        let server = fact.speaker == Speaker::Component(Component::KubeApiserver);
        server
            && fact.judged == Judged::TheirServer
            && fact.peer.as_ref().is_some_and(|peer| {
                matching::local(peer, self.node)
                    && matching::served_at(peer, self.node) == Some(Role::ApiserverServing)
            })
    }

    pub(super) fn is_loopback(&self, one: &Known) -> bool {
        one.certificate.common_name().is_some_and(|name| name.starts_with("apiserver-loopback-client@"))
    }

    /// Where the serving certificate is good, what kube-apiserver meets at its own address is its loopback certificate.
    pub(super) fn loopback_ended(&self, ended: Option<Timestamp>) -> bool {
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
