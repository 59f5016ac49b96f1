//! The configuration files of kube-scheduler and kube-controller-manager (`--config`).

use super::yaml;
use crate::inventory::Trouble;
use camino::Utf8PathBuf;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Scheduler {
    client_connection: Connection,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Manager {
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

/// The versions of kube-scheduler's type; all but the first are gone since 1.29.
const SCHEDULERS: [&str; 3] = [
    "kubescheduler.config.k8s.io/v1",
    "kubescheduler.config.k8s.io/v1beta3",
    "kubescheduler.config.k8s.io/v1beta2",
];

const MANAGER: &str = "kubecontrollermanager.config.k8s.io/v1alpha1";

/// The kubeconfig of the `clientConnection` (component-base config/v1alpha1 `ClientConnectionConfiguration`): the
/// path as the component sees it.
pub fn kubeconfig(text: &str) -> Result<Option<Utf8PathBuf>, Trouble> {
    let document = yaml::configuration_document(text)?;
    let connection = if SCHEDULERS.iter().any(|version| document.is_a("KubeSchedulerConfiguration", version))
    {
        // kube-scheduler decodes strictly.
        document.unrepeated()?;
        yaml::read::<Scheduler>(&document)?.client_connection
    } else if document.is_a("KubeControllerManagerConfiguration", MANAGER) {
        yaml::read::<Manager>(&document)?.generic.client_connection
    } else {
        return Err(Trouble::Malformed("another kind of object than a component's configuration".to_owned()));
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
