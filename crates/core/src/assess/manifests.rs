//! What else the kubelet reads in its directory of manifests: a second manifest for one pod, pods that use what is
//! renewed.

use super::{Check, Finding, State};
use crate::inventory::{Node, Role};
use camino::Utf8PathBuf;
use std::collections::{BTreeMap, BTreeSet};

/// Flags whose values may be secrets.
const SECRET: [&str; 3] = ["token", "password", "secret"];

/// Several manifests for one pod: the kubelet reads every file that does not begin with a dot (kubelet
/// config/file.go), and nobody can say which one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The component's or pod's name.
    pub pod: String,
    /// The manifests: the one under the usual name first.
    pub files: Vec<Utf8PathBuf>,
    /// The flags in which they differ, with the value of each file; absent where it does not have the flag.
    pub flags: Vec<(String, Vec<Option<String>>)>,
}

type Flags = BTreeMap<String, String>;

/// Every pod that has more than one manifest.
pub(crate) fn collisions(node: &Node) -> Vec<Collision> {
    let mut pods: BTreeMap<String, Vec<(&Utf8PathBuf, &Flags)>> = BTreeMap::new();
    for pod in &node.static_pods {
        pods.entry(pod.component.to_string()).or_default().push((&pod.manifest.path, &pod.flags));
    }
    for pod in &node.beside.pods {
        let name = format!("{}/{}", pod.namespace, pod.pod);
        pods.entry(name).or_default().push((&pod.manifest.path, &pod.flags));
    }
    let several = pods.into_iter().filter(|(_, manifests)| manifests.len() > 1);
    several.map(|(pod, manifests)| collision(pod, manifests)).collect()
}

fn collision(pod: String, mut manifests: Vec<(&Utf8PathBuf, &Flags)>) -> Collision {
    let usual = |path: &Utf8PathBuf| {
        let stem = pod.rsplit('/').next().unwrap_or(&pod);
        path.file_name().is_some_and(|name| name == format!("{stem}.yaml"))
    };
    manifests.sort_by_key(|(path, _)| (!usual(path), path.as_str().to_owned()));
    let names: BTreeSet<&String> = manifests.iter().flat_map(|(_, flags)| flags.keys()).collect();
    let values = |name: &String| -> Vec<Option<String>> {
        manifests.iter().map(|(_, flags)| flags.get(name).cloned()).collect()
    };
    let differ = |values: &Vec<Option<String>>| values.iter().any(|value| *value != values[0]);
    let shown = |name: &String, values: Vec<Option<String>>| {
        let secret = SECRET.iter().any(|part| name.contains(part));
        let hide = |value: Option<String>| value.map(|value| if secret { "…".to_owned() } else { value });
        (name.clone(), values.into_iter().map(hide).collect())
    };
    let flags = names.into_iter().map(|name| (name, values(name))).filter(|(_, values)| differ(values));
    let flags = flags.map(|(name, values)| shown(name, values)).collect();
    Collision { files: manifests.iter().map(|(path, _)| (*path).clone()).collect(), flags, pod }
}

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for collision in collisions(node) {
        let object = collision.files.first().map(ToString::to_string).unwrap_or_default();
        checks.push(Check { object, state: State::Fail(Finding::ManifestsCollide(collision)) });
    }
    let super_admin = |name: &str| node.credential(name).is_some_and(|one| one.role == Role::SuperAdmin);
    for pod in &node.beside.pods {
        let used = pod.consumes.iter().find(|used| super_admin(&used.name) && (used.alone || used.named));
        let state = match used {
            Some(used) => State::Fail(Finding::SuperAdminUsed {
                pod: pod.pod.clone(),
                manifest: pod.manifest.path.clone(),
                file: used.file.clone(),
            }),
            None => State::Pass,
        };
        checks.push(Check { object: pod.manifest.path.to_string(), state });
    }
}
