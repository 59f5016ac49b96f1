//! Full copies of what a run could damage: real copies, 0600 in 0700, never hard links (a hard link blinds
//! kube-apiserver's watch to the next rename).

use super::open::{self, LARGEST};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_pki::digest::sha256_hex;
use serde::Serialize;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub directory: Utf8PathBuf,
    /// Files in it.
    pub files: usize,
    /// Bytes in it.
    pub bytes: u64,
    /// Entries that were left out: sockets, devices, and files larger than any credential.
    pub skipped: Vec<Utf8PathBuf>,
}

/// One line of `manifest.json`: how to put a file back.
#[derive(Serialize)]
struct Entry {
    path: Utf8PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Utf8PathBuf>,
    mode: u32,
    uid: u32,
    gid: u32,
}

/// Copies `sources` whole into the new directory `target` (under their own paths) and writes `manifest.json`
/// with each file's hash, mode and owner. Every copy is synced, read back and compared. A source that does not
/// exist is left out.
///
/// # Errors
/// `AlreadyExists` for a target that is there; anything else names its file. What was made until then is removed: it
/// would keep a full disk full.
pub fn backup(sources: &[Utf8PathBuf], target: &Utf8Path) -> io::Result<Backup> {
    // Whatever the caller's umask takes away: exactly 0600 and 0700, so that root's tools without CAP_DAC_OVERRIDE
    // can read a copy, too.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    make_directory(target, false).map_err(|error| named(target, error))?;
    copy_all(sources, target).inspect_err(|_| {
        let _left = fs::remove_dir_all(target);
    })
}

fn copy_all(sources: &[Utf8PathBuf], target: &Utf8Path) -> io::Result<Backup> {
    let mut copy = Copy { target, entries: Vec::new(), skipped: Vec::new(), bytes: 0 };
    for source in sources {
        copy.tree(source)?;
    }
    let manifest = serde_json::to_vec_pretty(&copy.entries)?;
    write_synced(&target.join("manifest.json"), &manifest)?;
    sync_directory(target)?;
    if let Some(parent) = target.parent() {
        sync_directory(parent)?;
    }
    let files = copy.entries.iter().filter(|entry| entry.sha256.is_some()).count();
    Ok(Backup { directory: target.to_owned(), files, bytes: copy.bytes, skipped: copy.skipped })
}

struct Copy<'a> {
    target: &'a Utf8Path,
    entries: Vec<Entry>,
    skipped: Vec<Utf8PathBuf>,
    bytes: u64,
}

impl Copy<'_> {
    fn tree(&mut self, path: &Utf8Path) -> io::Result<()> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(named(path, error)),
        };
        let mut entry = Entry {
            path: path.to_owned(),
            sha256: None,
            link: None,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
        };
        let copied = self.target.join(path.as_str().trim_start_matches('/'));
        if metadata.is_dir() {
            make_directory(&copied, true).map_err(|error| named(&copied, error))?;
            let entries = path.read_dir_utf8().map_err(|error| named(path, error))?;
            for child in entries {
                self.tree(child.map_err(|error| named(path, error))?.path())?;
            }
            return sync_directory(&copied);
        }
        if let Some(parent) = copied.parent() {
            make_directory(parent, true).map_err(|error| named(parent, error))?;
        }
        if metadata.is_symlink() {
            let link = path.read_link_utf8().map_err(|error| named(path, error))?;
            std::os::unix::fs::symlink(&link, &copied).map_err(|error| named(&copied, error))?;
            entry.link = Some(link);
        } else if metadata.is_file() && metadata.len() <= LARGEST {
            let read = open::directory(path.parent().unwrap_or(path)).and_then(|directory| {
                let name = path.file_name().unwrap_or_default();
                open::content(&mut open::read_only(&open::Located { directory, name })?)
            });
            let content = read.map_err(|error| named(path, error))?;
            write_synced(&copied, &content)?;
            let hash = sha256_hex(&content);
            if sha256_hex(&fs::read(&copied).map_err(|error| named(&copied, error))?) != hash {
                return Err(named(&copied, io::Error::other("the copy reads back differently")));
            }
            self.bytes += content.len() as u64;
            entry.sha256 = Some(hash);
        } else {
            self.skipped.push(path.to_owned());
            return Ok(());
        }
        self.entries.push(entry);
        Ok(())
    }
}

fn make_directory(path: &Utf8Path, exists_is_fine: bool) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && exists_is_fine => Ok(()),
        made => made,
    }
}

fn write_synced(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|error| named(path, error))
}

fn sync_directory(path: &Utf8Path) -> io::Result<()> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| named(path, error))
}

fn named(path: &Utf8Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_tree_is_copied_whole_privately_and_never_linked() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().canonicalize().unwrap()).unwrap();
        let source = root.join("pki");
        fs::create_dir(&source).unwrap();
        fs::write(source.join("ca.key"), "key").unwrap();
        fs::set_permissions(source.join("ca.key"), PermissionsExt::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink("ca.key", source.join("link")).unwrap();
        fs::write(source.join("huge"), vec![0; LARGEST as usize + 1]).unwrap();
        let target = root.join("state/runs/r1/backup");
        let made = backup(&[source.clone(), root.join("absent")], &target).unwrap();
        let copied = target.join(source.as_str().trim_start_matches('/'));
        let metadata = fs::metadata(copied.join("ca.key")).unwrap();
        assert_eq!((metadata.mode() & 0o777, metadata.nlink()), (0o600, 1));
        assert_eq!(fs::metadata(&copied).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_to_string(copied.join("ca.key")).unwrap(), "key");
        assert_eq!(copied.join("link").read_link_utf8().unwrap(), "ca.key");
        assert_eq!((made.files, made.skipped), (1, vec![source.join("huge")]));
        let manifest = fs::read_to_string(target.join("manifest.json")).unwrap();
        assert!(manifest.contains("\"mode\": 420"), "the original mode is remembered: {manifest}");
        assert!(backup(&[source], &target).is_err(), "an existing backup is never written into");
    }
}
