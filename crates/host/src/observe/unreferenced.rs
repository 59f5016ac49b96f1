//! Certificate files in the directories in use that nothing names: an operator sees every certificate in every place.
//! Bounded: so many files are read and the rest is counted; each one by itself, so that memory stays flat.

use super::credentials::Found;
use super::files::Tree;
use super::{pairs, superseded};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Authority, File, Glimpse, Looked, Role, Unreferenced, UnreferencedFile};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files that are read.
const MOST: usize = 20_000;

/// Threads that read; a thread of its own is not worth it for fewer files than this.
const THREADS: usize = 4;
const ALONE: usize = 64;

/// Endings of files with certificates. What ends otherwise (`.old`, `.bak`) was put aside.
const ENDINGS: [&str; 4] = ["crt", "pem", "cer", "conf"];

/// The machine's own trust stores: hundreds of public CAs.
const TRUST_STORES: [&str; 4] =
    ["/etc/ssl/certs", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/usr/share/ca-certificates"];

/// Looks through the directories in which something in use lies, and the kubelet's store.
pub(super) fn survey(
    tree: &Tree,
    store: &Utf8Path,
    authorities: &[Authority],
    found: &[Found],
) -> Unreferenced {
    let people = |found: &&Found| found.credential.role == Role::UserKubeconfig;
    let of_node = found.iter().filter(|found| !people(found));
    let files: Vec<&File> = of_node
        .flat_map(|found| found.credential.place.files())
        .chain(authorities.iter().map(|authority| &authority.file))
        .collect();
    let named: BTreeSet<&Utf8Path> =
        files.iter().flat_map(|file| [file.path.as_path(), file.real_path().as_path()]).collect();
    let parents = files.iter().filter_map(|file| file.path.parent()).chain([store]);
    let directories: BTreeSet<Utf8PathBuf> = parents
        .filter_map(|directory| tree.real(directory))
        .filter(|directory| !TRUST_STORES.iter().any(|store| directory.starts_with(store)))
        .collect();

    let (candidates, left_out) = candidates(tree, &directories, &named, MOST);
    Unreferenced { files: read(&candidates, |path| look(tree, path, &named)), left_out }
}

/// The paths of what may be a certificate's file, at most so many; and how many more there are.
fn candidates(
    tree: &Tree,
    directories: &BTreeSet<Utf8PathBuf>,
    named: &BTreeSet<&Utf8Path>,
    most: usize,
) -> (Vec<Utf8PathBuf>, usize) {
    let (mut candidates, mut left_out) = (Vec::new(), 0);
    for directory in directories {
        // A directory that can't be read has been told by what should be in it.
        tree.each_name(directory, |name| {
            let path = directory.join(&name);
            let ending = path.extension().is_some_and(|ending| ENDINGS.contains(&ending));
            if !ending || name.starts_with('.') || named.contains(path.as_path()) {
                return;
            }
            if candidates.len() < most {
                candidates.push(path);
            } else {
                left_out += 1;
            }
        });
    }
    candidates.sort_unstable();
    (candidates, left_out)
}

/// Reads them all, by several threads where there are many. The order stays.
fn read<T: Send>(paths: &[Utf8PathBuf], look: impl Fn(&Utf8Path) -> Option<T> + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(THREADS);
    if threads == 1 || paths.len() <= ALONE {
        return paths.iter().filter_map(|path| look(path)).collect();
    }
    let next = AtomicUsize::new(0);
    let part = || {
        let mut seen = Vec::new();
        while let Some((index, path)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            paths.get(index).map(|path| (index, path))
        } {
            seen.extend(look(path).map(|it| (index, it)));
        }
        seen
    };
    let mut seen: Vec<(usize, T)> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(part)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    seen.sort_unstable_by_key(|(index, _)| *index);
    seen.into_iter().map(|(_, it)| it).collect()
}

/// What is in a file; `None` where it is no certificate's: a key, a configuration, another way to what is in use.
fn look(tree: &Tree, path: &Utf8Path, named: &BTreeSet<&Utf8Path>) -> Option<UnreferencedFile> {
    let is = |holds| Some(UnreferencedFile { path: path.to_owned(), holds });
    let (real, bytes) = match tree.bytes(path) {
        Looked::Seen(read) => read,
        Looked::Absent => return None,
        Looked::Unusable(trouble) => return is(Looked::Unusable(trouble)),
    };
    if named.contains(real.as_path()) {
        return None;
    }
    let certificates = superseded::inside(tree, path, &bytes);
    if let Some(first) = certificates.first() {
        let (subject, not_after) = (first.subject(), first.not_after());
        return is(Looked::Seen(Glimpse { subject, not_after, certificates: certificates.len() }));
    }
    let begins = b"-----BEGIN CERTIFICATE-----";
    let claims = matches!(path.extension(), Some("crt" | "cer"))
        || bytes.windows(begins.len()).any(|window| window == begins);
    let trouble = pairs::chain(Looked::Seen(&bytes)).trouble().cloned();
    trouble.filter(|_| claims).and_then(|trouble| is(Looked::Unusable(trouble)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted() {
        let directory = tempfile::tempdir().unwrap();
        let tree = Tree::new(Utf8Path::from_path(directory.path()).unwrap());
        for name in ["a.crt", "b.pem", "c.cer", "d.conf", "e.crt", "e.key", ".f.crt", "g.crt.old"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        let directories = BTreeSet::from(["/".into()]);
        let named = BTreeSet::from([Utf8Path::new("/e.crt")]);
        let (all, left_out) = candidates(&tree, &directories, &named, 4);
        assert_eq!(
            (all.as_slice(), left_out),
            (&["/a.crt", "/b.pem", "/c.cer", "/d.conf"].map(Utf8PathBuf::from)[..], 0)
        );
        let (some, left_out) = candidates(&tree, &directories, &named, 3);
        assert_eq!((some.len(), left_out), (3, 1));
    }

    #[test]
    fn many_are_read_by_several_and_stay_in_order() {
        for n in [0, 1, ALONE, ALONE + 1, 3000] {
            let paths: Vec<Utf8PathBuf> = (0..n).map(|number| number.to_string().into()).collect();
            let odd = |path: &Utf8Path| path.as_str().parse().ok().filter(|number: &usize| number % 2 == 1);
            let expected: Vec<usize> = (0..n).filter(|number| number % 2 == 1).collect();
            assert_eq!(read(&paths, odd), expected);
        }
    }
}
