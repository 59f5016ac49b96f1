//! What will be done: decided completely before anything is touched. A plan has no choices left in it.

mod digest;
mod external;
mod import;
mod install;
mod issuer;
mod lint;
mod possible;
mod refresh;
mod refusal;
mod reload;
pub(crate) mod renew;
mod restart;
mod sign;
mod step;

pub use digest::{digest, stale};
pub use external::{Wanted, signed_elsewhere, wanted};
pub use import::{Objection, Pending, Rejected, Returned, import};
pub use install::{NotTaken, judge_returned};
pub use issuer::{ByKubeadm, CanNot, Kubeadm, KubeadmPair, encryption_algorithm};
pub use lint::{Fault, lint};
pub use possible::{key_can_be_made, role_can_be_repaired};
pub use refresh::{obstacle, refresh, signable};
pub use refusal::Refusal;
pub use reload::reload;
pub use renew::{never_as_it_is, other_control_planes, renew, renewable};
pub use restart::backup_directories;
pub use sign::{GRACE, NotSigned, Signing, Terms, sign};
pub use step::{
    Action, Guard, Harmless, Listening, PreImage, Proof, Renewal, Source, Step, Swap, Target, Undo,
};

use crate::inventory::Component;
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_pki::reissue::AlternativeName;
use serde::{Deserialize, Serialize};

/// The format of [`Plan`]: additive changes keep it, an older perennial refuses a newer one.
pub const FORMAT: u32 = 1;

/// What the operator asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// New certificates, or only restarts.
    pub verb: Verb,
    /// Only these credentials (kubeadm's names); empty: all leaves.
    pub only: Vec<String>,
    /// The life of the new certificates in seconds, before it is clamped to the CA's.
    pub validity_seconds: i64,
    /// Only what the policy calls due.
    pub due: bool,
    /// Also what an earlier run has just installed.
    pub force: bool,
    /// Whether kube-apiserver may be restarted for its loopback certificate.
    pub restart_apiserver: RestartApiserver,
    /// Whether a test Deployment ends the proof.
    pub workload: bool,
    /// Names that a server's certificate gets in addition: kube-apiserver's, or those of `only`.
    #[serde(default)]
    pub add_names: Vec<AlternativeName>,
    /// Whether the keys stay.
    #[serde(default)]
    pub reuse_keys: bool,
    /// Whether a certificate gets what its role needs and it lacks, and this node's names instead of another's.
    #[serde(default)]
    pub repair_roles: bool,
    /// Who makes the certificates instead of perennial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeadm: Option<Kubeadm>,
    /// Whether a person's new certificate may be one of `system:masters`, whose rights nobody can take away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system_masters: bool,
}

impl Request {
    /// All leaves, or all that is stale, in the way that nobody has to ask for.
    pub fn new(verb: Verb, validity_seconds: i64) -> Self {
        Self {
            verb,
            only: Vec::new(),
            validity_seconds,
            due: false,
            force: false,
            restart_apiserver: RestartApiserver::Auto,
            workload: false,
            add_names: Vec::new(),
            reuse_keys: false,
            repair_roles: false,
            kubeadm: None,
            system_masters: false,
        }
    }
}

/// The kinds of plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// New certificates, and the restarts that they need.
    Renew,
    /// No new certificate: only what is proven stale is restarted.
    Reload,
    /// Certificates that another CA has signed, and the restarts that they need.
    Import,
    /// New keys and certificates for people's kubeconfigs; nothing of the node's own is touched.
    Refresh,
}

/// When kube-apiserver is restarted although it follows its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartApiserver {
    /// Where its loopback certificate ends before the new certificates do.
    Auto,
    /// Never: the finding carries the date.
    Never,
    /// In every run.
    Always,
}

/// A finished decision for one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The node that it is for.
    pub node: String,
    /// When the node was looked at.
    pub observed_at: Timestamp,
    /// What was asked for.
    pub request: Request,
    /// SHA-256 over what the plan was made from: pre-images, identities, CA keys, the stale set. Never
    /// times, container ids or leases.
    pub digest: String,
    /// In order.
    pub steps: Vec<Step>,
    /// What stays as it is, and why.
    pub kept: Vec<Kept>,
    /// Control planes that this run does not touch.
    pub other_control_planes: Vec<String>,
}

