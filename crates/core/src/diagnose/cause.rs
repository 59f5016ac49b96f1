//! What is behind lines: the answers that `diagnose` can give.

use super::lines::Symptom;
use super::matching::By;
use super::patterns::Kubeadm;
use super::speaker::Speaker;
use super::token::Peer;
use crate::assess::{Code, Finding, Severity};
use crate::inventory::Component;
use camino::Utf8PathBuf;
use jiff::Timestamp;
use std::net::SocketAddr;

/// What is behind lines. The order of the variants is that of causes before consequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A certificate is not valid yet: a clock is wrong, or was when the certificate was made.
    Clock {
        /// Whose, if known.
        object: Option<String>,
        /// When it begins.
        begins: Option<Timestamp>,
        /// The clock of who said so.
        judged_at: Option<Timestamp>,
    },
    /// A CA has ended.
    AuthorityExpired {
        /// Its name.
        name: String,
        /// Its file.
        path: Utf8PathBuf,
        /// When.
        ended: Timestamp,
    },
    /// The kubelet can't start, or exits, because its client certificate has ended.
    KubeletLockedOut {
        /// The file with the certificate.
        path: Utf8PathBuf,
        /// When it ended.
        ended: Option<Timestamp>,
    },
    /// Certificates in use on this node have ended.
    Expired {
        /// The credentials' names.
        names: Vec<String>,
        /// When.
        ended: Timestamp,
    },
    /// kube-apiserver's certificate for itself, in its memory, has ended.
    Loopback {
        /// When, if known.
        ended: Option<Timestamp>,
    },
    /// A listener serves another certificate than its file.
    ServedOld {
        /// Who.
        component: Component,
        /// Where.
        address: SocketAddr,
        /// The credential.
        name: String,
        /// When what it serves ends.
        ended: Timestamp,
    },
    /// A file can't be used.
    File {
        /// The file, if known.
        path: Option<Utf8PathBuf>,
        /// The component that wants it.
        speaker: Speaker,
        /// What is wrong: one of the file symptoms.
        what: Symptom,
    },
    /// `kubelet-client-current.pem` is a file: the kubelet can't rotate.
    NotASymlink {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The kubelet waits for its serving certificate.
    NoServingCertificate,
    /// The kubelet's certificate is for another node name.
    NodeName {
        /// The name in the certificate.
        certified: String,
        /// The node's.
        node: String,
    },
    /// A certificate lacks the name by which it was reached.
    WrongName {
        /// The credential of this node, if it is one.
        name: Option<String>,
        /// Its file.
        path: Option<Utf8PathBuf>,
        /// The name that was wanted.
        wanted: Option<String>,
        /// What it has.
        valid_for: Vec<String>,
        /// The other end, where it is not of this node.
        peer: Option<Peer>,
        /// Whether it was shown by a client.
        client: bool,
    },
    /// A certificate lacks a usage.
    WrongUsage {
        /// The credential of this node, if it is one.
        name: Option<String>,
        /// Its file.
        path: Option<Utf8PathBuf>,
        /// The other end.
        peer: Option<Peer>,
    },
    /// A process of this node still shows a certificate that was replaced in its file.
    Held(Held),
    /// What `check` finds in something that lines are about.
    Found(Box<Finding>),
    /// A client of this node's server shows a certificate of a CA that is not trusted.
    StrangeClient {
        /// The server.
        speaker: Speaker,
        /// The client.
        peer: Option<Peer>,
        /// The serial number of its certificate.
        serial: Option<String>,
    },
    /// Somebody does not trust the CA of a server.
    Distrust {
        /// Who.
        speaker: Speaker,
        /// Which server.
        peer: Option<Peer>,
    },
    /// A network plugin's own copy of a token or CA is out of date.
    NetworkPlugin {
        /// Its name.
        name: String,
    },
    /// A certificate that was replaced here is still shown by somebody who is not known to hold it.
    Replaced {
        /// Which ones it can be: the credentials that they were.
        names: Vec<String>,
        /// Where the old copies lie.
        paths: Vec<Utf8PathBuf>,
        /// Whom the certificate names.
        identity: String,
        /// Its serial number, where the line gives it.
        serial: Option<String>,
        /// When it ended.
        ended: Timestamp,
        /// When it was replaced.
        at: Option<Timestamp>,
        /// How it was recognized.
        by: By,
        /// Who shows it, where a line says so.
        peer: Option<Peer>,
    },
    /// A client with a certificate that nobody here knows.
    UnknownClient(Client),
    /// A server that is not on this node, or not a component.
    OtherServer {
        /// Which.
        peer: Peer,
        /// Who asked it.
        speaker: Speaker,
        /// What is wrong with its certificate.
        what: Symptom,
        /// The webhook or API service that is behind it.
        caller: Option<String>,
    },
    /// The runtime's socket is missing.
    Socket {
        /// The one that was looked for.
        path: Utf8PathBuf,
        /// The one that the kubelet uses.
        used: Utf8PathBuf,
    },
    /// cluster-info, or a signing file, holds two CAs: half of a rotation.
    TwoAuthorities,
    /// A token of a pod has expired or is not accepted.
    Token {
        /// Who said so.
        speaker: Speaker,
        /// Why.
        fault: TokenFault,
    },
    /// The CA in cluster-info is not the one in the join command.
    JoinHash {
        /// The hash of the public key of the CA in cluster-info.
        met: Option<String>,
        /// Whether that is a CA of this node; `None` where it has none, or the line does not say.
        ours: Option<bool>,
    },
    /// The bootstrap token of `kubeadm join` is gone.
    JoinToken,
    /// Another of kubeadm's complaints.
    Kubeadm {
        /// Which.
        what: Kubeadm,
        /// The file, if it names one.
        path: Option<Utf8PathBuf>,
    },
    /// The other end refuses what the speaker shows, and nothing here says why.
    Refused {
        /// The speaker.
        speaker: Speaker,
        /// Whether the speaker is the server.
        server: bool,
        /// The other end.
        peer: Option<Peer>,
        /// Go's word for the refusal.
        alert: &'static str,
    },
    /// A server refuses the speaker's identity, and nothing here says why.
    Unauthorized {
        /// The speaker.
        speaker: Speaker,
    },
    /// A certificate complaint of which nothing more is known.
    Unexplained {
        /// The speaker.
        speaker: Speaker,
        /// The complaint.
        what: Symptom,
    },
    /// It was so, and is no more.
    Over {
        /// The credential that is good now.
        name: String,
        /// Its file.
        path: Utf8PathBuf,
        /// When it ends.
        until: Timestamp,
    },
}

