//! What kind of lab is wanted.

use std::path::PathBuf;
use std::time::Duration;

use crate::cache::Own;
use crate::cluster::layout::Layout;
use crate::error::{LabError, Result};
use crate::tools::progress::Progress;

/// What kind of lab is wanted. Start from [`Options::default`]: one control plane, no worker, named `perennial`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The lab's name; several labs live side by side under different names.
    pub name: String,
    /// Where the lab's files lie; in the cache unless given.
    pub state: Option<PathBuf>,
    /// How many control planes, 1 to 9.
    pub control_planes: usize,
    /// How many workers, 0 to 9.
    pub workers: usize,
    /// How the certificates are laid out. Others than kubeadm's have one control plane.
    pub layout: Layout,
    /// How long certificates are valid, those of the kubelets included; a year unless given.
    pub validity: Option<Duration>,
    /// A folder with the binaries, so that nothing of Kubernetes is built.
    pub binaries: Option<PathBuf>,
    /// A folder with image archives, so that none is packed.
    pub images: Option<PathBuf>,
    /// Whether and how progress is shown.
    pub progress: Progress,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "perennial".into(),
            state: None,
            control_planes: 1,
            workers: 0,
            layout: Layout::Kubeadm,
            validity: None,
            binaries: None,
            images: None,
            progress: Progress::shown(),
        }
    }
}

impl Options {
    pub(super) fn check(&self) -> Result<()> {
        check_name("lab", &self.name)?;
        if !(1..=9).contains(&self.control_planes) || self.workers > 9 {
            return Err(LabError::refused("a lab has 1 to 9 control planes and 0 to 9 workers"));
        }
        if self.layout != Layout::Kubeadm && self.control_planes != 1 {
            return Err(LabError::refused("only kubeadm's layout has several control planes"));
        }
        Ok(())
    }

    pub(super) fn own(&self) -> Own {
        Own { binaries: self.binaries.clone(), images: self.images.clone() }
    }
}

/// Names become parts of paths and of network namespaces' names.
pub(super) fn check_name(what: &str, name: &str) -> Result<()> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '+';
    if (1..=30).contains(&name.len()) && name.chars().all(fits) && !name.starts_with('-') {
        return Ok(());
    }
    Err(LabError::refused(format!("{name:?} cannot name a {what}: use up to 30 of a-z, 0-9, - and +")))
}
