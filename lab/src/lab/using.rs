//! Commands and files in the nodes.

use std::path::{Path, PathBuf};

use super::{Lab, NodeStatus, Status};
use crate::error::Result;
use crate::node::{Output, Running};
use crate::tools::files;

impl Lab {
    /// Runs a command in a node to its end, as root.
    pub fn exec(&self, node: &str, argv: &[&str]) -> Result<Output> {
        self.machine(node)?.exec(argv, None)
    }

    /// As [`Lab::exec`], with these bytes as its standard input.
    pub fn exec_with(&self, node: &str, argv: &[&str], stdin: &[u8]) -> Result<Output> {
        self.machine(node)?.exec(argv, Some(stdin))
    }

    /// Runs a command in a node; an error status is an error with the command's last lines. Gives its standard
    /// output.
    pub fn must(&self, node: &str, argv: &[&str]) -> Result<String> {
        self.machine(node)?.must(argv, None)
    }

    /// Starts a command in a node and gives a handle with its pipes.
    pub fn spawn(&self, node: &str, argv: &[&str]) -> Result<Running> {
        self.machine(node)?.spawn(argv)
    }

    /// Runs a command with the caller's own standard streams, on a terminal if `terminal`. Gives its status.
    pub fn attach(&self, node: &str, argv: &[&str], terminal: bool) -> Result<i32> {
        self.machine(node)?.attach(argv, terminal)
    }

    /// Copies a file from the host into a node, with its mode.
    pub fn put(&self, node: &str, local: &Path, remote: &str) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let content = files::read(local)?;
        let mode = std::fs::metadata(local).map_or(0o644, |m| m.permissions().mode() & 0o7777);
        self.write(node, remote, &content, mode)
    }

    /// Writes a file in a node: beside it first, then renamed, so that a running program can be replaced.
    pub fn write(&self, node: &str, remote: &str, content: &[u8], mode: u32) -> Result<()> {
        let machine = self.machine(node)?;
        if machine.pid()?.is_none() {
            return files::write_mode(&machine.host_path(remote), content, mode);
        }
        let script = "set -e; mkdir -p \"$(dirname \"$1\")\"; n=\"$1.lab-new\"; cat > \"$n\"; chmod \"$2\" \"$n\"; mv -f \"$n\" \"$1\"";
        let mode = format!("{mode:o}");
        machine.must(&["sh", "-c", script, "put", remote, &mode], Some(content)).map(drop)
    }

    /// Reads a file of a node, which may be off.
    pub fn read(&self, node: &str, path: &str) -> Result<Vec<u8>> {
        let machine = self.machine(node)?;
        match machine.pid()? {
            Some(pid) => {
                files::read(&PathBuf::from(format!("/proc/{pid}/root")).join(path.trim_start_matches('/')))
            }
            None => files::read(&machine.host_path(path)),
        }
    }

    /// A node's root as the host sees it, also while the node is off. Not in it: what lies below
    /// `/var/lib/containerd`, `/var/lib/kubelet` and `/var/lib/etcd`; see [`Lab::host_path`].
    pub fn node_root(&self, node: &str) -> Result<PathBuf> {
        Ok(self.machine(node)?.root())
    }

    /// The host's path of a file in a node. Symbolic links in it are the node's, not the host's.
    pub fn host_path(&self, node: &str, path: &str) -> Result<PathBuf> {
        Ok(self.machine(node)?.host_path(path))
    }

    /// What there is and what is on.
    pub fn status(&self) -> Result<Status> {
        let mut nodes = Vec::new();
        for node in self.nodes() {
            nodes.push(NodeStatus { node: node.clone(), pid: self.machine_of(node).pid()? });
        }
        Ok(Status {
            name: self.name().into(),
            dir: self.ground.dir.clone(),
            kubernetes: self.state.kubernetes.clone(),
            endpoint: self.endpoint(),
            nodes,
        })
    }
}
