//! The configuration files of kube-scheduler and kube-controller-manager (`--config`).

use super::yaml;
use crate::inventory::Trouble;
use camino::Utf8PathBuf;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    api_version: String,
    kind: String,
    client_connection: Connection,
    #[serde(rename = "Generic")]
    generic: Generic,
}

/// kube-controller-manager's type has no JSON names, so its fields are called as in Go.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Generic {
    client_connection: Connection,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Connection {
    kubeconfig: Utf8PathBuf,
}

/// The kubeconfig of the `clientConnection` (component-base config/v1alpha1 `ClientConnectionConfiguration`): the
/// path as the component sees it.
pub fn kubeconfig(text: &str) -> Result<Option<Utf8PathBuf>, Trouble> {
    let configuration: Configuration = yaml::configuration(text)?;
    let group = configuration.api_version.split_once('/').map_or("", |(group, _)| group);
    let connection = match (group, configuration.kind.as_str()) {
        ("kubescheduler.config.k8s.io", "KubeSchedulerConfiguration") => configuration.client_connection,
        ("kubecontrollermanager.config.k8s.io", "KubeControllerManagerConfiguration") => {
            configuration.generic.client_connection
        }
        _ => {
            return Err(Trouble::Malformed(
                "another kind of object than a component's configuration".to_owned(),
            ));
        }
    };
    Ok(Some(connection.kubeconfig).filter(|path| !path.as_str().is_empty()))
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
        assert_eq!(kubeconfig(&text.replace("/etc/kubernetes/scheduler.conf", "''")), Ok(None));
        assert!(kubeconfig(&text.replace("kind: Kube", "kind: Cube")).is_err());
        let manager = r#"{"apiVersion": "kubecontrollermanager.config.k8s.io/v1alpha1",
            "kind": "KubeControllerManagerConfiguration",
            "Generic": {"ClientConnection": {"kubeconfig": "/etc/kubernetes/controller-manager.conf"}}}"#;
        assert_eq!(kubeconfig(manager), Ok(Some("/etc/kubernetes/controller-manager.conf".into())));
    }
}
