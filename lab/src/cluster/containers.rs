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

/// Removes a stopped container: a kubelet that starts afterwards knows of no exit, so that the next one meets no
/// crash back-off.
pub(crate) fn remove(machine: &Machine, id: &str) -> Result<()> {
    machine.must(&["crictl", "rm", id], None)?;
    Ok(())
}

/// Waits until a container of this name runs.
pub(crate) fn wait_running(machine: &Machine, name: &str) -> Result<()> {
    until(&format!("{name} on {}", machine.name), Duration::from_secs(120), || {
        Ok(match running(machine, name)? {
            Some(_) => Seen::Yes(()),
            None => Seen::NotYet("no container yet".into()),
        })
    })
}
