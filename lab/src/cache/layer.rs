//! What a kubeadm node has on top of the distribution: binaries, units, containerd's and crictl's settings.

use std::path::Path;

use super::binaries::Binaries;
use super::{Cache, Entry, key_of};
use crate::error::{LabError, Result};
use crate::node::cgroups;
use crate::tools::files;

pub(super) const PAUSE: &str = "registry.k8s.io/pause:3.10.1";

/// AppArmor profiles cannot be loaded in a node, and without CAP_SYS_RESOURCE no score may be lowered.
const CONTAINERD: &str = r#"version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10.1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
"#;

/// On cgroup v2 the node's systemd owns the tree, so containerd asks it. On v1 it need not be asked.
const SYSTEMD_CGROUP: &str = r#"  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
"#;

/// As in the kubelet's package.
const KUBELET: &str = "[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target containerd.service

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
";

/// As in kubeadm's package.
const DROP_IN: &str = r#"[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"#;

/// No rlimit may be raised without CAP_SYS_RESOURCE, so the packaged unit's limits are taken away.
const NO_LIMITS: &str = "[Service]
ExecStartPre=
LimitNPROC=
LimitCORE=
LimitNOFILE=
OOMScoreAdjust=0
";

/// The kubelet sets these for the whole machine; in a node it gets files of its own, so that the host's values
/// stay as they are.
const TUNABLES: &str = r#"[Unit]
Description=Kernel settings that only look changed
DefaultDependencies=no
Before=kubelet.service
After=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'mkdir -p /run/lab-sysctl; for f in vm/overcommit_memory vm/panic_on_oom kernel/panic \
  kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do n=/run/lab-sysctl/$(echo $f | tr / .); \
  cat /proc/sys/$f > $n && mount --bind $n /proc/sys/$f; done'

[Install]
WantedBy=multi-user.target
"#;

const CRICTL: &str = "runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 30
";

const PROFILE: &str = "export KUBECONFIG=${KUBECONFIG:-/root/.kube/config}
alias k=kubectl
PS1='\\u@\\h:\\w\\$ '
";

const TEXTS: &[(&str, &str)] = &[
    ("etc/crictl.yaml", CRICTL),
    ("etc/profile.d/perennial-lab.sh", PROFILE),
    ("etc/ssh/sshd_config.d/perennial-lab.conf", "PermitRootLogin prohibit-password\nUseDNS no\n"),
    ("etc/systemd/system/containerd.service.d/10-lab.conf", NO_LIMITS),
    ("etc/systemd/system/kubelet.service", KUBELET),
    ("etc/systemd/system/lab-tunables.service", TUNABLES),
    ("etc/systemd/system/kubelet.service.d/10-kubeadm.conf", DROP_IN),
];

/// Units that are about the machine, which is the host's business.
const MASKED: &[&str] = &[
    "dev-hugepages.mount",
    "modprobe@.service",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-modules-load.service",
];

const PROGRAMS: &[&str] = &["kubeadm", "kubelet", "kubectl", "crictl"];

pub(super) fn ensure(cache: &Cache, binaries: &Binaries, root: &Entry) -> Result<Entry> {
    let containerd = format!("{CONTAINERD}{}", if cgroups::is_v2() { SYSTEMD_CGROUP } else { "" });
    let texts = TEXTS.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
    let key = key_of(texts.chain(MASKED.iter().map(|u| u.as_bytes())).chain([
        binaries.key.as_bytes(),
        root.key.as_bytes(),
        containerd.as_bytes(),
    ]));
    cache.entry("layer", key, "the node's Kubernetes layer", |dir| {
        for (name, text) in TEXTS {
            files::write(&dir.join(name), text)?;
        }
        files::write(&dir.join("etc/containerd/config.toml"), &containerd)?;
        for name in PROGRAMS {
            install(&binaries.path(name)?, &dir.join("usr/bin").join(name))?;
        }
        for name in [
            "etc/kubernetes/manifests",
            "etc/cni/net.d",
            "var/lib/etcd",
            "var/lib/kubelet",
            "var/lib/perennial",
        ] {
            files::make_dir(&dir.join(name))?;
        }
        for unit in MASKED {
            files::link("/dev/null", &dir.join("etc/systemd/system").join(unit))?;
        }
        for (at, unit) in [
            ("/etc", "kubelet.service"),
            ("/etc", "lab-tunables.service"),
            ("/usr/lib", "containerd.service"),
            ("/usr/lib", "ssh.service"),
        ] {
            let link = dir.join("etc/systemd/system/multi-user.target.wants").join(unit);
            files::link(&format!("{at}/systemd/system/{unit}"), &link)?;
        }
        Ok(())
    })
}

/// Copies a program with the mode of one.
pub(super) fn install(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        files::make_dir(parent)?;
    }
    std::fs::copy(from, to).map_err(|source| LabError::File { what: "copy", path: from.into(), source })?;
    files::set_mode(to, 0o755)
}
