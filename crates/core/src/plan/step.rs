//! A step: guard, action, undo, proof. Plain data.

use super::issuer::ByKubeadm;
use crate::inventory::Component;
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::key::{KeyForm, KeyKind};
use perennial_pki::reissue::Amendments;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What must hold before the action.
    pub guards: Vec<Guard>,
    /// What is done.
    pub action: Action,
    /// How it is taken back, or why it need not be.
    pub undo: Undo,
    /// What must be seen afterwards.
    pub proofs: Vec<Proof>,
    /// How long the proof may take, in seconds.
    pub limit_seconds: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Copies everything that could be needed to go back.
    Backup {
        /// The directories, and single files elsewhere, that are copied whole.
        directories: Vec<Utf8PathBuf>,
    },
    /// Makes keys and certificates and lies them beside the live files, synced and read back.
    Stage {
        /// What is made.
        renewals: Vec<Renewal>,
    },
    /// Exchanges live files and their staged twins: the certificate first, then the key, nothing between.
    Swap(Swap),
    /// Stops the container; the kubelet starts the next one.
    Restart {
        /// Whose.
        component: Component,
    },
    /// Empties the lease of a holder that no longer exists, as a clean exit would have done.
    ReleaseLease {
        /// Whose.
        component: Component,
    },
    /// Proves with a test Deployment that controllers, scheduler and kubelet work, and removes it.
    Workload,
}

/// A credential that gets a new certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The credential's name.
    pub credential: String,
    /// Where the new bytes go.
    pub target: Target,
    /// Where the new bytes come from.
    pub source: Source,
    /// When the old certificate ends; absent where there is none to read.
    pub old_not_after: Option<Timestamp>,
    /// When the new one will end.
    pub new_not_after: Timestamp,
    /// Names in the certificate (DNS and IP), for the reader of the plan.
    pub names: usize,
    /// Of a person's own entry: the identity that goes on, as it reads. Its file is left to its owner alone (0600), and
    /// what it was is kept once beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// The files of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Target {
    /// Two PEM files.
    Pair {
        /// The certificate's file.
        certificate: Utf8PathBuf,
        /// The key's file.
        key: Utf8PathBuf,
    },
    /// A PEM file whose key stays where it is.
    Certificate {
        /// The certificate's file.
        certificate: Utf8PathBuf,
        /// The key's file, which is read.
        key: Utf8PathBuf,
    },
    /// A user's entry of a kubeconfig.
    Kubeconfig {
        /// The kubeconfig.
        path: Utf8PathBuf,
        /// The entry's name; `None`: the one that the current context leads to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
}

impl Target {
    /// The live files, in the order in which they are exchanged.
    pub fn files(&self) -> Vec<&Utf8PathBuf> {
        match self {
            Self::Pair { certificate, key } => vec![certificate, key],
            Self::Certificate { certificate, .. } => vec![certificate],
            Self::Kubeconfig { path, .. } => vec![path],
        }
    }

    /// The same, and what is only read.
    pub fn all_files(&self) -> Vec<&Utf8PathBuf> {
        match self {
            Self::Certificate { certificate, key } => vec![certificate, key],
            Self::Pair { .. } | Self::Kubeconfig { .. } => self.files(),
        }
    }
}

