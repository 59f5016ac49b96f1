//! The node's root: a small Debian or Ubuntu with systemd, containerd, sshd and haproxy in it.

use super::{Cache, Entry, apt, key_of};
use crate::error::Result;
use crate::tools::command::Run;
use crate::tools::files;

/// Raised when this file does something else with the same packages.
const RECIPE: &str = "1";

const PACKAGES: &[&str] = &[
    "bash-completion",
    "ca-certificates",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "curl",
    "dbus",
    "ethtool",
    "haproxy",
    "iproute2",
    "iptables",
    "iputils-ping",
    "jq",
    "kmod",
    "less",
    "mount",
    "netcat-openbsd",
    "nftables",
    "openssh-client",
    "openssh-server",
    "openssl",
    "procps",
    "rsync",
    "runc",
    "socat",
    "sudo",
    "systemd",
    "systemd-sysv",
    "util-linux",
];

/// Units that do nothing for a node but cost time at every start.
const MASKED: &[&str] = &[
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",
    "haproxy.service",
    "nftables.service",
    "systemd-journal-flush.service",
    "systemd-logind.service",
    "systemd-networkd.service",
    "systemd-resolved.service",
    "systemd-pstore.service",
    "systemd-sysctl.service",
    "systemd-timesyncd.service",
    "systemd-udevd.service",
    "systemd-update-utmp.service",
];

pub(super) fn ensure(cache: &Cache) -> Result<Entry> {
    let source = apt::host()?;
    let packages = PACKAGES.join(",");
    let masked = MASKED.join(",");
    let key = key_of([
        RECIPE.as_bytes(),
        source.suite.as_bytes(),
        std::env::consts::ARCH.as_bytes(),
        packages.as_bytes(),
        masked.as_bytes(),
    ]);
    cache.entry("root", key, &format!("the node's root ({}, debootstrap)", source.suite), |dir| {
        Run::new("debootstrap")
            .args(["--variant=minbase", &format!("--components={}", source.components)])
            .arg(format!("--include={packages}"))
            .arg(&source.suite)
            .arg(dir)
            .arg(&source.mirror)
            .what("debootstrap of the node's root")
            .done()?;
        for unit in MASKED {
            files::link("/dev/null", &dir.join("etc/systemd/system").join(unit))?;
        }
        files::remove_tree(&dir.join("var/cache/apt"))?;
        files::remove_tree(&dir.join("var/lib/apt/lists"))?;
        // Each node makes its own.
        files::write(&dir.join("etc/machine-id"), "")
    })
}
