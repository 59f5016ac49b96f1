//! The kubelet's configuration file and the flags that override it.

use super::yaml::{self, Kind, Node};
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
    /// Reads the file alone.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        Self::layered(text, Utf8Path::new("/"), &[])
    }

    /// Reads the file, whose relative paths count from its `directory`, and the drop-ins of `--config-dir` in their
    /// order, whose relative paths are left as they are (cmd/kubelet/app/server.go `mergeKubeletConfigurations`).
    pub fn layered(text: &str, directory: &Utf8Path, drop_ins: &[&str]) -> Result<Self, Trouble> {
        let mut document = layer(text)?;
        for names in PATHS {
            if let Some(Kind::Text(path)) = document.find(names).map(|node| &mut node.kind)
                && !path.is_empty()
                && !path.starts_with('/')
            {
                *path = directory.join(path.as_str()).into_string().into();
            }
        }
        // The file must be readable by itself, also where a drop-in takes the broken setting away.
        let _itself: Self = yaml::read(&document)?;
        for drop_in in drop_ins {
            let drop_in = layer(drop_in)?;
            // Of a drop-in the two names are wanted as they are spelled.
            if drop_in.get("kind").is_none() || drop_in.get("apiVersion").is_none() {
                return Err(Trouble::Malformed("a drop-in that does not say what it is".to_owned()));
            }
            // Only the file itself is read leniently when it can't be read strictly.
            drop_in.unrepeated()?;
            document.patch(drop_in);
        }
        yaml::read(&document)
    }

    /// `authentication.x509.clientCAFile`.
    pub fn client_authority(&self) -> Option<&Utf8Path> {
        self.authentication.x509.client_ca_file.as_deref()
    }

    /// Applies the command line, which wins over the file (kubelet `kubeletConfigFlagPrecedence`).
    pub fn overridden_by(mut self, flags: &BTreeMap<String, String>) -> Self {
        let path = |name: &str| flags.get(name).filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
        // strconv.ParseBool; with any other word the kubelet does not start.
        let truth = |name: &str| match flags.get(name)?.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        };
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

/// The paths among the settings that are read here (kubelet/apis/config/helpers.go).
const PATHS: [&[&str]; 4] = [
    &["staticPodPath"],
    &["tlsCertFile"],
    &["tlsPrivateKeyFile"],
    &["authentication", "x509", "clientCAFile"],
];

/// One file, which must say what it is.
fn layer(text: &str) -> Result<Node, Trouble> {
    let document = yaml::configuration_document(text)?;
    if !document.is_a("KubeletConfiguration", "kubelet.config.k8s.io/v1beta1") {
        return Err(Trouble::Malformed(
            "another kind of object than a v1beta1 KubeletConfiguration".to_owned(),
        ));
    }
    Ok(document)
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
    fn drop_ins_are_laid_over_the_file() {
        let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
        let drop_in = |text: &str| format!("{head}{text}\n");
        let read = KubeletConfiguration::layered(
            &CONFIG.replace("/etc/kubernetes/manifests", "manifests"),
            Utf8Path::new("/var/lib/kubelet"),
            &[
                &drop_in("tlsCertFile: kubelet.crt"),
                &drop_in("rotateCertificates: null\nauthentication: {x509: {clientCAFile: /ca}}"),
            ],
        )
        .unwrap();
        assert_eq!(read.static_pod_path.as_deref(), Some(Utf8Path::new("/var/lib/kubelet/manifests")));
        assert_eq!(read.tls_cert_file.as_deref(), Some(Utf8Path::new("kubelet.crt")));
        assert_eq!((read.rotate_certificates, read.server_tls_bootstrap), (None, Some(true)));
        assert_eq!(read.client_authority(), Some(Utf8Path::new("/ca")));
        assert!(KubeletConfiguration::layered(CONFIG, Utf8Path::new("/"), &["port: 1"]).is_err());
        let layered =
            |file: &str, drop_in: &str| KubeletConfiguration::layered(file, Utf8Path::new("/"), &[drop_in]);
        assert!(layered(CONFIG, &head.replace("kind", "Kind")).is_err());
        let broken = CONFIG.replace("rotateCertificates: true", "rotateCertificates: 'true'");
        assert!(layered(&broken, &drop_in("rotateCertificates: ~")).is_err());
        let twice = drop_in("port: 1\nport: 1");
        assert!(KubeletConfiguration::layered(CONFIG, Utf8Path::new("/"), &[&twice]).is_err());
    }

    #[test]
    fn an_unset_endpoint_is_containerds() {
        assert_eq!(KubeletConfiguration::default().runtime_socket(), "/run/containerd/containerd.sock");
    }
}
