//! File locks: one command at a time per lab, one build at a time per cache entry.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::files;
use crate::error::{LabError, Result};

/// Held until dropped; the kernel frees it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock, waiting for another holder; `waiting` is called once if there is one.
pub(crate) fn take(path: &Path, waiting: impl FnOnce()) -> Result<Lock> {
    if let Some(parent) = path.parent() {
        files::make_dir(parent)?;
    }
    let fail = |source| LabError::File { what: "lock", path: path.into(), source };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().map_err(fail)?;
        }
        Err(TryLockError::Error(error)) => return Err(fail(error)),
    }
    Ok(Lock { _file: file })
}
