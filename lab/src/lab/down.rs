//! Taking a lab down.

use std::path::Path;

use super::{Lab, lock_lab, up};

use crate::cache::Cache;
use crate::error::Result;
use crate::node::{Ground, standing_at};
use crate::tools::progress::Progress;
use crate::tools::{files, interrupt};

impl Lab {
    /// Takes the lab down: no process, mount, namespace, cgroup or file of it is left.
    pub fn down(mut self) -> Result<()> {
        self.down_on_drop = false;
        let _lock = self.lock()?;
        self.take_down()
    }

    /// Takes a lab down by its name, whatever state it is in; none of this name is fine. `state` is only needed
    /// for a lab with a folder of its own that a reboot of the host has left behind.
    pub fn down_by_name(name: &str, state: Option<&Path>, progress: Progress) -> Result<()> {
        super::options::check_name("lab", name)?;
        let _lock = lock_lab(name, progress)?;
        let cache = Cache::open(progress)?;
        let dir = match standing_at(name) {
            Some(dir) => dir,
            None => up::place(&cache, name, state)?,
        };
        up::must_be_ours(&dir)?;
        remove(&Ground::new(name, &dir))
    }

    pub(super) fn take_down(&self) -> Result<()> {
        remove(&self.ground)
    }
}

fn remove(ground: &Ground) -> Result<()> {
    // What was interrupted is over; cleaning up after it is not to be interrupted by the same signal.
    interrupt::clear();
    ground.clear()?;
    files::remove_tree(&ground.dir)
}
