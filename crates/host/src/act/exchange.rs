//! The swap: live files and their staged twins exchange names, one call each and nothing between.
//!
//! `RENAME_EXCHANGE` frees nothing inside the call, keeps the old bytes under a known name, and is the one
//! atomic swap whose event kube-apiserver's watch never misses, not even where a hard-linked backup exists.
//! Afterwards the twin *is* the old inode: it is only ever unlinked, never written.

use super::open::{Located, directory, locate, sha256, sync};
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

/// How the files came to their new names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// In one call each.
    Exchanged,
    /// At least one of them in two: the file system has no exchange.
    Renamed,
}

/// Exchanges every file with its twin, in order, then syncs their directories once. What comes out is looked at
/// as well: a file that was written between the look and the exchange is given back.
///
/// # Errors
/// [`PortError::Changed`] and nothing exchanged, where a live file or its twin is not what it was; otherwise some
/// of the files may have been exchanged: each is still whole.
pub(super) fn exchange(files: &[Exchange], method: Method) -> Result<Way, PortError> {
    let (mut prepared, mut way) = (Vec::new(), Way::Exchanged);
    for file in files {
        for (path, expected) in [(&file.live, &file.live_sha256), (&file.twin, &file.twin_sha256)] {
            if !holds(path, expected)? {
                return Err(PortError::Changed { path: path.clone() });
            }
        }
        prepared.push((locate(&file.live).map_err(|error| named(&file.live, error))?, file));
    }
    for (live, file) in &prepared {
        if swap(live, file, method).map_err(|error| named(&file.live, error))? == Way::Renamed {
            way = Way::Renamed;
        }
    }
    for (live, file) in &prepared {
        sync(&live.directory).map_err(|error| named(&file.live, error))?;
    }
    for file in files {
        if !holds(&file.twin, &file.live_sha256)? {
            give_back(&prepared, method)?;
            return Err(PortError::Changed { path: file.live.clone() });
        }
    }
    Ok(way)
}

/// Whether a file has this hash; empty: whether there is none.
fn holds(path: &Utf8Path, expected: &str) -> Result<bool, PortError> {
    Ok(sha256(path).map_err(failed)?.unwrap_or_default() == expected)
}

