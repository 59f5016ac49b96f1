//! What this node's kube-apiserver has written down of the certificates that clients have shown to it.

use super::Looked;
use jiff::Timestamp;
use std::net::IpAddr;

/// The witnesses in kube-apiserver's own logs.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Clients that it has let in, by its audit log: of each identity, certificate and origin the newest event.
    /// `Absent` where it keeps none, or none that is a file of this node.
    pub shown: Looked<Vec<Shown>>,
    /// Certificates that it has refused, by its own log: of each serial number the newest line. `Absent` where
    /// nobody looked, because everything else had said enough.
    pub refused: Looked<Vec<Refused>>,
    /// Certificates that this node has used and replaced, as far as they still lie here.
    pub replaced: Vec<Replaced>,
}

impl Default for Heard {
    fn default() -> Self {
        Self { shown: Looked::Absent, refused: Looked::Absent, replaced: Vec::new() }
    }
}

/// An event of the audit log: somebody has shown a certificate and was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The name that the certificate gives its holder.
    pub user: String,
    /// The program, by the first word of its user agent; anybody may write anything there.
    pub program: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
    /// The remote address of the connection.
    pub from: Option<IpAddr>,
    /// When the request was received.
    pub at: Timestamp,
}

/// A line of kube-apiserver's log: a certificate that it has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its serial number in decimal.
    pub serial: String,
    /// When.
    pub at: Timestamp,
}

/// A certificate that was in use here, and is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The name of the credential that it was.
    pub credential: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
    /// Its serial number in decimal.
    pub serial: String,
}
