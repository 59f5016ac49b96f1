//! Where a lab's nodes stand: names and folders derived from the lab's name.

use std::path::{Path, PathBuf};

use super::{cgroups, limits, mounts, network, runc};
use crate::error::Result;
use crate::tools::files;
use crate::tools::progress::Progress;

/// The parts of the host that belong to one lab.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) lab: String,
    pub(crate) dir: PathBuf,
}

impl Ground {
    pub(crate) fn new(lab: &str, dir: &Path) -> Self {
        Self { lab: lab.into(), dir: dir.into() }
    }

    /// runc's state; on a tmpfs, so that a reboot of the host forgets it.
    pub(super) fn runc(&self) -> PathBuf {
        standing(&self.lab).join("runc")
    }

    fn cgroup(&self) -> String {
        format!("/perennial-lab/{}", self.lab)
    }

    pub(super) fn cgroup_of(&self, node: &str) -> String {
        format!("{}/{node}", self.cgroup())
    }

    /// Makes the folder and the network, if they are not there.
    pub(crate) fn make(&self, progress: Progress) -> Result<()> {
        files::make_dir(&self.dir)?;
        files::make_dir(&self.runc())?;
        files::write(&standing(&self.lab).join("where"), self.dir.as_os_str().as_encoded_bytes())?;
        limits::raise(progress)?;
        mounts::make_private(&self.dir)?;
        network::make_parent(&self.lab)
    }

    /// Ends everything of the lab: processes, networks, mounts, cgroups. The files stay. Works from what is
    /// found, not from what is remembered, and goes on after an error.
    pub(crate) fn clear(&self) -> Result<()> {
        let mut first = Ok(());
        let mut keep = |result: Result<()>| {
            if first.is_ok() {
                first = result;
            }
        };
        for state in files::list(&self.runc())? {
            if let Some(name) = state.file_name().and_then(|n| n.to_str()) {
                keep(runc::delete(&self.runc(), name));
            }
        }
        for netns in files::list(Path::new("/run/netns"))? {
            let name = netns.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if let Some(node) = name.strip_prefix(&network::of(&self.lab, "")).filter(|n| self.knows(n)) {
                keep(network::disconnect(&self.lab, node));
            }
        }
        keep(network::remove_parent(&self.lab));
        keep(mounts::unmount_all(&self.dir));
        keep(cgroups::remove(&self.cgroup()));
        keep(files::remove_tree(&standing(&self.lab)));
        keep(limits::put_back());
        first
    }

    /// Whether a node of this name belongs here: another lab's name may begin with ours.
    fn knows(&self, node: &str) -> bool {
        self.dir.join("nodes").join(node).is_dir()
    }
}

/// What says that a lab stands; on a tmpfs, so that a reboot of the host forgets it.
fn standing(lab: &str) -> PathBuf {
    Path::new("/run/perennial-lab").join(lab)
}

/// The folder of the lab that stands under this name.
pub(crate) fn standing_at(lab: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let bytes = std::fs::read(standing(lab).join("where")).ok()?;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}
