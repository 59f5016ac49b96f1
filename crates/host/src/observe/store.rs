//! The kubelet's store of client certificates.

use super::files::Tree;
use super::pairs;
use camino::Utf8Path;
use perennial_core::inventory::{Current, Kept};

/// How many of the certificates that it keeps are read; it never removes one.
const MOST: usize = 16;

/// What `kubelet-client-current.pem` is.
pub(super) fn current(tree: &Tree, directory: &Utf8Path) -> Current {
    let path = directory.join("kubelet-client-current.pem");
    match (tree.link(&path), tree.exists(&path)) {
        (Some(_), true) => Current::Link,
        (Some(to), false) => Current::Dangling { to: directory.join(to) },
        (None, true) => Current::NoLink,
        (None, false) => Current::Absent,
    }
}

/// `kubelet-client-2026-01-31-08-15-00.pem` and its like, the newest first.
pub(super) fn history(tree: &Tree, directory: &Utf8Path) -> Vec<Kept> {
    let names = tree.names(directory);
    let dated = |name: &&String| {
        let time = name.strip_prefix("kubelet-client-").and_then(|rest| rest.strip_suffix(".pem"));
        time.is_some_and(|time| time.starts_with(|first: char| first.is_ascii_digit()))
    };
    let newest = names.seen().into_iter().flatten().rev().filter(dated).take(MOST);
    let kept = newest.map(|name| {
        let path = directory.join(name);
        let pair = pairs::read(tree, &path, &path);
        let whole = pair.facts.seen().is_some_and(|key| key.fits);
        Kept { path, certificate: pair.chain, whole }
    });
    kept.collect()
}
