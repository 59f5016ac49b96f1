//! Reading files with care: regular ones only, none larger than a credential can be, with the facts that judging
//! needs.

mod link;

use crate::act::open;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Attribute, Directory, File, FileFacts, FileKind, Fixed, Looked, Trouble};
use perennial_pki::digest::sha256_hex;
use rustix::fs::{Access, IFlags, Mode, OFlags};
use std::fs::Metadata;
use std::io::{ErrorKind, Read as _};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use zeroize::Zeroizing;

/// No certificate, key, kubeconfig or manifest is larger.
pub(super) const LIMIT: u64 = 1 << 20;

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

/// Why a text that every writer ends with a line's end could not be understood: without one it was cut off. A NUL byte
/// is in none: the machine stopped before the file's blocks were written.
pub(super) fn perhaps_cut_off(text: &str, trouble: Trouble) -> Trouble {
    let whole = text.ends_with(['\n', '}']) && !text.contains('\0');
    if trouble == Trouble::Empty || whole { trouble } else { Trouble::CutOff }
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

    /// Where a file really is, and its bytes alone: for files of which nothing else matters.
    pub(super) fn bytes(&self, path: &Utf8Path) -> Looked<(Utf8PathBuf, Zeroizing<Vec<u8>>)> {
        match self.open(path) {
            Ok(opened) => Looked::Seen((opened.path, opened.bytes)),
            Err(Looked::Unusable(trouble)) => Looked::Unusable(trouble),
            Err(_) => Looked::Absent,
        }
    }

    /// The names in a directory, sorted.
    pub fn names(&self, directory: &Utf8Path) -> Looked<Vec<String>> {
        let mut names = Vec::new();
        self.each_name(directory, |name| names.push(name)).map(|()| {
            names.sort();
            names
        })
    }

    /// The names in a directory one by one: there may be a great many.
    pub(super) fn each_name(&self, directory: &Utf8Path, mut each: impl FnMut(String)) -> Looked<()> {
        let listed = self.resolve(directory).and_then(|end| {
            for entry in std::fs::read_dir(self.below(&end.path))? {
                each(entry?.file_name().to_string_lossy().into_owned());
            }
            Ok(())
        });
        listed.map_or_else(|error| unread(&error), Looked::Seen)
    }

    /// Whether something is there.
    pub fn exists(&self, path: &Utf8Path) -> bool {
        self.resolve(path).is_ok_and(|end| self.below(&end.path).exists())
    }

    /// Where the symbolic link at this very path points, as it is written; `None` if it is none.
    pub fn link(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.below(&self.place(path)?).read_link_utf8().ok()
    }

    /// The path with every symbolic link resolved but one in its last place.
    pub fn place(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        Some(self.resolve(path.parent()?).ok()?.path.join(path.file_name()?))
    }

    /// The path with every symbolic link resolved.
    pub(super) fn real(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.resolve(path).ok().map(|end| end.path)
    }

    /// What the entry itself is: a link is a link.
    pub(super) fn entry(&self, path: &Utf8Path) -> Option<Metadata> {
        let directory = self.resolve(path.parent()?).ok()?.path;
        std::fs::symlink_metadata(self.below(&directory.join(path.file_name()?))).ok()
    }

    /// Where a path of the node is on this machine, at the end of its links.
    pub(super) fn located(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.resolve(path).ok().map(|end| self.below(&end.path))
    }

    fn read_facts(&self, path: &Utf8Path) -> Result<(FileFacts, Zeroizing<Vec<u8>>), Looked<()>> {
        let Opened { path: end, file, metadata, bytes } = self.open(path)?;
        let facts = FileFacts {
            link_target: Some(end.clone()).filter(|end| end != path),
            directory: self.directory(&end),
            label: label(&file),
            fixed: if self.is_copy() { None } else { fixed(&file, &end) },
            exposes_key: metadata.mode() & 0o004 != 0 && holds_key(&bytes) && self.others_get_to(&end),
            ..facts(&metadata, &bytes)
        };
        Ok((facts, bytes))
    }

    fn open(&self, path: &Utf8Path) -> Result<Opened, Looked<()>> {
        let end = self.resolve(path).map_err(|error| unread(&error))?;
        let real = self.below(&end.path);
        // What is no file is not even opened: a device may do something, a FIFO waits.
        match std::fs::symlink_metadata(&real) {
            Ok(_) if end.by_link && !link::could_be_meant(path, &end.path) => {
                return Err(Looked::Unusable(Trouble::LeadsOut { to: end.path }));
            }
            Ok(metadata) => readable(&metadata)?,
            Err(error) if error.kind() == ErrorKind::NotFound && end.by_link => {
                return Err(Looked::Unusable(Trouble::LeadsNowhere { to: end.path }));
            }
            Err(error) => return Err(unread(&error)),
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opened = rustix::fs::open(real.as_std_path(), flags, Mode::empty());
        let mut file = std::fs::File::from(opened.map_err(|error| unread(&error.into()))?);
        let metadata = file.metadata().map_err(|error| unread(&error))?;
        readable(&metadata)?;
        // Room for one byte more: then the end is found without growing, which would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::new());
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        let read = file.by_ref().take(LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|error| unread(&error))?;
        if bytes.len() as u64 > LIMIT {
            return Err(Looked::Unusable(Trouble::TooLarge { limit: LIMIT }));
        }
        Ok(Opened { path: end.path, file, metadata, bytes })
    }

    /// Whether others than owner and group may pass every directory on the way to a file.
    fn others_get_to(&self, path: &Utf8Path) -> bool {
        let passable = |directory: &Utf8Path| {
            std::fs::metadata(self.below(directory)).is_ok_and(|metadata| metadata.mode() & 0o001 != 0)
        };
        // A copy's own folder says nothing about the node's root.
        path.ancestors().skip(1).filter(|directory| *directory != "/").all(passable)
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

    /// The end of every symbolic link on the way. In a copied tree an absolute link means the copy's own root, as
    /// it did on the node.
    fn resolve(&self, path: &Utf8Path) -> Result<End, std::io::Error> {
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
        Ok(End { path: inside, by_link: links > 0 })
    }
}

/// A file that was read.
struct Opened {
    /// Where it really is.
    path: Utf8PathBuf,
    file: std::fs::File,
    metadata: Metadata,
    bytes: Zeroizing<Vec<u8>>,
}

/// Where a path ends, as the node's own programs name it.
struct End {
    path: Utf8PathBuf,
    /// Whether a symbolic link was on the way.
    by_link: bool,
}

/// The parts of a path but `/` and `.`.
fn parts(path: &Utf8Path) -> impl DoubleEndedIterator<Item = String> {
    let part = |part: &str| (part != "/" && part != ".").then(|| part.to_owned());
    path.components().filter_map(move |component| part(component.as_str()))
}

/// Whether something may be opened and read.
fn readable(metadata: &Metadata) -> Result<(), Looked<()>> {
    let kind = metadata.file_type();
    let kind = match kind {
        _ if kind.is_file() && metadata.len() <= LIMIT => return Ok(()),
        _ if kind.is_file() => return Err(Looked::Unusable(Trouble::TooLarge { limit: LIMIT })),
        _ if kind.is_dir() => FileKind::Directory,
        _ if kind.is_fifo() => FileKind::Fifo,
        _ if kind.is_socket() => FileKind::Socket,
        _ if kind.is_block_device() || kind.is_char_device() => FileKind::Device,
        _ => FileKind::Other,
    };
    Err(Looked::Unusable(Trouble::NotRegular(kind)))
}

fn facts(metadata: &Metadata, bytes: &[u8]) -> FileFacts {
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
        link_target: None,
        directory: Directory::Fine,
        label: None,
        exposes_key: false,
        fixed: None,
    }
}

/// A PEM block, or the base64 of one in a kubeconfig.
fn holds_key(bytes: &[u8]) -> bool {
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    has(b"PRIVATE KEY-----") || has(b"client-key-data")
}

/// The SELinux label, where there is one.
fn label(file: &std::fs::File) -> Option<String> {
    let mut buffer = [0_u8; 256];
    let length = rustix::fs::fgetxattr(file, "security.selinux", &mut buffer).ok()?;
    let text = std::str::from_utf8(buffer.get(..length)?).ok()?.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// What keeps a file from being exchanged: its own attribute, or its directory's.
fn fixed(file: &std::fs::File, path: &Utf8Path) -> Option<Fixed> {
    let of = |file: &std::fs::File, path: &Utf8Path| {
        attribute(file).map(|attribute| Fixed { path: path.to_owned(), attribute })
    };
    of(file, path).or_else(|| {
        let parent = path.parent()?;
        of(&std::fs::File::open(parent).ok()?, parent)
    })
}

/// Not every file system has attributes.
fn attribute(file: impl AsFd) -> Option<Attribute> {
    let flags = rustix::fs::ioctl_getflags(file).ok()?;
    if flags.contains(IFlags::IMMUTABLE) {
        Some(Attribute::Immutable)
    } else {
        flags.contains(IFlags::APPEND).then_some(Attribute::AppendOnly)
    }
}

/// What became of a look. `InvalidInput` is ours: something that is no file.
pub(super) fn unread<T>(error: &std::io::Error) -> Looked<T> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Looked::Absent,
        ErrorKind::PermissionDenied => Looked::Unusable(Trouble::PermissionDenied),
        ErrorKind::InvalidInput => Looked::Unusable(Trouble::NotRegular(FileKind::Other)),
        _ => Looked::Unusable(Trouble::Io(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
