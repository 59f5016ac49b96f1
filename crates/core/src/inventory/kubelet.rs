//! The kubelet of the node.

use super::{Chain, Looked};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;

/// The node's kubelet: how it runs and where its files are. Its credentials are in `Node::credentials`.
#[derive(Clone, Debug)]
pub struct Kubelet {
    /// What systemd says about `kubelet.service`.
    pub unit: Looked<Unit>,
    /// `--kubeconfig`.
    pub kubeconfig: Utf8PathBuf,
    /// `staticPodPath` of its configuration.
    pub static_pods: Utf8PathBuf,
    /// `--cert-dir`, by default /var/lib/kubelet/pki.
    pub certificate_directory: Utf8PathBuf,
    /// The runtime's socket that the *running* kubelet uses (`containerRuntimeEndpoint`), without `unix://`.
    pub runtime_socket: Utf8PathBuf,
    /// `rotateCertificates`: whether it renews its client certificate by itself.
    pub rotates_client: bool,
    /// `serverTLSBootstrap`: whether it asks the cluster for its serving certificate.
    pub serving_by_request: bool,
    /// `authentication.x509.clientCAFile`: whose client certificates it accepts.
    pub client_authority: Option<Utf8PathBuf>,
    /// `kubelet-client-current.pem` itself.
    pub current: Current,
    /// The client certificates that its store has kept, the newest first (at most sixteen).
    pub history: Vec<Kept>,
    /// The user entry of its kubeconfig; empty where it could not be read.
    pub user: String,
    /// Whether its kubeconfig is not there although it is used: its unit names it, or its store has a certificate.
    pub kubeconfig_absent: bool,
    /// `--bootstrap-kubeconfig`, if that file is there: with it the kubelet can ask for its first certificate again.
    pub bootstrap: Option<Utf8PathBuf>,
    /// `--hostname-override`, as it is written.
    pub name_override: Option<String>,
    /// The certificates by which its kubeconfig trusts the API server.
    pub trusts: Looked<Vec<Certificate>>,
    /// The API server that its kubeconfig names; may be empty.
    pub server: String,
    /// What the API server's certificate must be valid for, by its kubeconfig.
    pub verifies: Option<String>,
}

/// What `kubelet-client-current.pem` is. The kubelet replaces a symbolic link at each rotation, and refuses to
/// replace anything else (client-go util/certificate/certificate_store.go `updateSymlink`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Current {
    /// Not there.
    #[default]
    Absent,
    /// A symbolic link, as it should be.
    Link,
    /// A symbolic link to a file that is not there.
    Dangling {
        /// Where it would lead.
        to: Utf8PathBuf,
    },
    /// No symbolic link: rotation fails.
    NoLink,
}

/// A certificate that the kubelet had, or has: `kubelet-client-<time>.pem`.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The file.
    pub path: Utf8PathBuf,
    /// Its certificate.
    pub certificate: Looked<Chain>,
    /// Whether its key is in it, too.
    pub whole: bool,
}

/// A systemd unit, by `systemctl show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// `ActiveState`: active, activating, failed, inactive.
    pub active_state: String,
    /// `SubState`: running, auto-restart, dead.
    pub sub_state: String,
    /// `MainPID`, if it runs.
    pub main_pid: Option<u32>,
    /// `NRestarts`.
    pub restarts: u32,
    /// `ActiveEnterTimestamp`, if it runs.
    pub active_since: Option<Timestamp>,
}

impl Unit {
    /// Whether the process is up.
    pub fn running(&self) -> bool {
        self.active_state == "active" && self.sub_state == "running"
    }
}
