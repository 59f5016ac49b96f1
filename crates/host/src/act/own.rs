//! The operator's own machine: a new key beside the kubeconfig, and later the certificate for it in its place. There is
//! no node, no state directory and often no root here.

use super::exchange::{Method, discard, exchange};
use super::issue::{read, read_text};
use super::open::{locate, sync};
use super::requests::encoded;
use super::stage::{Access, keep_before, stage_with};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{Replacement, parse_all, splice_all};
use perennial_core::run::{Exchange, twin};
use perennial_pki::certificate::Certificate;
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::request::vouch;
use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// Where an entry's certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Embedded under this user.
    Embedded {
        /// The user entry.
        user: String,
    },
    /// In two files.
    Files {
        /// The certificate's, at the end of all links.
        certificate: Utf8PathBuf,
        /// The key's, at the end of all links.
        key: Utf8PathBuf,
    },
}

/// An entry of a kubeconfig on this machine.
#[derive(Clone, Debug)]
pub struct OwnEntry {
    /// The kubeconfig, at the end of all links.
    pub file: Utf8PathBuf,
    /// The user entry.
    pub user: String,
    /// Where its certificate and key are.
    pub held: Held,
    /// Its certificate.
    pub certificate: Certificate,
}

/// A request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is pasted on a control plane.
    pub request: String,
    /// Where the new key waits.
    pub key: Utf8PathBuf,
    /// Whether that key was there before.
    pub kept: bool,
}

impl OwnEntry {
    /// Where this entry's next key waits.
    pub fn pending_file(&self) -> Utf8PathBuf {
        twin(&self.file, &format!("key-{}", encoded(&self.user)))
    }

    /// The key that waits for a certificate, if there is one that can be used.
    pub fn pending(&self) -> Option<PrivateKey> {
        let key = PrivateKey::from_pem(&read(&self.pending_file()).ok()?).ok()?;
        // One that was installed is no pending one any more: the end of its request was cut off.
        (!key.matches(&self.certificate)).then_some(key)
    }

    /// The entry's present key.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn key(&self) -> Result<PrivateKey, String> {
        let (path, text) = match &self.held {
            Held::Files { key, .. } => (key, read(key)?),
            Held::Embedded { user } => {
                let text = read_text(&self.file)?;
                let document = parse_all(&text).map_err(|trouble| format!("{} {trouble}", self.file))?;
                let embedded = document.user(user).and_then(|entry| entry.embedded());
                let (_, key) =
                    embedded.ok_or_else(|| format!("{} does not embed {user}'s key", self.file))?;
                (&self.file, key.bytes.clone())
            }
        };
        PrivateKey::from_pem(&text).map_err(|error| format!("{path} {error}"))
    }

    /// Makes a request, and its key where none waits or `anew` is asked for.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn ask(&self, kind: &KeyKind, form: KeyForm, anew: bool) -> Result<Asked, String> {
        let old_key = self.key()?;
        let waiting = self.pending().filter(|key| !anew && key.kind() == *kind);
        let kept = waiting.is_some();
        let file = self.pending_file();
        let key = match waiting {
            Some(key) => key,
            None => {
                let made = PrivateKey::generate(kind, form)
                    .map_err(|error| format!("a key for {} could not be made: {error}", self.user))?;
                keep(&file, &made).map_err(|error| format!("{file}: {error}"))?;
                made
            }
        };
        let request = vouch(&self.certificate, &old_key, &key)
            .map_err(|error| format!("{}: the request {error}", self.file))?;
        Ok(Asked { request, key: file, kept })
    }

    /// Puts a certificate (with what follows it) and the key that waited for it into the entry, then removes that key's
    /// own file. A crash leaves the old pair or the new one; two files in between are finished by doing it again.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn install(&self, chain: &str, key: &PrivateKey) -> Result<(), String> {
        let mut exchanges = Vec::new();
        for (live, content) in self.contents(chain, key)? {
            keep_before(&live).map_err(|error| error.to_string())?;
            let (live_sha256, twin_sha256) =
                stage_with(&live, RUN, &content, Access::OwnerAlone).map_err(|error| error.to_string())?;
            let twin = twin(&live, RUN);
            exchanges.push(Exchange { live, live_sha256, twin, twin_sha256 });
        }
        let twins: Vec<_> = exchanges.iter().map(|one| one.twin.clone()).collect();
        let exchanged = exchange(&exchanges, Method::Auto);
        discard(&twins).map_err(|error| error.to_string())?;
        exchanged.map_err(|error| error.to_string())?;
        discard(&[self.pending_file()]).map_err(|error| error.to_string())
    }

    fn contents(&self, chain: &str, key: &PrivateKey) -> Result<Vec<Content>, String> {
        let key_pem = key.to_pem();
        match &self.held {
            Held::Files { certificate, key } => Ok(vec![
                (certificate.clone(), Zeroizing::new(chain.as_bytes().to_vec())),
                (key.clone(), Zeroizing::new(key_pem.as_bytes().to_vec())),
            ]),
            Held::Embedded { user } => {
                let text = read_text(&self.file)?;
                let document = parse_all(&text).map_err(|trouble| format!("{} {trouble}", self.file))?;
                let entry = document.user(user).ok_or_else(|| format!("{} has no user {user}", self.file))?;
                let new =
                    Replacement { entry, certificate_pem: chain.as_bytes(), key_pem: key_pem.as_bytes() };
                let spliced = splice_all(&text, &[new]).map_err(|error| format!("{}: {error}", self.file))?;
                Ok(vec![(self.file.clone(), Zeroizing::new(spliced.as_bytes().to_vec()))])
            }
        }
    }
}

/// A live file and what goes into it.
type Content = (Utf8PathBuf, Zeroizing<Vec<u8>>);

/// The name under which an installation stages: the same each time, so that one that was cut off leaves one file.
const RUN: &str = "refresh";

/// Writes a key (0600) and makes it survive a power cut.
fn keep(file: &Utf8Path, key: &PrivateKey) -> io::Result<()> {
    let located = locate(file)?;
    match fs::unlinkat(&located.directory, located.name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(0o600);
    let mut written = File::from(fs::openat(&located.directory, located.name, flags, mode)?);
    written.write_all(key.to_pem().as_bytes())?;
    written.sync_all()?;
    sync(&located.directory)
}
