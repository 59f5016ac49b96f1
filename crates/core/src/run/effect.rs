//! What a run asks of the world: effects change it, questions do not. Everything that a run does passes
//! through these two types, so a fault can be put at every one of them.

use crate::inventory::{Component, Container, Lease};
use crate::plan::{Listening, Renewal};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Copies directories into the run's own directory; real copies, 0600, never hard links.
    Backup {
        /// The run.
        run: String,
        /// What is copied.
        directories: Vec<Utf8PathBuf>,
    },
    /// Makes what is renewed and lays it beside the live files: owner, mode and label as theirs, synced,
    /// read back and verified.
    Stage {
        /// The run: its id is part of the staged names.
        run: String,
        /// What is made.
        renewals: Vec<Renewal>,
    },
    /// Exchanges each live file with its twin, in this order and with nothing between, then syncs their
    /// directory once.
    Exchange {
        /// The files of one credential.
        files: Vec<Exchange>,
    },
    /// Unlinks files that a run has staged or exchanged out. Never writes to them: they may be the old inodes.
    Discard {
        /// The twins.
        files: Vec<Utf8PathBuf>,
    },
    /// Asks the container runtime to stop a container.
    Stop {
        /// Whose.
        component: Component,
        /// The container.
        container: String,
        /// Seconds until it is killed.
        grace_seconds: u32,
    },
    /// Empties a lease, if it is still the one that was seen.
    ReleaseLease {
        /// Whose.
        component: Component,
        /// The lease's `resourceVersion` when the fence was checked.
        resource_version: String,
    },
    /// Creates the test Deployment, waits for its pod, removes it.
    Workload {
        /// Seconds that it may take.
        limit_seconds: u32,
    },
}

/// One live file and its twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The live file.
    pub live: Utf8PathBuf,
    /// SHA-256 that the live file must have now, else nothing is exchanged; empty: there must be none.
    pub live_sha256: String,
    /// The staged one, in the same directory.
    pub twin: Utf8PathBuf,
    /// As `live_sha256`, for the twin.
    pub twin_sha256: String,
}

/// What an effect has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Done.
    Done,
    /// Exchanged by two renames each: the file system has no `RENAME_EXCHANGE`.
    Renamed,
    /// The backup lies there.
    BackedUp {
        /// Its directory.
        directory: Utf8PathBuf,
        /// Files in it.
        files: usize,
    },
    /// Staged.
    Staged {
        /// Every staged file.
        files: Vec<Staged>,
    },
    /// What the test Deployment showed.
    Workload(WorkloadOutcome),
}

/// A staged file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// The credential's name.
    pub credential: String,
    /// The live file.
    pub live: Utf8PathBuf,
    /// Its twin.
    pub twin: Utf8PathBuf,
    /// SHA-256 of the live file.
    pub before_sha256: String,
    /// SHA-256 of the twin.
    pub after_sha256: String,
    /// SHA-256 of the new certificate, on each of the credential's files.
    pub fingerprint: String,
}

/// What a test Deployment showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum WorkloadOutcome {
    /// A pod ran.
    Proven {
        /// Milliseconds until its ReplicaSet existed.
        replica_set_ms: u64,
        /// Milliseconds until its pod ran.
        running_ms: u64,
    },
    /// A policy refused it, or no image was at hand: nothing is known.
    NotProven {
        /// Why.
        reason: String,
    },
    /// It did not come up.
    Failed {
        /// What was there at the end.
        reason: String,
    },
}

/// A look at the world in the middle of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// SHA-256 of each file; `None` where it is absent.
    Files(Vec<Utf8PathBuf>),
    /// The running container of a component.
    Container(Component),
    /// SHA-256 of the leaf that a listener presents.
    Served(Listening),
    /// The lease of a component.
    Lease(Component),
    /// Whether the kubelet runs.
    KubeletRuns,
    /// Free bytes where the run's directory and the live files are: the smaller of the two.
    FreeBytes,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// In the order of the question.
    Files(Vec<Option<String>>),
    /// `None`: no container of it runs now.
    Container(Option<Container>),
    /// `None`: nobody answers.
    Served(Option<String>),
    /// `None`: the API does not answer, or there is no such lease.
    Lease {
        /// The lease.
        lease: Option<Lease>,
        /// The node's own host name, as identities carry it.
        host_name: String,
        /// When each container of the component on this node started.
        started: Vec<Timestamp>,
    },
    /// Yes or no.
    KubeletRuns(bool),
    /// Bytes.
    FreeBytes(u64),
}
