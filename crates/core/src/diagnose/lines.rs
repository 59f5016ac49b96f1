//! One line → one fact.

use super::frame::frame;
use super::patterns::{self, Kubeadm};
use super::speaker::Speaker;
use super::token::{self, Peer};
use camino::Utf8PathBuf;
use jiff::Timestamp;

/// What is known of a line before it is read.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who writes this log, where its name says so.
    pub speaker: Speaker,
    /// The clock: some logs leave the year out.
    pub now: Timestamp,
}

/// Whose certificate (or token) a line complains about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judged {
    /// The client's that speaks to the speaker.
    TheirClient,
    /// The server's that the speaker speaks to.
    TheirServer,
    /// The speaker's own as a client: the server refuses it.
    OwnClient,
    /// The speaker's own as a server: the client refuses it.
    OwnServer,
    /// Something on the speaker's own disk.
    OwnFile,
    /// The line does not say.
    Unsaid,
}

/// What a line complains about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symptom {
    /// A certificate has ended.
    Expired {
        /// When, if said.
        ended: Option<Timestamp>,
    },
    /// A certificate has not begun.
    NotYetValid {
        /// When it begins, if said.
        begins: Option<Timestamp>,
    },
    /// A certificate is signed by a CA that is not trusted.
    UnknownAuthority,
    /// A certificate is not for the name by which its holder was reached.
    WrongName {
        /// The name that was wanted.
        wanted: Option<String>,
        /// The names that it has, the first few.
        valid_for: Vec<String>,
    },
    /// A certificate lacks an extended key usage.
    WrongUsage,
    /// The other end refused with a TLS alert, e.g. `bad certificate`.
    Refused {
        /// Go's word for it.
        alert: &'static str,
    },
    /// HTTP 401.
    Unauthorized,
    /// A request without any identity, which the kubelet makes when its certificate has ended in memory.
    Anonymous,
    /// A node's certificate is for another node.
    NodeForbidden {
        /// Whom the certificate names.
        certified: String,
        /// Which node it wanted to change.
        node: String,
    },
    /// `bootstrap-kubelet.conf` is looked for because the client certificate can't be used.
    BootstrapMissing,
    /// The kubelet found its own client certificate expired when it started.
    KubeletExpired {
        /// When it ended.
        ended: Option<Timestamp>,
    },
    /// `kubelet-client-current.pem` is a file.
    NotASymlink,
    /// The kubelet has no serving certificate.
    NoServingCertificate,
    /// A private key does not fit.
    KeyMismatch,
    /// A file without PEM.
    NoPem,
    /// A private key can't be parsed: encrypted, or cut off.
    KeyUnreadable,
    /// More than one certificate where there may be one.
    TrailingPem,
    /// A file is missing.
    FileMissing,
    /// A file may not be opened.
    FileDenied,
    /// The runtime's socket is missing.
    SocketMissing,
    /// A token has expired.
    TokenExpired,
    /// A token is not accepted.
    TokenInvalid,
    /// A token is signed with a key that the API server does not have.
    TokenSignature,
    /// A token is of a service account that does not exist any more.
    AccountGone {
        /// Its name; the line leaves its namespace out.
        account: String,
    },
    /// One of kubeadm's own complaints.
    Kubeadm(Kubeadm),
    /// The kubelet exits because its certificate has ended while it ran.
    KubeletExits,
}

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// When it was written.
    pub at: Option<Timestamp>,
    /// By whom.
    pub speaker: Speaker,
    /// What it complains about.
    pub symptom: Symptom,
    /// Whose certificate.
    pub judged: Judged,
    /// The other end.
    pub peer: Option<Peer>,
    /// The certificate's serial number in decimal.
    pub serial: Option<String>,
    /// Its subject key identifier, hexadecimal.
    pub subject_key_id: Option<String>,
    /// Its authority key identifier, hexadecimal.
    pub authority_key_id: Option<String>,
    /// The file that the line names.
    pub path: Option<Utf8PathBuf>,
    /// The clock of whoever judged the dates.
    pub judged_at: Option<Timestamp>,
    /// The webhook or API service that kube-apiserver asked.
    pub caller: Option<String>,
    /// The hash of the CA's public key that `kubeadm join` has met, hexadecimal.
    pub pin: Option<String>,
}

/// What came of reading a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It is about certificates, tokens or identities.
    Fact(Box<Fact>),
    /// It looks like it, and is harmless: somebody hung up, or came without a certificate.
    Harmless,
    /// It is about something else.
    Nothing,
}

/// Reads a line.
pub fn read(line: &str, context: &Context) -> Reading {
    if !patterns::promising(line) {
        return Reading::Nothing;
    }
    let frame = frame(line, context);
    if patterns::harmless(&frame.text) {
        return Reading::Harmless;
    }
    let Some((symptom, mut judged)) = patterns::symptom(&frame.text) else { return Reading::Nothing };
    let text = frame.text.as_str();
    let speaker = match frame.speaker {
        _ if patterns::network_plugin(text).is_some() => {
            patterns::network_plugin(text).unwrap_or(Speaker::Unknown)
        }
        Speaker::Unknown => patterns::implied_speaker(text, &symptom),
        known => known,
    };
    let (peer, direction) = patterns::connection(text, frame.peer);
    if judged == Judged::Unsaid {
        judged = match (&symptom, direction) {
            (Symptom::Refused { .. }, Some(patterns::Direction::In)) => Judged::OwnServer,
            (Symptom::Refused { .. }, Some(patterns::Direction::Out)) => Judged::OwnClient,
            (_, Some(patterns::Direction::In)) => Judged::TheirClient,
            (_, Some(patterns::Direction::Out)) => Judged::TheirServer,
            (_, None) => Judged::Unsaid,
        };
    }
    // A server's message about a client that kubectl or kubeadm prints.
    if judged == Judged::Unsaid && text.contains("Unable to connect to the server") {
        judged = Judged::TheirServer;
    }
    let judged_at = token::after(text, "current time ").and_then(token::rfc3339);
    Reading::Fact(Box::new(Fact {
        // Frames without a zone are less exact than the clock in the message.
        at: frame.at.or(judged_at),
        speaker,
        serial: token::after(text, "SN=").and_then(token::decimal),
        subject_key_id: token::after(text, "SKID=").and_then(token::key_id),
        authority_key_id: token::after(text, "AKID=").and_then(token::key_id),
        path: patterns::file(text, &symptom),
        caller: patterns::caller(text),
        pin: patterns::pin(text),
        symptom,
        judged,
        peer,
        judged_at,
    }))
}

#[cfg(test)]
mod tests;
