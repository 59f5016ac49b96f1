//! The swap: live files and their staged twins exchange names, one call each and nothing between.
//!
//! `RENAME_EXCHANGE` frees nothing inside the call, keeps the old bytes under a known name, and is the one
//! atomic swap whose event kube-apiserver's watch never misses, not even where a hard-linked backup exists.
//! Afterwards the twin *is* the old inode: it is only ever unlinked, never written.

use super::open::{Located, locate, sha256, sync};
use crate::port::PortError;
use camino::Utf8Path;
use perennial_core::run::Exchange;
use rustix::fs::{self, AtFlags, RenameFlags};
use rustix::io::Errno;
use std::io;

/// Whether the file system can exchange; `Auto` asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Exchange, and fall back where the file system has no such call.
    Auto,
    /// As on a file system without exchange.
    #[cfg(test)]
    Rename,
}

/// Exchanges every file with its twin, in order, then syncs their directories once.
///
/// # Errors
/// [`PortError::Changed`] and nothing done, where a live file is not what it was; otherwise some of the files
/// may have been exchanged: each is still whole.
pub(super) fn exchange(files: &[Exchange], method: Method) -> Result<(), PortError> {
    let mut prepared = Vec::new();
    for file in files {
        let found = sha256(&file.live).map_err(failed)?.unwrap_or_default();
        if found != file.expected_sha256 {
            return Err(PortError::Changed { path: file.live.clone() });
        }
        let live = locate(&file.live).map_err(|error| named(&file.live, error))?;
        prepared.push((live, file.twin.file_name().unwrap_or_default(), &file.live));
    }
    for (live, twin, path) in &prepared {
        swap(live, twin, method).map_err(|error| named(path, error))?;
    }
    for (live, _, path) in &prepared {
        sync(&live.directory).map_err(|error| named(path, error))?;
    }
    Ok(())
}

