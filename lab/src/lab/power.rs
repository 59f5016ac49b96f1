//! Power cuts and switching on again.

use super::Lab;
use crate::error::Result;

impl Lab {
    /// Cuts a node's power: every process is killed at once. Its files stay readable.
    pub fn off(&self, node: &str) -> Result<()> {
        let _lock = self.lock()?;
        self.machine(node)?.kill()
    }

    /// Switches a node on again and waits for its container runtime, not for the cluster.
    pub fn on(&self, node: &str) -> Result<()> {
        let _lock = self.lock()?;
        if self.machine(node)?.pid()?.is_some() {
            return Ok(());
        }
        let found = self.nodes().iter().find(|n| n.name == node);
        found.map_or(Ok(()), |node| {
            self.switch_on(node)?;
            self.wait_booted(node)
        })
    }

    /// Whether a node is switched on.
    pub fn is_on(&self, node: &str) -> Result<bool> {
        Ok(self.machine(node)?.pid()?.is_some())
    }
}
