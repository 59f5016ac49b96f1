//! kube-scheduler's configuration, and kube-controller-manager's type of one.

use super::{Case, Kind};

/// Every configuration.
pub fn components() -> Vec<Case> {
    let scheduler = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n\
                     clientConnection:\n  kubeconfig: /etc/kubernetes/scheduler.conf\n";
    let manager = "apiVersion: kubecontrollermanager.config.k8s.io/v1alpha1\n\
                   kind: KubeControllerManagerConfiguration\n\
                   Generic:\n  ClientConnection:\n    kubeconfig: /etc/kubernetes/controller-manager.conf\n";
    let mut cases = Vec::new();
    for (kind, title, plain) in
        [(Kind::Scheduler, "scheduler", scheduler), (Kind::Manager, "manager", manager)]
    {
        let (head, _) = plain.split_at(plain.find("kubeconfig:").unwrap());
        let value = |value: &str| format!("{head}kubeconfig: {value}\n");
        let texts: Vec<(&str, String)> = vec![
            ("plain", plain.to_owned()),
            ("CRLF", plain.replace('\n', "\r\n")),
            ("byte order mark", format!("\u{feff}{plain}")),
            ("two documents", format!("{plain}---\nkind: x\n")),
            ("a key twice", format!("{plain}kind: x\n")),
            ("no kind", plain.replace("kind: Kube", "kinds: Kube")),
            ("no apiVersion", plain.replace("apiVersion", "apiversion")),
            ("another version", plain.replace("k8s.io/v1", "k8s.io/v3")),
            ("another kind", plain.replace("Configuration", "Configurations")),
            ("an empty path", value("''")),
            ("no path", value("")),
            ("a number", value("1")),
            ("a truth value", value("yes")),
            ("a list", value("[a]")),
            ("quoted", value("\"/a b\"")),
            ("an unknown field", format!("{plain}more: 1\n")),
            (
                "text for the connection",
                format!(
                    "{}\nclientConnection: a\nGeneric: a\n",
                    plain.lines().take(2).collect::<Vec<_>>().join("\n")
                ),
            ),
            ("nothing but its kind", plain.lines().take(2).collect::<Vec<_>>().join("\n")),
            ("names in another case", plain.replace("lientConnection", "LIENTConnection")),
            ("empty", String::new()),
            ("cut", plain[..plain.len() - 50].to_owned()),
        ];
        cases.extend(texts.into_iter().map(|(name, text)| Case::new(kind, format!("{title}: {name}"), text)));
    }
    let profiles = format!(
        "{scheduler}profiles: [{{schedulerName: default-scheduler}}]\nleaderElection: {{leaderElect: true}}\n"
    );
    cases.push(Case::new(Kind::Scheduler, "scheduler: profiles", profiles));
    cases.push(Case::new(
        Kind::Scheduler,
        "scheduler: JSON",
        r#"{"apiVersion":"kubescheduler.config.k8s.io/v1","kind":"KubeSchedulerConfiguration","clientConnection":{"kubeconfig":"/a"}}"#,
    ));
    cases
}