/// What is ours goes out again; what somebody has written over it stays.
fn give_back(prepared: &[(Located<'_>, &Exchange)], method: Method) -> Result<(), PortError> {
    for (live, file) in prepared.iter().rev() {
        if holds(&file.live, &file.twin_sha256)? {
            let (live_sha256, twin_sha256) = (file.twin_sha256.clone(), file.live_sha256.clone());
            let back = Exchange { live_sha256, twin_sha256, ..(*file).clone() };
            swap(live, &back, method).map_err(|error| named(&file.live, error))?;
            sync(&live.directory).map_err(|error| named(&file.live, error))?;
        }
    }
    Ok(())
}

/// Which of the names is free is known beforehand: a twin that has vanished must never cost the live file.
fn swap(live: &Located<'_>, file: &Exchange, method: Method) -> io::Result<Way> {
    let directory = &live.directory;
    let twin = file.twin.file_name().unwrap_or_default();
    let rename = |from: &str, to: &str, flags| fs::renameat_with(directory, from, directory, to, flags);
    let exchanged = match (file.live_sha256.is_empty(), file.twin_sha256.is_empty(), method) {
        // There was no live file.
        (true, false, _) => rename(twin, live.name, RenameFlags::NOREPLACE),
        // On the way back: there was none before.
        (false, true, _) => rename(live.name, twin, RenameFlags::NOREPLACE),
        (.., Method::Auto) => rename(twin, live.name, RenameFlags::EXCHANGE),
        #[cfg(test)]
        (.., Method::Rename) => Err(Errno::INVAL),
    };
    match exchanged {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
            if !file.live_sha256.is_empty() && !file.twin_sha256.is_empty() =>
        {
            rename_over(live, twin).map(|()| Way::Renamed)
        }
        exchanged => Ok(exchanged.map(|()| Way::Exchanged)?),
    }
}

/// Without exchange: the old bytes are set aside as a copy first, so that both names hold afterwards what an
/// exchange would have left. Between the two renames the twin's name is free; the live file never is. On a full disk a
/// hard link takes the copy's place: it needs no room, and who watches the file sees this rename, if not the next one.
fn rename_over(live: &Located<'_>, twin: &str) -> io::Result<()> {
    let directory = &live.directory;
    let aside = format!("{twin}.old");
    match fs::unlinkat(directory, &*aside, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    match super::stage::copy(live, &aside) {
        Ok(()) => {}
        Err(error) if is_full(&error) => {
            fs::unlinkat(directory, &*aside, AtFlags::empty())?;
            fs::linkat(directory, live.name, directory, &*aside, AtFlags::empty())?;
        }
        Err(error) => return Err(error),
    }
    fs::renameat(directory, twin, directory, live.name)?;
    Ok(fs::renameat(directory, &*aside, directory, twin)?)
}

/// Unlinks files; what is gone already is fine. So is a directory that others may write by now, and one that has
/// been replaced by a symbolic link: nothing of ours was staged behind it.
pub(super) fn discard(files: &[camino::Utf8PathBuf]) -> Result<(), PortError> {
    for file in files {
        let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else { continue };
        let directory = match directory(parent) {
            Ok(directory) => directory,
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(named(file, error)),
        };
        let mut removed = false;
        for name in [name.to_owned(), format!("{name}.old")] {
            match fs::unlinkat(&directory, &*name, AtFlags::empty()) {
                Ok(()) => removed = true,
                Err(Errno::NOENT) => {}
                Err(error) => return Err(named(file, error.into())),
            }
        }
        if removed {
            sync(&directory).map_err(|error| named(file, error))?;
        }
    }
    Ok(())
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn is_gone(error: &io::Error) -> bool {
    let replaced = [Errno::LOOP, Errno::NOTDIR].map(|errno| Some(errno.raw_os_error()));
    error.kind() == io::ErrorKind::NotFound || replaced.contains(&error.raw_os_error())
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
            let hash = |path: &Utf8Path| sha256(path).unwrap().unwrap_or_default();
            let exchange = |name: &str| {
                let live = self.root.join(name);
                let twin = perennial_core::run::twin(&live, "r1");
                Exchange { live_sha256: hash(&live), twin_sha256: hash(&twin), live, twin }
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
            let way = exchange(&pair.exchanges(), method).unwrap();
            assert_eq!(way == Way::Renamed, method == Method::Rename);
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
        for (exists, other) in [(true, "new a.crt"), (false, "old a.crt")] {
            exchange(&pair.exchanges(), Method::Auto).unwrap();
            assert_eq!((pair.root.join("a.key").exists(), pair.read("a.crt")), (exists, other.into()));
        }
        assert_eq!(pair.read(".a.key.perennial-r1"), "new a.key");
    }

    #[test]
    fn a_twin_that_has_vanished_or_is_another_one_costs_nothing_live() {
        for method in [Method::Auto, Method::Rename] {
            let pair = Pair::new();
            let exchanges = pair.exchanges();
            let twin = pair.root.join(".a.key.perennial-r1");
            write(&twin, "by somebody else").unwrap();
            exchange(&exchanges, method).unwrap_err();
            std::fs::remove_file(&twin).unwrap();
            let error = exchange(&exchanges, method).unwrap_err();
            assert!(error.to_string().contains(".a.key.perennial-r1 was changed by somebody"), "{error}");
            assert_eq!((pair.read("a.crt"), pair.read("a.key")), ("old a.crt".into(), "old a.key".into()));
            // Nor where it vanishes between the look and the exchange.
            let live = locate(&exchanges[1].live).unwrap();
            assert!(swap(&live, &exchanges[1], method).is_err());
            assert_eq!(pair.read("a.key"), "old a.key");
        }
    }

    #[test]
    fn what_was_written_between_the_look_and_the_exchange_is_given_back() {
        let pair = Pair::new();
        let exchanges = pair.exchanges();
        let prepared: Vec<_> = exchanges.iter().map(|file| (locate(&file.live).unwrap(), file)).collect();
        write(pair.root.join("a.key"), "by somebody else").unwrap();
        for (live, file) in &prepared {
            swap(live, file, Method::Auto).unwrap();
        }
        assert!(!holds(&exchanges[1].twin, &exchanges[1].live_sha256).unwrap());
        give_back(&prepared, Method::Auto).unwrap();
        assert_eq!((pair.read("a.crt"), pair.read("a.key")), ("old a.crt".into(), "by somebody else".into()));
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
    fn a_run_is_rid_of_its_staged_files_whatever_has_become_of_the_directory() {
        let pair = Pair::new();
        let twins: Vec<_> = pair.exchanges().into_iter().map(|file| file.twin).collect();
        std::fs::set_permissions(&pair.root, PermissionsExt::from_mode(0o777)).unwrap();
        discard(&twins).unwrap();
        assert_eq!(std::fs::read_dir(&pair.root).unwrap().count(), 2);
        std::os::unix::fs::symlink("/etc", pair.root.join("link")).unwrap();
        for elsewhere in ["link", "a.crt", "nowhere"] {
            discard(&[pair.root.join(elsewhere).join(".a.key.perennial-r1")]).unwrap();
        }
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
