//! Why nothing was done.

use super::{CanNot, Kubeadm, NotSigned, Reason, Rejected};
use crate::assess::Collision;
use crate::inventory::{Attribute, Component, Trouble, Version};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::reissue::AlternativeName;

/// A guard that refused before anything was changed (exit code 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Certificates and keys belong to root.
    NotRoot,
    /// A distribution that manages its own certificates.
    ForeignLayout {
        /// Its name: k3s, rke2, microk8s, k0s.
        distribution: String,
    },
    /// No Kubernetes was found here.
    NothingHere,
    /// A worker has no certificates to renew: its kubelet rotates its own.
    WorkerNode,
    /// A machine with etcd alone: a run needs a kubelet and an API for its proofs.
    EtcdMachine,
    /// Several manifests define one static pod: nobody can say which files it uses.
    ManifestsCollide(Collision),
    /// Two credentials share one of their files but not both: renewing one would break the other.
    FileShared {
        /// The file.
        path: Utf8PathBuf,
        /// The credentials.
        credentials: Vec<String>,
    },
    /// `--only` names something that is not here.
    UnknownCredential {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A CA's certificate can't be used.
    AuthorityUnusable {
        /// Its file.
        path: Utf8PathBuf,
        /// Why; `None`: it is missing.
        trouble: Option<Trouble>,
    },
    /// A CA's key is not on this node.
    AuthorityKeyMissing {
        /// The CA's name.
        authority: String,
        /// Where its key would be.
        path: Utf8PathBuf,
        /// What can't be renewed without it.
        credentials: Vec<String>,
    },
    /// A CA's key can't be used.
    AuthorityKeyUnusable {
        /// Its file.
        path: Utf8PathBuf,
        /// Why.
        trouble: Trouble,
    },
    /// A passphrase does not open a CA's key.
    WrongPassphrase {
        /// The CA's name.
        authority: String,
        /// Its key's file.
        path: Utf8PathBuf,
    },
    /// A CA's key belongs to another certificate.
    AuthorityKeyMismatch {
        /// The CA's certificate.
        certificate: Utf8PathBuf,
        /// The key that does not fit.
        key: Utf8PathBuf,
    },
    /// What an expired CA signs is accepted by nobody.
    AuthorityExpired {
        /// The CA's name.
        authority: String,
        /// When it ended.
        at: Timestamp,
    },
    /// The clock is before the CA's NotBefore: it can't be right.
    ClockBeforeAuthority {
        /// The CA's name.
        authority: String,
        /// Its NotBefore.
        from: Timestamp,
        /// The node's clock.
        now: Timestamp,
    },
    /// A credential can't be read, so it can't be re-issued as it is.
    CredentialUnusable {
        /// Its name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// Why; `None`: it is missing.
        trouble: Option<Trouble>,
    },
    /// No CA on this node has signed it.
    UnknownIssuer {
        /// The credential's name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// The issuer that it names.
        issuer: String,
    },
    /// It must not be renewed as it is: it would go on to be what it should never have been.
    NotAsItIs {
        /// The credential's name.
        credential: String,
        /// Its file.
        path: Utf8PathBuf,
        /// The certificate's subject.
        subject: String,
        /// Why.
        reason: Reason,
    },
    /// `--reuse-keys`, and the key is lost, unreadable, or another certificate's.
    KeyCanNotStay {
        /// The credential's name.
        credential: String,
        /// Where its key is, or should be.
        path: Utf8PathBuf,
    },
    /// `--add-san`, and nothing that is renewed is a server's certificate.
    NoServerToName {
        /// The names.
        names: Vec<AlternativeName>,
    },
    /// The CA that signs now is not trusted where the new certificate would be shown.
    IssuerNotTrusted {
        /// The credential's name.
        credential: String,
        /// The CA that signs now.
        authority: Utf8PathBuf,
        /// The file by which the other side trusts it.
        through: Utf8PathBuf,
    },
    /// Returned certificates that can't be installed: then none is.
    NotInstallable {
        /// Which, and why.
        rejected: Vec<Rejected>,
        /// How many files were returned.
        returned: usize,
    },
    /// Nothing that was returned is a certificate of this node.
    NothingReturned,
    /// kubeadm was to make the certificates, and is not here or can't be used.
    KubeadmUnusable {
        /// Where it is, or would be.
        places: Vec<Utf8PathBuf>,
        /// Why; `None`: it is in none of them.
        trouble: Option<Trouble>,
    },
    /// kubeadm was to make the certificates, and others than root can write its program.
    KubeadmWritable {
        /// It.
        program: Utf8PathBuf,
    },
    /// kubeadm was to make the certificates, and is of another version than it may be.
    KubeadmDoesNotFit {
        /// The node's kubeadm.
        kubeadm: Kubeadm,
        /// kube-apiserver's version, where it is known.
        control_plane: Option<Version>,
    },
    /// kubeadm was to make a certificate that it can't make as it is.
    KubeadmCanNot {
        /// The credential's name.
        credential: String,
        /// Why.
        why: CanNot,
    },
    /// A request of somebody's own machine is not signed.
    NotSigned(NotSigned),
    /// This machine has no CA: requests are signed on a control plane.
    SignsNothing,
    /// A kubeconfig is no person's: the node uses it.
    NodesOwnFile {
        /// The file.
        path: Utf8PathBuf,
        /// Its credential's name.
        credential: String,
    },
    /// A kubeconfig has no certificate of this cluster.
    NothingOfThisCluster {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A kubeconfig can't be read, or its entry has no certificate.
    KubeconfigUnusable {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        trouble: Trouble,
    },
    /// A file that was named is not there.
    NoSuchFile {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A key of this kind can't be made.
    UnsupportedKey {
        /// The credential's name.
        credential: String,
        /// Its key's kind.
        kind: String,
    },
    /// Without a running kubelet nothing starts the next container.
    KubeletNotRunning {
        /// `ActiveState (SubState)`.
        state: String,
    },
    /// A kubelet that is locked out may lose its static pods.
    KubeletClientExpired {
        /// Its file.
        path: Utf8PathBuf,
        /// When it ended.
        at: Timestamp,
    },
    /// The container runtime does not answer, and a component must be restarted.
    RuntimeUnavailable {
        /// Its socket.
        socket: Utf8PathBuf,
        /// Why.
        reason: String,
        /// What must be restarted.
        component: Component,
    },
    /// A component must be restarted and would not start again.
    WouldNotStart {
        /// Which.
        component: Component,
        /// The file that keeps it from starting.
        path: Utf8PathBuf,
    },
    /// Another perennial works on this node.
    Locked {
        /// The lock's file.
        path: Utf8PathBuf,
    },
    /// Too little space for the backup and the staged files.
    NoSpace {
        /// Where.
        path: Utf8PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// A directory that others may write: what lies there can be exchanged under us.
    DirectoryWritable {
        /// The directory.
        path: Utf8PathBuf,
    },
    /// An attribute that binds root too: the exchange would fail in the middle of a run.
    AttributeSet {
        /// The file, or its directory.
        path: Utf8PathBuf,
        /// Which.
        attribute: Attribute,
    },
    /// An open run can't be finished or undone: these files are neither as before nor as staged.
    RunBlocked {
        /// The run.
        run: String,
        /// The files.
        files: Vec<Utf8PathBuf>,
    },
    /// An open run's journal can't be read.
    JournalDamaged {
        /// The journal.
        path: Utf8PathBuf,
        /// Why.
        reason: String,
    },
    /// A saved plan was made on another node.
    AnotherNodesPlan {
        /// That one.
        planned: String,
        /// This one.
        here: String,
    },
    /// What was observed has changed between the plan and its start.
    Changed {
        /// What differs.
        what: String,
    },
}
