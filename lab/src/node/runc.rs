//! runc, with a state folder per lab, so that no other user of runc sees the nodes.

use std::path::Path;
use std::process::Command;

use crate::error::Result;
use crate::tools::command::Run;

/// A command of runc that is run to its end.
pub(super) fn run(root: &Path) -> Run {
    Run::new("runc").arg("--root").arg(root)
}

/// `runc exec` as a process to be started by the caller.
pub(super) fn exec(root: &Path, options: &[&str], container: &str, argv: &[&str]) -> Command {
    let mut command = Command::new("runc");
    command.arg("--root").arg(root).arg("exec").args(options).arg(container).args(argv);
    command
}

/// The PID of a running container's first process.
pub(super) fn pid(root: &Path, container: &str) -> Result<Option<u32>> {
    let ended = run(root).args(["state", container]).ended()?;
    if !ended.status.success() {
        return Ok(None);
    }
    let state: serde_json::Value =
        serde_json::from_slice(&ended.stdout).map_err(crate::LabError::json("runc's state"))?;
    let running = state["status"] == "running";
    Ok(state["pid"].as_u64().and_then(|p| u32::try_from(p).ok()).filter(|_| running))
}

/// Kills a container and forgets it; a missing one is fine.
pub(super) fn delete(root: &Path, container: &str) -> Result<()> {
    if !root.join(container).exists() {
        return Ok(());
    }
    run(root).args(["delete", "--force", container]).what(format!("ending {container}")).done()
}
