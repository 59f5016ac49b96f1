//! A certificate that is none of this node's.

use super::{Judge, others, over};
use crate::diagnose::cause::Cause;
use crate::diagnose::gather::Group;
use crate::diagnose::known::{Known, Standing};
use crate::diagnose::lines::{Fact, Judged, Symptom};
use crate::diagnose::matching;
use jiff::{SignedDuration, Timestamp};

/// A server's line about a client, and the client's own line about the answer, are written within this time.
const SAME_MOMENT: SignedDuration = SignedDuration::from_millis(100);

impl<'a> Judge<'a> {
    /// The certificate is none of this node's.
    pub(super) fn stranger(&self, group: &Group, ended: Option<Timestamp>) -> Vec<Cause> {
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
    pub(super) fn signer(&self, fact: &Fact) -> Option<String> {
        let said = fact.authority_key_id.as_ref()?;
        let authorities = self.known.iter().filter(|one| one.standing == Standing::Authority);
        let by_key = |one: &&Known| {
            let id = one.certificate.subject_key_id().unwrap_or_default();
            id.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == *said
        };
        Some(authorities.into_iter().find(by_key).map(|one| one.name.clone()).unwrap_or_default())
    }
}