/// A process that holds what its file does not hold any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The process.
    pub component: Component,
    /// When it started.
    pub started: Option<Timestamp>,
    /// The credential.
    pub name: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// Whom the old certificate names, its serial number and where a copy lies, where one was found.
    pub old: Option<(String, String, Utf8PathBuf)>,
    /// When the old one ended.
    pub ended: Option<Timestamp>,
    /// When it was replaced in the file.
    pub at: Option<Timestamp>,
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// It has expired.
    Expired,
    /// It is signed with a key that the API server does not have.
    Signature,
    /// Its service account does not exist any more.
    AccountGone(String),
    /// The line does not say.
    Unsaid,
}

/// A client that nobody here knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Who refused it.
    pub speaker: Speaker,
    /// The serial number of its certificate.
    pub serial: Option<String>,
    /// When that ended.
    pub ended: Option<Timestamp>,
    /// When it begins, where it is not valid yet.
    pub begins: Option<Timestamp>,
    /// Where it is.
    pub peer: Option<Peer>,
    /// The CA of this node that signed it; `Some("")` where none of them did, `None` where it can't be told.
    pub authority: Option<String>,
}

impl Cause {
    /// Causes before consequences.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Clock { .. } => 0,
            Self::AuthorityExpired { .. } => 1,
            Self::File { .. } => 2,
            Self::Socket { .. } => 3,
            Self::KubeletLockedOut { .. } => 4,
            Self::Expired { .. } => 5,
            Self::Loopback { .. } => 6,
            Self::ServedOld { .. } => 7,
            Self::NodeName { .. } | Self::Found(_) => 8,
            Self::WrongName { .. } => 9,
            Self::WrongUsage { .. } => 10,
            Self::NotASymlink { .. } => 11,
            Self::NoServingCertificate => 12,
            Self::Held(_) => 13,
            Self::NetworkPlugin { .. } => 14,
            Self::Distrust { .. } => 15,
            Self::StrangeClient { .. } => 16,
            Self::Replaced { .. } => 17,
            Self::UnknownClient(_) => 18,
            Self::OtherServer { .. } => 19,
            Self::TwoAuthorities => 20,
            Self::JoinToken => 21,
            Self::Token { .. } => 22,
            Self::Kubeadm { .. } | Self::JoinHash { .. } => 23,
            Self::Refused { .. } => 24,
            Self::Unauthorized { .. } => 25,
            Self::Unexplained { .. } => 26,
            Self::Over { .. } => 27,
        }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Found(finding) => finding.severity(),
            // Somebody's kubeconfig or join command, not the cluster.
            Self::Distrust { speaker: Speaker::Kubectl | Speaker::Kubeadm | Speaker::Other(_), .. } => {
                Severity::Warning
            }
            Self::Clock { .. }
            | Self::AuthorityExpired { .. }
            | Self::File { .. }
            | Self::KubeletLockedOut { .. }
            | Self::Expired { .. }
            | Self::Loopback { .. }
            | Self::ServedOld { .. }
            | Self::NodeName { .. }
            | Self::Held(_)
            | Self::NetworkPlugin { .. }
            | Self::Distrust { .. } => Severity::Critical,
            // A cluster that has just been started says so of itself.
            Self::Over { .. } | Self::Token { fault: TokenFault::Unsaid, .. } => Severity::Notice,
            Self::Kubeadm { what: Kubeadm::DefaultConfiguration | Kubeadm::NotRsa, .. } => Severity::Notice,
            _ => Severity::Warning,
        }
    }

    /// The code of the finding that `check` has for the same, where it has one.
    pub fn code(&self) -> Option<Code> {
        Some(match self {
            Self::Found(finding) => finding.code(),
            Self::Clock { .. } => Code::NotYetValid,
            Self::AuthorityExpired { .. } => Code::AuthorityExpired,
            Self::KubeletLockedOut { .. } => Code::KubeletClientExpired,
            Self::Expired { .. } => Code::CertificateExpired,
            Self::Loopback { .. } => Code::LoopbackEnds,
            Self::ServedOld { .. } => Code::ServedOther,
            Self::Held(_) => Code::ProcessStale,
            Self::File { what: Symptom::KeyMismatch, .. } => Code::KeyMismatch,
            Self::File { what: Symptom::FileMissing, .. } => Code::FileMissing,
            Self::File { .. } => Code::FileUnusable,
            _ => return None,
        })
    }

    /// A word for programs, stable.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Clock { .. } => "notValidYet",
            Self::AuthorityExpired { .. } => "authorityExpired",
            Self::KubeletLockedOut { .. } => "kubeletLockedOut",
            Self::Expired { .. } => "expired",
            Self::Loopback { .. } => "loopbackExpired",
            Self::ServedOld { .. } => "servedOld",
            Self::File { .. } => "fileUnusable",
            Self::NotASymlink { .. } => "notASymlink",
            Self::NoServingCertificate => "noServingCertificate",
            Self::NodeName { .. } => "wrongNodeName",
            Self::WrongName { .. } => "wrongName",
            Self::WrongUsage { .. } => "wrongUsage",
            Self::Held(_) => "heldInMemory",
            Self::Found(_) => "finding",
            Self::JoinHash { .. } => "joinHash",
            Self::StrangeClient { .. } => "clientOfAnotherAuthority",
            Self::Distrust { .. } => "serverNotTrusted",
            Self::NetworkPlugin { .. } => "networkPlugin",
            Self::Replaced { .. } => "replacedButStillShown",
            Self::UnknownClient(_) => "unknownClient",
            Self::OtherServer { .. } => "otherServer",
            Self::Socket { .. } => "runtimeSocketMissing",
            Self::TwoAuthorities => "twoAuthorities",
            Self::Token { .. } => "token",
            Self::JoinToken => "joinToken",
            Self::Kubeadm { .. } => "kubeadm",
            Self::Refused { .. } => "refused",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Unexplained { .. } => "unexplained",
            Self::Over { .. } => "over",
        }
    }

    /// Whether two are one answer: then the one that knows more stays.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Held(one), Self::Held(other)) => one.component == other.component,
            (Self::KubeletLockedOut { .. }, Self::KubeletLockedOut { .. }) => true,
            (Self::Clock { begins, .. }, Self::Clock { begins: other, .. }) => begins == other,
            (Self::Loopback { .. }, Self::Loopback { .. }) => true,
            (Self::Over { name, .. }, Self::Over { name: other, .. }) => name == other,
            // An address has several ports, and Go names the names of one kind only.
            (
                Self::WrongName { name, wanted, peer, .. },
                Self::WrongName { name: other, wanted: asked, peer: end, .. },
            ) => {
                let host = |peer: &Option<Peer>| peer.as_ref().map(|peer| peer.host.clone());
                name == other && wanted == asked && host(peer) == host(end)
            }
            (Self::Expired { ended, .. }, Self::Expired { ended: other, .. }) => ended == other,
            (one, other) => one == other,
        }
    }

    /// Takes over what another one of the same answer knows.
    pub(super) fn learn(&mut self, other: Self) {
        match (self, other) {
            (Self::Held(one), Self::Held(other)) => {
                one.old = one.old.take().or(other.old);
                one.ended = one.ended.or(other.ended);
                one.at = one.at.or(other.at);
            }
            (Self::KubeletLockedOut { ended, .. }, Self::KubeletLockedOut { ended: other, .. }) => {
                *ended = ended.or(other);
            }
            (Self::Clock { object, judged_at, .. }, Self::Clock { object: other, judged_at: later, .. }) => {
                *object = object.take().or(other);
                *judged_at = (*judged_at).max(later);
            }
            (Self::Loopback { ended }, Self::Loopback { ended: other }) => *ended = ended.or(other),
            (
                Self::WrongName { valid_for, peer, client, .. },
                Self::WrongName { valid_for: more, peer: end, client: by_client, .. },
            ) => {
                let more: Vec<_> = more.into_iter().filter(|name| !valid_for.contains(name)).collect();
                valid_for.extend(more);
                *client |= by_client;
                if let (Some(peer), Some(end)) = (peer, end) {
                    peer.port = peer.port.or(end.port);
                }
            }
            (Self::Expired { names, .. }, Self::Expired { names: others, .. }) => {
                names.extend(others);
                names.sort();
                names.dedup();
            }
            _ => {}
        }
    }
}
