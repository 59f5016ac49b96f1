//! What a process that never re-reads its credential holds in memory.

use super::{Check, Finding, Judgement, State, judge, judge_kubelet};
use crate::inventory::{Component, File, Holder, Node};
use jiff::{SignedDuration, Timestamp};

/// kubeadm and perennial backdate certificates by this much: NotBefore plus this is when one was made.
pub const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// What a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Exactly what the file holds now.
    Fresh(Basis),
    /// Something older than the file.
    Stale(Basis),
    /// It can't be told.
    Unproven(Basis),
}

impl Memory {
    /// How it is known.
    pub fn basis(self) -> Basis {
        match self {
            Self::Fresh(basis) | Self::Stale(basis) | Self::Unproven(basis) => basis,
        }
    }
}

/// How it is known what a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// It has shown the certificate of its file to kube-apiserver.
    ShowedTheFiles,
    /// It has shown a certificate to kube-apiserver that its file held earlier.
    ShowedReplaced,
    /// It has shown another certificate to kube-apiserver than its file holds.
    ShowedOther,
    /// Its own mount namespace shows other bytes than the host's file.
    OtherBytesMounted,
    /// Its own mount namespace shows the same bytes, which proves nothing.
    SameBytesMounted,
    /// Its kubeconfig names files, which client-go follows (transport/cert_rotation.go).
    FollowsFiles,
    /// It makes and stores its certificates itself.
    RotatesItself,
    /// It started after the inode last changed: it has read exactly this.
    StartedAfterChange,
    /// It started before our own swap.
    StartedBeforeOurSwap,
    /// It started before the certificate in the file was made.
    StartedBeforeIssue,
    /// kube-apiserver refuses a certificate that its file held earlier.
    ReplacedIsRefused,
    /// Its lease was renewed since its start.
    LeaseRenewed,
    /// It started after the certificate was made and before the inode last changed.
    InBetween,
    /// Two pieces of evidence of the same strength contradict each other.
    Contradicted,
    /// Its start is not known.
    NoStart,
    /// It does not run.
    NotRunning,
    /// The file can't be read.
    NoFile,
}

/// A process of Kubernetes' own that keeps a credential in memory.
#[derive(Clone, Debug)]
pub struct Process<'a> {
    /// Whose.
    pub component: Component,
    /// The credential's name.
    pub credential: &'a str,
    /// The file that it comes from.
    pub file: Option<&'a File>,
    /// When the process started.
    pub started: Option<Timestamp>,
    /// What the evidence says.
    pub judgement: Judgement,
}

/// Every process of a node that keeps a credential in memory: those that read it once, and the kubelet as a client.
pub fn processes(node: &Node) -> Vec<Process<'_>> {
    let file = |name: &str| node.credential(name).map(|credential| credential.place.file());
    let of_holders = node.holders.iter().map(|holder| Process {
        component: holder.component,
        credential: &holder.credential,
        file: file(&holder.credential),
        started: holder.started(),
        judgement: judge(node, holder),
    });
    let of_kubelet = || {
        let credential = node.kubelet_runs_with()?;
        Some(Process {
            component: Component::Kubelet,
            credential: &credential.name,
            file: Some(credential.place.file()),
            started: node.kubelet.unit.seen().and_then(|unit| unit.active_since),
            judgement: judge_kubelet(node)?,
        })
    };
    of_holders.chain(of_kubelet()).collect()
}

/// Judges what `holder` has in memory.
pub fn memory(node: &Node, holder: &Holder) -> Memory {
    judge(node, holder).memory
}

/// Checks every holder that should run on this node.
pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for holder in &node.holders {
        let Some(credential) = node.credential(&holder.credential) else { continue };
        let file = credential.place.file();
        let judgement = judge(node, holder);
        let state = match judgement.memory {
            Memory::Fresh(_) => State::Pass,
            // A file that can't be read, and a process that does not run, are findings of their own.
            Memory::Unproven(Basis::NoFile) => State::NotApplicable,
            // Nothing runs in a copied tree.
            Memory::Unproven(_) if node.copied_tree => State::NotApplicable,
            Memory::Stale(basis) => State::Fail(Finding::ProcessStale {
                component: holder.component,
                file: file.path.clone(),
                basis,
                strength: judgement.strength,
                started: holder.started(),
                file_changed: file.facts.seen().map_or(Timestamp::UNIX_EPOCH, |facts| facts.changed),
            }),
            Memory::Unproven(basis) => match holder.container.trouble() {
                Some(trouble) if trouble.blind() => State::CouldNotLook(trouble.clone()),
                _ => State::Fail(Finding::ProcessUnproven {
                    component: holder.component,
                    file: file.path.clone(),
                    basis,
                    started: holder.started(),
                }),
            },
        };
        checks.push(Check { object: holder.component.to_string(), state });
    }
    kubelet(node, checks);
}

/// What the kubelet uses as a client. That it does not run, or can't start, is told elsewhere.
fn kubelet(node: &Node, checks: &mut Vec<Check>) {
    let of_kubelet = |one: &Process<'_>| one.component == Component::Kubelet;
    let Some(process) = processes(node).into_iter().find(of_kubelet) else { return };
    let facts = process.file.and_then(|file| file.facts.seen());
    let state = match (process.judgement.memory, process.file) {
        (Memory::Fresh(_), _) => State::Pass,
        (Memory::Stale(basis), Some(file)) => State::Fail(Finding::ProcessStale {
            component: process.component,
            file: file.path.clone(),
            basis,
            strength: process.judgement.strength,
            started: process.started,
            file_changed: facts.map_or(Timestamp::UNIX_EPOCH, |facts| facts.changed),
        }),
        (Memory::Stale(_) | Memory::Unproven(_), _) => State::NotApplicable,
    };
    checks.push(Check { object: process.component.to_string(), state });
}

/// The components whose process is stale, or may well be: it started between the making of the certificate and the
/// last change of its file. A restart costs a second without a leader; a standby that is locked out costs the cluster.
pub(crate) fn not_fresh(node: &Node) -> Vec<Component> {
    let wanted = |holder: &&Holder| {
        let unsure = [Basis::InBetween, Basis::Contradicted];
        match memory(node, holder) {
            Memory::Stale(_) => true,
            Memory::Unproven(basis) => unsure.contains(&basis),
            Memory::Fresh(_) => false,
        }
    };
    node.holders.iter().filter(wanted).map(|holder| holder.component).collect()
}

/// The components whose process is proven to hold something older than its file.
pub(crate) fn stale(node: &Node) -> Vec<Component> {
    let stale = |holder: &&Holder| matches!(memory(node, holder), Memory::Stale(_));
    node.holders.iter().filter(stale).map(|holder| holder.component).collect()
}