fn swap(live: &Located<'_>, twin: &str, method: Method) -> io::Result<()> {
    let directory = &live.directory;
    let exchanged = match method {
        Method::Auto => fs::renameat_with(directory, twin, directory, live.name, RenameFlags::EXCHANGE),
        #[cfg(test)]
        Method::Rename => Err(Errno::INVAL),
    };
    match exchanged {
        Ok(()) => Ok(()),
        // There was no live file, or (on the way back) there was none before.
        Err(Errno::NOENT) => {
            match fs::renameat_with(directory, twin, directory, live.name, RenameFlags::NOREPLACE) {
                Err(Errno::NOENT) => Ok(fs::renameat(directory, live.name, directory, twin)?),
                renamed => Ok(renamed?),
            }
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => rename_over(live, twin),
        Err(error) => Err(error.into()),
    }
}

/// Without exchange: the old bytes are set aside as a copy first, so that both names hold afterwards what an
/// exchange would have left. Between the two renames the twin's name is free; the live file never is.
fn rename_over(live: &Located<'_>, twin: &str) -> io::Result<()> {
    let directory = &live.directory;
    let aside = format!("{twin}.old");
    match fs::unlinkat(directory, &*aside, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    super::stage::copy(live, &aside)?;
    fs::renameat(directory, twin, directory, live.name)?;
    Ok(fs::renameat(directory, &*aside, directory, twin)?)
}

/// Unlinks files; what is gone already is fine.
pub(super) fn discard(files: &[camino::Utf8PathBuf]) -> Result<(), PortError> {
    for file in files {
        let located = match locate(file) {
            Ok(located) => located,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(named(file, error)),
        };
        for name in [located.name.to_owned(), format!("{}.old", located.name)] {
            match fs::unlinkat(&located.directory, &*name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(named(file, error.into())),
            }
        }
        sync(&located.directory).map_err(|error| named(file, error))?;
    }
    Ok(())
}

fn named(path: &Utf8Path, error: io::Error) -> PortError {
    PortError::Failed(format!("{path}: {error}"))
}

fn failed(error: io::Error) -> PortError {
    PortError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8PathBuf;
    use std::fs::{read_to_string, write};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    struct Pair {
        _directory: tempfile::TempDir,
        root: Utf8PathBuf,
    }

    impl Pair {
        fn new() -> Self {
            let directory =
                tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o700)).tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(directory.path().canonicalize().unwrap()).unwrap();
            for name in ["a.crt", "a.key"] {
                write(root.join(name), format!("old {name}")).unwrap();
                super::super::stage::stage(&root.join(name), "r1", format!("new {name}").as_bytes()).unwrap();
            }
            Self { _directory: directory, root }
        }

        fn exchanges(&self) -> Vec<Exchange> {
            let exchange = |name: &str| Exchange {
                live: self.root.join(name),
                twin: perennial_core::run::twin(&self.root.join(name), "r1"),
                expected_sha256: sha256(&self.root.join(name)).unwrap().unwrap(),
            };
            vec![exchange("a.crt"), exchange("a.key")]
        }

        fn read(&self, name: &str) -> String {
            read_to_string(self.root.join(name)).unwrap()
        }
    }

    #[test]
    fn both_ways_leave_the_new_bytes_live_and_the_old_ones_beside_them() {
        for method in [Method::Auto, Method::Rename] {
            let pair = Pair::new();
            let inode = std::fs::metadata(pair.root.join("a.key")).unwrap().ino();
            exchange(&pair.exchanges(), method).unwrap();
            assert_eq!((pair.read("a.crt"), pair.read("a.key")), ("new a.crt".into(), "new a.key".into()));
            assert_eq!(pair.read(".a.key.perennial-r1"), "old a.key");
            if method == Method::Auto {
                assert_eq!(std::fs::metadata(pair.root.join(".a.key.perennial-r1")).unwrap().ino(), inode);
            }
            exchange(&pair.exchanges(), method).unwrap();
            assert_eq!((pair.read("a.crt"), pair.read("a.key")), ("old a.crt".into(), "old a.key".into()));
            discard(&pair.exchanges().into_iter().map(|file| file.twin).collect::<Vec<_>>()).unwrap();
            assert_eq!(std::fs::read_dir(&pair.root).unwrap().count(), 2);
        }
    }

    #[test]
    fn a_file_that_changed_meanwhile_stops_the_whole_pair() {
        let pair = Pair::new();
        let exchanges = pair.exchanges();
        write(pair.root.join("a.key"), "by somebody else").unwrap();
        let error = exchange(&exchanges, Method::Auto).unwrap_err();
        assert!(error.to_string().contains("a.key was changed by somebody else"), "{error}");
        assert_eq!((pair.read("a.crt"), pair.read("a.key")), ("old a.crt".into(), "by somebody else".into()));
    }

    #[test]
    fn a_missing_live_file_is_made_and_taken_away_again() {
        let pair = Pair::new();
        std::fs::remove_file(pair.root.join("a.key")).unwrap();
        let twin = perennial_core::run::twin(&pair.root.join("a.key"), "r1");
        let mut file = Exchange { live: pair.root.join("a.key"), twin, expected_sha256: String::new() };
        exchange(std::slice::from_ref(&file), Method::Auto).unwrap();
        assert_eq!(pair.read("a.key"), "new a.key");
        file.expected_sha256 = sha256(&file.live).unwrap().unwrap();
        exchange(std::slice::from_ref(&file), Method::Auto).unwrap();
        assert!(!file.live.exists());
    }

    #[test]
    fn the_mode_is_kept_and_a_directory_that_others_may_write_is_refused() {
        let pair = Pair::new();
        let mode = |name: &str| std::fs::metadata(pair.root.join(name)).unwrap().mode() & 0o7777;
        std::fs::set_permissions(pair.root.join("a.key"), PermissionsExt::from_mode(0o640)).unwrap();
        super::super::stage::stage(&pair.root.join("a.key"), "r2", b"new").unwrap();
        assert_eq!(mode(".a.key.perennial-r2"), 0o640);
        std::fs::set_permissions(&pair.root, PermissionsExt::from_mode(0o777)).unwrap();
        let error = super::super::stage::stage(&pair.root.join("a.key"), "r3", b"new").unwrap_err();
        assert!(error.to_string().contains("may be written by others"), "{error}");
    }

    #[test]
    fn a_symbolic_link_on_the_way_is_refused() {
        let pair = Pair::new();
        let link = pair.root.join("link");
        std::os::unix::fs::symlink(&pair.root, &link).unwrap();
        assert!(super::super::stage::stage(&link.join("a.key"), "r4", b"new").is_err());
        std::fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
        assert!(super::super::stage::stage(&link, "r4", b"new").is_err());
    }
}
