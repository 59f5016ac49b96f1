//! A file as the disk shows it.

use super::Looked;
use camino::Utf8PathBuf;
use jiff::Timestamp;

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path as the node's own programs name it (without the prefix of `--root`).
    pub path: Utf8PathBuf,
    /// What the disk says about it; of the target, where the path is a symbolic link.
    pub facts: Looked<FileFacts>,
}

impl File {
    /// Where the bytes really are: the end of the symbolic links, where there are some on the way.
    pub fn real_path(&self) -> &Utf8PathBuf {
        self.facts.seen().and_then(|facts| facts.link_target.as_ref()).unwrap_or(&self.path)
    }
}

/// What `stat` and the content's hash say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Permission bits (`0o600`).
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of hard links; more than one blinds a watch on the file after a rename.
    pub links: u64,
    /// Last change of the content.
    pub modified: Timestamp,
    /// Last change of the inode (`st_ctim`): cannot be set back, so a process that started later has read
    /// exactly this content.
    pub changed: Timestamp,
    /// The absolute path at the end of the chain, if the path or a directory on the way is a symbolic link.
    pub link_target: Option<Utf8PathBuf>,
    /// Who may put another file in its place.
    pub directory: Directory,
    /// Its SELinux label (`system_u:object_r:cert_t:s0`), where labels exist.
    pub label: Option<String>,
    /// Whether a private key is in it that others than its owner and group can read, directories included.
    pub exposes_key: bool,
    /// What keeps even root from putting another file in its place.
    pub fixed: Option<Fixed>,
}

/// An attribute (chattr) of a file, or of its directory, that forbids an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// What has it.
    pub path: Utf8PathBuf,
    /// Which.
    pub attribute: Attribute,
}

/// An attribute of an inode that binds root too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `i`: it can neither be written nor renamed.
    Immutable,
    /// `a`: it can only grow, and can't be renamed.
    AppendOnly,
}

impl Attribute {
    /// Its letter, for chattr and lsattr.
    pub fn letter(self) -> char {
        match self {
            Self::Immutable => 'i',
            Self::AppendOnly => 'a',
        }
    }
}

/// What the directory of a file allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// Its owner and root may write in it, nobody else.
    Fine,
    /// Others may write in it: what lies there can be exchanged under us.
    Open,
    /// Not even root may write in it: a read-only file system, a home on a server that trusts no root.
    ReadOnly,
}
