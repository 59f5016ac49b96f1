//! What the host must have, each missing thing in one line with the way to get it.

use std::path::Path;

use super::Options;
use crate::error::{LabError, Result};
use crate::tools::command::Run;

/// Something the host lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint(pub String);

const TOOLS: &[(&str, &str)] = &[
    ("chroot", "apt-get install coreutils"),
    ("cp", "apt-get install coreutils"),
    ("debootstrap", "apt-get install debootstrap"),
    ("ip", "apt-get install iproute2"),
    ("mount", "apt-get install mount"),
    ("runc", "apt-get install runc"),
    ("umount", "apt-get install mount"),
];

/// Looks for everything the lab needs from the host.
pub fn doctor(options: &Options) -> Vec<Complaint> {
    let mut all = Vec::new();
    if !rustix::process::geteuid().is_root() {
        all.push(
            "not root: the lab mounts, makes network namespaces and runs containers; use sudo".to_owned(),
        );
    }
    for (tool, how) in TOOLS {
        if find(tool).is_none() {
            let aside = ["/usr/sbin", "/sbin"].iter().find(|d| Path::new(d).join(tool).is_file());
            all.push(match aside {
                Some(dir) => format!("{tool} is in {dir}, which is not in PATH: export PATH=$PATH:{dir}"),
                None => format!("{tool} is missing: {how}"),
            });
        }
    }
    all.extend(at_least(
        "runc",
        &["--version"],
        "runc version ",
        (1, 1),
        "apt-get install runc (1.1 or later)",
    ));
    // The lab's own small client is built even where all of Kubernetes is given.
    let go = if options.binaries.is_some() { (1, 25) } else { (1, 26) };
    let how = "install it from go.dev/dl or with your distribution's backports";
    match find("go") {
        None => all.push(format!("go is missing (for building Kubernetes): {how}")),
        Some(_) => all.extend(at_least("go", &["version"], "go version go", go, how)),
    }
    if !std::fs::read_to_string("/proc/filesystems").unwrap_or_default().contains("overlay") {
        let loaded = find("modprobe").is_some_and(|_| Run::new("modprobe").arg("overlay").done().is_ok());
        if !loaded {
            all.push("the kernel has no overlay file system: modprobe overlay".into());
        }
    }
    if !Path::new("/sys/fs/cgroup").read_dir().is_ok_and(|mut d| d.next().is_some()) {
        all.push("no cgroups are mounted at /sys/fs/cgroup: mount -t cgroup2 cgroup2 /sys/fs/cgroup".into());
    }
    all.into_iter().map(Complaint).collect()
}

/// Refuses with every complaint there is.
pub(super) fn require(options: &Options) -> Result<()> {
    let complaints = doctor(options);
    if complaints.is_empty() {
        return Ok(());
    }
    let lines: Vec<&str> = complaints.iter().map(|c| c.0.as_str()).collect();
    Err(LabError::refused(lines.join("\n")))
}

fn find(tool: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|d| d.join(tool)).find(|p| p.is_file())
}

/// A complaint if the version after `prefix` in the tool's words is older than `wanted`.
fn at_least(tool: &str, args: &[&str], prefix: &str, wanted: (u32, u32), how: &str) -> Option<String> {
    let text = Run::new(tool).args(args).text().ok()?;
    let found = text.lines().find_map(|l| l.strip_prefix(prefix))?;
    let mut numbers = found.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
    let version: (u32, u32) = (numbers.next()?, numbers.next().unwrap_or(0));
    (version < wanted).then(|| {
        let ((a, b), (x, y)) = (version, wanted);
        format!("{tool} {a}.{b} is too old, {x}.{y} or later is needed: {how}")
    })
}
