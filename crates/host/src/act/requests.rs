//! Requests for certificates that another CA signs: their keys, which stay on this node, and what came back.
//!
//! A key that was made for a request waits in `requests/NAME/key.pem` (0600 in 0700) of perennial's state until the
//! certificate for it is installed. Nothing live is touched here.

use super::issue::{old_key, read};
use super::lock::{Lock, LockError, lock};
use super::open::LARGEST;
use crate::observe::bundle;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{FileKind, Looked, Trouble};
use perennial_core::plan::{Pending, Renewal, Returned, Source, Target, Wanted};
use perennial_core::run::twin;
use perennial_pki::key::PrivateKey;
use perennial_pki::request::again;
use rustix::fs::{Mode, OFlags};
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

const KEY: &str = "key.pem";

/// The requests of one node.
pub struct Requests<'a> {
    root: &'a Utf8Path,
    directory: Utf8PathBuf,
    _lock: Option<Lock>,
}

/// Which key a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The one that is in use.
    PresentKey,
    /// The one that was made for an earlier request, if it still fits; else a new one.
    PendingKey,
    /// A new one in any case.
    NewKey,
}

/// A request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// PKCS#10 as PEM.
    pub request: String,
    /// The file in which its new key waits; absent where the present key signs.
    pub key: Option<Utf8PathBuf>,
    /// Whether that key was there before.
    pub kept: bool,
}

impl<'a> Requests<'a> {
    /// To make some: nobody else works on the node as long as this lives. `state` is perennial's state directory,
    /// `root` where the node's own paths begin.
    ///
    /// # Errors
    /// As [`lock`].
    pub fn begin(state: &Utf8Path, root: &'a Utf8Path) -> Result<Self, LockError> {
        let lock = lock(state)?;
        Ok(Self { root, directory: state.join("requests"), _lock: Some(lock) })
    }

    /// To look only.
    pub fn look(state: &Utf8Path, root: &'a Utf8Path) -> Self {
        Self { root, directory: state.join("requests"), _lock: None }
    }

    /// Makes a request, and the key for it where one is needed.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn make(&self, wanted: &Wanted, key: For) -> Result<Made, String> {
        let (private, file, kept) = match key {
            For::PresentKey => (old_key(&self.below_root(&wanted.target))?, None, false),
            For::PendingKey | For::NewKey => {
                let file = self.key_file(&wanted.credential);
                // A key that was installed is no pending one any more, and another kind is not what is wanted now.
                let usable =
                    |pending: &PrivateKey| pending.kind() == wanted.key_kind && !pending.matches(&wanted.old);
                let pending = read_key(&file).filter(|pending| key == For::PendingKey && usable(pending));
                match pending {
                    Some(pending) => (pending, Some(file), true),
                    None => {
                        let name = &wanted.credential;
                        let made = PrivateKey::generate(&wanted.key_kind, wanted.key_form)
                            .map_err(|error| format!("a key for {name} could not be made: {error}"))?;
                        keep(&file, &made).map_err(|error| format!("{file}: {error}"))?;
                        (made, Some(file), false)
                    }
                }
            }
        };
        let request =
            again(&wanted.old, &private).map_err(|error| format!("{}: {error}", wanted.credential))?;
        Ok(Made { request, key: file, kept })
    }

    /// The keys that wait. One that can't be read fits nothing, and is made anew by the next request.
    pub fn pending(&self) -> Vec<Pending> {
        let Ok(entries) = self.directory.read_dir_utf8() else { return Vec::new() };
        let mut pending: Vec<_> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let credential = decoded(entry.file_name())?;
                let key = entry.path().join(KEY).canonicalize_utf8().ok()?;
                let spki = read_key(&key)?.spki_der();
                Some(Pending { credential, key, spki })
            })
            .collect();
        pending.sort_by(|one, other| one.credential.cmp(&other.credential));
        pending
    }

    fn key_file(&self, credential: &str) -> Utf8PathBuf {
        self.directory.join(encoded(credential)).join(KEY)
    }

    fn below_root(&self, target: &Target) -> Target {
        let below = |path: &Utf8PathBuf| self.root.join(path.as_str().trim_start_matches('/'));
        match target {
            Target::Pair { certificate, key } => {
                Target::Pair { certificate: below(certificate), key: below(key) }
            }
            Target::Certificate { certificate, key } => {
                Target::Certificate { certificate: below(certificate), key: below(key) }
            }
            Target::Kubeconfig { path, user } => Target::Kubeconfig { path: below(path), user: user.clone() },
        }
    }
}

