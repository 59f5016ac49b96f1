//! The kubelet's configuration file and the flags that override it.

use super::yaml;
use crate::inventory::Trouble;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Where kubeadm's packages and the kubelet itself look when nothing else is said
/// (kubelet/apis/config/v1beta1/defaults.go, cmd/kubelet/app/options, kubeadm's 10-kubeadm.conf).
pub mod defaults {
    /// kubeadm's `--kubeconfig`.
    pub const KUBECONFIG: &str = "/etc/kubernetes/kubelet.conf";
    /// kubeadm's `--config`.
    pub const CONFIG: &str = "/var/lib/kubelet/config.yaml";
    /// kubeadm's `staticPodPath`.
    pub const STATIC_PODS: &str = "/etc/kubernetes/manifests";
    /// `--cert-dir`.
    pub const CERTIFICATE_DIRECTORY: &str = "/var/lib/kubelet/pki";
    /// `containerRuntimeEndpoint`.
    pub const RUNTIME_SOCKET: &str = "/run/containerd/containerd.sock";
    /// `port`.
    pub const PORT: u16 = 10250;
}

/// What matters of a `KubeletConfiguration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KubeletConfiguration {
    /// Where static pods come from.
    pub static_pod_path: Option<Utf8PathBuf>,
    /// The runtime's endpoint, with `unix://`.
    pub container_runtime_endpoint: Option<String>,
    /// Whether it renews its client certificate.
    pub rotate_certificates: Option<bool>,
    /// Whether it asks the cluster for a serving certificate.
    #[serde(rename = "serverTLSBootstrap")]
    pub server_tls_bootstrap: Option<bool>,
    /// A serving certificate that somebody else takes care of.
    pub tls_cert_file: Option<Utf8PathBuf>,
    /// Its key.
    pub tls_private_key_file: Option<Utf8PathBuf>,
    /// Where it listens.
    pub address: Option<String>,
    /// On which port.
    pub port: Option<u16>,
    authentication: Authentication,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Authentication {
    x509: X509,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct X509 {
    #[serde(rename = "clientCAFile")]
    client_ca_file: Option<Utf8PathBuf>,
}

impl KubeletConfiguration {
    /// Reads the file.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        yaml::first_document(text)
    }

    /// `authentication.x509.clientCAFile`.
    pub fn client_authority(&self) -> Option<&Utf8Path> {
        self.authentication.x509.client_ca_file.as_deref()
    }

    /// Applies the command line, which wins over the file (kubelet `kubeletConfigFlagPrecedence`).
    pub fn overridden_by(mut self, flags: &BTreeMap<String, String>) -> Self {
        let path = |name: &str| flags.get(name).filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
        let truth = |name: &str| flags.get(name).map(|value| value != "false");
        let over = |slot: &mut Option<Utf8PathBuf>, name: &str| *slot = path(name).or_else(|| slot.take());
        over(&mut self.static_pod_path, "--pod-manifest-path");
        over(&mut self.tls_cert_file, "--tls-cert-file");
        over(&mut self.tls_private_key_file, "--tls-private-key-file");
        over(&mut self.authentication.x509.client_ca_file, "--client-ca-file");
        self.rotate_certificates = truth("--rotate-certificates").or(self.rotate_certificates);
        self.server_tls_bootstrap = truth("--rotate-server-certificates").or(self.server_tls_bootstrap);
        self.address = flags.get("--address").cloned().or(self.address);
        self.port = flags.get("--port").and_then(|port| port.parse().ok()).or(self.port);
        self.container_runtime_endpoint =
            flags.get("--container-runtime-endpoint").cloned().or(self.container_runtime_endpoint);
        self
    }

    /// The runtime's socket as a path.
    pub fn runtime_socket(&self) -> Utf8PathBuf {
        let endpoint = self.container_runtime_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty());
        let endpoint = endpoint.unwrap_or(defaults::RUNTIME_SOCKET);
        endpoint.strip_prefix("unix://").or_else(|| endpoint.strip_prefix("unix:")).unwrap_or(endpoint).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::flags::flags;

    const CONFIG: &str = "apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
containerRuntimeEndpoint: unix:///run/crio/crio.sock
kind: KubeletConfiguration
rotateCertificates: true
serverTLSBootstrap: true
staticPodPath: /etc/kubernetes/manifests
logging:
  flushFrequency: 0
";

    #[test]
    fn the_file_is_read_and_the_flags_win() {
        let config = KubeletConfiguration::parse(CONFIG).unwrap();
        assert_eq!(config.client_authority(), Some(Utf8Path::new("/etc/kubernetes/pki/ca.crt")));
        assert_eq!(config.runtime_socket(), "/run/crio/crio.sock");
        assert_eq!((config.rotate_certificates, config.server_tls_bootstrap), (Some(true), Some(true)));

        let config = config.overridden_by(&flags(&[
            "kubelet",
            "--container-runtime-endpoint=unix:///run/other.sock",
            "--rotate-certificates=false",
            "--rotate-server-certificates",
        ]));
        assert_eq!(config.runtime_socket(), "/run/other.sock");
        assert_eq!((config.rotate_certificates, config.server_tls_bootstrap), (Some(false), Some(true)));
        assert_eq!(config.static_pod_path.as_deref(), Some(Utf8Path::new("/etc/kubernetes/manifests")));
    }

    #[test]
    fn an_unset_endpoint_is_containerds() {
        assert_eq!(KubeletConfiguration::default().runtime_socket(), "/run/containerd/containerd.sock");
    }
}
