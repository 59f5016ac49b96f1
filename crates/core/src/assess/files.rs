//! Files that are no credential: manifests, the kubelet's configuration.

use super::{Check, Finding, State};
use crate::inventory::Node;

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for pod in &node.static_pods {
        checks.push(Check { object: pod.manifest.path.to_string(), state: State::Pass });
    }
    for (path, trouble) in &node.troubles {
        let state = if trouble.blind() {
            State::CouldNotLook(trouble.clone())
        } else {
            State::Fail(Finding::FileUnusable { path: path.clone(), trouble: trouble.clone() })
        };
        checks.push(Check { object: path.to_string(), state });
    }
}
