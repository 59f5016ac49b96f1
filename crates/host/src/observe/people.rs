//! The kubeconfigs of people: in their homes, where KUBECONFIG leads in their shells' files, and copies beside
//! admin.conf. Bounded in number; no directory is walked.

use super::Look;
use super::credentials::Found;
use super::files::Tree;
use super::kubeconfigs::{self, Read};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::assess::Identity;
use perennial_core::formats::{kubeconfig, shell};
use perennial_core::inventory::{Entry, Kubelet, Looked, Place, Role, Trouble};
use std::collections::BTreeSet;

/// So many homes are looked into, and so many files of one directory.
const MOST: usize = 256;

/// Files that every login reads: /etc/environment is PAM's (pam_env(8)), the others are the shell's.
const OF_ALL: [&str; 2] = ["/etc/environment", "/etc/profile"];

/// Files below a home that its shell reads.
const OF_ONE: [&str; 3] = [".bashrc", ".bash_profile", ".profile"];

/// kubeadm's own names in /etc/kubernetes: looked at for what they are.
const OWN: [&str; 6] = [
    "admin.conf",
    "super-admin.conf",
    "controller-manager.conf",
    "scheduler.conf",
    "kubelet.conf",
    "bootstrap-kubelet.conf",
];

/// The homes on a node: root's, those that its /etc/passwd names, and what lies in /home.
pub fn homes(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let tree = Tree::new(root);
    let passwd = tree.read(Utf8Path::new("/etc/passwd"));
    let text = passwd.bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let named = text.lines().filter_map(home).take(MOST);
    let below = tree.names(Utf8Path::new("/home")).seen().cloned().unwrap_or_default();
    let below = below.into_iter().take(MOST).map(|name| Utf8Path::new("/home").join(name));
    let mut homes = BTreeSet::from([Utf8PathBuf::from("/root")]);
    homes.extend(named.chain(below));
    homes.into_iter().collect()
}

/// The sixth field (passwd(5)). Daemons have no home of their own: `/` is nobody's.
fn home(line: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(line.split(':').nth(5)?);
    let plain = path.is_absolute() && path.components().count() > 1 && !path.as_str().contains("..");
    // Without a slash at its end: one home has one name.
    plain.then(|| path.components().collect())
}

/// Every entry with a certificate of every kubeconfig of people; the current one also without.
pub(super) fn credentials(tree: &Tree, look: &Look, known: &[Found], kubelet: &Kubelet) -> Vec<Found> {
    let mut seen: BTreeSet<Utf8PathBuf> =
        known.iter().map(|found| found.credential.place.file().path.clone()).collect();
    seen.extend([kubelet.kubeconfig.clone()]);
    seen.extend(kubelet.bootstrap.clone());
    let mut found = Vec::new();
    for path in &look.kubeconfigs {
        if seen.insert(path.clone()) {
            found.extend(entries(tree, path, |_| true));
        }
    }
    let in_homes = look.homes.iter().map(|home| home.join(".kube/config"));
    for path in in_homes.chain(in_shells(tree, &look.homes)) {
        if !seen.insert(path.clone()) {
            continue;
        }
        // A daemon's directory that is closed to us is no person's home.
        let of_person = path.starts_with("/root") || path.starts_with("/home");
        found.extend(entries(tree, &path, |read| of_person || !closed(read)));
    }
    for path in beside_admin_conf(tree) {
        if seen.insert(path.clone()) {
            found.extend(entries(tree, &path, copies_an_administrator));
        }
    }
    found
}

fn closed(read: &Read) -> bool {
    read.chain.trouble() == Some(&Trouble::PermissionDenied)
}

/// The kubeconfigs that shells are told, whoever's.
fn in_shells(tree: &Tree, homes: &[Utf8PathBuf]) -> BTreeSet<Utf8PathBuf> {
    let profiles = Utf8Path::new("/etc/profile.d");
    let names = tree.names(profiles).seen().cloned().unwrap_or_default();
    let profiles =
        names.iter().filter(|name| name.ends_with(".sh")).take(MOST).map(|name| profiles.join(name));
    let of_all = OF_ALL.iter().map(Utf8PathBuf::from).chain(profiles);
    let texts: Vec<_> = of_all.map(|path| tree.read(&path)).collect();
    let mut found = BTreeSet::new();
    for home in homes {
        for content in &texts {
            found.extend(content.text().seen().into_iter().flat_map(|text| shell::kubeconfigs(text, home)));
        }
        for name in OF_ONE {
            let content = tree.read(&home.join(name));
            found.extend(content.text().seen().into_iter().flat_map(|text| shell::kubeconfigs(text, home)));
        }
    }
    found.into_iter().take(MOST).collect()
}

fn beside_admin_conf(tree: &Tree) -> Vec<Utf8PathBuf> {
    let directory = Utf8Path::new("/etc/kubernetes");
    let names = tree.names(directory).seen().cloned().unwrap_or_default();
    let other =
        |name: &&String| name.ends_with(".conf") && !name.starts_with('.') && !OWN.contains(&name.as_str());
    names.iter().filter(other).take(MOST).map(|name| directory.join(name)).collect()
}

/// Beside admin.conf anything may lie: a webhook's configuration, a cloud's, a component's copy.
fn copies_an_administrator(read: &Read) -> bool {
    let identity = read.chain.seen().map(|chain| Identity::of(chain.leaf()));
    matches!(identity, Some(Identity::Administrator | Identity::Other))
}

fn entries(tree: &Tree, path: &Utf8Path, wanted: impl Fn(&Read) -> bool) -> Vec<Found> {
    let (current, others) = kubeconfigs::read_all(tree, path);
    // `/bin` of a daemon leads to `usr/bin`: that the path goes through a link makes no file of it.
    let nowhere = matches!(current.place.file().facts.trouble(), Some(Trouble::LeadsNowhere { .. }))
        && tree.entry(path).is_none();
    if matches!(current.place.file().facts, Looked::Absent) || nowhere {
        return Vec::new();
    }
    let mut found = Vec::new();
    if wanted(&current) {
        found.push(Found::of_kubeconfig(path.as_str(), Role::UserKubeconfig, current));
    }
    for other in others.into_iter().filter(|other| other.chain.seen().is_some() && wanted(other)) {
        let Place::Kubeconfig { user, .. } = &other.place else { continue };
        let name = format!("{path} ({user})");
        found.push(Found::of_kubeconfig(&name, Role::UserKubeconfig, other));
    }
    found
}

/// How an entry that no current context leads to is placed.
pub(super) fn entry(parsed: &kubeconfig::Kubeconfig) -> Entry {
    Entry::Other { context: Some(parsed.context.clone()).filter(|context| !context.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_come_from_the_trees_own_passwd() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        std::fs::create_dir_all(root.join("etc")).unwrap();
        std::fs::create_dir_all(root.join("home/ada")).unwrap();
        let passwd = b"root:x:0:0:root:/root:/bin/bash\nbin:x:1:1::/:/sbin/nologin\nci:x:9:9::/var/lib/ci/:/bin/sh\n\
            ada:x:1000:1000::/home/ada:/bin/sh\nbad\nup:x:7:7::/home/../etc:/bin/sh\nrel:x:8:8::home:/bin/sh\n\xff:x:5:5::/srv/x:\n";
        std::fs::write(root.join("etc/passwd"), passwd).unwrap();
        assert_eq!(homes(root), ["/home/ada", "/root", "/srv/x", "/var/lib/ci"]);
    }
}
