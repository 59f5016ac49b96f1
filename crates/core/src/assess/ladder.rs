//! The ladder of evidence for what a process holds in memory. What the certificate itself shows comes first, then the
//! order of times, then what merely fits.

use super::evidence::{Evidence, Judgement, Speaks, Strength};
use super::memory::{BACKDATED, Basis};
use crate::inventory::{Component, Consumed, Credential, File, Holder, Looked, Node, Shown};
use crate::reload::{self, Class};
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::Certificate;
use std::net::IpAddr;

use Speaks::{ForAnOlder, ForNeither, ForTheFile};
use Strength::{Decisive, Nothing, Strong, Weak};

/// By then whoever re-reads its file uses what is in it (client-go transport/cert_rotation.go: five minutes), and has
/// closed the connections that it had made before.
const SETTLED: SignedDuration = SignedDuration::from_mins(6);

/// A request that is no older than this was made by the process that runs now, also where its start is not known.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(1);

/// What a process does with its file once it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// It reads it at its start alone.
    Once,
    /// It re-reads it.
    Again,
    /// It writes it itself.
    Itself,
    /// Nobody here knows its program.
    Unknown,
}

/// A process with a credential, as far as it is judged.
struct Process<'a> {
    /// Of Kubernetes' own components: whose.
    component: Option<Component>,
    credential: &'a str,
    leaf: Option<&'a Certificate>,
    file: Option<&'a File>,
    reads: Reads,
    started: Option<Timestamp>,
    /// Whether the start is known better than to the second.
    exact: bool,
    /// `false`: the runtime, or systemd, says that it doesn't run.
    runs: bool,
    mounted: &'a Looked<String>,
}

/// Judges what a holder has in memory.
pub fn judge(node: &Node, holder: &Holder) -> Judgement {
    let credential = node.credential(&holder.credential);
    let follows = reload::of_holder(node, holder).is_some_and(|row| row.class.follows());
    let process = Process {
        component: Some(holder.component),
        credential: &holder.credential,
        leaf: credential.and_then(Credential::leaf),
        file: credential.map(|credential| credential.place.file()),
        reads: if follows { Reads::Again } else { Reads::Once },
        started: holder.started(),
        exact: holder.container.seen().is_some(),
        runs: !matches!(holder.container, Looked::Absent) || holder.announced_start.is_some(),
        mounted: &holder.mounted_sha256,
    };
    process.judge(node)
}

/// Judges what the kubelet uses as a client; `None`: it has no certificate here.
pub fn judge_kubelet(node: &Node) -> Option<Judgement> {
    // Nothing runs in a copied tree.
    let credential = node.kubelet_runs_with().filter(|_| !node.copied_tree)?;
    let class = reload::of_credential(node, Component::Kubelet, credential).map(|row| row.class);
    let unit = node.kubelet.unit.seen();
    let process = Process {
        component: Some(Component::Kubelet),
        credential: &credential.name,
        leaf: credential.leaf(),
        file: Some(credential.place.file()),
        reads: match class {
            Some(Class::OwnRotation) => Reads::Itself,
            Some(class) if class.follows() => Reads::Again,
            _ => Reads::Once,
        },
        started: unit.and_then(|unit| unit.active_since),
        exact: false,
        runs: unit.is_none_or(|unit| unit.running()),
        mounted: &Looked::Absent,
    };
    Some(process.judge(node))
}

/// Judges what another static pod holds of a file that it uses; `None`: it does not run, or nobody could tell.
pub fn judge_pod(node: &Node, used: &Consumed) -> Option<Judgement> {
    let container = used.running.seen()?;
    let credential = node.credential(&used.name);
    let authority = node.authority(&used.name);
    let files = credential.into_iter().flat_map(|credential| credential.place.files());
    let mut files = files.chain(authority.map(|authority| &authority.file));
    let first = authority.and_then(|authority| authority.certificates.seen()?.first());
    let process = Process {
        component: None,
        credential: &used.name,
        leaf: credential.and_then(Credential::leaf).or(first),
        file: files.find(|file| file.path == used.file),
        reads: Reads::Unknown,
        started: Some(container.started_at),
        exact: true,
        runs: true,
        mounted: if used.alone { &used.mounted_sha256 } else { &Looked::Absent },
    };
    Some(process.judge(node))
}

