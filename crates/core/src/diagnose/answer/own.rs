//! What is wrong with the speaker's own: its certificate, the kubelet's, a file that it could not use.

use super::{Judge, SETTLING, made, over};
use crate::assess::Finding;
use crate::diagnose::cause::Cause;
use crate::diagnose::gather::Group;
use crate::diagnose::known::{Known, Standing};
use crate::diagnose::lines::{Fact, Judged, Symptom};
use crate::diagnose::matching;
use crate::inventory::{Credential, Looked, Role};
use jiff::Timestamp;
use std::collections::BTreeSet;

impl Judge<'_> {
    /// The kubelet has no usable client certificate; or had none.
    pub(super) fn kubelet(&self, fact: &Fact, ended: Option<Timestamp>, group: &Group) -> Cause {
        let own: Vec<_> = self
            .known
            .iter()
            .filter(|one| one.role == Some(Role::KubeletClient) && one.standing == Standing::Live)
            .collect();
        let dead = own.iter().find(|one| one.certificate.not_after() <= self.now);
        if let Some(dead) = dead {
            let ended = Some(dead.certificate.not_after());
            return Cause::KubeletLockedOut { path: dead.path.clone(), ended };
        }
        let running = self.node.kubelet.unit.seen().is_some_and(|unit| unit.running());
        match own.first() {
            Some(good) if running || self.before(group, made(good)) => over(good),
            // Somebody else's log, or anonymous for another reason.
            _ if fact.symptom == Symptom::Anonymous => Cause::Unauthorized { speaker: fact.speaker.clone() },
            good => Cause::KubeletLockedOut {
                path: fact
                    .path
                    .clone()
                    .filter(|_| fact.symptom != Symptom::BootstrapMissing)
                    .or_else(|| good.map(|good| good.path.clone()))
                    .unwrap_or_else(|| self.node.kubelet.kubeconfig.clone()),
                ended,
            },
        }
    }

    /// The other end refuses the speaker's own certificate.
    pub(super) fn refused(&self, group: &Group, alert: &'static str) -> Vec<Cause> {
        let fact = &group.fact;
        if alert == "internal error" && fact.peer.as_ref().is_some_and(|peer| peer.port == Some(10250)) {
            return vec![self.no_serving(group)];
        }
        let causes = self.own_troubles(group);
        if !causes.is_empty() {
            return causes;
        }
        vec![Cause::Refused {
            speaker: fact.speaker.clone(),
            server: fact.judged == Judged::OwnServer,
            peer: fact.peer.clone(),
            alert,
        }]
    }

    pub(super) fn unauthorized(&self, group: &Group) -> Vec<Cause> {
        let causes = self.own_troubles(group);
        if causes.is_empty() {
            vec![Cause::Unauthorized { speaker: group.fact.speaker.clone() }]
        } else {
            causes
        }
    }

    /// What is wrong with the speaker's own certificates: ended, or older in memory than on disk.
    pub(super) fn own_troubles(&self, group: &Group) -> Vec<Cause> {
        let Some(roles) = matching::roles(&group.fact, self.node) else { return Vec::new() };
        let own = || self.known.iter().filter(|one| one.role.is_some_and(|role| roles.contains(&role)));
        let expired: Vec<_> =
            own().filter(|one| self.live_and_ended(one)).map(|one| self.expired(one)).collect();
        if !expired.is_empty() {
            return expired;
        }
        // Not of the CA, not for the names, not for the use: nobody accepts it, however long it lives.
        let unfit = self.findings.iter().filter(|finding| self.unfit(finding, &roles));
        let unfit: Vec<_> = unfit.map(|finding| Cause::Found(Box::new(finding.clone()))).collect();
        if !unfit.is_empty() {
            return unfit;
        }
        let names: BTreeSet<&str> =
            own().filter(|one| one.standing == Standing::Live).map(|one| one.name.as_str()).collect();
        let held =
            names.into_iter().filter_map(|name| self.stale_holder(name)).map(|holder| self.holds(holder));
        let held: Vec<_> = held.map(Cause::Held).collect();
        if !held.is_empty() {
            return held;
        }
        // All of them good, and since after the last line.
        let live: Vec<_> = own().filter(|one| one.standing == Standing::Live).collect();
        match live.first() {
            Some(one) if live.iter().all(|one| self.before(group, self.good_since(one))) => vec![over(one)],
            _ => Vec::new(),
        }
    }

    fn unfit(&self, finding: &Finding, roles: &[Role]) -> bool {
        let (Finding::WrongAuthority { credential, .. }
        | Finding::OtherNodesCertificate { credential, .. }
        | Finding::NamesMissing { credential, critical: true, .. }
        | Finding::UsageMissing { credential, critical: true, .. }) = finding
        else {
            return false;
        };
        self.node.credential(credential).is_some_and(|it| roles.contains(&it.role))
    }

    /// A file that the speaker could not use.
    pub(super) fn file(&self, group: &Group) -> Cause {
        let fact = &group.fact;
        let used = |credential: &&Credential| {
            fact.speaker.component().is_some_and(|component| credential.used_by.contains(&component))
        };
        let own: Vec<_> = self.node.credentials.iter().filter(used).collect();
        let good = |credential: &Credential| {
            credential.certificate.seen().is_some()
                && credential.key.seen().is_some_and(|key| key.fits)
                && credential.place.files().iter().all(|file| file.facts.seen().is_some())
        };
        // A denied file may be readable for us and not for a container: only the others can be seen to be over.
        if fact.symptom != Symptom::FileDenied {
            let named = self.node.credentials.iter().find(|credential| {
                fact.path
                    .as_ref()
                    .is_some_and(|path| credential.place.files().iter().any(|file| file.path == *path))
            });
            if let Some(credential) = named.filter(|credential| good(credential))
                && let Some(leaf) = credential.leaf()
            {
                let path = credential.place.file().path.clone();
                return Cause::Over { name: credential.name.clone(), path, until: leaf.not_after() };
            }
        }
        let bad = own.iter().find(|credential| match fact.symptom {
            Symptom::KeyMismatch => credential.key.seen().is_some_and(|key| !key.fits),
            Symptom::NoPem => {
                matches!(credential.certificate, Looked::Unusable(_))
                    || matches!(credential.key, Looked::Unusable(_))
            }
            Symptom::KeyUnreadable => matches!(credential.key, Looked::Unusable(_)),
            _ => false,
        });
        if fact.path.is_none()
            && bad.is_none()
            && let Some(one) = self.replaced_meanwhile(group, &own)
        {
            return over(one);
        }
        let path = fact.path.clone().or_else(|| bad.map(|credential| credential.place.file().path.clone()));
        Cause::File { path, speaker: fact.speaker.clone(), what: fact.symptom.clone() }
    }

    /// Who reads a pair while it is being replaced, one file after the other, finds a key that does not fit: of the
    /// speaker's own, which are all good, the one whose file was changed around the last line.
    fn replaced_meanwhile(&self, group: &Group, own: &[&Credential]) -> Option<&Known> {
        let (_, last) = group.evidence.span?;
        let known =
            |name: &str| self.known.iter().find(|one| one.name == name && one.standing == Standing::Live);
        let around = |credential: &&&Credential| {
            let files = credential.place.files().into_iter().filter_map(|file| file.facts.seen());
            files.map(|facts| facts.changed).any(|changed| last.duration_since(changed).abs() <= SETTLING)
        };
        let credential = own.iter().find(around).or_else(|| {
            // Replaced once more since then.
            own.iter().find(|credential| {
                known(&credential.name).is_some_and(|one| self.before(group, self.good_since(one)))
            })
        })?;
        known(&credential.name)
    }
}
