//! Containers of a node, over its runtime's own socket.

use std::time::Duration;

use crate::error::Result;
use crate::node::Machine;
use crate::tools::wait::{Seen, until};

/// The running container of this name.
pub(crate) fn running(machine: &Machine, name: &str) -> Result<Option<String>> {
    let ids = machine.must(&["crictl", "ps", "--quiet", "--name", &format!("^{name}$")], None)?;
    Ok(ids.lines().next().map(str::to_owned))
}

/// Stops the running container of this name and gives its id.
pub(crate) fn stop(machine: &Machine, name: &str) -> Result<Option<String>> {
    let Some(id) = running(machine, name)? else { return Ok(None) };
    machine.must(&["crictl", "stop", "--timeout", "10", &id], None)?;
    Ok(Some(id))
}

/// Waits until another container of this name runs.
pub(crate) fn wait_other(machine: &Machine, name: &str, old: &str) -> Result<()> {
    until(&format!("a new {name} on {}", machine.name), Duration::from_secs(120), || {
        Ok(match running(machine, name)? {
            Some(id) if id != old => Seen::Yes(()),
            _ => Seen::NotYet("no new container yet".into()),
        })
    })
}