/// Writes a request where its CA's owner gets it from (0644). What lies under that name is replaced, not written: it
/// may be a symbolic link.
///
/// # Errors
/// As the operating system.
pub fn write(file: &Utf8Path, request: &str) -> io::Result<()> {
    replace(file, request.as_bytes(), 0o644)
}

/// What came back: the named files, and of named directories the files in which certificates are.
pub fn returned(paths: &[Utf8PathBuf]) -> Vec<Returned> {
    let mut returned = Vec::new();
    for path in paths {
        let Ok(entries) = path.read_dir_utf8() else {
            returned.push(Returned { file: path.clone(), named: true, certificates: certificates(path) });
            continue;
        };
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.into_path())).collect();
        files.sort();
        for file in files.into_iter().filter(|file| file.is_file()) {
            let certificates = certificates(&file);
            // Requests, keys and notes may lie beside them.
            if !matches!(certificates, Err(Trouble::Empty | Trouble::NoPem | Trouble::NoCertificate)) {
                returned.push(Returned { file, named: false, certificates });
            }
        }
    }
    returned
}

fn certificates(path: &Utf8Path) -> Result<Vec<perennial_pki::certificate::Certificate>, Trouble> {
    let content = read_returned(path).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Trouble::PermissionDenied,
        io::ErrorKind::InvalidInput => Trouble::NotRegular(FileKind::Other),
        io::ErrorKind::FileTooLarge => Trouble::TooLarge { limit: LARGEST },
        _ => Trouble::Io(error.to_string()),
    })?;
    match bundle(Looked::Seen(&content)) {
        Looked::Seen(certificates) => Ok(certificates),
        Looked::Absent => Err(Trouble::Empty),
        Looked::Unusable(trouble) => Err(trouble),
    }
}

/// A file of the operator's own choice: links are followed, a FIFO is not waited for.
pub(super) fn read_returned(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path.as_str(), flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut content = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut content)?;
    if read as u64 > LARGEST { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(content) }
}

/// Removes the keys of requests whose certificates a finished run has installed: they are live now. What can't be
/// removed is found by the next request, which does not use it again.
pub(crate) fn installed<'a>(state: &Utf8Path, renewals: impl Iterator<Item = &'a Renewal>) {
    let Ok(requests) = state.join("requests").canonicalize_utf8() else { return };
    for renewal in renewals {
        let Source::Import { key: Some(key), .. } = &renewal.source else { continue };
        let Some(directory) = key.parent().filter(|directory| directory.starts_with(&requests)) else {
            continue;
        };
        let _left = fs::remove_file(key);
        let _left = fs::remove_dir(directory);
    }
}

fn read_key(file: &Utf8Path) -> Option<PrivateKey> {
    PrivateKey::from_pem(&read(&file.canonicalize_utf8().ok()?).ok()?).ok()
}

fn keep(file: &Utf8Path, key: &PrivateKey) -> io::Result<()> {
    let directory = file.parent().unwrap_or(file);
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    replace(file, key.to_pem().as_bytes(), 0o600)?;
    match directory.parent() {
        Some(above) => File::open(above)?.sync_all(),
        None => Ok(()),
    }
}

