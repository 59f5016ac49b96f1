//! Certificates that lie beside the ones in use: perennial's backups, copies that people and kubeadm made, the kubelet's
//! store. Bounded in number, size and depth; links are not followed.

use super::Look;
use super::files::Tree;
use super::pairs;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::diagnose::Superseded;
use perennial_core::formats::kubeconfig::{self, Identity, Source};
use perennial_core::inventory::{Credential, Looked, Node, Role};
use perennial_pki::certificate::{Certificate, certificates};
use std::collections::BTreeSet;

/// Files that are opened.
const FILES: usize = 20_000;

/// Bytes that are read.
const BYTES: u64 = 256 << 20;

/// Certificates that are kept.
const KEPT: usize = 5_000;

/// Directories below a directory.
const DEPTH: usize = 12;

/// No file with one certificate and its key, and no kubeconfig, is larger.
const LARGEST: u64 = 256 << 10;

/// What was found.
#[derive(Debug, Default)]
pub struct Survey {
    /// The certificates, each once.
    pub found: Vec<Superseded>,
    /// Whether something was left out because there is too much.
    pub cut: bool,
}

/// Looks through the places where old certificates lie on a node.
pub fn survey(look: &Look, node: &Node) -> Survey {
    let tree = Tree::new(&look.root);
    let mut walk = Walk { tree: &tree, seen: BTreeSet::new(), files: 0, bytes: 0, survey: Survey::default() };
    let mut places =
        BTreeSet::from([look.state_directory.clone(), node.kubelet.certificate_directory.clone()]);
    // `cp -r /etc/kubernetes /etc/kubernetes.old-…`, `/var/lib/kubelet/pki.bak`, `/etc/ssl/etcd/ssl.old`.
    // Of people's files only those in a directory of their own: KUBECONFIG may lead anywhere.
    let ours = |it: &&Credential| {
        it.role != Role::UserKubeconfig
            || it.place.file().path.parent().is_some_and(|directory| directory.ends_with(".kube"))
    };
    let directories = node.credentials.iter().filter(ours).filter_map(|it| it.place.file().path.parent());
    let standard = ["/etc/kubernetes", "/var/lib/kubelet/pki"].map(Utf8Path::new);
    for directory in directories.chain(standard) {
        let Some((parent, name)) = directory.parent().zip(directory.file_name()) else { continue };
        // In a home or in /etc a neighbour's name must begin with ours; nothing else there is our business.
        let names = tree.names(parent).seen().cloned().unwrap_or_default();
        places.extend(names.iter().filter(|it| it.starts_with(name)).map(|it| parent.join(it)));
    }
    // A place below another is visited with it.
    let mut roots: Vec<Utf8PathBuf> = Vec::new();
    for place in places {
        if !roots.iter().any(|root| place.starts_with(root)) {
            roots.push(place);
        }
    }
    for root in roots {
        // The root itself may be a link (kubespray's `pki` → `ssl`): its target is a place of its own.
        if tree.entry(&root).is_some_and(|it| it.is_dir()) {
            walk.directory(&root, DEPTH);
        }
    }
    walk.survey
}

