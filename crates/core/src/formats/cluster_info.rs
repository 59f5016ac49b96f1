//! The kubeconfig in `kube-public/cluster-info`: one cluster without a name, no user, no context (kubeadm
//! cmd/kubeadm/app/phases/bootstraptoken/clusterinfo).

use super::base64::STANDARD;
use super::yaml::{document, read};
use crate::inventory::Trouble;
use base64::Engine as _;
use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    clusters: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    cluster: Cluster,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    #[serde(default)]
    certificate_authority_data: String,
}

/// The PEM text of the CA by which `kubeadm join` trusts the API server.
///
/// # Errors
/// It is no kubeconfig, or names no CA.
pub fn authority(text: &str) -> Result<Vec<u8>, Trouble> {
    let config: Config = read(&document(text)?)?;
    let data = config.clusters.into_iter().next().map(|named| named.cluster.certificate_authority_data);
    let data = data.filter(|data| !data.is_empty()).ok_or(Trouble::NoCertificate)?;
    STANDARD.decode(data.as_bytes()).map_err(|_| Trouble::Malformed("its CA is no base64".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cluster_counts() {
        let text = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: YWJj\n    \
                    server: https://10.0.0.11:6443\n  name: \"\"\ncontexts: null\nkind: Config\nusers: null\n";
        assert_eq!(authority(text), Ok(b"abc".to_vec()));
    }

    #[test]
    fn without_a_ca_nobody_is_trusted() {
        assert_eq!(authority("clusters: []"), Err(Trouble::NoCertificate));
        assert_eq!(authority("clusters:\n- cluster: {server: x}\n"), Err(Trouble::NoCertificate));
        assert!(matches!(authority("- 1"), Err(Trouble::Malformed(_))));
        let broken = "clusters:\n- cluster: {certificate-authority-data: '!'}\n";
        assert!(matches!(authority(broken), Err(Trouble::Malformed(_))));
    }
}