/// Where a new credential comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Source {
    /// The old certificate re-issued, mostly for a new key.
    Reissue {
        /// The CA's certificate file.
        authority_certificate: Utf8PathBuf,
        /// The CA's key file.
        authority_key: Utf8PathBuf,
        /// Whether that file is encrypted: it is opened in memory, by its passphrase.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        authority_locked: bool,
        /// The CA certificate's SHA-256: the plan holds for this CA only.
        authority_fingerprint: String,
        /// The old certificate's SHA-256.
        old_fingerprint: String,
        /// The new key's algorithm: the old one's.
        key_kind: KeyKind,
        /// The new key's form: the old one's.
        key_form: KeyForm,
        /// When the new certificate begins.
        not_before: Timestamp,
        /// Whether the old key stays.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reuse_key: bool,
        /// What the new certificate says otherwise than the old one.
        #[serde(default, skip_serializing_if = "Amendments::is_empty")]
        amendments: Amendments,
        /// How kubeadm makes it; absent: perennial does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_kubeadm: Option<ByKubeadm>,
    },
    /// A certificate that another CA has signed.
    Import {
        /// The file in which it came back.
        file: Utf8PathBuf,
        /// The certificate and what follows it in its file, as PEM: what was judged is what is installed.
        chain: String,
        /// The certificate's SHA-256.
        fingerprint: String,
        /// The old certificate's SHA-256.
        old_fingerprint: String,
        /// The key's algorithm.
        key_kind: KeyKind,
        /// The file of the key that was made for it; absent where the old key stays.
        key: Option<Utf8PathBuf>,
    },
    /// A copy of what this run makes for another credential (a person's copy of admin.conf).
    CopyOf {
        /// That credential's name.
        credential: String,
        /// Its kubeconfig: read where this run does not renew it.
        path: Utf8PathBuf,
    },
}

impl Source {
    /// The SHA-256 of the certificate that goes; absent for a copy, which may follow several.
    pub fn old_fingerprint(&self) -> Option<&str> {
        match self {
            Self::Reissue { old_fingerprint, .. } | Self::Import { old_fingerprint, .. } => {
                Some(old_fingerprint)
            }
            Self::CopyOf { .. } => None,
        }
    }

    /// Whether the old key goes on to be used.
    pub fn key_stays(&self) -> bool {
        matches!(self, Self::Reissue { reuse_key: true, .. } | Self::Import { key: None, .. })
    }
}

/// The exchange of one credential's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// The credential's name.
    pub credential: String,
    /// The live files: the certificate, then the key; or a kubeconfig.
    pub files: Vec<PreImage>,
    /// When the old certificate ends: afterwards it is no way back.
    pub old_not_after: Option<Timestamp>,
}

/// A file as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreImage {
    /// The live file.
    pub path: Utf8PathBuf,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// What must hold before a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "guard", rename_all = "kebab-case")]
pub enum Guard {
    /// The live files are still as planned: somebody else's write stops the run.
    AsPlanned,
    /// The kubelet runs: without it nothing starts the next container.
    KubeletRuns,
    /// Enough blocks and inodes are free for the backup and the staged files.
    Space {
        /// Bytes needed, twice what will be written.
        bytes: u64,
    },
    /// Every container of the component on the lease's host started after the lease was last renewed.
    HolderIsGone,
}

/// How a step is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "kebab-case")]
pub enum Undo {
    /// It adds files that nothing reads; they are removed.
    RemoveStaged,
    /// The same exchange backwards, while the old certificate is good for ten more minutes.
    ExchangeBack,
    /// Restarted once more, after the files are back.
    RestartAgain,
    /// Nothing to take back.
    Nothing {
        /// Why.
        because: Harmless,
    },
}

/// Why a step needs no undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harmless {
    /// A copy is only read when somebody asks for it.
    Copy,
    /// A lease without a holder is taken by the next candidate.
    LeaseIsTaken,
    /// The test Deployment is removed by the step itself.
    RemovesItself,
}

/// What must be seen after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "kebab-case")]
pub enum Proof {
    /// What the step wrote was read back and verified.
    ReadBack,
    /// The live files hold the new bytes.
    OnDisk,
    /// A listener presents the new certificate.
    Served(Listening),
    /// Another container of the same pod runs, and it started after the file was swapped.
    NewContainer {
        /// Whose.
        component: Component,
    },
    /// The component's lease was renewed after the restart.
    LeaseRenewed {
        /// Whose.
        component: Component,
    },
    /// A ReplicaSet and a running pod came and were removed. Not proven is allowed: a policy may refuse it.
    WorkloadRuns,
}

/// A listener that has to present a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Who.
    pub component: Component,
    /// Where, on the node's own address.
    pub address: SocketAddr,
    /// The server name to send, if any.
    pub server_name: Option<String>,
}
