//! perennial's own copies of files that are now empty or cut off.

use super::credentials::Found;
use super::files::Tree;
use super::{kubeconfigs, pairs};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Authority, Chain, Copied, Key, Looked, Place, Trouble};

/// Of each credential and CA that is empty or cut off the newest copy whose parts fit each other.
pub(super) fn backups(
    tree: &Tree,
    state_directory: &Utf8Path,
    authorities: &[Authority],
    found: &[Found],
) -> Vec<Copied> {
    let damaged = |trouble: Option<&Trouble>| matches!(trouble, Some(Trouble::Empty | Trouble::CutOff));
    let credentials = found
        .iter()
        .map(|found| &found.credential)
        .filter(|credential| damaged(credential.certificate.trouble()) || damaged(credential.key.trouble()));
    let credentials = credentials.map(|credential| {
        let files: Vec<_> = credential.place.files().iter().map(|file| file.path.clone()).collect();
        (credential.name.clone(), files, matches!(credential.place, Place::Kubeconfig { .. }))
    });
    let authorities = authorities.iter().filter(|authority| damaged(authority.certificates.trouble()));
    let authorities = authorities.map(|authority| {
        (authority.name.clone(), vec![authority.file.path.clone(), authority.key_path.clone()], false)
    });
    let wanted: Vec<_> = credentials.chain(authorities).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let directories = directories(tree, state_directory);
    let newest = |(name, files, kubeconfig): (String, Vec<Utf8PathBuf>, bool)| {
        directories.iter().find_map(|directory| copied(tree, directory, &name, &files, kubeconfig))
    };
    wanted.into_iter().filter_map(newest).collect()
}

/// Where copies lie, the newest first: their names begin with their time.
pub(super) fn directories(tree: &Tree, state_directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let below = |directory: &Utf8Path| -> Vec<Utf8PathBuf> {
        let names = tree.names(directory);
        names.seen().into_iter().flatten().rev().map(|name| directory.join(name)).collect()
    };
    let is_copy = |path: &Utf8PathBuf| {
        path.file_name().is_some_and(|name| name == "backup" || name.starts_with("backup-"))
    };
    let by_runs = below(&state_directory.join("runs")).into_iter().flat_map(|run| below(&run));
    let by_hand = below(state_directory);
    by_runs.chain(by_hand).filter(is_copy).collect()
}

fn copied(
    tree: &Tree,
    directory: &Utf8Path,
    name: &str,
    live: &[Utf8PathBuf],
    kubeconfig: bool,
) -> Option<Copied> {
    let copy = |path: &Utf8PathBuf| directory.join(path.strip_prefix("/").unwrap_or(path));
    let (chain, key): (Looked<Chain>, Looked<Key>) = match live {
        [one] if kubeconfig => {
            let read = kubeconfigs::read(tree, &copy(one), Utf8Path::to_owned);
            (read.chain, read.facts)
        }
        [certificate, .., key] => {
            let pair = pairs::read(tree, &copy(certificate), &copy(key));
            (pair.chain, pair.facts)
        }
        [one] => {
            let pair = pairs::read(tree, &copy(one), &copy(one));
            (pair.chain, pair.facts)
        }
        [] => return None,
    };
    let not_after: Timestamp = chain.seen()?.leaf().not_after();
    key.seen().filter(|key| key.fits)?;
    let files = live.iter().map(|path| (copy(path), path.clone())).collect();
    Some(Copied { name: name.to_owned(), files, not_after })
}
