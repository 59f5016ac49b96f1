//! Reading files with care: regular ones only, none larger than a credential can be, with the facts that judging
//! needs.

use crate::act::open;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Directory, File, FileFacts, Looked, Trouble};
use perennial_pki::digest::sha256_hex;
use rustix::fs::{Access, Mode, OFlags};
use std::fs::Metadata;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use zeroize::Zeroizing;

/// No certificate, key, kubeconfig or manifest is larger.
const LIMIT: u64 = 1 << 20;

/// How many symbolic links one path may lead through: the kernel's own limit (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The file system of the node: the real one, or a copy below some directory.
#[derive(Clone, Debug)]
pub struct Tree {
    root: Utf8PathBuf,
}

/// A file that was read: its bytes are there exactly if its facts are.
#[derive(Debug)]
pub struct Content {
    /// Path and facts.
    pub file: File,
    /// The bytes; erased when dropped, since they may be a key.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
}

impl Content {
    /// The bytes, or why there are none.
    pub fn looked(&self) -> Looked<&[u8]> {
        match (&self.bytes, &self.file.facts) {
            (Some(bytes), _) => Looked::Seen(bytes.as_slice()),
            (None, Looked::Unusable(trouble)) => Looked::Unusable(trouble.clone()),
            (None, Looked::Seen(_) | Looked::Absent) => Looked::Absent,
        }
    }

    /// The text, or why there is none.
    pub fn text(&self) -> Looked<&str> {
        match self.looked() {
            Looked::Seen(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Looked::Seen(text),
                Err(_) => Looked::Unusable(Trouble::Malformed("not UTF-8 text".to_owned())),
            },
            Looked::Absent => Looked::Absent,
            Looked::Unusable(trouble) => Looked::Unusable(trouble),
        }
    }
}