struct Walk<'a> {
    tree: &'a Tree,
    seen: BTreeSet<Vec<u8>>,
    files: usize,
    bytes: u64,
    survey: Survey,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &Utf8Path, depth: usize) {
        let Looked::Seen(names) = self.tree.names(directory) else { return };
        for name in names {
            let path = directory.join(name);
            let Some(entry) = self.tree.entry(&path) else { continue };
            // kubectl's cache: ten thousand answers of the API.
            if entry.is_dir() && path.ends_with(".kube/cache") {
                continue;
            }
            if entry.is_dir() {
                if depth == 0 {
                    self.survey.cut = true;
                } else {
                    self.directory(&path, depth - 1);
                }
            } else if entry.is_file() && entry.len() > 0 && entry.len() <= LARGEST && may_hold(&path) {
                if self.files >= FILES || self.bytes >= BYTES || self.survey.found.len() >= KEPT {
                    self.survey.cut = true;
                    return;
                }
                self.files += 1;
                self.bytes += entry.len();
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Utf8Path) {
        let content = self.tree.read(path);
        let Some(bytes) = &content.bytes else { return };
        for certificate in inside(self.tree, path, bytes) {
            if self.seen.insert(certificate.der().to_vec()) {
                let original = original(path);
                self.survey.found.push(Superseded { path: path.to_owned(), certificate, original });
            }
        }
    }
}

/// Not worth opening: what never holds a certificate, however its directory is called.
fn may_hold(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let other =
        ["key", "pub", "srl", "json", "journal", "yaml", "yml", "lock", "db", "log", "gz", "tar", "tgz"];
    name != "journal" && !path.extension().is_some_and(|extension| other.contains(&extension))
}

/// The certificates in a PEM text or a kubeconfig; none where it is neither.
pub(super) fn inside(tree: &Tree, path: &Utf8Path, bytes: &[u8]) -> Vec<Certificate> {
    let contains = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
    if contains(b"-----BEGIN CERTIFICATE-----") {
        return certificates(bytes).unwrap_or_default();
    }
    if !contains(b"client-certificate") {
        return Vec::new();
    }
    let parsed = std::str::from_utf8(bytes).ok().and_then(|text| kubeconfig::parse(text).ok());
    let Some(Identity::Certificate { certificate: Some(certificate), .. }) = parsed.map(|it| it.identity)
    else {
        return Vec::new();
    };
    let chain = match &certificate {
        Source::Data(data) => pairs::chain(Looked::Seen(&data.bytes)),
        Source::File(named) if named.is_relative() => {
            pairs::chain(tree.read(&path.parent().unwrap_or(path).join(named)).looked())
        }
        // An absolute path leads to what is in use.
        Source::File(_) => Looked::Absent,
    };
    chain.seen().map(|chain| vec![chain.leaf().clone()]).unwrap_or_default()
}

/// The place that a copy was made from, as far as its own place tells.
fn original(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let name = path.file_name()?;
    // The kubelet's store keeps what it has rotated away.
    for store in ["kubelet-client-", "kubelet-server-"] {
        if name.starts_with(store) {
            return Some(path.with_file_name(format!("{store}current.pem"))).map(|it| plain(&it));
        }
    }
    Some(plain(&path.with_file_name(plain_name(name))))
}

/// `/var/lib/perennial/backup-…/etc/kubernetes/pki/x` and `/etc/kubernetes.old-1/pki.bak/x` → `/etc/kubernetes/pki/x`.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let text = path.as_str();
    let inner = ["/etc/kubernetes/", "/var/lib/kubelet/", "/etc/ssl/etcd/"];
    let inner = inner.into_iter().filter_map(|inner| text.rfind(inner)).max().unwrap_or(0);
    let mut out = Utf8PathBuf::from("/");
    for part in text[inner..].split('/').filter(|part| !part.is_empty()) {
        let known = ["kubernetes", "pki", "ssl"].into_iter().find(|known| {
            part.strip_prefix(known).is_some_and(|rest| rest.starts_with(['.', '-', '_', '~']))
        });
        out.push(known.unwrap_or(part));
    }
    out
}

/// `apiserver.crt.old`, `admin.conf~`, `.admin.conf.bak-20251120` → the name in use.
fn plain_name(name: &str) -> &str {
    let name = name.strip_prefix('.').unwrap_or(name);
    for kind in [".crt", ".conf", ".pem"] {
        if let Some(at) = name.find(kind)
            && name.get(at + kind.len()..).is_some_and(|rest| rest.starts_with(['.', '-', '_', '~']))
        {
            return &name[..at + kind.len()];
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_copy_says_what_it_was() {
        for (copy, place) in [
            (
                "/var/lib/perennial/runs/r-1/backup/etc/kubernetes/pki/etcd/peer.crt",
                "/etc/kubernetes/pki/etcd/peer.crt",
            ),
            (
                "/var/lib/perennial/backup-20261125-020031/etc/kubernetes/admin.conf",
                "/etc/kubernetes/admin.conf",
            ),
            ("/etc/kubernetes/pki.bak/apiserver.crt", "/etc/kubernetes/pki/apiserver.crt"),
            ("/etc/kubernetes.old-20251120/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.crt"),
            ("/etc/kubernetes/pki/apiserver.crt.old", "/etc/kubernetes/pki/apiserver.crt"),
            ("/etc/kubernetes/scheduler.conf~", "/etc/kubernetes/scheduler.conf"),
            (
                "/var/lib/kubelet/pki/kubelet-client-2025-11-25-02-00-31.pem",
                "/var/lib/kubelet/pki/kubelet-client-current.pem",
            ),
        ] {
            assert_eq!(original(Utf8Path::new(copy)).as_deref(), Some(Utf8Path::new(place)), "{copy}");
        }
    }
}
