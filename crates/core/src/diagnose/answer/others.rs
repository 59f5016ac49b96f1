//! What is wrong with the other end: a client of another CA, a server under another name, a webhook, a token.

use super::{Judge, over};
use crate::assess::Finding;
use crate::diagnose::cause::{Cause, Client, TokenFault};
use crate::diagnose::gather::Group;
use crate::diagnose::known::{Known, Standing};
use crate::diagnose::lines::{Fact, Judged, Symptom};
use crate::diagnose::matching::{self, Match};
use crate::diagnose::speaker::Speaker;
use crate::diagnose::token::Peer;
use crate::inventory::{Component, Role};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::chain::covers;
use perennial_pki::digest::sha256_hex;

impl Judge<'_> {
    /// Too early: by this node's clock, or by that of whoever made the certificate.
    pub(super) fn too_early(&self, group: &Group, begins: Option<Timestamp>) -> Cause {
        let fact = &group.fact;
        let live = |one: &&Known| one.standing == Standing::Live;
        // Where this node's own are too early, its clock is behind: that explains everybody's.
        let behind = self.known.iter().filter(live).any(|one| one.certificate.not_before() > self.now);
        let found = matching::find(fact, self.known, self.node).map(|found| found.found).unwrap_or_default();
        if found.is_empty() && fact.judged == Judged::TheirClient && !behind {
            return Cause::UnknownClient(Client { begins, ..self.unknown_client(fact, None) });
        }
        let began = found.iter().map(|one| one.certificate.not_before()).max();
        if let (Some(one), Some(began)) = (found.first(), began)
            && found.iter().all(live)
            && began <= self.now
            && self.before(group, Some(began))
        {
            return over(one);
        }
        let object = found.first().map(|one| one.name.clone());
        Cause::Clock { object, begins, judged_at: fact.judged_at }
    }

    pub(super) fn unknown_client(&self, fact: &Fact, ended: Option<Timestamp>) -> Client {
        Client {
            speaker: fact.speaker.clone(),
            serial: fact.serial.clone(),
            ended,
            begins: None,
            peer: fact.peer.clone(),
            authority: self.signer(fact),
        }
    }

    /// A certificate of a CA that whoever judges it does not trust.
    pub(super) fn authority(&self, group: &Group) -> Cause {
        let fact = &group.fact;
        match (fact.judged, &fact.peer) {
            (Judged::TheirClient, _) => self.strange_client(group),
            (Judged::TheirServer, Some(peer)) if service(peer) || fact.caller.is_some() => {
                other_server(fact, peer)
            }
            (_, peer) => self
                .distrusted_by_own(group)
                .unwrap_or_else(|| Cause::Distrust { speaker: fact.speaker.clone(), peer: peer.clone() }),
        }
    }

    fn strange_client(&self, group: &Group) -> Cause {
        let fact = &group.fact;
        // Only a serial number tells which; a CA made anew has left its old certificates in backups.
        let certain = fact.serial.as_ref().and_then(|_| matching::find(fact, self.known, self.node));
        if let Some(Match { found, by }) = certain
            && let Some(one) = found.first().copied()
        {
            let signed = |finding: &&Finding| {
                let Finding::WrongAuthority { credential, .. } = finding else { return false };
                *credential == one.name
            };
            if one.standing == Standing::Live
                && let Some(finding) = self.findings.iter().find(signed)
            {
                return Cause::Found(Box::new(finding.clone()));
            }
            if matches!(one.standing, Standing::Superseded { .. }) {
                return self.replaced(group, &found, one, by);
            }
        }
        let (speaker, peer, serial) = (fact.speaker.clone(), fact.peer.clone(), fact.serial.clone());
        Cause::StrangeClient { speaker, peer, serial }
    }

    /// A component of this node whose kubeconfig holds another CA, or held one until it was started again.
    fn distrusted_by_own(&self, group: &Group) -> Option<Cause> {
        use Component::{KubeControllerManager, KubeScheduler, Kubelet};
        // Of the others, it is not a kubeconfig that says whom they trust.
        let component = group.fact.speaker.component()?;
        if !matches!(component, Kubelet | KubeControllerManager | KubeScheduler) {
            return None;
        }
        let uses = |finding: &&Finding| {
            let Finding::OtherAuthorityTrusted { credential, path, .. } = finding else { return false };
            let used = self.node.credential(credential).is_some_and(|it| it.used_by.contains(&component));
            used || component == Kubelet && *path == self.node.kubelet.kubeconfig
        };
        if let Some(finding) = self.findings.iter().find(uses) {
            return Some(Cause::Found(Box::new(finding.clone())));
        }
        let as_client = Fact { judged: Judged::OwnClient, ..group.fact.clone() };
        let roles = matching::roles(&as_client, self.node)?;
        let own = |one: &&Known| {
            one.standing == Standing::Live && one.role.is_some_and(|role| roles.contains(&role))
        };
        // The kubelet is no container: its unit knows since when it runs.
        let unit = self.node.kubelet.unit.seen().filter(|_| component == Kubelet);
        let running = unit.and_then(|unit| unit.active_since);
        let since = |one: &&Known| self.before(group, self.good_since(one).max(running));
        self.known.iter().filter(own).find(since).map(over)
    }

    pub(super) fn wrong_name(&self, group: &Group, wanted: Option<&String>, valid_for: &[String]) -> Cause {
        let fact = &self.addressed(&group.fact, wanted);
        if let Some(finding) = self.names_finding(fact, wanted) {
            return Cause::Found(Box::new(finding.clone()));
        }
        let (mut name, mut path) = self.own(fact);
        if let (Some(name), Some(wanted)) = (&name, wanted)
            && let Some(one) = self.good_now(name).filter(|one| covers(&one.certificate, wanted))
        {
            return over(one);
        }
        if name.is_none()
            && let (Judged::TheirServer, Some(peer)) = (fact.judged, &fact.peer)
            && (service(peer) || fact.caller.is_some())
        {
            return other_server(fact, peer);
        }
        let client = fact.judged == Judged::TheirClient;
        if name.is_none()
            && !client
            && let Some(one) = self.with_names(valid_for)
        {
            (name, path) = (Some(one.name.clone()), Some(one.path.clone()));
        }
        let peer = fact.peer.clone().filter(|_| name.is_none());
        // etcd's members are each other's clients and servers, with one certificate.
        let client = client || name.is_none() && fact.speaker == Speaker::Component(Component::Etcd);
        Cause::WrongName { client, name, path, wanted: wanted.cloned(), valid_for: valid_for.to_vec(), peer }
    }

    /// Who prints only the server's answer has reached it by the name that was wanted.
    fn addressed(&self, fact: &Fact, wanted: Option<&String>) -> Fact {
        let mut fact = fact.clone();
        if fact.peer.is_none() && fact.judged != Judged::TheirClient {
            let port = (fact.speaker == Speaker::Component(Component::Etcd)).then_some(2380);
            let peer = wanted.and_then(|wanted| Peer::read(wanted));
            fact.peer = peer.map(|peer| Peer { port: peer.port.or(port), ..peer });
        }
        fact
    }

    /// What `check` finds in the names of the certificate of this node that a line is about.
    fn names_finding(&self, fact: &Fact, wanted: Option<&String>) -> Option<&Finding> {
        fact.peer.as_ref().filter(|peer| matching::local(peer, self.node))?;
        let roles = matching::roles(fact, self.node)?;
        self.findings.iter().find(|finding| {
            let credential = match finding {
                Finding::OtherNodesCertificate { credential, .. } => credential,
                Finding::NamesMissing { credential, missing, .. }
                    if wanted.is_some_and(|wanted| missing.contains(wanted)) =>
                {
                    credential
                }
                _ => return false,
            };
            self.node.credential(credential).is_some_and(|it| roles.contains(&it.role))
        })
    }

    /// kube-apiserver's certificate, reached by a name that nobody here knows, by the names in it.
    fn with_names(&self, names: &[String]) -> Option<&Known> {
        let same = |one: &&Known| {
            let dns = one.certificate.dns_names();
            let addresses: Vec<_> = one.certificate.ip_addresses().iter().map(ToString::to_string).collect();
            !names.is_empty()
                && (names.iter().eq(dns.iter().take(names.len())) && dns.len().min(16) == names.len()
                    || names.iter().eq(addresses.iter().take(names.len()))
                        && addresses.len().min(16) == names.len())
        };
        let serving =
            |one: &&Known| one.role == Some(Role::ApiserverServing) && one.standing == Standing::Live;
        self.known.iter().filter(serving).find(same)
    }

    /// The kubelet has no serving certificate; or had none until then.
    pub(super) fn no_serving(&self, group: &Group) -> Cause {
        let fact = &group.fact;
        let own = fact.speaker == Speaker::Component(Component::Kubelet)
            || fact.peer.as_ref().is_some_and(|peer| matching::local(peer, self.node));
        let good = |one: &&Known| {
            one.role == Some(Role::KubeletServing)
                && one.standing == Standing::Live
                && one.certificate.not_after() > self.now
        };
        match self.known.iter().find(good) {
            Some(one) if own && self.before(group, self.good_since(one)) => over(one),
            _ => Cause::NoServingCertificate,
        }
    }

    /// The kubelet's link is a file; or was one until then.
    pub(super) fn not_a_symlink(&self, group: &Group) -> Cause {
        let blocked = |finding: &&Finding| matches!(finding, Finding::KubeletRotationBlocked { .. });
        if let Some(finding) = self.findings.iter().find(blocked) {
            return Cause::Found(Box::new(finding.clone()));
        }
        let own = |one: &&Known| one.role == Some(Role::KubeletClient) && one.standing == Standing::Live;
        match self.known.iter().find(own) {
            Some(one) if self.before(group, self.good_since(one)) => over(one),
            _ => Cause::NotASymlink {
                path: group.fact.path.clone().unwrap_or_else(|| {
                    self.node.kubelet.certificate_directory.join("kubelet-client-current.pem")
                }),
            },
        }
    }

    /// The CA that `kubeadm join` has met is not the one that it was told.
    pub(super) fn join_hash(&self, fact: &Fact) -> Cause {
        let mut authorities = self.known.iter().filter(|one| one.standing == Standing::Authority).peekable();
        let ours = fact.pin.as_ref().filter(|_| authorities.peek().is_some());
        let ours = ours.map(|met| authorities.any(|one| sha256_hex(one.certificate.spki_der()) == *met));
        Cause::JoinHash { met: fact.pin.clone(), ours }
    }

    /// The credential of this node that a line is about, if it is a single one.
    pub(super) fn own(&self, fact: &Fact) -> (Option<String>, Option<Utf8PathBuf>) {
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

/// A token that is refused, and why.
pub(super) fn token(fact: &Fact) -> Cause {
    let fault = match &fact.symptom {
        Symptom::TokenExpired => TokenFault::Expired,
        Symptom::TokenSignature => TokenFault::Signature,
        Symptom::AccountGone { account } => TokenFault::AccountGone(account.clone()),
        _ => TokenFault::Unsaid,
    };
    Cause::Token { speaker: fact.speaker.clone(), fault }
}

/// A name or address inside of the cluster: a webhook, an aggregated API.
fn service(peer: &Peer) -> bool {
    peer.host.ends_with(".svc") || peer.host.contains(".svc.")
}

pub(super) fn other_server(fact: &Fact, peer: &Peer) -> Cause {
    Cause::OtherServer {
        peer: peer.clone(),
        speaker: fact.speaker.clone(),
        what: fact.symptom.clone(),
        caller: fact.caller.clone(),
    }
}

fn lacks_client_usage(one: &Known) -> bool {
    use perennial_pki::certificate::ExtendedKeyUsage::{Any, ClientAuth};
    let usages = one.certificate.extended_key_usages();
    !usages.is_empty() && !usages.contains(&ClientAuth) && !usages.contains(&Any)
}
