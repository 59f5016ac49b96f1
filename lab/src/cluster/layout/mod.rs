//! Clusters that are not as kubeadm alone would make them, as people have them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::lab::Node;
use crate::node::Machine;

/// How the certificates of a lab's cluster are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// As kubeadm does it: RSA keys, its own CAs, etcd as a static pod.
    #[default]
    Kubeadm,
    /// As kubespray does it: `/etc/kubernetes/ssl` with `pki` as a symbolic link to it, and etcd as a service of the
    /// host with a CA and files of its own under `/etc/ssl/etcd/ssl`.
    Kubespray,
    /// As a company with a PKI of its own: ECDSA keys, a cluster CA that is an intermediate of a root, more names
    /// and IPv6 addresses, kube-scheduler by `--config`, and a static pod that uses super-admin.conf (as kube-vip does).
    Company,
}

impl std::str::FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "kubeadm" => Ok(Self::Kubeadm),
            "kubespray" => Ok(Self::Kubespray),
            "company" => Ok(Self::Company),
            _ => Err("known are kubeadm, kubespray and company".into()),
        }
    }
}

impl Layout {
    pub(crate) fn certificates_directory(self) -> &'static Path {
        Path::new(match self {
            Self::Kubespray => "/etc/kubernetes/ssl",
            Self::Kubeadm | Self::Company => "/etc/kubernetes/pki",
        })
    }

    /// What kubeadm's ClusterConfiguration says more.
    pub(crate) fn cluster_configuration(self, node: &Node) -> String {
        let Node { name, address, .. } = node;
        match self {
            Self::Kubeadm => String::new(),
            Self::Kubespray => format!(
                "certificatesDir: /etc/kubernetes/ssl\n\
                 etcd: {{external: {{endpoints: [\"https://{address}:2379\"], caFile: /etc/ssl/etcd/ssl/ca.pem, \
                 certFile: /etc/ssl/etcd/ssl/node-{name}.pem, keyFile: /etc/ssl/etcd/ssl/node-{name}-key.pem}}}}\n"
            ),
            Self::Company => "encryptionAlgorithm: ECDSA-P256\n\
                 apiServer: {certSANs: [api.example.com, \"fd00:10:88:7::11\"]}\n\
                 scheduler: {extraArgs: [{name: config, value: /etc/kubernetes/scheduler-config.yaml}], extraVolumes: \
                 [{name: config, hostPath: /etc/kubernetes/scheduler-config.yaml, mountPath: \
                 /etc/kubernetes/scheduler-config.yaml, readOnly: true, pathType: File}]}\n"
                .into(),
        }
    }

    /// What has to be there before `kubeadm init`.
    pub(crate) fn before_init(self, machine: &Machine, node: &Node) -> Result<()> {
        self.script(machine, node, include_str!("kubespray.sh"), include_str!("company.sh"))
    }

    /// What people add afterwards.
    pub(crate) fn after_init(self, machine: &Machine, node: &Node) -> Result<()> {
        self.script(machine, node, "ln -s ssl /etc/kubernetes/pki", include_str!("company-later.sh"))
    }

    fn script(self, machine: &Machine, node: &Node, kubespray: &str, company: &str) -> Result<()> {
        let script = match self {
            Self::Kubeadm => return Ok(()),
            Self::Kubespray => kubespray,
            Self::Company => company,
        };
        machine.must(&["sh", "-euc", script, "sh", &node.name, &node.address], None).map(drop)
    }
}
