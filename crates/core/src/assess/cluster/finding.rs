//! What can be said about objects in the cluster.

use crate::assess::{About, Code, Severity};
use crate::inventory::{Component, Publisher, RequestState, Signer};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::chain::Fault;

/// Something worth telling about an object in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterFinding {
    /// PRN8201 to PRN8205.
    Published {
        /// Which kind of object.
        publisher: Publisher,
        /// The object, as `kubectl get` takes it.
        object: String,
        /// Which entry of it.
        entry: String,
        /// What is wrong.
        fault: BundleFault,
        /// Whether a failure of the connection is ignored (`failurePolicy: Ignore`).
        ignorable: bool,
    },
    /// PRN6105: the kubelet has no serving certificate, although it is configured to ask for one; or requests for one
    /// are stuck.
    ServingRequests {
        /// The node.
        node: String,
        /// Where this node's kubelet would keep it; `None`: another node, or it has one.
        absent: Option<Utf8PathBuf>,
        /// The requests that have no certificate, the newest first.
        requests: Vec<OpenRequest>,
    },
    /// PRN6109.
    ClientRequests {
        /// The node.
        node: String,
        /// The requests that have no certificate, the newest first.
        requests: Vec<OpenRequest>,
    },
    /// PRN6108.
    ApprovalMissing {
        /// For a node's next certificates; else for its first one.
        renewal: bool,
        /// When this node's kubelet is locked out by it.
        locked_out: Option<Timestamp>,
    },
    /// PRN8207.
    SecretEnds {
        /// `secret/NAME -n NAMESPACE`.
        object: String,
        /// Who has signed the certificate.
        issuer: String,
        /// When it ends.
        at: Timestamp,
        /// How grave that is.
        severity: Severity,
    },
}

/// What is wrong with CA certificates in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleFault {
    /// They can't be read; the reason.
    Unreadable(crate::inventory::Trouble),
    /// Every one of them has expired; when the last one did.
    Expired(Timestamp),
    /// The last one ends soon.
    EndsSoon {
        /// When.
        at: Timestamp,
        /// Below the critical threshold.
        critical: bool,
    },
    /// The CA in use on this node is not among them: SHA-256 of that one and of those.
    Missing {
        /// The CA in use.
        wanted: String,
        /// What is there.
        there: Vec<String>,
    },
    /// There are others beside the CA in use: SHA-256.
    Foreign(Vec<String>),
    /// What the service behind it serves is refused by whoever trusts them.
    Refuses {
        /// The service's name.
        service: String,
        /// Every reason.
        reasons: Vec<Fault>,
    },
}

/// A request without a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// The object's name.
    pub name: String,
    /// Who should sign it.
    pub signer: Signer,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// How far it has come.
    pub state: RequestState,
    /// The names and addresses that it asks for.
    pub asked: Vec<String>,
    /// The node's addresses; `None`: they are not known.
    pub addresses: Option<Vec<String>>,
    /// Why it should not be approved as it is.
    pub faults: Vec<RequestFault>,
}

/// Why a request should not be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// It can't be read.
    Unreadable,
    /// Somebody else than the node has made it.
    Requester(String),
    /// It asks for another identity than a node's own: the subject.
    Subject(String),
    /// It asks for names or addresses that the node doesn't have.
    Names(Vec<String>),
    /// It asks for other uses than a kubelet's server.
    Usages(Vec<String>),
}

impl ClusterFinding {
    /// Its code.
    pub fn code(&self) -> Code {
        match self {
            Self::Published { publisher, .. } => match publisher {
                Publisher::Webhook => Code::WebhookBundle,
                Publisher::ApiService => Code::ApiServiceBundle,
                Publisher::ClusterInfo => Code::ClusterInfoDiffers,
                Publisher::RootCertificate => Code::RootCertificateDiffers,
                Publisher::ClientAuthority | Publisher::FrontProxyAuthority => Code::AuthenticationDiffers,
            },
            Self::ServingRequests { .. } => Code::KubeletServingRequests,
            Self::ClientRequests { .. } => Code::KubeletClientRequests,
            Self::ApprovalMissing { .. } => Code::ApprovalMissing,
            Self::SecretEnds { .. } => Code::SecretEnds,
        }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Published { fault: BundleFault::EndsSoon { critical: false, .. }, .. }
            | Self::Published { fault: BundleFault::Foreign(_), .. }
            | Self::Published { publisher: Publisher::ClusterInfo, .. }
            | Self::Published { ignorable: true, .. }
            | Self::ServingRequests { .. }
            | Self::ClientRequests { .. }
            | Self::ApprovalMissing { .. } => Severity::Warning,
            Self::Published { .. } => Severity::Critical,
            Self::SecretEnds { severity, .. } => *severity,
        }
    }

    /// What it is about.
    pub fn about(&self) -> About<'_> {
        match self {
            Self::Published { object, .. } | Self::SecretEnds { object, .. } => About::Object(object),
            Self::ServingRequests { node, .. } | Self::ClientRequests { node, .. } => About::Object(node),
            Self::ApprovalMissing { .. } => About::Component(Component::KubeControllerManager),
        }
    }
}
