//! A copied tree of a node, in a folder that goes when the tree does.

use crate::secrets::Secrets;
use crate::{Issued, Leaf, self_signed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_pki::digest::sha256_hex;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

/// What is larger is not read: a test may have made it so large that nobody should.
const LARGEST: u64 = 64 << 20;

/// A node's files below a folder of its own. Paths are relative to it: `etc/kubernetes/pki/ca.crt`.
#[derive(Debug)]
pub struct Tree {
    directory: tempfile::TempDir,
    /// The node's name.
    pub node: String,
    /// The node's address.
    pub address: String,
    authorities: RefCell<BTreeMap<String, Issued>>,
    /// By how many days the clock was ahead when the certificates were made.
    pub(crate) ahead: i64,
}

impl Tree {
    /// Nothing in it.
    pub fn empty(node: &str, address: &str) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            node: node.to_owned(),
            address: address.to_owned(),
            authorities: RefCell::default(),
            ahead: 0,
        }
    }

    /// The folder, for `--root`.
    pub fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.directory.path()).unwrap()
    }

    /// Where a file of the tree is on this machine.
    pub fn path(&self, path: &str) -> Utf8PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// The CA of that name: `ca`, `etcd-ca`, `front-proxy-ca`, or one that was added.
    pub fn authority(&self, name: &str) -> Issued {
        self.authorities.borrow().get(name).unwrap_or_else(|| panic!("no CA {name}")).clone()
    }

    /// Makes a CA known under a name, or puts another in the place of one; its files are written by [`Tree::pair`].
    pub fn set_authority(&self, name: &str, authority: &Issued) {
        self.authorities.borrow_mut().insert(name.to_owned(), authority.clone());
    }

    fn dated(&self, leaf: &Leaf) -> Leaf {
        leaf.clone().later(self.ahead)
    }

    /// A new self-signed CA, known under a name.
    pub fn add_authority(&self, name: &str, leaf: &Leaf) -> Issued {
        let issued = self_signed(&self.dated(leaf), None);
        self.set_authority(name, &issued);
        issued
    }

    /// A certificate signed by one of the CAs.
    pub fn issue(&self, authority: &str, leaf: &Leaf) -> Issued {
        self.authority(authority).issue(&self.dated(leaf))
    }

    /// Writes `BASE.crt` (0644) and `BASE.key` (0600).
    pub fn pair(&self, base: &str, issued: &Issued) {
        self.write(&format!("{base}.crt"), &issued.certificate);
        self.write_secret(&format!("{base}.key"), &issued.key);
    }

    /// Writes a kubeconfig of one user with embedded data (0600), trusting the CA `ca`.
    pub fn kubeconfig(&self, path: &str, user: &str, issued: &Issued) {
        let user_lines = format!(
            "    client-certificate-data: {}\n    client-key-data: {}\n",
            STANDARD.encode(&issued.certificate),
            STANDARD.encode(&issued.key)
        );
        self.kubeconfig_with(path, user, &user_lines);
    }

    /// Writes a kubeconfig whose user has these lines, indented by four blanks.
    pub fn kubeconfig_with(&self, path: &str, user: &str, user_lines: &str) {
        let authority = STANDARD.encode(&self.authority("ca").certificate);
        let address = &self.address;
        self.write_secret(
            path,
            &format!(
                "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    \
                 server: https://{address}:6443\n  name: kubernetes\ncontexts:\n- context:\n    \
                 cluster: kubernetes\n    user: {user}\n  name: {user}@kubernetes\n\
                 current-context: {user}@kubernetes\nkind: Config\nusers:\n- name: {user}\n  user:\n{user_lines}"
            ),
        );
    }

    /// Writes so many certificates of a CA, which nothing names: `DIRECTORY/extra-N.crt`. They share one key, so that
    /// thousands are made in no time.
    pub fn many_certificates(&self, directory: &str, authority: &str, n: i64) {
        let authority = self.authority(authority);
        let first = authority.issue(&Leaf::client("/CN=extra"));
        for number in 0..n {
            let leaf = Leaf::client(&format!("/CN=extra-{number}")).days(-30, 335 - number % 100);
            self.write(
                &format!("{directory}/extra-{number}.crt"),
                authority.renew(&leaf, &first).certificate,
            );
        }
    }

    /// Writes a file (0644) and the folders above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let at = self.path(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, content).unwrap();
    }

    /// Writes a file that only its owner reads (0600).
    pub fn write_secret(&self, path: &str, content: &str) {
        self.write(path, content);
        self.mode(path, 0o600);
    }

    /// Changes the permission bits.
    pub fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Changes a text in place; panics if nothing changed.
    pub fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) {
        let old = self.read(path);
        let new = change(&old);
        assert_ne!(old, new, "{path} did not change");
        fs::write(self.path(path), new).unwrap();
    }

    /// Removes a file, or a folder with all that is in it.
    pub fn remove(&self, path: &str) {
        let at = self.path(path);
        if at.symlink_metadata().unwrap().is_dir() {
            fs::remove_dir_all(at).unwrap();
        } else {
            fs::remove_file(at).unwrap();
        }
    }

    /// Sets the SELinux label; false where that is not allowed (it takes root).
    pub fn label(&self, path: &str, label: &str) -> bool {
        let set = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(self.path(path).as_std_path(), "security.selinux", label.as_bytes(), set).is_ok()
    }

    /// Renames a file or folder.
    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Makes a symbolic link; the target is written as given.
    pub fn link(&self, path: &str, target: &str) {
        let at = self.path(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(target, at).unwrap();
    }

    /// Every path with its kind, mode, owner, time of change, links' targets and the hash of its content: two are equal if
    /// nothing changed.
    pub fn inventory(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        self.visit(self.root(), &mut |path, facts| {
            let content = match path.read_link_utf8() {
                Ok(target) => target.into_string(),
                Err(_) if facts.is_file() && facts.len() <= LARGEST => sha256_hex(&fs::read(path).unwrap()),
                Err(_) => facts.len().to_string(),
            };
            let path = path.strip_prefix(self.root()).unwrap().to_string();
            let (mode, owner) = (facts.mode(), (facts.uid(), facts.gid()));
            let changed = (facts.mtime(), facts.mtime_nsec());
            all.insert(path, format!("{mode:o} {owner:?} {changed:?} {content}"));
        });
        all
    }

    /// Whether a piece of a private key in the tree is in a text: as it stands in its file, as base64 without line breaks,
    /// of the whole or of what is inside (PKCS#1 or SEC1 in PKCS#8), encoded once more as in kubeconfigs, or as hex.
    pub fn leaks(&self, said: &[u8]) -> bool {
        let mut secrets = Secrets::default();
        self.visit(self.root(), &mut |path, facts| {
            if facts.is_file() && facts.len() <= LARGEST {
                secrets.of_file(&String::from_utf8_lossy(&fs::read(path).unwrap()));
            }
        });
        secrets.leak(said)
    }

    fn visit(&self, directory: &Utf8Path, each: &mut impl FnMut(&Utf8Path, &fs::Metadata)) {
        for entry in directory.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let facts = path.symlink_metadata().unwrap();
            each(&path, &facts);
            if facts.is_dir() {
                self.visit(&path, each);
            }
        }
    }
}
