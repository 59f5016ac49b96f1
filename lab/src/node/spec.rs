//! The runtime specification of a node.

use std::path::Path;

use serde_json::{Value, json};

use super::capabilities;
use crate::error::Result;

/// The folders below `/var/lib` that lie outside of the overlay: overlay on overlay does not work for
/// containerd, and etcd wants a plain file system.
pub(super) const VARS: [&str; 3] = ["containerd", "kubelet", "etcd"];

/// What makes one node differ from another.
pub(super) struct Facts<'a> {
    pub(super) name: &'a str,
    pub(super) dir: &'a Path,
    /// The path of its network namespace; without one it gets an empty one.
    pub(super) netns: Option<&'a Path>,
    pub(super) cgroup: &'a str,
    /// Host folders shown read-only in the node.
    pub(super) shown: &'a [(&'a Path, &'a str)],
}

fn mount(at: &str, kind: &str, options: &[&str]) -> Value {
    json!({"destination": at, "type": kind, "source": kind, "options": options})
}

pub(super) fn spec(facts: &Facts<'_>) -> Result<Value> {
    let capabilities = capabilities::own()?;
    let hidden = ["nosuid", "noexec", "nodev"];
    let mut mounts = vec![
        mount("/proc", "proc", &[]),
        mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
        mount("/dev/pts", "devpts", &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
        mount("/dev/shm", "tmpfs", &["nosuid", "noexec", "nodev", "mode=1777"]),
        mount("/dev/mqueue", "mqueue", &hidden),
        mount("/sys", "sysfs", &hidden),
        mount("/sys/fs/cgroup", "cgroup", &["nosuid", "noexec", "nodev", "rw"]),
        mount("/run", "tmpfs", &["nosuid", "nodev", "mode=755"]),
        mount("/tmp", "tmpfs", &["nosuid", "nodev"]),
    ];
    for name in VARS {
        let mut options = vec!["rbind", "rw"];
        if name == "kubelet" {
            options.push("rshared");
        }
        mounts.push(json!({"destination": format!("/var/lib/{name}"), "type": "bind",
            "source": facts.dir.join("var").join(name), "options": options}));
    }
    for (source, at) in facts.shown {
        mounts.push(json!({"destination": at, "type": "bind", "source": source, "options": ["rbind", "ro"]}));
    }
    let mut namespaces: Vec<Value> =
        ["pid", "ipc", "uts", "mount", "cgroup"].iter().map(|kind| json!({"type": kind})).collect();
    namespaces.push(match facts.netns {
        Some(path) => json!({"type": "network", "path": path}),
        None => json!({"type": "network"}),
    });
    Ok(json!({
        "ociVersion": "1.0.2",
        "hostname": facts.name,
        "root": {"path": "rootfs", "readonly": false},
        "process": {
            "terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["/sbin/init"], "cwd": "/",
            "noNewPrivileges": false,
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=oci",
                    "LANG=C.UTF-8"],
            "capabilities": {"bounding": &capabilities, "effective": &capabilities, "permitted": &capabilities},
        },
        "mounts": mounts,
        "linux": {
            "namespaces": namespaces,
            "devices": [{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 0o644}],
            "resources": {"devices": [{"allow": true, "access": "rwm"}]},
            "rootfsPropagation": "rshared",
            "cgroupsPath": facts.cgroup,
        },
    }))
}