impl Tree {
    /// The tree below `root`.
    pub fn new(root: &Utf8Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether this is a copy.
    pub fn is_copy(&self) -> bool {
        self.root != "/"
    }

    /// Reads a file. `path` is as the node's own programs name it.
    pub fn read(&self, path: &Utf8Path) -> Content {
        let (facts, bytes) = match self.read_facts(path) {
            Ok((facts, bytes)) => (Looked::Seen(facts), Some(bytes)),
            Err(Looked::Unusable(trouble)) => (Looked::Unusable(trouble), None),
            Err(_) => (Looked::Absent, None),
        };
        Content { file: File { path: path.to_owned(), facts }, bytes }
    }

    /// The names in a directory, sorted.
    pub fn names(&self, directory: &Utf8Path) -> Looked<Vec<String>> {
        let real = match self.resolve(directory) {
            Ok(real) => real,
            Err(error) => return unread(&error),
        };
        let listed: Result<Vec<String>, std::io::Error> = std::fs::read_dir(real).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        });
        match listed {
            Ok(mut names) => {
                names.sort();
                Looked::Seen(names)
            }
            Err(error) => unread(&error),
        }
    }

    /// Whether something is there.
    pub fn exists(&self, path: &Utf8Path) -> bool {
        self.resolve(path).is_ok_and(|real| real.exists())
    }

    fn read_facts(&self, path: &Utf8Path) -> Result<(FileFacts, Zeroizing<Vec<u8>>), Looked<()>> {
        let real = self.resolve(path).map_err(|error| unread(&error))?;
        let link = std::fs::symlink_metadata(self.below(path)).is_ok_and(|metadata| metadata.is_symlink());
        // Without O_NONBLOCK, opening a FIFO waits for a writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opened = rustix::fs::open(real.as_std_path(), flags, Mode::empty()).map_err(std::io::Error::from);
        let opened = opened.map_err(|error| match error.kind() {
            ErrorKind::NotFound if link => {
                Looked::Unusable(Trouble::Malformed("a symbolic link that leads nowhere".to_owned()))
            }
            _ => unread(&error),
        })?;
        let mut file = std::fs::File::from(opened);
        let mut read = || -> Result<(Metadata, Zeroizing<Vec<u8>>), std::io::Error> {
            let metadata = file.metadata()?;
            let mut bytes = Zeroizing::new(Vec::new());
            if metadata.is_file() && metadata.len() <= LIMIT {
                // Room for one byte more: then the end is found without growing, which would leave a copy behind.
                bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0) + 1);
                file.by_ref().take(LIMIT + 1).read_to_end(&mut bytes)?;
            }
            Ok((metadata, bytes))
        };
        let (metadata, bytes) = read().map_err(|error| unread(&error))?;
        if !metadata.is_file() {
            return Err(Looked::Unusable(Trouble::NotRegular));
        }
        if metadata.len() > LIMIT || bytes.len() as u64 > LIMIT {
            return Err(Looked::Unusable(Trouble::TooLarge { limit: LIMIT }));
        }
        let link_target = self.end_of_link(&real).filter(|end| end != path);
        let directory = self.directory(link_target.as_deref().unwrap_or(path));
        Ok((facts(&metadata, &bytes, link_target, directory), bytes))
    }

    /// Where a chain of links ends, as the node's own programs name it.
    fn end_of_link(&self, real: &Utf8Path) -> Option<Utf8PathBuf> {
        let real = real.canonicalize_utf8().ok()?;
        if !self.is_copy() {
            return Some(real);
        }
        let root = self.root.canonicalize_utf8().ok()?;
        real.strip_prefix(root).ok().map(|inside| Utf8Path::new("/").join(inside))
    }

    /// A copy is never written.
    fn directory(&self, path: &Utf8Path) -> Directory {
        let Some(parent) = path.parent().filter(|_| !self.is_copy()) else { return Directory::Fine };
        match rustix::fs::stat(parent.as_std_path()) {
            Ok(stat) if open::to_others(&stat) => Directory::Open,
            Ok(_) if rustix::fs::access(parent.as_std_path(), Access::WRITE_OK).is_err() => {
                Directory::ReadOnly
            }
            Ok(_) | Err(_) => Directory::Fine,
        }
    }

    fn below(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The path to open. In a copied tree an absolute link means the copy's own root, as it did on the node.
    fn resolve(&self, path: &Utf8Path) -> Result<Utf8PathBuf, std::io::Error> {
        if !self.is_copy() {
            return Ok(path.to_owned());
        }
        let mut pending: Vec<String> = parts(path).rev().collect();
        let mut inside = Utf8PathBuf::from("/");
        let mut links = 0;
        while let Some(part) = pending.pop() {
            if part == ".." {
                inside.pop();
                continue;
            }
            inside.push(&part);
            let Ok(target) = self.below(&inside).read_link_utf8() else { continue };
            links += 1;
            if links > MAX_LINKS {
                return Err(std::io::Error::other("too many symbolic links"));
            }
            inside.pop();
            if target.is_absolute() {
                inside = Utf8PathBuf::from("/");
            }
            pending.extend(parts(&target).rev());
        }
        Ok(self.below(&inside))
    }
}

/// The parts of a path but `/` and `.`.
fn parts(path: &Utf8Path) -> impl DoubleEndedIterator<Item = String> {
    let part = |part: &str| (part != "/" && part != ".").then(|| part.to_owned());
    path.components().filter_map(move |component| part(component.as_str()))
}

fn facts(
    metadata: &Metadata,
    bytes: &[u8],
    link_target: Option<Utf8PathBuf>,
    directory: Directory,
) -> FileFacts {
    let time = |seconds: i64, nanoseconds: i64| {
        let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
        Timestamp::new(seconds, nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
    };
    FileFacts {
        sha256: sha256_hex(bytes),
        size: bytes.len() as u64,
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        links: metadata.nlink(),
        modified: time(metadata.mtime(), metadata.mtime_nsec()),
        changed: time(metadata.ctime(), metadata.ctime_nsec()),
        link_target,
        directory,
    }
}

fn unread<T>(error: &std::io::Error) -> Looked<T> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Looked::Absent,
        ErrorKind::PermissionDenied => Looked::Unusable(Trouble::PermissionDenied),
        _ if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
            Looked::Unusable(Trouble::NotRegular)
        }
        _ => Looked::Unusable(Trouble::Io(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
