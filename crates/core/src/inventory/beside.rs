//! What lies beside the credentials themselves and still matters to them.

use super::File;
use camino::Utf8PathBuf;
use jiff::Timestamp;

/// Everything beside a node's credentials.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Files with private keys that belong to no credential: the CAs', the service accounts'.
    pub key_files: Vec<File>,
    /// perennial's own copies of what is empty or cut off: of each credential or CA the newest that fits.
    pub backups: Vec<Copied>,
}

impl Beside {
    /// The copy of the credential or CA of that name.
    pub fn backup_of(&self, name: &str) -> Option<&Copied> {
        self.backups.iter().find(|copied| copied.name == name)
    }
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
