//! Whether kube-apiserver accepts the service accounts' tokens that are signed here.

use super::files::unusable;
use super::{Check, Finding, State};
use crate::inventory::{Looked, Node, TokenDuty, TokenKey};

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    let keys = &node.beside.token_keys;
    let mut told: Vec<&TokenKey> = Vec::new();
    for key in keys {
        // kube-apiserver and kube-controller-manager usually name one file.
        if told.iter().any(|one| one.path == key.path) {
            continue;
        }
        told.push(key);
        let state = match &key.keys {
            Looked::Seen(_) => State::Pass,
            Looked::Absent => State::Fail(Finding::FileMissing { path: key.path.clone() }),
            Looked::Unusable(trouble) => unusable(node, "", &key.path, trouble),
        };
        checks.push(Check { object: key.path.to_string(), state });
    }
    for key in keys.iter().filter(|key| key.duty == TokenDuty::Signs) {
        checks.push(Check { object: key.path.to_string(), state: accepted(keys, key) });
    }
}

fn accepted(keys: &[TokenKey], signs: &TokenKey) -> State {
    let accepts: Vec<&TokenKey> = keys.iter().filter(|key| key.duty == TokenDuty::Accepts).collect();
    let Some([public, ..]) = signs.keys.seen().map(Vec::as_slice) else { return State::NotApplicable };
    let mut known = Vec::new();
    for one in &accepts {
        match one.keys.seen() {
            Some(of_file) if !of_file.is_empty() => known.extend(of_file),
            // What can't be read may hold it.
            _ => return State::NotApplicable,
        }
    }
    if accepts.is_empty() {
        return State::NotApplicable;
    }
    if known.contains(&public) {
        return State::Pass;
    }
    State::Fail(Finding::TokensRefused {
        signer: signs.component,
        key: signs.path.clone(),
        accepted: accepts.iter().map(|one| one.path.clone()).collect(),
    })
}
