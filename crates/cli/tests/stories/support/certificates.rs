//! Looking at certificates and keys as outsiders: openssl, and the bytes themselves.

use super::Cluster;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use perennial_pki::certificate::{Certificate, leaf};

/// The pairs of a control plane: name, certificate below /etc/kubernetes/pki without its suffix, its CA.
const PAIRS: [(&str, &str, &str); 7] = [
    ("apiserver", "apiserver", "ca.crt"),
    ("apiserver-etcd-client", "apiserver-etcd-client", "etcd/ca.crt"),
    ("apiserver-kubelet-client", "apiserver-kubelet-client", "ca.crt"),
    ("etcd-healthcheck-client", "etcd/healthcheck-client", "etcd/ca.crt"),
    ("etcd-peer", "etcd/peer", "etcd/ca.crt"),
    ("etcd-server", "etcd/server", "etcd/ca.crt"),
    ("front-proxy-client", "front-proxy-client", "front-proxy-ca.crt"),
];

/// The kubeconfigs of a control plane that hold a certificate of their own.
const KUBECONFIGS: [&str; 4] =
    ["admin.conf", "super-admin.conf", "controller-manager.conf", "scheduler.conf"];

/// Prints every file whose key is not its certificate's, as openssl sees it.
const MISMATCHED: &str = r#"cd /etc/kubernetes
for crt in $(find pki -name '*.crt'); do
  [ "$(openssl x509 -in "$crt" -noout -pubkey)" = "$(openssl pkey -in "${crt%.crt}.key" -pubout)" ] || echo "$crt"
done
for conf in *.conf /root/.kube/config; do
  [ "$conf" = kubelet.conf ] && continue
  field() { sed -n "s/^ *$1: //p" "$conf" | base64 -d; }
  [ "$(field client-certificate-data | openssl x509 -noout -pubkey)" = "$(field client-key-data | openssl pkey -pubout)" ] ||
    echo "$conf"
done"#;

/// A certificate that kubeadm would renew, and people's copy of admin.conf.
pub(crate) struct Leaf {
    pub(crate) name: &'static str,
    /// The file of the CA that must have signed it, below /etc/kubernetes/pki.
    pub(crate) authority: &'static str,
    pub(crate) certificate: Certificate,
}

/// Every leaf of cp1.
pub(crate) fn leaves(cluster: &Cluster) -> Vec<Leaf> {
    let read = |path: &str| cluster.lab.read("cp1", path).unwrap_or_else(|error| panic!("{error}"));
    let pairs = PAIRS.into_iter().map(|(name, file, authority)| {
        let pem = read(&format!("/etc/kubernetes/pki/{file}.crt"));
        Leaf { name, authority, certificate: leaf(&pem).expect("a certificate") }
    });
    let kubeconfigs = KUBECONFIGS.into_iter().map(|name| (name, format!("/etc/kubernetes/{name}")));
    let copy = ("/root/.kube/config", "/root/.kube/config".to_owned());
    let kubeconfigs = kubeconfigs.chain([copy]).map(|(name, path)| {
        let pem = embedded(&read(&path), "client-certificate-data");
        Leaf { name, authority: "ca.crt", certificate: leaf(&pem).expect("a certificate") }
    });
    pairs.chain(kubeconfigs).collect()
}

fn embedded(kubeconfig: &[u8], field: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(kubeconfig);
    let prefix = format!("{field}: ");
    let data = text.lines().find_map(|line| line.trim_start().strip_prefix(&prefix));
    BASE64_STANDARD.decode(data.expect("an embedded certificate or key").trim()).expect("base64")
}

/// Files on cp1 whose key is not their certificate's.
pub(crate) fn mismatched_pairs(cluster: &Cluster) -> String {
    cluster.sh("cp1", MISMATCHED)
}

/// Every private key on cp1 as it stands in its file, and as base64 of that in kubeconfigs; one run of text.
pub(crate) fn secrets(cluster: &Cluster) -> String {
    let script = r"cat $(find /etc/kubernetes/pki /var/lib/kubelet/pki -name '*.key') /var/lib/kubelet/pki/*.pem |
        sed -n '/PRIVATE KEY/,/END/p' | grep -v -e -----
      sed -n 's/^ *client-key-data: //p' /etc/kubernetes/*.conf";
    cluster.sh("cp1", script).split_whitespace().collect()
}
