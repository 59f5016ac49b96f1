//! `CertificateExpirationInfo`: exactly what `kubeadm certs check-expiration -o json` prints
//! (cmd/kubeadm/app/apis/output/v1alpha3/types.go, cmd/kubeadm/app/cmd/certs.go `fetchCertificateExpirationInfo`).

use jiff::Timestamp;
use perennial_core::inventory::{Component, Layout, Looked, Node};
use perennial_pki::certificate::Certificate;
use serde::Serialize;

/// kubeadm's leaves in its order, each with its CA and whether it goes with an etcd of kubeadm's own
/// (phases/certs/certlist.go `GetDefaultCertList`, `GetCertsWithoutEtcd`).
const CERTIFICATES: [(&str, &str, bool); 11] = [
    ("admin.conf", "ca", false),
    ("apiserver", "ca", false),
    ("apiserver-etcd-client", "etcd-ca", true),
    ("apiserver-kubelet-client", "ca", false),
    ("controller-manager.conf", "ca", false),
    ("etcd-healthcheck-client", "etcd-ca", true),
    ("etcd-peer", "etcd-ca", true),
    ("etcd-server", "etcd-ca", true),
    ("front-proxy-client", "front-proxy-ca", false),
    ("scheduler.conf", "ca", false),
    ("super-admin.conf", "ca", false),
];

/// kubeadm's CAs in its order.
const AUTHORITIES: [(&str, bool); 3] = [("ca", false), ("etcd-ca", true), ("front-proxy-ca", false)];

/// What `list -o kubeadm` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateExpirationInfo {
    kind: &'static str,
    api_version: &'static str,
    certificates: Vec<Expiration>,
    certificate_authorities: Vec<Expiration>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Expiration {
    name: &'static str,
    /// Whole seconds, as Kubernetes writes times; `null` where there is no certificate.
    expiration_date: Option<String>,
    residual_time: i64,
    externally_managed: bool,
    #[serde(rename = "caName", skip_serializing_if = "Option::is_none")]
    authority: Option<&'static str>,
    missing: bool,
}

impl CertificateExpirationInfo {
    /// Of a node.
    pub(crate) fn new(node: &Node, now: Timestamp) -> Self {
        // kubeadm's certificates for etcd are there where its etcd is.
        let own_etcd = node.static_pod(Component::Etcd).is_some() || node.layout != Layout::ControlPlane;
        let wanted = |of_etcd: bool| own_etcd || !of_etcd;
        let certificates = CERTIFICATES.iter().filter(|(_, _, of_etcd)| wanted(*of_etcd));
        let authorities = AUTHORITIES.iter().filter(|(_, of_etcd)| wanted(*of_etcd));
        Self {
            kind: "CertificateExpirationInfo",
            api_version: "output.kubeadm.k8s.io/v1alpha3",
            certificates: certificates.map(|(name, authority, _)| leaf(node, name, authority, now)).collect(),
            certificate_authorities: authorities.map(|(name, _)| own(node, name, now)).collect(),
        }
    }

    /// The names of what is there and can't be read: kubeadm fails there and prints nothing.
    pub(crate) fn unreadable(&self) -> Vec<&'static str> {
        let all = self.certificates.iter().chain(&self.certificate_authorities);
        all.filter(|one| !one.missing && one.expiration_date.is_none()).map(|one| one.name).collect()
    }
}

fn leaf(node: &Node, name: &'static str, authority: &'static str, now: Timestamp) -> Expiration {
    let certificate = match node.credential(name).map(|one| &one.certificate) {
        Some(Looked::Seen(chain)) => Looked::Seen(chain.leaf()),
        Some(Looked::Unusable(trouble)) => Looked::Unusable(trouble.clone()),
        Some(Looked::Absent) | None => Looked::Absent,
    };
    expiration(name, Some(authority), &certificate, external(node, authority), now)
}

fn own(node: &Node, name: &'static str, now: Timestamp) -> Expiration {
    let certificate = match node.authority(name).map(|one| &one.certificates) {
        Some(Looked::Seen(all)) => all.first().map_or(Looked::Absent, Looked::Seen),
        Some(Looked::Unusable(trouble)) => Looked::Unusable(trouble.clone()),
        Some(Looked::Absent) | None => Looked::Absent,
    };
    expiration(name, None, &certificate, external(node, name), now)
}

/// A CA without its key is external (phases/certs/certs.go `UsingExternalCA`).
fn external(node: &Node, authority: &str) -> bool {
    let found = node.authority(authority).filter(|one| !matches!(one.certificates, Looked::Absent));
    found.is_some_and(|one| one.key == Looked::Absent)
}

fn expiration(
    name: &'static str,
    authority: Option<&'static str>,
    certificate: &Looked<&Certificate>,
    external: bool,
    now: Timestamp,
) -> Expiration {
    let missing = matches!(certificate, Looked::Absent);
    let ends = certificate.seen().map(|one| one.not_after());
    Expiration {
        name,
        expiration_date: ends.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        residual_time: ends.map_or(0, |at| at.duration_since(now).as_secs()),
        externally_managed: external && !missing,
        authority: authority.filter(|_| !missing),
        missing,
    }
}
