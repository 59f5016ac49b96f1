//! File operations whose errors name the file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::command::Run;
use crate::error::{LabError, Result};

fn fail(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LabError {
    let path = path.to_path_buf();
    move |source| LabError::File { what, path, source }
}

pub(crate) fn make_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(fail("create", path))
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(fail("read", path))
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(fail("read", path))
}

/// Writes a file with its folders.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_dir(parent)?;
    }
    fs::write(path, content).map_err(fail("write", path))
}

pub(crate) fn write_mode(path: &Path, content: impl AsRef<[u8]>, mode: u32) -> Result<()> {
    write(path, content)?;
    set_mode(path, mode)
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(fail("set the mode of", path))
}

/// Makes a symbolic link, in place of what is there.
pub(crate) fn link(target: &str, path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_dir(parent)?;
    }
    if path.is_symlink() || path.exists() {
        fs::remove_file(path).map_err(fail("remove", path))?;
    }
    symlink(target, path).map_err(fail("link", path))
}

pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(fail("rename", from))
}

pub(crate) fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fail("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a folder with all it holds; a missing one is fine. Mounts below it must be gone already.
pub(crate) fn remove_tree(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fail("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The paths in a folder, sorted; none if it is missing.
pub(crate) fn list(path: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(fail("list", path))?,
    };
    let mut all = Vec::new();
    for entry in entries {
        all.push(entry.map_err(fail("list", path))?.path());
    }
    all.sort();
    Ok(all)
}

/// Copies a tree with owners, modes and links; shares blocks where the file system can. Zeros become holes: most
/// of etcd's data is a log allocated in advance.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    Run::new("cp")
        .args(["-a", "--reflink=auto", "--sparse=always", "--"])
        .arg(from)
        .arg(to)
        .what(format!("copy {} to {}", from.display(), to.display()))
        .done()
}

/// As [`copy_tree`], with hard links in place of file contents where both are on one file system. Only for
/// files that nobody ever writes to in place.
pub(crate) fn link_tree(from: &Path, to: &Path) -> Result<()> {
    let linked = Run::new("cp").args(["-a", "--link", "--"]).arg(from).arg(to).what("link a tree").done();
    if linked.is_ok() {
        return Ok(());
    }
    remove_tree(to)?;
    copy_tree(from, to)
}
