//! What earlier runs of perennial left behind on the node.

use camino::Utf8PathBuf;
use jiff::Timestamp;

/// The runs that the node remembers.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// What finished runs installed, the newest last.
    pub installed: Vec<Installed>,
    /// A run that was neither finished nor undone.
    pub open: Option<OpenRun>,
}

impl Past {
    /// The last installation at `path`, if it is still what lies there.
    pub fn installed_at(&self, path: &camino::Utf8Path, sha256: &str) -> Option<&Installed> {
        self.installed.iter().rev().find(|installed| installed.path == path && installed.sha256 == sha256)
    }
}

/// A file that a finished run installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The live file.
    pub path: Utf8PathBuf,
    /// SHA-256 of what was installed.
    pub sha256: String,
    /// When it was swapped in.
    pub at: Timestamp,
    /// The validity that was asked for, in seconds.
    pub validity_seconds: i64,
}

/// A run that has to be finished or undone before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRun {
    /// Its id.
    pub id: String,
    /// When it began.
    pub began: Timestamp,
}
