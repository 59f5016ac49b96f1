//! The cgroups of a lab's nodes, removed when nothing is left in them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::tools::files;
use crate::tools::wait::{Seen, until};

/// Whether the host has the one hierarchy of cgroup v2 and nothing else.
pub(crate) fn is_v2() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// Removes the cgroup `path` with all below it, in every hierarchy there is, and its parent if that is empty.
pub(super) fn remove(path: &str) -> Result<()> {
    let relative = path.trim_start_matches('/');
    let base = Path::new("/sys/fs/cgroup");
    let mut tops = vec![base.join(relative)];
    tops.extend(files::list(base)?.into_iter().map(|hierarchy| hierarchy.join(relative)));
    tops.retain(|top| top.parent().is_some_and(Path::is_dir));
    until("the end of the lab's cgroups", Duration::from_secs(10), || {
        let left: Vec<&PathBuf> = tops.iter().filter(|top| !gone(top)).collect();
        match left.first() {
            None => {
                for parent in tops.iter().filter_map(|top| top.parent()) {
                    // Other labs may be in it.
                    drop(std::fs::remove_dir(parent));
                }
                Ok(Seen::Yes(()))
            }
            Some(first) => Ok(Seen::NotYet(format!("{} is still in use", first.display()))),
        }
    })
}

/// Removes what can be removed; true if all of it is gone.
fn gone(dir: &Path) -> bool {
    if let Ok(entries) = std::fs::read_dir(dir) {
        for entry in entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())) {
            gone(&entry.path());
        }
    }
    match std::fs::remove_dir(dir) {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
