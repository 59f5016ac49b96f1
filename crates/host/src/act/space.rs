//! Room for what a run writes.

use crate::observe::Look;
use camino::Utf8PathBuf;
use std::io;

/// A run makes some hundred files: its backup and what it stages.
const INODES: u64 = 256;

/// Free bytes where the backup goes and where files are staged: the smaller of the two, and where that is.
///
/// # Errors
/// As the file system's, with the directory.
pub(crate) fn space(look: &Look) -> io::Result<(Utf8PathBuf, u64)> {
    let staged = look.root.join("etc/kubernetes");
    let (backup, beside) = (free_bytes(&look.state_directory)?, free_bytes(&staged)?);
    Ok(if beside < backup { (staged, beside) } else { (look.state_directory.clone(), backup) })
}

fn free_bytes(directory: &Utf8PathBuf) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(directory.as_std_path())
        .map_err(|error| io::Error::new(io::Error::from(error).kind(), format!("{directory}: {error}")))?;
    // A file system that counts no inodes (btrfs) reports none.
    let inodes_gone = stat.f_files > 0 && stat.f_favail < INODES;
    Ok(if inodes_gone { 0 } else { stat.f_bavail.saturating_mul(stat.f_frsize) })
}
