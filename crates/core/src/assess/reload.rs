//! Processes of which it is not known whether they re-read what lies on disk.

use super::{Check, Finding, State};
use crate::inventory::{Component, Node, Trouble};
use crate::reload::{of_credential, version};

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    // The kubelet's version is not known here, and nothing of its own is renewed here.
    for component in Component::STATIC {
        let used = node.credentials.iter().filter(|one| one.used_by.contains(&component));
        let unknown = used.filter(|one| of_credential(node, component, one).is_none());
        let credentials: Vec<String> = unknown.map(|one| one.name.clone()).collect();
        let service = node.services.iter().any(|service| service.component == component);
        let state = if node.component(component).is_none() {
            continue;
        } else if service && node.copied_tree {
            // A service's version is what it says itself, and in a copy nothing runs.
            State::NotApplicable
        } else if service && !node.as_root {
            State::CouldNotLook(Trouble::PermissionDenied)
        } else if credentials.is_empty() {
            State::Pass
        } else {
            let version = version(node, component);
            State::Fail(Finding::ReloadUnknown { component, credentials, version })
        };
        checks.push(Check { object: format!("{component} re-reads its files"), state });
    }
}
