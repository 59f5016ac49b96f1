//! Laying new bytes beside a live file: same owner, mode, ACL and label, synced, read back.

use super::open::{Located, content, locate, read_only, sync};
use camino::Utf8Path;
use perennial_core::run::twin;
use perennial_pki::digest::sha256_hex;
use rustix::fs::{self, AtFlags, Gid, Mode, OFlags, Uid, XattrFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write};

/// Attributes that decide who may read the file.
const ATTRIBUTES: [&str; 2] = ["security.selinux", "system.posix_acl_access"];

/// What follows the name of a person's file in the name of the copy that is kept of it.
const BEFORE: &str = ".before-perennial";

const OWNER_ALONE: Mode = Mode::from_raw_mode(0o600);

/// Who may read what is staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Whoever could read the live file.
    AsItIs,
    /// Its owner alone (0600).
    OwnerAlone,
}

/// [`stage_with`], for whoever could read the live file.
#[cfg(test)]
pub(super) fn stage(live: &Utf8Path, run: &str, new: &[u8]) -> io::Result<(String, String)> {
    stage_with(live, run, new, Access::AsItIs)
}

/// Stages `new` beside `live` and returns the hashes before and after. A file that does not exist yet gets 0600.
///
/// # Errors
/// Any failure; the staged file is then garbage under a known name.
pub(super) fn stage_with(
    live: &Utf8Path,
    run: &str,
    new: &[u8],
    access: Access,
) -> io::Result<(String, String)> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{live}: {error}"));
    let twin = twin(live, run);
    let located = locate(live).map_err(named)?;
    let name = twin.file_name().unwrap_or_default();
    let (old, before) = match read_only(&located) {
        Ok(mut old) => {
            let before = sha256_hex(&content(&mut old).map_err(named)?);
            (Some(old), before)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (None, String::new()),
        Err(error) => return Err(named(error)),
    };
    // A staging that was cut off may have left this name behind; nothing else ever uses it.
    match fs::unlinkat(&located.directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(named(error.into())),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(fs::openat(&located.directory, name, flags, Mode::from_raw_mode(0o600))?);
    file.write_all(new).map_err(named)?;
    if let Some(old) = &old {
        copy_access(old, &file).map_err(named)?;
    }
    if access == Access::OwnerAlone {
        fs::fchmod(&file, OWNER_ALONE).map_err(|error| named(error.into()))?;
    }
    file.sync_all().map_err(named)?;
    drop(file);
    let mut written = read_only(&Located { directory: located.directory.try_clone()?, name })?;
    let after = sha256_hex(&content(&mut written).map_err(named)?);
    if after != sha256_hex(new) {
        return Err(named(io::Error::other("what was staged reads back differently")));
    }
    sync(&located.directory).map_err(named)?;
    Ok((before, after))
}

/// What a person's file was before it is changed, under its name with [`BEFORE`] behind it: one copy, the latest, for its
/// owner alone. A file that does not exist has no copy.
///
/// # Errors
/// Any failure, with the file.
pub(super) fn keep_before(live: &Utf8Path) -> io::Result<()> {
    let keep = || {
        let located = locate(live)?;
        let new = twin(live, "before");
        let new = new.file_name().unwrap_or_default();
        match fs::unlinkat(&located.directory, new, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        match copy(&located, new) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            copied => copied?,
        }
        let copied = read_only(&Located { directory: located.directory.try_clone()?, name: new })?;
        fs::fchmod(&copied, OWNER_ALONE)?;
        copied.sync_all()?;
        fs::renameat(&located.directory, new, &located.directory, format!("{}{BEFORE}", located.name))?;
        sync(&located.directory)
    };
    keep().map_err(|error| io::Error::new(error.kind(), format!("{live}{BEFORE}: {error}")))
}

/// Copies a live file to another name in its directory, access and all.
///
/// # Errors
/// Any failure; the copy is then garbage.
pub(super) fn copy(live: &Located<'_>, name: &str) -> io::Result<()> {
    let mut old = read_only(live)?;
    let bytes = content(&mut old)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(fs::openat(&live.directory, name, flags, Mode::from_raw_mode(0o600))?);
    file.write_all(&bytes)?;
    copy_access(&old, &file)?;
    file.sync_all()
}

/// Owner first: changing it clears bits of the mode.
fn copy_access(from: &File, to: &File) -> io::Result<()> {
    let stat = fs::fstat(from)?;
    fs::fchown(to, Some(Uid::from_raw(stat.st_uid)), Some(Gid::from_raw(stat.st_gid)))?;
    for attribute in ATTRIBUTES {
        let mut value = vec![0; 4096];
        match fs::fgetxattr(from, attribute, &mut value) {
            Ok(length) => match fs::fsetxattr(to, attribute, &value[..length], XattrFlags::empty()) {
                Ok(()) | Err(Errno::OPNOTSUPP) => {}
                Err(error) => return Err(error.into()),
            },
            Err(Errno::NODATA | Errno::OPNOTSUPP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(fs::fchmod(to, Mode::from_raw_mode(stat.st_mode & 0o7777))?)
}
