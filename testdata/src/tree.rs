//! A copied tree of a node, in a folder that goes when the tree does.

use crate::{Issued, Leaf, self_signed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::PrivateKey;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

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

    /// Every path with its kind, mode, links' targets and the hash of its content: two are equal if nothing changed.
    pub fn inventory(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        self.visit(self.root(), &mut |path, facts| {
            let content = match path.read_link_utf8() {
                Ok(target) => target.into_string(),
                Err(_) if facts.is_file() && facts.len() <= LARGEST => sha256_hex(&fs::read(path).unwrap()),
                Err(_) => facts.len().to_string(),
            };
            let path = path.strip_prefix(self.root()).unwrap().to_string();
            all.insert(path, format!("{:o} {content}", facts.permissions().mode()));
        });
        all
    }

    /// Distinctive pieces of every private key in the tree, as they stand in files and, encoded once more, in
    /// kubeconfigs: none of them may ever be printed.
    pub fn canaries(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.visit(self.root(), &mut |path, facts| {
            if !facts.is_file() || facts.len() > LARGEST {
                return;
            }
            let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
            let embedded = text.lines().filter_map(|line| line.trim().strip_prefix("client-key-data: "));
            for data in embedded {
                all.extend(pieces(data));
                all.extend(secret_lines(&String::from_utf8_lossy(
                    &STANDARD.decode(data).unwrap_or_default(),
                )));
            }
            all.extend(secret_lines(&text));
        });
        all
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

/// The lines of a PEM text's private keys, but for those that hold nothing but a part of the public half: requests and
/// certificates carry that, too.
fn secret_lines(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut all = Vec::new();
    let public = PrivateKey::from_pem(text.as_bytes()).map(|key| key.spki_der()).unwrap_or_default();
    let is_public = |piece: &String| {
        let bytes = STANDARD.decode(piece).unwrap_or_default();
        !bytes.is_empty() && public.windows(bytes.len()).any(|part| part == bytes)
    };
    for line in text.lines() {
        if line.contains("PRIVATE KEY-----") {
            inside = line.contains("BEGIN");
        } else if inside {
            all.extend(pieces(line.trim()).filter(|piece| !is_public(piece)));
        }
    }
    all
}

/// Long enough to be found nowhere by chance.
fn pieces(line: &str) -> Option<String> {
    line.get(..32).map(str::to_owned)
}
