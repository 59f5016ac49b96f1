//! The one limit of the host that a lab needs more of: inotify instances, counted per user over all containers.
//! A node takes about 18 of the usual 128.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::tools::progress::Progress;
use crate::tools::{files, lock};

const LIMIT: &str = "/proc/sys/fs/inotify/max_user_instances";
const ENOUGH: u64 = 2048;

fn former() -> PathBuf {
    Path::new("/run/perennial-lab-locks").join("former-inotify-limit")
}

fn locked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _lock = lock::take(&Path::new("/run/perennial-lab-locks").join("host"), || {})?;
    work()
}

fn current() -> Result<u64> {
    // An unreadable number counts as enough: the limit is then left alone.
    Ok(files::read_text(Path::new(LIMIT))?.trim().parse().unwrap_or(ENOUGH))
}

/// Raises the limit until the last lab goes down.
pub(super) fn raise(progress: Progress) -> Result<()> {
    locked(|| {
        let now = current()?;
        if now >= ENOUGH {
            return Ok(());
        }
        if std::fs::write(LIMIT, ENOUGH.to_string()).is_err() {
            progress.line(&format!(
                "warning: fs.inotify.max_user_instances is {now} and cannot be raised: more than 5 nodes will not start"
            ));
            return Ok(());
        }
        progress.line(&format!(
            "fs.inotify.max_user_instances is {ENOUGH} instead of {now} until the last lab is down"
        ));
        files::write(&former(), now.to_string())
    })
}

/// Puts the limit back if no lab stands any more.
pub(super) fn put_back() -> Result<()> {
    locked(|| {
        if !files::list(Path::new("/run/perennial-lab"))?.is_empty() || !former().exists() {
            return Ok(());
        }
        files::write(Path::new(LIMIT), files::read(&former())?)?;
        files::remove_file(&former())
    })
}
