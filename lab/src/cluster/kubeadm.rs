//! kubeadm init and join, as a user would call them.

use std::time::Duration;

use super::layout::Layout;
use crate::cache::KUBERNETES;
use crate::error::{LabError, Result};
use crate::lab::{Node, Role};
use crate::node::{Machine, cgroups};

/// Labs are not secret: a fixed token and key make runs comparable.
const TOKEN: &str = "abcdef.0123456789abcdef";
const CERTIFICATE_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000001";
const SOCKET: &str = "unix:///run/containerd/containerd.sock";

/// The settings for the first control plane.
pub(crate) fn init_config(node: &Node, endpoint: &str, validity: Option<Duration>, layout: Layout) -> String {
    let validity = validity.unwrap_or(Duration::from_secs(365 * 86_400)).as_secs();
    let driver = if cgroups::is_v2() { "systemd" } else { "cgroupfs" };
    let Node { name, address, .. } = node;
    let layout = layout.cluster_configuration(node);
    format!(
        r#"apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens: [{{token: {TOKEN}, ttl: 0s}}]
certificateKey: "{CERTIFICATE_KEY}"
localAPIEndpoint: {{advertiseAddress: {address}}}
nodeRegistration: {{criSocket: "{SOCKET}", imagePullPolicy: Never, name: {name}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: {KUBERNETES}
controlPlaneEndpoint: "{endpoint}"
certificateValidityPeriod: {validity}s
controllerManager: {{extraArgs: [{{name: cluster-signing-duration, value: {validity}s}}]}}
networking: {{podSubnet: 10.244.0.0/16}}
{layout}---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: {driver}
failSwapOn: false
failCgroupV1: false
localStorageCapacityIsolation: false
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: 10.244.0.0/16
conntrack: {{maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}}
"#
    )
}

/// The settings for every other node.
pub(crate) fn join_config(node: &Node, endpoint: &str, layout: Layout) -> String {
    let Node { name, address, .. } = node;
    let control_plane = match node.role {
        Role::ControlPlane => format!(
            "controlPlane: {{certificateKey: \"{CERTIFICATE_KEY}\", localAPIEndpoint: {{advertiseAddress: {address}}}}}\n"
        ),
        _ => String::new(),
    };
    let authority = layout.certificates_directory().join("ca.crt");
    let authority = authority.display();
    format!(
        r#"apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
caCertPath: {authority}
discovery: {{bootstrapToken: {{token: {TOKEN}, apiServerEndpoint: "{endpoint}", unsafeSkipCAVerification: true}}}}
nodeRegistration: {{criSocket: "{SOCKET}", imagePullPolicy: Never, name: {name}}}
{control_plane}"#
    )
}

pub(crate) fn init(machine: &Machine, config: &str) -> Result<()> {
    run(
        machine,
        config,
        "kubeadm init --config /root/kubeadm.yaml --upload-certs --skip-phases=preflight,addon/coredns",
    )?;
    copy_admin(machine)
}

pub(crate) fn join(machine: &Machine, config: &str) -> Result<()> {
    run(machine, config, "kubeadm join --config /root/kubeadm.yaml --skip-phases=preflight")?;
    copy_admin(machine)
}

fn run(machine: &Machine, config: &str, command: &str) -> Result<()> {
    machine.must(&["sh", "-c", "cat > /root/kubeadm.yaml"], Some(config.as_bytes()))?;
    let argv: Vec<&str> = command.split(' ').collect();
    machine.must(&argv, None).map(drop).map_err(|error| with_kubelet(machine, error))
}

/// kubeadm blames the kubelet without saying what it said.
fn with_kubelet(machine: &Machine, error: LabError) -> LabError {
    let LabError::Command { what, why, mut tail } = error else { return error };
    let argv = ["journalctl", "--unit", "kubelet", "--no-pager", "--lines", "200", "--output", "cat"];
    if let Ok(log) = machine.exec(&argv, None) {
        let bad: Vec<&str> =
            log.stdout.lines().filter(|l| l.starts_with('E') || l.contains("rror:")).collect();
        tail += "\n  the kubelet:";
        for line in bad.iter().skip(bad.len().saturating_sub(5)) {
            tail += "\n  | ";
            tail += line;
        }
    }
    LabError::Command { what, why, tail }
}

/// As kubeadm's last words tell the user to do.
fn copy_admin(machine: &Machine) -> Result<()> {
    let script = "[ ! -f /etc/kubernetes/admin.conf ] || install -D -m 600 /etc/kubernetes/admin.conf /root/.kube/config";
    machine.must(&["sh", "-c", script], None).map(drop)
}
