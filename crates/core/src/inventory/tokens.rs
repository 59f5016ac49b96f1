//! The keys of the service accounts' tokens: who signs with which, and what kube-apiserver accepts.

use super::{Component, Looked};
use camino::Utf8PathBuf;

/// A file with keys of the service accounts' tokens, as a flag names it.
#[derive(Clone, Debug)]
pub struct TokenKey {
    /// Whose flag.
    pub component: Component,
    /// As what it is named.
    pub duty: TokenDuty,
    /// The file on the host.
    pub path: Utf8PathBuf,
    /// SHA-256 of each public key in it, or of the public half of a private one. Empty: there are keys, of a kind that
    /// can't be compared here.
    pub keys: Looked<Vec<String>>,
}

/// perennial's copy of such a file.
#[derive(Clone, Debug)]
pub struct TokenCopy {
    /// The backup that it lies in.
    pub directory: Utf8PathBuf,
    /// The copy.
    pub copy: Utf8PathBuf,
    /// The live file.
    pub live: Utf8PathBuf,
    /// As what the live file is named.
    pub duty: TokenDuty,
    /// As in [`TokenKey`]; never empty.
    pub keys: Vec<String>,
}

/// What a key of the tokens is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenDuty {
    /// Tokens are signed with it (`--service-account-signing-key-file`, kube-controller-manager's
    /// `--service-account-private-key-file`).
    Signs,
    /// Tokens are accepted by it (kube-apiserver's `--service-account-key-file`, which may be repeated).
    Accepts,
}
