//! One node: made, switched on, used, switched off.

use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::network::{self, Plug};
use super::spec::{Facts, VARS, spec};
use super::{Ground, mounts, runc};
use crate::error::{LabError, Result};
use crate::tools::command::Run;
use crate::tools::files;
use crate::tools::wait::{Seen, until};

/// A node by its name.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(super) ground: Ground,
    pub(crate) name: String,
}

impl Machine {
    pub(crate) fn new(ground: &Ground, name: &str) -> Self {
        Self { ground: ground.clone(), name: name.into() }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.ground.dir.join("nodes").join(&self.name)
    }

    /// The node's root as the host sees it; without what lies below `/var/lib/{containerd,kubelet,etcd}`.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir().join("rootfs")
    }

    /// The host's path of a file in the node.
    pub(crate) fn host_path(&self, path: &str) -> PathBuf {
        for name in VARS {
            if let Some(rest) = path.strip_prefix(&format!("/var/lib/{name}/")) {
                return self.var(name).join(rest);
            }
        }
        self.root().join(path.trim_start_matches('/'))
    }

    pub(crate) fn var(&self, name: &str) -> PathBuf {
        self.dir().join("var").join(name)
    }

    /// Makes the folders, the root and, from `store`, containerd's state. Existing ones stay.
    pub(crate) fn make(&self, lower: &[PathBuf], store: Option<&Path>) -> Result<()> {
        let dir = self.dir();
        for name in ["upper", "work", "rootfs", "var"] {
            files::make_dir(&dir.join(name))?;
        }
        if let Some(store) = store.filter(|_| !self.var("containerd").exists()) {
            copy_store(store, &self.var("containerd"))?;
        }
        for name in VARS {
            files::make_dir(&self.var(name))?;
        }
        if mounts::below(&self.root())?.is_empty() {
            mounts::overlay(lower, &dir)?;
        }
        files::write(&self.root().join("etc/hostname"), format!("{}\n", self.name))
    }

    /// Switches the node on; `plug` connects it to the lab's network. Does not wait for its services.
    pub(crate) fn start(&self, plug: Option<&Plug<'_>>, shown: &[(&Path, &str)]) -> Result<()> {
        let dir = self.dir();
        runc::delete(&self.ground.runc(), &self.name)?;
        let netns = match plug {
            Some(plug) => {
                network::connect(&self.ground.lab, &self.name, plug)?;
                Some(network::path(&network::of(&self.ground.lab, &self.name)))
            }
            None => None,
        };
        let facts = Facts {
            name: &self.name,
            dir: &dir,
            netns: netns.as_deref(),
            cgroup: &self.ground.cgroup_of(&self.name),
            shown,
        };
        let text = serde_json::to_vec(&spec(&facts)?).map_err(LabError::json("the node's specification"))?;
        files::write(&dir.join("config.json"), text)?;
        files::write(&dir.join("console.log"), "")?;
        Run::new("runc")
            .arg("--root")
            .arg(self.ground.runc())
            .args(["run", "--detach", "--bundle"])
            .arg(&dir)
            .arg(&self.name)
            .log(&dir.join("console.log"))
            .what(format!("starting {}", self.name))
            .done()
    }

    /// Waits until a socket is there, at a path inside the node.
    pub(crate) fn wait_socket(&self, path: &str, limit: Duration) -> Result<()> {
        until(&format!("the start of {path} on {}", self.name), limit, || {
            let Some(pid) = self.pid()? else {
                return Err(self.died());
            };
            let outside = PathBuf::from(format!("/proc/{pid}/root{path}"));
            match std::fs::metadata(&outside) {
                Ok(meta) if meta.file_type().is_socket() => Ok(Seen::Yes(())),
                _ => Ok(Seen::NotYet("no such socket yet".into())),
            }
        })
    }

    fn died(&self) -> LabError {
        let tail = std::fs::read_to_string(self.dir().join("console.log")).unwrap_or_default();
        LabError::Command {
            what: format!("starting {}", self.name),
            why: "its init ended".into(),
            tail: tail.lines().rev().take(8).map(|l| format!("\n  | {l}")).collect(),
        }
    }

    /// When the node was last switched on.
    pub(crate) fn switched_on(&self) -> SystemTime {
        // Its specification is written anew each time.
        std::fs::metadata(self.dir().join("config.json"))
            .and_then(|m| m.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// The PID of the node's init on the host, if the node is on.
    pub(crate) fn pid(&self) -> Result<Option<u32>> {
        runc::pid(&self.ground.runc(), &self.name)
    }

    /// Cuts the power: every process is killed, the network is gone, the files stay.
    pub(crate) fn kill(&self) -> Result<()> {
        runc::delete(&self.ground.runc(), &self.name)?;
        network::disconnect(&self.ground.lab, &self.name)
    }
}

/// Copies a prepared state of containerd. Blobs and unpacked layers are never written to, so links will do.
fn copy_store(store: &Path, to: &Path) -> Result<()> {
    const LINKED: [&str; 2] = ["io.containerd.content.v1.content", "io.containerd.snapshotter.v1.overlayfs"];
    files::make_dir(to)?;
    for part in files::list(store)? {
        let Some(name) = part.file_name().and_then(|n| n.to_str()) else { continue };
        if !LINKED.contains(&name) {
            files::copy_tree(&part, &to.join(name))?;
            continue;
        }
        files::make_dir(&to.join(name))?;
        for inner in files::list(&part)? {
            let target = to.join(name).join(inner.file_name().unwrap_or_default());
            if inner.is_dir() {
                files::link_tree(&inner, &target)?;
            } else {
                files::copy_tree(&inner, &target)?;
            }
        }
    }
    Ok(())
}
