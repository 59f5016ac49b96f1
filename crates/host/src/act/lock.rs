//! One perennial at a time on a node.

use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::plan::Refusal;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

/// Held as long as it lives; the kernel releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub enum LockError {
    /// Somebody else works on this node.
    Refused(Refusal),
    /// The state directory can't be used.
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Takes the node's lock without waiting. Makes the state directory (0700) where it is absent.
///
/// # Errors
/// [`Refusal::Locked`] while another perennial holds it.
pub fn lock(state: &Utf8Path) -> Result<Lock, LockError> {
    let path = state.join("lock");
    let failed = |error| LockError::Io { path: path.clone(), error };
    DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(failed)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(LockError::Refused(Refusal::Locked { path })),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Whether a perennial works on the node now. Nothing is made or held.
pub(crate) fn is_held(state: &Utf8Path) -> bool {
    let Ok(file) = File::open(state.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_is_refused_until_the_first_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let state = Utf8Path::from_path(directory.path()).unwrap().join("perennial");
        assert!(!is_held(&state));
        let first = lock(&state).unwrap();
        assert!(is_held(&state));
        assert!(matches!(lock(&state), Err(LockError::Refused(Refusal::Locked { .. }))));
        drop(first);
        assert!(!is_held(&state) && state.join("lock").exists());
        assert!(lock(&state).is_ok());
    }
}
