//! Whether kube-apiserver accepts the service accounts' tokens that are signed here.

use super::files::unusable;
use super::{Check, Finding, State};
use crate::inventory::{Looked, Node, TokenCopy, TokenDuty, TokenKey};
use camino::{Utf8Path, Utf8PathBuf};

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
        checks.push(Check { object: key.path.to_string(), state: accepted(node, key) });
    }
    // Tokens from before are the same, whoever signs now.
    if let Some(key) = keys.iter().find(|key| key.duty == TokenDuty::Signs) {
        checks.push(Check { object: key.path.to_string(), state: accepted_before(node, key) });
    }
}

/// The public keys by which kube-apiserver accepts tokens; `None` where that can't be known: what can't be read may hold
/// any.
fn accepts(node: &Node) -> Option<Vec<&String>> {
    let mut known = Vec::new();
    for one in node.beside.token_keys.iter().filter(|key| key.duty == TokenDuty::Accepts) {
        known.extend(one.keys.seen().filter(|keys| !keys.is_empty())?);
    }
    Some(known).filter(|known| !known.is_empty())
}

fn accepted(node: &Node, signs: &TokenKey) -> State {
    let Some([public, ..]) = signs.keys.seen().map(Vec::as_slice) else { return State::NotApplicable };
    match accepts(node) {
        None => State::NotApplicable,
        Some(known) if known.contains(&public) => State::Pass,
        Some(_) => refused(node, signs, false),
    }
}

/// Whether the tokens that were signed with the key of the newest copy are still accepted. After the next backup nothing
/// says so any more.
fn accepted_before(node: &Node, signs: &TokenKey) -> State {
    let copy =
        node.beside.token_copies.iter().find(|one| one.duty == TokenDuty::Signs && one.live == signs.path);
    let (Some([old, ..]), Some([new, ..]), Some(known)) =
        (copy.map(|copy| copy.keys.as_slice()), signs.keys.seen().map(Vec::as_slice), accepts(node))
    else {
        return State::NotApplicable;
    };
    // Where the two halves differ that is told instead.
    if !known.contains(&new) {
        return State::NotApplicable;
    }
    if known.contains(&old) { State::Pass } else { refused(node, signs, true) }
}

fn refused(node: &Node, signs: &TokenKey, before: bool) -> State {
    let accepts = node.beside.token_keys.iter().filter(|key| key.duty == TokenDuty::Accepts);
    State::Fail(Finding::TokensRefused {
        signer: signs.component,
        key: signs.path.clone(),
        accepted: accepts.map(|one| one.path.clone()).collect(),
        copies: token_copies(node, &signs.path),
        before,
    })
}

/// The copies that put a signing key back together with what accepts it: of the newest backup in which they fit each
/// other, and better what is live, those that differ from it, each with its live file. Empty where there is none.
pub fn token_copies(node: &Node, signing: &Utf8Path) -> Vec<(Utf8PathBuf, Utf8PathBuf)> {
    let copies = &node.beside.token_copies;
    let fits = |signs: &&TokenCopy| {
        let mut accepting = copies.iter().filter(|one| accepts_beside(one, signs));
        accepting.any(|one| signs.keys.iter().all(|key| one.keys.contains(key)))
    };
    let candidates =
        || copies.iter().filter(|one| one.duty == TokenDuty::Signs && one.live == signing).filter(fits);
    let known = accepts(node).unwrap_or_default();
    let accepted = candidates().find(|one| one.keys.iter().all(|key| known.contains(&key)));
    let Some(signs) = accepted.or_else(|| candidates().next()) else { return Vec::new() };
    let differs = |copy: &&TokenCopy| {
        let live = node.beside.token_keys.iter().find(|key| key.path == copy.live && key.duty == copy.duty);
        live.and_then(|live| live.keys.seen()) != Some(&copy.keys)
    };
    let all = std::iter::once(signs).chain(copies.iter().filter(|one| accepts_beside(one, signs)));
    all.filter(differs).map(|copy| (copy.copy.clone(), copy.live.clone())).collect()
}

fn accepts_beside(one: &TokenCopy, signs: &TokenCopy) -> bool {
    one.duty == TokenDuty::Accepts && one.directory == signs.directory
}