impl Plan {
    /// Whether the plan changes nothing. (A proof alone changes nothing.)
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is renewed, in order.
    pub fn renewals(&self) -> impl Iterator<Item = &Renewal> {
        self.steps.iter().flat_map(|step| match &step.action {
            Action::Stage { renewals } => renewals.as_slice(),
            _ => &[],
        })
    }

    /// What is restarted, in order.
    pub fn restarts(&self) -> impl Iterator<Item = Component> + '_ {
        self.steps.iter().filter_map(|step| match &step.action {
            Action::Restart { component } => Some(*component),
            _ => None,
        })
    }

    /// The encrypted CA keys that sign what is renewed: nothing can be made without their passphrases.
    pub fn locked_keys(&self) -> Vec<&Utf8Path> {
        let mut keys: Vec<&Utf8Path> = Vec::new();
        for renewal in self.renewals() {
            if let Source::Reissue { authority_key, authority_locked: true, .. } = &renewal.source
                && !keys.contains(&authority_key.as_path())
            {
                keys.push(authority_key);
            }
        }
        keys
    }

    /// Whether something due was left out by design (exit code 1).
    pub fn leaves_something_due(&self) -> bool {
        !self.other_control_planes.is_empty()
            || self.kept.iter().any(|kept| {
                let own_file = self.request.verb == Verb::Refresh && kept.reason.about_the_file();
                own_file || kept.reason.leaves_something_due()
            })
    }
}

/// A credential or component that the plan leaves as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: Reason,
    /// When it ends, where it ends.
    pub until: Option<Timestamp>,
}

/// Why something is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A finished run with the same request has just installed it.
    JustInstalled,
    /// It is the very certificate that should be installed.
    Installed,
    /// The policy does not call it due.
    NotDue,
    /// It was not asked for.
    NotAsked,
    /// Its CA's key is not on this node.
    ExternalAuthority,
    /// The kubelet renews it by itself.
    RotatesItself,
    /// CAs are never renewed here.
    Authority,
    /// It re-reads its files.
    ReloadsItself,
    /// It is not known whether a process of its version re-reads its files, and no run restarts it.
    ReloadUnknown,
    /// `--restart-apiserver never`.
    RestartForbidden,
    /// Others may write in its directory: what lies there can be exchanged under us.
    DirectoryOpen,
    /// Its directory can't be written.
    DirectoryReadOnly,
    /// An attribute keeps even root from exchanging it.
    AttributeSet,
    /// It carries somebody else's identity: renewed, it would go on to.
    ForeignIdentity,
    /// It is another node's certificate: renewed, it would still be.
    OtherNode,
    /// Its file begins with a CA, which must not be renewed as a leaf.
    ChainOutOfOrder,
    /// It uses a token or a plugin: there is no certificate.
    NoCertificate,
    /// It is one of `system:masters`, and that was not asked for.
    SystemMasters,
    /// It is a node's or a component's identity, in a person's file.
    MachineIdentity,
    /// The key beside the certificate is not its key: who holds a certificate alone is not given the next one's key.
    KeyDoesNotFit,
    /// It is no client's certificate, or not only a client's.
    NotOnlyAClients,
    /// Its context leads to a cluster that trusts another CA.
    LeadsElsewhere,
    /// Its certificate can't be read: nobody knows whether it is this cluster's.
    Unreadable,
    /// It is in the node's own files, which `renew` renews.
    NodesOwn,
    /// The key of the CA that has signed it is not on this node.
    NoKeyHere,
    /// Its owner has taken the right to write it away.
    FileReadOnly,
    /// Its data is shared by YAML anchors, spans several lines, or is half embedded and half in a file.
    NotInPlace,
}

impl Reason {
    /// Whether what is left as it is should have been renewed.
    pub fn leaves_something_due(self) -> bool {
        matches!(
            self,
            Self::ExternalAuthority
                | Self::ForeignIdentity
                | Self::OtherNode
                | Self::ChainOutOfOrder
                | Self::SystemMasters
                | Self::MachineIdentity
                | Self::KeyDoesNotFit
                | Self::NotOnlyAClients
                | Self::LeadsElsewhere
                | Self::NoKeyHere
                | Self::FileReadOnly
                | Self::NotInPlace
        )
    }

    /// Whether a file or its directory is what is in the way. In a run that is about people's files that is what was
    /// not done; in one about the node it is not.
    fn about_the_file(self) -> bool {
        matches!(self, Self::DirectoryOpen | Self::DirectoryReadOnly | Self::AttributeSet)
    }
}