pub(super) fn replace(file: &Utf8Path, content: &[u8], mode: u32) -> io::Result<()> {
    let new = twin(file, "new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    // Whatever the caller's umask takes away.
    rustix::fs::fchmod(&written, Mode::from_raw_mode(mode))?;
    written.write_all(content)?;
    written.sync_all()?;
    fs::rename(&new, file)?;
    let directory = file.parent().filter(|parent| !parent.as_str().is_empty());
    File::open(directory.unwrap_or_else(|| Utf8Path::new(".")))?.sync_all()
}

/// A credential's name as the name of a file: what is no letter, digit, `.`, `_` or `-` becomes `%` and two hexadecimal
/// digits; so does a dot at the beginning.
pub fn encoded(name: &str) -> String {
    let mut file = String::new();
    for (at, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"_-".contains(&byte) || (byte == b'.' && at > 0);
        if plain {
            file.push(char::from(byte));
        } else {
            let _infallible = write!(file, "%{byte:02x}");
        }
    }
    file
}

fn decoded(file: &str) -> Option<String> {
    let (mut name, mut bytes) = (Vec::new(), file.bytes());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            name.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            name.push(byte);
        }
    }
    String::from_utf8(name).ok().filter(|name| encoded(name) == file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use perennial_pki::key::{KeyForm, KeyKind};

    #[test]
    fn every_name_is_a_file_of_its_own() {
        let names = ["apiserver", "admin.conf", "/etc/ssl/a.pem", "..", "%2f", "etcd-server", "a b", "证书"];
        for name in names {
            let file = encoded(name);
            assert!(!file.contains('/') && !file.starts_with('.'), "{file}");
            assert_eq!(decoded(&file).as_deref(), Some(name));
        }
        for wrong in ["a/b", "%2", "%zz", "%61", ".x", "%ff"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_directory_holds_besides_certificates_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| Utf8Path::from_path(directory.path()).unwrap().join(name);
        let leaf = include_str!("../../../pki/testdata/p256-leaf.pem");
        for (name, text) in [
            ("a.crt", leaf),
            ("b.csr", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
            ("notes", "x\n"),
            ("z.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        fs::create_dir(at("more")).unwrap();
        let all = returned(&[at("")]);
        let files: Vec<_> = all.iter().filter_map(|one| one.file.file_name()).collect();
        assert_eq!(files, ["a.crt", "z.crt"]);
        assert!(all[0].certificates.is_ok() && all[1].certificates.is_err() && !all[0].named);
        for (name, trouble) in [("notes", Trouble::NoPem), ("b.csr", Trouble::NoCertificate)] {
            let one = returned(&[at(name)]).remove(0);
            assert_eq!((one.named, one.certificates.unwrap_err()), (true, trouble));
        }
    }

    #[test]
    fn a_request_never_follows_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| Utf8Path::from_path(directory.path()).unwrap().join(name);
        fs::write(at("victim"), "mine").unwrap();
        std::os::unix::fs::symlink(at("victim"), at("apiserver.csr")).unwrap();
        write(&at("apiserver.csr"), "request").unwrap();
        assert_eq!(fs::read_to_string(at("victim")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(at("apiserver.csr")).unwrap(), "request");
    }

    #[test]
    fn only_the_keys_that_were_installed_go() {
        let directory = tempfile::tempdir().unwrap();
        let state = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
        let requests = Requests::begin(&state, Utf8Path::new("/")).unwrap();
        let old =
            perennial_pki::certificate::leaf(include_bytes!("../../../pki/testdata/p256-leaf.pem")).unwrap();
        let wanted = |credential: &str| Wanted {
            credential: credential.to_owned(),
            old: old.clone(),
            target: Target::Kubeconfig { path: "/x".into(), user: None },
            key_kind: KeyKind::EcdsaP256,
            key_form: KeyForm::Sec1,
        };
        for name in ["apiserver", "admin.conf", "scheduler.conf"] {
            requests.make(&wanted(name), For::PendingKey).unwrap();
        }
        let outside = state.join("mine.pem");
        fs::write(&outside, "mine").unwrap();
        let pending = requests.pending();
        assert_eq!(pending.len(), 3);
        let of = |credential: &str, key: Option<Utf8PathBuf>| Renewal {
            credential: credential.to_owned(),
            target: Target::Kubeconfig { path: "/x".into(), user: None },
            source: Source::Import {
                file: "x".into(),
                chain: String::new(),
                fingerprint: String::new(),
                old_fingerprint: String::new(),
                key_kind: KeyKind::EcdsaP256,
                key,
            },
            old_not_after: None,
            new_not_after: old.not_after(),
            names: 0,
            identity: None,
        };
        let key = |name: &str| Some(pending.iter().find(|one| one.credential == name).unwrap().key.clone());
        let renewals =
            [of("apiserver", key("apiserver")), of("admin.conf", None), of("x", Some(outside.clone()))];
        installed(&state, renewals.iter());
        let left: Vec<_> = requests.pending().into_iter().map(|one| one.credential).collect();
        assert_eq!(left, ["admin.conf", "scheduler.conf"]);
        assert!(outside.exists() && !state.join("requests/apiserver").exists());
    }
}
