//! The configuration files of kube-scheduler and kube-controller-manager (`--config`).

use super::yaml;
use crate::inventory::Trouble;
use camino::Utf8PathBuf;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    client_connection: Option<ClientConnection>,
}

#[derive(Deserialize)]
struct ClientConnection {
    kubeconfig: Option<Utf8PathBuf>,
}

/// `clientConnection.kubeconfig` (component-base config/v1alpha1 `ClientConnectionConfiguration`): the path as
/// the component sees it.
pub fn kubeconfig(text: &str) -> Result<Option<Utf8PathBuf>, Trouble> {
    let configuration: Configuration = yaml::first_document(text)?;
    let path = configuration.client_connection.and_then(|connection| connection.kubeconfig);
    Ok(path.filter(|path| !path.as_str().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_names_the_kubeconfig() {
        let text = "apiVersion: kubescheduler.config.k8s.io/v1
clientConnection:
  kubeconfig: /etc/kubernetes/scheduler.conf
kind: KubeSchedulerConfiguration
profiles: []
";
        assert_eq!(kubeconfig(text), Ok(Some("/etc/kubernetes/scheduler.conf".into())));
        assert_eq!(
            kubeconfig("kind: KubeSchedulerConfiguration\nclientConnection: {kubeconfig: ''}"),
            Ok(None)
        );
    }
}
