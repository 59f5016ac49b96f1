//! The kubelets' certificate signing requests, and who approves them.

use jiff::Timestamp;
use perennial_pki::request::Request;

/// The prefix of a node's user name.
pub const NODE_USER: &str = "system:node:";

/// The group of all nodes.
pub const NODES_GROUP: &str = "system:nodes";

/// The prefix of the groups of those who join with a token.
pub const BOOTSTRAPPERS_GROUP: &str = "system:bootstrappers";

/// A kubelet's certificate signing request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeletRequest {
    /// The object's name.
    pub name: String,
    /// Who signs it.
    pub signer: Signer,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Who made it: `spec.username`.
    pub requester: String,
    /// The groups of who made it.
    pub groups: Vec<String>,
    /// `spec.usages`, sorted.
    pub usages: Vec<String>,
    /// What it asks for; `None`: it can't be read.
    pub asks: Option<Request>,
    /// How far it has come.
    pub state: RequestState,
}

impl KubeletRequest {
    /// The node whose certificate it wants, by the subject that it asks for, else by who made it.
    pub fn node(&self) -> Option<&str> {
        let asked = self.asks.as_ref().and_then(|asks| asks.common_name.as_deref());
        asked.and_then(|name| name.strip_prefix(NODE_USER)).or_else(|| self.requester.strip_prefix(NODE_USER))
    }
}

/// Who signs a kubelet's request (`spec.signerName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// `kubernetes.io/kube-apiserver-client-kubelet`: the client certificate. kube-controller-manager approves it.
    KubeletClient,
    /// `kubernetes.io/kubelet-serving`: the serving certificate. Nobody approves it by default.
    KubeletServing,
}

impl Signer {
    /// `spec.signerName`.
    pub fn name(self) -> &'static str {
        match self {
            Self::KubeletClient => "kubernetes.io/kube-apiserver-client-kubelet",
            Self::KubeletServing => "kubernetes.io/kubelet-serving",
        }
    }
}

/// How far a request has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Nobody has decided.
    Pending,
    /// Somebody has denied it: their reason and words.
    Denied(String),
    /// Approved, and no certificate yet.
    ApprovedNotIssued,
    /// The signer has refused it: its reason and words.
    Failed(String),
    /// The certificate is there.
    Issued,
}

/// Who may have requests for client certificates approved automatically: the subjects that are bound to the two
/// cluster roles by which kube-controller-manager's approver decides
/// (pkg/controller/certificates/approver/sarapprove.go).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Subjects of `system:certificates.k8s.io:certificatesigningrequests:nodeclient`: a node's first certificate.
    pub first: Vec<String>,
    /// Subjects of `…:selfnodeclient`: the next ones.
    pub renewal: Vec<String>,
}

impl Approvals {
    /// Whether nodes that join with a token get their first certificate.
    pub fn joins(&self) -> bool {
        self.first
            .iter()
            .any(|subject| subject.starts_with(BOOTSTRAPPERS_GROUP) || subject == "system:authenticated")
    }

    /// Whether nodes get their next certificate.
    pub fn rotates(&self) -> bool {
        self.renewal.iter().any(|subject| subject == NODES_GROUP || subject == "system:authenticated")
    }
}
