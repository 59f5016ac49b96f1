//! What a check can find, in the order of the codes.

mod code;
mod severity;

pub use severity::Severity;

use super::{Basis, ClusterFinding, Collision, Identity, Met, Party, StaleCni, Strength};
use crate::inventory::{Component, Copied, Current, Trouble, Version};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::chain::{Fault, Use};
use std::net::SocketAddr;

/// Something worth telling, with its evidence. The texts for people are the cli's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// PRN1101.
    CertificateExpired {
        /// The credential's name.
        credential: String,
        /// When it ended.
        at: Timestamp,
        /// Whether the cluster needs it.
        critical: bool,
    },
    /// PRN1102.
    AuthorityExpired {
        /// The CA's name.
        authority: String,
        /// When it ended.
        at: Timestamp,
    },
    /// PRN1103.
    EdgeBroken {
        /// Who opens the connection.
        from: Party,
        /// To whom.
        to: Party,
        /// The credential that is refused.
        credential: String,
        /// The file by which it should be trusted.
        through: Utf8PathBuf,
        /// Every reason for which Go refuses it.
        reasons: Vec<Fault>,
    },
    /// PRN1201.
    CertificateEndsSoon {
        /// The credential's name.
        credential: String,
        /// When it ends.
        at: Timestamp,
        /// Below the critical threshold, not only below the warning's.
        critical: bool,
    },
    /// PRN1202.
    AuthorityEndsSoon {
        /// The CA's name.
        authority: String,
        /// When it ends.
        at: Timestamp,
        /// Below the critical threshold.
        critical: bool,
    },
    /// PRN1301.
    NotYetValid {
        /// The credential's or CA's name.
        object: String,
        /// When it begins.
        from: Timestamp,
        /// Whether the cluster needs it.
        critical: bool,
    },
    /// PRN1302.
    IntermediateEnds {
        /// The credential's or CA's name.
        object: String,
        /// The intermediate's subject.
        subject: String,
        /// When it ends.
        at: Timestamp,
        /// Whether a leaf needs it, and it has ended or ends within the critical threshold.
        critical: bool,
    },
    /// PRN2101.
    WrongAuthority {
        /// The credential's name.
        credential: String,
        /// The issuer that the certificate names.
        issuer: String,
        /// The CA that should have signed it.
        expected: String,
    },
    /// PRN2102.
    ExternalAuthority {
        /// The CA's name.
        authority: String,
        /// Where its key would be.
        key: Utf8PathBuf,
    },
    /// PRN2103.
    AuthorityKeyMismatch {
        /// The CA's name.
        authority: String,
        /// The key file.
        key: Utf8PathBuf,
    },
    /// PRN2104.
    AuthorityKeyEncrypted {
        /// The CA's name.
        authority: String,
        /// The key file.
        key: Utf8PathBuf,
        /// Whether kube-controller-manager signs with it, and so can't start.
        by_controller_manager: bool,
    },
    /// PRN2105.
    OtherAuthorityTrusted {
        /// The kubeconfig.
        path: Utf8PathBuf,
        /// The credential in it.
        credential: String,
        /// SHA-256 of what it trusts.
        trusted: Vec<String>,
        /// The file of the CA in use.
        live: Option<Utf8PathBuf>,
        /// Why what the API server shows is refused.
        reasons: Vec<Fault>,
        /// Whether more than a person's kubectl is concerned.
        critical: bool,
        /// Why what it trusts can't be read.
        unreadable: Option<Trouble>,
    },
    /// PRN2106.
    TwoAuthorities {
        /// The CA's name.
        authority: String,
        /// Subject, SHA-256 and end of each; the one that signs first, where its key is here.
        certificates: Vec<(String, String, Timestamp)>,
        /// Whether the first one's key is here.
        signs: bool,
    },
    /// PRN2107.
    ChainRefused {
        /// The credential's name.
        credential: String,
        /// Every reason.
        reasons: Vec<Fault>,
    },
    /// PRN2108.
    SigningFileNotSingle {
        /// The CA's name.
        authority: String,
        /// The file.
        path: Utf8PathBuf,
        /// How many certificates are in it.
        count: usize,
    },
    /// PRN2109.
    ChainOutOfOrder {
        /// The credential's name.
        credential: String,
        /// The file.
        path: Utf8PathBuf,
    },
    /// PRN3101.
    NamesMissing {
        /// The credential's name.
        credential: String,
        /// The names and addresses that it should be valid for, and is not.
        missing: Vec<String>,
        /// Whether the cluster itself dials one of them.
        critical: bool,
    },
    /// PRN3102.
    OtherNodesCertificate {
        /// The credential's name.
        credential: String,
        /// The names in it that are another node's.
        others: Vec<String>,
        /// The names and addresses of this node that it should be valid for.
        missing: Vec<String>,
    },
    /// PRN3201.
    UsageMissing {
        /// The credential's name.
        credential: String,
        /// The usage that is missing.
        usage: Use,
        /// Whether something does not work without it.
        critical: bool,
    },
    /// PRN3301.
    NodeNameDiffers {
        /// The credential's name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// The node's name by the certificate.
        certified: String,
        /// The name under which the kubelet registers.
        expected: String,
        /// Whether the kubelet's flag says so, or else the machine's name.
        by_flag: bool,
        /// Whether it is certain that they can't be one node.
        certain: bool,
    },
    /// PRN3302.
    ForeignIdentity {
        /// The credential's name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// The certificate's subject.
        subject: String,
        /// Whose identity that is.
        found: Identity,
        /// Whether a component works with it.
        critical: bool,
    },
    /// PRN3304.
    NodeGroupMissing {
        /// The credential's name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// The certificate's subject.
        subject: String,
    },
    /// PRN3303.
    SuperAdminUsed {
        /// The static pod.
        pod: String,
        /// Its manifest.
        manifest: Utf8PathBuf,
        /// The kubeconfig.
        file: Utf8PathBuf,
    },
    /// PRN4101.
    ServedOther {
        /// Who serves.
        component: Component,
        /// Where.
        address: SocketAddr,
        /// The credential whose file it should serve.
        credential: String,
        /// SHA-256 of what is served.
        served: String,
        /// SHA-256 of what is on disk.
        on_disk: String,
        /// When the served one ends.
        served_until: Timestamp,
    },
    /// PRN4102.
    ListenerSilent {
        /// Who should serve.
        component: Component,
        /// Where.
        address: SocketAddr,
        /// What the connection attempt said.
        reason: String,
    },
    /// PRN4103.
    ProcessStale {
        /// Who.
        component: Component,
        /// The kubeconfig that it has read.
        file: Utf8PathBuf,
        /// How it is known.
        basis: Basis,
        /// How much that is worth.
        strength: Strength,
        /// When the process started.
        started: Option<Timestamp>,
        /// When the file changed.
        file_changed: Timestamp,
    },
    /// PRN4104.
    ProcessUnproven {
        /// Who.
        component: Component,
        /// The kubeconfig that it has read.
        file: Utf8PathBuf,
        /// Why nothing is proven.
        basis: Basis,
        /// When the process started.
        started: Option<Timestamp>,
    },
    /// PRN4105.
    LoopbackEnds {
        /// The node's own address of the apiserver.
        address: SocketAddr,
        /// When the loopback certificate ends.
        at: Timestamp,
        /// Whether it has ended, or ends within the critical threshold.
        critical: bool,
    },
    /// PRN4106.
    PodStale {
        /// The pod's name, without the node's.
        pod: String,
        /// Its manifest.
        manifest: Utf8PathBuf,
        /// The id of its running container.
        container: String,
        /// The credential's file.
        file: Utf8PathBuf,
        /// How it is known.
        basis: Basis,
        /// How much that is worth.
        strength: Strength,
        /// Start of the container.
        started: Timestamp,
        /// Last change of the file.
        file_changed: Option<Timestamp>,
    },
    /// PRN4107.
    HandshakeFails {
        /// Who should serve.
        component: Component,
        /// Where.
        address: SocketAddr,
        /// Why the handshake failed.
        reason: String,
        /// When the certificate that was seen ends; `None`: none was seen.
        seen_until: Option<Timestamp>,
    },
    /// PRN4108.
    ReloadUnknown {
        /// Who.
        component: Component,
        /// The credentials that it may or may not re-read.
        credentials: Vec<String>,
        /// Its version; `None`: not known.
        version: Option<Version>,
    },
    /// PRN5101.
    FileMissing {
        /// The file.
        path: Utf8PathBuf,
    },
    /// PRN5102.
    FileUnusable {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        trouble: Trouble,
    },
    /// PRN5103.
    KeyMismatch {
        /// The credential's name.
        credential: String,
        /// The certificate's file.
        certificate: Utf8PathBuf,
        /// The key's file.
        key: Utf8PathBuf,
        /// Whether the cluster needs it.
        critical: bool,
    },
    /// PRN5104.
    FileCutOff {
        /// The file.
        path: Utf8PathBuf,
        /// No content at all, or ended in the middle.
        trouble: Trouble,
        /// perennial's newest copy whose parts fit each other.
        backup: Option<Copied>,
    },
    /// PRN5105.
    ManifestsCollide(Collision),
    /// PRN5106.
    LabelDiffers {
        /// The file.
        path: Utf8PathBuf,
        /// Its label.
        label: String,
        /// The type that its neighbours have; absent where its own type is known to be wrong.
        neighbours: Option<String>,
    },
    /// PRN5107.
    KeyExposed {
        /// The file.
        path: Utf8PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// PRN5108.
    FileSpecial {
        /// The path.
        path: Utf8PathBuf,
        /// What is there.
        trouble: Trouble,
    },
    /// PRN5109.
    TokensRefused {
        /// Who signs.
        signer: Component,
        /// With which file.
        key: Utf8PathBuf,
        /// The files by which kube-apiserver accepts tokens.
        accepted: Vec<Utf8PathBuf>,
        /// perennial's copies that fit each other, and the live files to put them back to.
        copies: Vec<(Utf8PathBuf, Utf8PathBuf)>,
        /// Only the tokens from before are refused: both halves are other ones than in the copies.
        before: bool,
    },
    /// PRN6101.
    KubeletClientExpired {
        /// The file.
        path: Utf8PathBuf,
        /// When it ended.
        at: Timestamp,
    },
    /// PRN6102.
    KubeletDown {
        /// systemd's `ActiveState (SubState)`.
        state: String,
        /// How often systemd has restarted it.
        restarts: u32,
    },
    /// PRN6103.
    KubeletRestartFails {
        /// The kubelet's kubeconfig.
        kubeconfig: Utf8PathBuf,
        /// Its user entry.
        user: String,
        /// The file with the certificate that it uses: the kubeconfig itself, or one that it names.
        uses: Utf8PathBuf,
        /// When that certificate ends.
        at: Timestamp,
        /// Whether it has ended.
        ended: bool,
        /// The store's file.
        current: Utf8PathBuf,
        /// When the store's certificate ends.
        current_until: Timestamp,
    },
    /// PRN6104.
    KubeletRotationBlocked {
        /// `kubelet-client-current.pem`.
        path: Utf8PathBuf,
        /// What it is.
        current: Current,
        /// When its certificate ends, where there is one.
        until: Option<Timestamp>,
        /// The newest certificate in the store that is whole and valid now, where the link leads nowhere.
        newest: Option<Utf8PathBuf>,
        /// Whether kubelet.conf leads to it: then the kubelet can't start.
        needed: bool,
    },
    /// PRN6106.
    KubeletServingEnds {
        /// The certificate's file.
        path: Utf8PathBuf,
        /// When it ends.
        at: Timestamp,
        /// Whether it has ended.
        ended: bool,
        /// The bundle by which kube-apiserver verifies kubelets, where it does: it refuses a self-signed one.
        verified_by: Option<Utf8PathBuf>,
        /// Whether the kubelet would come up again after a restart.
        restart_is_safe: bool,
    },
    /// PRN6107.
    RuntimeSilent {
        /// Its socket, as the running kubelet has it.
        socket: Utf8PathBuf,
        /// What the attempt said.
        reason: String,
    },
    /// PRN7101.
    KubeconfigUnusable {
        /// The kubeconfig.
        path: Utf8PathBuf,
        /// Why.
        trouble: Trouble,
    },
    /// PRN7102.
    KubeconfigOutdated {
        /// The person's kubeconfig.
        path: Utf8PathBuf,
        /// The credential in it: of several entries one.
        credential: String,
        /// When the certificate in it ends.
        at: Timestamp,
    },
    /// PRN7103.
    CniKubeconfigStale(StaleCni),
    /// PRN8101.
    RunOpen {
        /// The run's id.
        run: String,
        /// When it began.
        began: Timestamp,
    },
    /// PRN8206.
    BehindBalancer {
        /// The server that kubeconfigs name.
        server: String,
        /// How many connections were made.
        of: usize,
        /// The certificates that were met.
        met: Vec<Met>,
        /// Why the other connections showed none.
        failures: Vec<String>,
    },
    /// About an object in the cluster.
    Cluster(ClusterFinding),
    /// PRN9101.
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// The latest beginning of a certificate.
        latest: Timestamp,
        /// How many credentials and CAs are not valid yet.
        not_yet: usize,
        /// Of how many.
        dated: usize,
    },
}
