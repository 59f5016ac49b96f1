//! Directories and files by descriptor: what was checked is what is used, whatever happens to the names.

use camino::Utf8Path;
use perennial_pki::digest::sha256_hex;
use rustix::fs::{self, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

/// No credential is larger.
pub(super) const LARGEST: u64 = 1 << 20;

/// A directory and the name of a file in it.
pub(super) struct Located<'a> {
    /// The directory, opened without following any symbolic link.
    pub(super) directory: OwnedFd,
    /// The file's name.
    pub(super) name: &'a str,
}

/// Opens the directory of `path`. The paths of a plan are resolved: a symbolic link on the way means that
/// somebody has changed it since.
///
/// # Errors
/// As `openat2`; `ELOOP` for a symbolic link; refused where others than root may write.
pub(super) fn locate(path: &Utf8Path) -> io::Result<Located<'_>> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{path} names no file")));
    };
    let directory = directory(parent)?;
    if to_others(&fs::fstat(&directory)?) {
        let text = format!("{parent} may be written by others: what lies there can be exchanged under us");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(Located { directory, name })
}

/// Whether others than its owner and root may write in a directory.
pub(crate) fn to_others(stat: &fs::Stat) -> bool {
    // A user's own group on a user's own directory (~/.kube under umask 002) is that user.
    let by_group = stat.st_mode & 0o020 != 0 && stat.st_gid != 0 && stat.st_uid == 0;
    stat.st_mode & 0o002 != 0 || by_group
}

/// Opens a directory without following any symbolic link.
pub(super) fn directory(path: &Utf8Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match fs::openat2(fs::CWD, path.as_str(), flags, Mode::empty(), resolve) {
        // Before Linux 5.6 there is no openat2: one component after the other.
        Err(Errno::NOSYS) => {
            let root = fs::open("/", flags, Mode::empty())?;
            let mut components = path.components().filter(|component| component.as_str() != "/");
            Ok(components.try_fold(root, |parent, component| {
                fs::openat(&parent, component.as_str(), flags | OFlags::NOFOLLOW, Mode::empty())
            })?)
        }
        opened => Ok(opened?),
    }
}

/// Opens a regular file for reading; never waits for a FIFO, never follows a symbolic link.
pub(super) fn read_only(located: &Located<'_>) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(fs::openat(&located.directory, located.name, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is not a regular file", located.name)))
    }
}

/// The content of a file, at most [`LARGEST`] bytes.
pub(super) fn content(file: &mut File) -> io::Result<zeroize::Zeroizing<Vec<u8>>> {
    let mut content = zeroize::Zeroizing::new(Vec::new());
    let read = file.take(LARGEST + 1).read_to_end(&mut content)?;
    if read as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("is larger than {LARGEST} bytes")));
    }
    Ok(content)
}

/// SHA-256 of a file; `None` where there is none.
pub(super) fn sha256(path: &Utf8Path) -> io::Result<Option<String>> {
    let read = locate(path).and_then(|located| read_only(&located)).and_then(|mut file| content(&mut file));
    match read {
        Ok(content) => Ok(Some(sha256_hex(&content))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
    }
}

/// Makes the names in a directory survive a power cut.
pub(super) fn sync(directory: &OwnedFd) -> io::Result<()> {
    Ok(fs::fsync(directory)?)
}
