//! What a process that never re-reads its credential holds in memory.

use super::{Check, Finding, State};
use crate::inventory::{Component, Credential, Holder, Looked, Node};
use crate::reload;
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

/// How it is known what a process holds, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Its kubeconfig names files, which client-go follows (transport/cert_rotation.go).
    FollowsFiles,
    /// Its own mount namespace shows other bytes than the host's file.
    OtherBytesMounted,
    /// It started after the inode last changed: it has read exactly this.
    StartedAfterChange,
    /// It started before our own swap.
    StartedBeforeOurSwap,
    /// It started before the certificate in the file was made.
    StartedBeforeIssue,
    /// It started after the certificate was made and before the inode last changed.
    InBetween,
    /// Its start is not known.
    NoStart,
    /// It does not run.
    NotRunning,
    /// The file can't be read.
    NoFile,
}

/// Judges what `holder` has in memory.
pub fn memory(node: &Node, holder: &Holder) -> Memory {
    if reload::of_holder(node, holder).is_some_and(|row| row.class.follows()) {
        return Memory::Fresh(Basis::FollowsFiles);
    }
    let Some(credential) = node.credential(&holder.credential) else {
        return Memory::Unproven(Basis::NoFile);
    };
    let Some(facts) = credential.place.file().facts.seen() else { return Memory::Unproven(Basis::NoFile) };
    if holder.mounted_sha256.seen().is_some_and(|mounted| *mounted != facts.sha256) {
        return Memory::Stale(Basis::OtherBytesMounted);
    }
    if matches!(holder.container, Looked::Absent) && holder.announced_start.is_none() {
        return Memory::Unproven(Basis::NotRunning);
    }
    let Some(started) = holder.started() else { return Memory::Unproven(Basis::NoStart) };
    if later(started, facts.changed, holder) {
        return Memory::Fresh(Basis::StartedAfterChange);
    }
    let ours = node.past.installed_at(credential.place.file().real_path(), &facts.sha256);
    if ours.is_some_and(|installed| started < installed.at) {
        return Memory::Stale(Basis::StartedBeforeOurSwap);
    }
    if made(credential).is_some_and(|made| started < made) {
        return Memory::Stale(Basis::StartedBeforeIssue);
    }
    Memory::Unproven(Basis::InBetween)
}

/// Whether the process started after the inode changed. A start that is known only to the second counts from
/// the second after the change.
fn later(started: Timestamp, changed: Timestamp, holder: &Holder) -> bool {
    if holder.container.seen().is_some() {
        started > changed
    } else {
        started.as_second() > changed.as_second()
    }
}

fn made(credential: &Credential) -> Option<Timestamp> {
    credential.leaf()?.not_before().checked_add(BACKDATED).ok()
}

/// Checks every holder that should run on this node.
pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for holder in &node.holders {
        let Some(credential) = node.credential(&holder.credential) else { continue };
        let file = credential.place.file();
        let state = match memory(node, holder) {
            Memory::Fresh(_) => State::Pass,
            // A file that can't be read, and a process that does not run, are findings of their own.
            Memory::Unproven(Basis::NoFile) => State::NotApplicable,
            // Nothing runs in a copied tree.
            Memory::Unproven(_) if node.copied_tree => State::NotApplicable,
            Memory::Stale(basis) => State::Fail(Finding::ProcessStale {
                component: holder.component,
                file: file.path.clone(),
                basis,
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
}

/// The components whose process is stale, or may well be: it started between the making of the certificate and the
/// last change of its file. A restart costs a second without a leader; a standby that is locked out costs the cluster.
pub(crate) fn not_fresh(node: &Node) -> Vec<Component> {
    let wanted = |holder: &&Holder| {
        matches!(memory(node, holder), Memory::Stale(_) | Memory::Unproven(Basis::InBetween))
    };
    node.holders.iter().filter(wanted).map(|holder| holder.component).collect()
}

/// The components whose process is proven to hold something older than its file.
pub(crate) fn stale(node: &Node) -> Vec<Component> {
    let stale = |holder: &&Holder| matches!(memory(node, holder), Memory::Stale(_));
    node.holders.iter().filter(stale).map(|holder| holder.component).collect()
}
