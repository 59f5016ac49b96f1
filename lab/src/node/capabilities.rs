//! Every capability this process has is given to the nodes: a machine that lacks some still makes a lab.

use std::path::Path;

use crate::error::{LabError, Result};
use crate::tools::files;

/// In the order of their numbers in `linux/capability.h`.
const NAMES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// The names of the capabilities of this process.
pub(super) fn own() -> Result<Vec<String>> {
    let status = files::read_text(Path::new("/proc/self/status"))?;
    let bits = status
        .lines()
        .find_map(|l| l.strip_prefix("CapEff:"))
        .and_then(|v| u64::from_str_radix(v.trim(), 16).ok())
        .ok_or_else(|| LabError::refused("no CapEff in /proc/self/status"))?;
    Ok(names(bits))
}

fn names(bits: u64) -> Vec<String> {
    let set = NAMES.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1);
    set.map(|(_, name)| format!("CAP_{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_names() {
        assert_eq!(names(0b1_0000_0000_0001), ["CAP_CHOWN", "CAP_NET_ADMIN"]);
        assert_eq!(names(0x1ff_ffff_ffff).len(), 41);
        assert!(!names(0x1ff_feff_ffff).contains(&"CAP_SYS_RESOURCE".to_owned()));
    }
}
