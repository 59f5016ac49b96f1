//! Who can read a file: private keys for everybody's eyes, files that SELinux keeps from their users.

use super::{Check, Finding, State};
use crate::inventory::{Credential, File, Node, Role};
use camino::Utf8Path;
use std::collections::{BTreeMap, BTreeSet};

/// Types of files that were made in a home or in /tmp and then moved: containers can't open them.
const OF_ELSEWHERE: [&str; 4] = ["tmp_t", "user_tmp_t", "user_home_t", "admin_home_t"];

pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    let mut seen = BTreeSet::new();
    for file in node.files().filter(|file| seen.insert(file.real_path().clone())) {
        let Some(facts) = file.facts.seen() else { continue };
        let state = if facts.exposes_key {
            State::Fail(Finding::KeyExposed { path: file.path.clone(), mode: facts.mode })
        } else {
            State::Pass
        };
        checks.push(Check { object: file.path.to_string(), state });
    }
    labels(node, checks);
}

/// Labels are compared with those of the neighbours: what is right is the policy's business.
fn labels(node: &Node, checks: &mut Vec<Check>) {
    let of_person = |credential: &&Credential| credential.role == Role::UserKubeconfig;
    let (people, others): (Vec<_>, Vec<_>) = node.credentials.iter().partition(of_person);
    let others: BTreeSet<_> =
        others.into_iter().flat_map(|one| one.place.files()).map(|file| &file.path).collect();
    // The files that a kubeconfig names are in the same home, unless they are the node's own.
    let people = people.into_iter().flat_map(|one| [vec![one.place.file()], one.place.files()].concat());
    let people: BTreeSet<_> = people.map(|file| &file.path).filter(|path| !others.contains(path)).collect();
    let mut directories: BTreeMap<&Utf8Path, BTreeMap<&Utf8Path, (&File, &str)>> = BTreeMap::new();
    for file in node.files().filter(|file| !people.contains(&file.path)) {
        let (real, facts) = (file.real_path(), file.facts.seen());
        let (Some(directory), Some(label)) = (real.parent(), facts.and_then(|facts| facts.label.as_deref()))
        else {
            continue;
        };
        directories.entry(directory).or_default().insert(real, (file, label));
    }
    for files in directories.values() {
        let usual = usual(files.values().map(|(_, label)| kind(label)));
        for (file, label) in files.values() {
            let stranger = OF_ELSEWHERE.contains(&kind(label));
            let other = usual.filter(|usual| *usual != kind(label));
            let state = if stranger || other.is_some() {
                State::Fail(Finding::LabelDiffers {
                    path: file.path.clone(),
                    label: (*label).to_owned(),
                    neighbours: other.map(str::to_owned),
                })
            } else {
                State::Pass
            };
            checks.push(Check { object: file.path.to_string(), state });
        }
    }
}

/// The type in a label: `cert_t` in `system_u:object_r:cert_t:s0`.
fn kind(label: &str) -> &str {
    label.split(':').nth(2).unwrap_or(label)
}

/// What more than half of them are, of at least three.
fn usual<'a>(kinds: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    kinds.for_each(|kind| *counts.entry(kind).or_default() += 1);
    let all: usize = counts.values().sum();
    counts.into_iter().find(|(_, count)| all > 2 && count * 2 > all).map(|(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_of_them_are_is_usual() {
        assert_eq!(usual(["cert_t", "tmp_t", "cert_t"].into_iter()), Some("cert_t"));
        assert_eq!(usual(["cert_t", "tmp_t"].into_iter()), None);
        assert_eq!(usual(["a", "b", "c"].into_iter()), None);
        assert_eq!(kind("system_u:object_r:cert_t:s0"), "cert_t");
    }
}
