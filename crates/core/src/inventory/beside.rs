//! What lies beside the credentials themselves and still matters to them.

use super::{CniKubeconfig, Container, File, Heard, Looked, TokenCopy, TokenKey};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything beside a node's credentials.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Files with private keys that belong to no credential: the CAs', the service accounts'.
    pub key_files: Vec<File>,
    /// The keys of the service accounts' tokens, by the flags that name them.
    pub token_keys: Vec<TokenKey>,
    /// perennial's own copies of them, of the newest backup first.
    pub token_copies: Vec<TokenCopy>,
    /// perennial's own copies of what is empty or cut off: of each credential or CA the newest that fits.
    pub backups: Vec<Copied>,
    /// The kubeconfigs of the network's plugins.
    pub cni: Vec<CniKubeconfig>,
    /// Static pods that are none of the control plane's components.
    pub pods: Vec<OtherPod>,
    /// What kube-apiserver has written down of its clients.
    pub heard: Heard,
    /// Certificate files in the directories in use that nothing on this node names.
    pub unreferenced: Unreferenced,
}

/// Certificate files that nothing on this node names: seen, and not judged.
#[derive(Clone, Debug, Default)]
pub struct Unreferenced {
    /// Those that were looked at, sorted by their paths.
    pub files: Vec<UnreferencedFile>,
    /// How many more there are, which nobody looked at.
    pub left_out: usize,
}

/// A certificate file that nothing on this node names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreferencedFile {
    /// Its path.
    pub path: Utf8PathBuf,
    /// What is in it. There may be thousands of them: no more than this is kept.
    pub holds: Looked<Glimpse>,
}

/// As much of a file's certificates as is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// The subject of the first.
    pub subject: String,
    /// Its end.
    pub not_after: Timestamp,
    /// How many there are.
    pub certificates: usize,
}

impl OtherPod {
    /// What it surely uses, not only gets to: a file that is mounted for itself, or that the command names.
    pub fn uses(&self) -> impl Iterator<Item = &Consumed> {
        self.consumes.iter().filter(|used| used.alone || used.named)
    }
}

impl Beside {
    /// The copy of the credential or CA of that name.
    pub fn backup_of(&self, name: &str) -> Option<&Copied> {
        self.backups.iter().find(|copied| copied.name == name)
    }
}

/// A static pod that is none of the control plane's components: a virtual address, a proxy, an agent.
#[derive(Clone, Debug)]
pub struct OtherPod {
    /// Its name, without the node's.
    pub pod: String,
    /// Its namespace.
    pub namespace: String,
    /// Its manifest.
    pub manifest: File,
    /// The flags of its first container.
    pub flags: BTreeMap<String, String>,
    /// The credentials that it gets to.
    pub consumes: Vec<Consumed>,
}

/// A credential that a pod gets to.
#[derive(Clone, Debug)]
pub struct Consumed {
    /// The credential's or CA's name.
    pub name: String,
    /// Its file.
    pub file: Utf8PathBuf,
    /// The same file inside the container.
    pub inside: Utf8PathBuf,
    /// The container.
    pub container: String,
    /// The file itself is mounted: the container sees the old one until it is started again. Otherwise a directory
    /// above it is.
    pub alone: bool,
    /// The container's command line or environment names it.
    pub named: bool,
    /// The running container; `Absent` where the runtime was not asked.
    pub running: Looked<Container>,
    /// SHA-256 of the file as the container's own mount namespace shows it.
    pub mounted_sha256: Looked<String>,
}

/// Copies of the files of one credential or CA, which fit each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The credential's or CA's name.
    pub name: String,
    /// Each copy, and the live file that it is a copy of.
    pub files: Vec<(Utf8PathBuf, Utf8PathBuf)>,
    /// When the certificate in it ends.
    pub not_after: Timestamp,
}
