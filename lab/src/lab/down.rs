//! Taking a lab down.

use super::{Lab, lock_lab};
use crate::cache::Cache;
use crate::error::Result;
use crate::node::{Ground, standing_at};
use crate::tools::files;
use crate::tools::progress::Progress;

impl Lab {
    /// Takes the lab down: no process, mount, namespace, cgroup or file of it is left.
    pub fn down(mut self) -> Result<()> {
        self.down_on_drop = false;
        let _lock = self.lock()?;
        self.take_down()
    }

    /// Takes a lab down by its name, whatever state it is in; none of this name is fine.
    pub fn down_by_name(name: &str, progress: Progress) -> Result<()> {
        super::options::check_name("lab", name)?;
        let _lock = lock_lab(name, progress)?;
        let usual = Cache::open(progress)?.dir().join("clusters").join(name);
        remove(&Ground::new(name, &standing_at(name).unwrap_or(usual)))
    }

    pub(super) fn take_down(&self) -> Result<()> {
        remove(&self.ground)
    }
}

fn remove(ground: &Ground) -> Result<()> {
    ground.clear()?;
    files::remove_tree(&ground.dir)
}