impl Process<'_> {
    fn judge(&self, node: &Node) -> Judgement {
        let mut evidence = Vec::new();
        evidence.extend(self.table());
        evidence.extend(self.mount());
        if self.runs {
            evidence.extend(self.shown(node));
            evidence.extend(self.refused(node));
            if let Some(start) = self.start(node) {
                evidence.extend(self.lease(node, start.speaks));
                evidence.push(start);
            }
        }
        let nothing = match (self.changed(), self.started) {
            (None, _) => Basis::NoFile,
            (Some(_), _) if !self.runs => Basis::NotRunning,
            (Some(_), None) => Basis::NoStart,
            (Some(_), Some(_)) => Basis::InBetween,
        };
        Judgement::of(evidence, nothing)
    }

    /// The last change of the file.
    fn changed(&self) -> Option<Timestamp> {
        self.file?.facts.seen().map(|facts| facts.changed)
    }

    /// Whether the process that runs was there at a time. A start that is known only to the second counts from the
    /// second after.
    fn was_there(&self, at: Timestamp) -> Option<bool> {
        let started = self.started?;
        Some(if self.exact { started < at } else { started.as_second() < at.as_second() })
    }

    /// Whether what the process used at a time tells what it holds now.
    fn tells_now(&self, at: Timestamp) -> bool {
        match self.reads {
            Reads::Once | Reads::Unknown => true,
            Reads::Again | Reads::Itself => {
                self.changed().is_none_or(|changed| at.duration_since(changed) > SETTLED)
            }
        }
    }

    fn table(&self) -> Option<Evidence> {
        match self.reads {
            Reads::Again => Some(Evidence::new(Basis::FollowsFiles, ForTheFile, Strong)),
            // What others write there is read at the next start alone.
            Reads::Itself if self.runs => Some(Evidence::new(Basis::RotatesItself, ForTheFile, Weak)),
            Reads::Once | Reads::Itself | Reads::Unknown => None,
        }
    }

    fn mount(&self) -> Option<Evidence> {
        let facts = self.file?.facts.seen()?;
        let mounted = self.mounted.seen()?;
        if matches!(self.reads, Reads::Again | Reads::Itself) {
            return None;
        }
        // Equal bytes say nothing of what was read before they were written.
        Some(if *mounted == facts.sha256 {
            Evidence::new(Basis::SameBytesMounted, ForNeither, Nothing)
        } else {
            Evidence::new(Basis::OtherBytesMounted, ForAnOlder, Decisive)
        })
    }

    fn start(&self, node: &Node) -> Option<Evidence> {
        let (file, started) = (self.file?, self.started?);
        let facts = file.facts.seen()?;
        let follows = matches!(self.reads, Reads::Again | Reads::Itself);
        let after = if self.exact {
            started > facts.changed
        } else {
            started.as_second() > facts.changed.as_second()
        };
        // Of a program that nobody knows it is not known either whether it reads its file once.
        let older = if self.reads == Reads::Unknown { Weak } else { Strong };
        let installed = || node.past.installed_at(file.real_path(), &facts.sha256);
        let made = || self.leaf?.not_before().checked_add(BACKDATED).ok();
        let (basis, speaks, strength) = if after {
            (Basis::StartedAfterChange, ForTheFile, Strong)
        } else if follows {
            (Basis::InBetween, ForNeither, Nothing)
        } else if installed().is_some_and(|installed| started < installed.at) {
            (Basis::StartedBeforeOurSwap, ForAnOlder, older)
        } else if made().is_some_and(|made| started < made) {
            (Basis::StartedBeforeIssue, ForAnOlder, older)
        } else {
            (Basis::InBetween, ForNeither, Nothing)
        };
        let evidence = Evidence::new(basis, speaks, strength);
        Some(Evidence { at: Some(started), file_changed: Some(facts.changed), ..evidence })
    }

    /// A lease that was renewed since the start: what the process holds is accepted. That fits what its start says.
    fn lease(&self, node: &Node, start: Speaks) -> Option<Evidence> {
        let cluster = node.cluster.seen()?;
        let renewed = match self.component? {
            Component::Kubelet => cluster.node_lease_renewed?,
            component => {
                let lease = cluster.lease(component)?;
                // Identities are `hostname_uuid`.
                let own = lease.holder.split_once('_').map(|(host, _)| host) == node.host_name.as_deref();
                lease.renewed.filter(|_| own && node.host_name.is_some())?
            }
        };
        if !self.was_there(renewed)? {
            return None;
        }
        let speaks = if start == ForTheFile { ForTheFile } else { ForNeither };
        let evidence =
            Evidence::new(Basis::LeaseRenewed, speaks, if speaks == ForTheFile { Weak } else { Nothing });
        Some(Evidence { at: Some(renewed), ..evidence })
    }

    /// The newest certificate that this process has shown to kube-apiserver, by the audit log. All control planes'
    /// kube-schedulers have one name: whose request it was is told by the address that it came from, or by a
    /// certificate that only this node has had.
    fn shown(&self, node: &Node) -> Option<Evidence> {
        let (component, leaf) = (self.component?, self.leaf?);
        let (user, file) = (leaf.common_name()?, leaf.fingerprint_sha256());
        let heard = &node.beside.heard;
        let replaced = |shown: &Shown| {
            let known = |one: &&_| self.is_replaced(one) && one.fingerprint == shown.fingerprint;
            heard.replaced.iter().any(|one| known(&one))
        };
        let ours = |shown: &&&Shown| {
            shown.user == user
                && shown.program == component.name()
                && shown.at <= node.observed_at
                && (own(node, shown.from) || shown.fingerprint == file || replaced(shown))
        };
        // Of what was shown from this node the newest, else the newest of what only this node has had.
        let shown = heard.shown.seen()?.iter().collect::<Vec<_>>();
        let shown = *shown.iter().filter(ours).max_by_key(|shown| (own(node, shown.from), shown.at))?;
        let here = own(node, shown.from);
        // What somebody showed before this process was there was another's.
        let there = self.was_there(shown.at);
        let recent = node.observed_at.duration_since(shown.at) < JUST_NOW;
        if there == Some(false) {
            return None;
        }
        let seen = |basis, speaks, strength| {
            let evidence = Evidence::new(basis, speaks, strength);
            Some(Evidence {
                at: Some(shown.at),
                file_changed: self.changed(),
                fingerprint: Some(shown.fingerprint.clone()),
                ..evidence
            })
        };
        if shown.fingerprint == file {
            return seen(Basis::ShowedTheFiles, ForTheFile, if here { Decisive } else { Strong });
        }
        // It may have been restarted since, or have read its file again.
        if !self.tells_now(shown.at) || (there.is_none() && !recent) {
            return None;
        }
        let basis = if replaced(shown) { Basis::ShowedReplaced } else { Basis::ShowedOther };
        seen(basis, ForAnOlder, if here && there == Some(true) { Decisive } else { Strong })
    }

    /// A certificate that this node has replaced, and that somebody still shows to kube-apiserver.
    fn refused(&self, node: &Node) -> Option<Evidence> {
        self.component?;
        let heard = &node.beside.heard;
        let ours =
            |serial: &str| heard.replaced.iter().any(|one| self.is_replaced(one) && one.serial == serial);
        let told = |at: Timestamp| {
            // Before the file changed it was in use.
            self.was_there(at) == Some(true)
                && self.tells_now(at)
                && self.changed().is_some_and(|file| at > file)
        };
        let refused = heard.refused.seen()?.iter().filter(|one| ours(&one.serial) && told(one.at));
        let newest = refused.max_by_key(|one| one.at)?;
        let evidence = Evidence::new(Basis::ReplacedIsRefused, ForAnOlder, Strong);
        Some(Evidence { at: Some(newest.at), serial: Some(newest.serial.clone()), ..evidence })
    }

    fn is_replaced(&self, one: &crate::inventory::Replaced) -> bool {
        one.credential == self.credential
    }
}

/// Whether an address is this node's.
fn own(node: &Node, from: Option<IpAddr>) -> bool {
    let Some(from) = from.map(|from| from.to_canonical()) else { return false };
    let listeners = node.listeners.iter().map(|listener| listener.address.ip());
    from.is_loopback() || node.address.into_iter().chain(listeners).any(|own| own.to_canonical() == from)
}
