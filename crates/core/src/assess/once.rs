//! One pair may serve several purposes (kubespray's member: etcd's clients and its peers): what is wrong with its files
//! is told once.

use super::{Check, Code, State};
use crate::inventory::Node;

/// What depends on the purpose, and is told for each.
const OF_PURPOSE: [Code; 3] = [Code::NamesMissing, Code::UsageMissing, Code::EdgeBroken];

/// Takes back what was found of a pair under its second name if the same was found under its first.
pub(super) fn tell_once(node: &Node, checks: &mut [Check]) {
    for credential in &node.credentials {
        let Some(first) = node.same_pair(credential) else { continue };
        let code = |check: &Check| match &check.state {
            State::Fail(finding) => Some(finding.code()).filter(|code| !OF_PURPOSE.contains(code)),
            _ => None,
        };
        let of_first = checks.iter().filter(|check| check.object == first.name);
        let told: Vec<Code> = of_first.filter_map(code).collect();
        for check in checks.iter_mut().filter(|check| check.object == credential.name) {
            if code(check).is_some_and(|code| told.contains(&code)) {
                check.state = State::NotApplicable;
            }
        }
    }
}
