//! A certificate has ended: whose, and what is it now?

use super::{Judge, PEERS, over};
use crate::assess::{Memory, memory};
use crate::diagnose::cause::{Cause, Held};
use crate::diagnose::gather::Group;
use crate::diagnose::known::{Known, Standing};
use crate::diagnose::lines::Symptom;
use crate::diagnose::matching::{self, By, Match};
use crate::inventory::{Holder, Role};
use camino::Utf8PathBuf;

impl<'a> Judge<'a> {
    /// A certificate has ended: whose, and what is it now?
    pub(super) fn dates(&self, group: &Group) -> Vec<Cause> {
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

    pub(super) fn live_and_ended(&self, one: &Known) -> bool {
        one.standing == Standing::Live && one.certificate.not_after() <= self.now
    }

    pub(super) fn expired(&self, one: &Known) -> Cause {
        let ended = one.certificate.not_after();
        if one.role == Some(Role::KubeletClient) {
            return Cause::KubeletLockedOut { path: one.path.clone(), ended: Some(ended) };
        }
        Cause::Expired { names: vec![one.name.clone()], ended }
    }

    /// A superseded certificate that a process is proven to hold, or may well hold.
    pub(super) fn held(&self, one: &Known) -> Option<Held> {
        let Standing::Superseded { at } = one.standing else { return None };
        let holder = self.stale_holder(&one.name)?;
        let old = (one.certificate.subject(), one.certificate.serial_decimal(), one.path.clone());
        Some(Held { old: Some(old), ended: Some(one.certificate.not_after()), at, ..self.holds(holder) })
    }

    pub(super) fn stale_holder(&self, credential: &str) -> Option<&'a Holder> {
        let holders = self.node.holders.iter().filter(|holder| holder.credential == credential);
        holders.into_iter().find(|holder| matches!(memory(self.node, holder), Memory::Stale(_)))
    }

    pub(super) fn holds(&self, holder: &Holder) -> Held {
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

    pub(super) fn replaced(&self, group: &Group, old: &[&Known], first: &Known, by: By) -> Cause {
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

    pub(super) fn good_now(&self, name: &str) -> Option<&'a Known> {
        self.known.iter().find(|one| {
            one.name == name && one.standing == Standing::Live && one.certificate.not_after() > self.now
        })
    }
}
