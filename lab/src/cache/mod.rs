//! Everything that is expensive and never changes: built once, keyed by what it was made from.

mod apt;
mod archive;
mod binaries;
mod images;
mod layer;
mod linters;
mod root;
mod store;

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{LabError, Result};
use crate::node::unmount_all;
use crate::tools::progress::Progress;
use crate::tools::{files, interrupt, lock};

pub(crate) use binaries::KUBERNETES;
pub(crate) use images::CLIENT as CLIENT_IMAGE;
pub use linters::Linters;

/// The cache folder and how to talk about building in it.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    pub(crate) progress: Progress,
}

/// The prepared parts a node is made of.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// Lower folders of a node's root, the uppermost first.
    pub(crate) lower: Vec<PathBuf>,
    /// containerd's state with all images imported.
    pub(crate) store: PathBuf,
    /// The lab's own helper, a static binary that also runs on the host.
    pub(crate) client: PathBuf,
    /// Changes when anything of the above does.
    pub(crate) key: String,
}

/// Binaries and images that the user already has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) binaries: Option<PathBuf>,
    pub(crate) images: Option<PathBuf>,
}

impl Cache {
    /// `$PERENNIAL_LAB_CACHE`, else `$XDG_CACHE_HOME/perennial-lab`, else `~/.cache/perennial-lab`.
    pub(crate) fn open(progress: Progress) -> Result<Self> {
        let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let dir = variable("PERENNIAL_LAB_CACHE")
            .or_else(|| variable("XDG_CACHE_HOME").map(|d| d.join("perennial-lab")))
            .or_else(|| variable("HOME").map(|d| d.join(".cache/perennial-lab")))
            .ok_or_else(|| {
                LabError::refused("no place for the cache: set PERENNIAL_LAB_CACHE or HOME to a folder")
            })?;
        files::make_dir(&dir)?;
        let dir = dir.canonicalize().map_err(|source| LabError::File {
            what: "find",
            path: dir.clone(),
            source,
        })?;
        Ok(Self { dir, progress })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Builds whatever is not there yet.
    pub(crate) fn prepare(&self, own: &Own) -> Result<Prepared> {
        let binaries = binaries::ensure(self, own)?;
        let root = root::ensure(self)?;
        let layer = layer::ensure(self, &binaries, &root)?;
        let images = images::ensure(self, own, &binaries, &root)?;
        let lower = vec![layer.path, root.path];
        let store = store::ensure(self, &lower, &images)?;
        let key = key_of([layer.key.as_bytes(), store.key.as_bytes()]);
        Ok(Prepared { lower, store: store.path, client: binaries.client.join("lab-client"), key })
    }

    /// The oracle's program, built if it is not there yet.
    pub(crate) fn oracle(&self) -> Result<PathBuf> {
        binaries::oracle(self)
    }

    /// The folder with Kubernetes' programs, built if they are not there yet.
    pub(crate) fn kubernetes(&self) -> Result<PathBuf> {
        binaries::kubernetes(self)
    }

    /// The linters of certificates, made ready if they are not there yet.
    pub(crate) fn linters(&self) -> Result<Linters> {
        Ok(Linters { zlint: binaries::zlint(self)?, pkilint: linters::pkilint(self)? })
    }

    /// The entry `kind-key`; if it is missing, `build` makes it in an empty folder that gets its name when it is
    /// complete.
    pub(crate) fn entry(
        &self,
        kind: &str,
        key: String,
        what: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Entry> {
        let path = self.dir.join(format!("{kind}-{key}"));
        if path.exists() {
            return Ok(Entry { path, key });
        }
        let _lock = lock::take(&self.dir.join("locks").join(format!("{kind}-{key}")), || {
            self.progress.line(&format!("waiting: {what} is being made by another run"));
        })?;
        if path.exists() {
            return Ok(Entry { path, key });
        }
        let building = self.dir.join(format!("building-{kind}-{key}"));
        discard(&building)?;
        files::make_dir(&building)?;
        let built = self.progress.step(&format!("making {what} (once)"), || build(&building));
        if let Err(error) = built {
            interrupt::clear();
            discard(&building)?;
            return Err(error);
        }
        files::rename(&building, &path)?;
        Ok(Entry { path, key })
    }
}

/// Removes what a failed or killed build has left, the mounts of debootstrap included.
fn discard(building: &Path) -> Result<()> {
    unmount_all(building)?;
    files::remove_tree(building)
}

/// A complete cache entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) key: String,
}

/// A short name for what all these parts are.
pub(crate) fn key_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    hex(&digest)[..16].to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The key of a file that the user gave: its path, size and time of change stand for its content.
fn key_of_file(path: &Path) -> Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::metadata(path).map_err(|source| LabError::File {
        what: "read",
        path: path.into(),
        source,
    })?;
    Ok(format!("{} {} {}.{}", path.display(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}
