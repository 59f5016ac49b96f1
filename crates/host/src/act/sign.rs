//! Signs a request of somebody's own machine, and writes down that it did before the certificate leaves this process.

use super::issue::{authority, verify};
use super::lock::{LockError, lock};
use super::unlock::Keys;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::plan::Signing;
use perennial_pki::certificate::Certificate;
use perennial_pki::reissue::{Amendments, reissue};
use perennial_pki::request::Vouched;
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

/// The file in perennial's state that names everything that was signed for somebody's own machine.
const LEDGER: &str = "signed";

/// One line of it.
#[derive(Serialize)]
struct Entry<'a> {
    v: u32,
    at: Timestamp,
    subject: String,
    serial: String,
    fingerprint: String,
    not_after: Timestamp,
    /// SHA-256 of the certificate that it continues.
    continues: String,
    ca: &'a str,
    tool: &'a str,
}

/// Why nothing was signed.
#[derive(Debug)]
pub enum SignError {
    /// Another perennial works here, or the state can't be used.
    State(LockError),
    /// The CA's files, or signing itself: a sentence that names the file.
    Failed(String),
}

/// The new certificate, and the CA behind it where that is no root: its reader needs both.
///
/// # Errors
/// [`SignError`]: then nothing was handed out.
pub fn sign(
    state: &Utf8Path,
    request: &Vouched,
    signing: &Signing,
    keys: &Keys,
    tool: &str,
) -> Result<Vec<Certificate>, SignError> {
    let _lock = lock(state).map_err(SignError::State)?;
    let Signing { authority_certificate, authority_key, authority_fingerprint, validity, .. } = signing;
    let authority = authority(authority_certificate, authority_key, authority_fingerprint, Some(keys))
        .map_err(SignError::Failed)?;
    let old = request.old();
    let failed = |what: String| SignError::Failed(format!("{}: {what}", old.subject()));
    let new =
        reissue(old, &authority, request.spki_der(), validity).map_err(|error| failed(error.to_string()))?;
    verify(old, &new, &Amendments::default(), &authority, request.spki_der())
        .map_err(|what| failed(format!("the new certificate {what}")))?;
    let path = state.join(LEDGER);
    let entry = Entry {
        v: 1,
        at: Timestamp::now(),
        subject: new.subject(),
        serial: new.serial_hex(),
        fingerprint: new.fingerprint_sha256(),
        not_after: new.not_after(),
        continues: old.fingerprint_sha256(),
        ca: authority_certificate.as_str(),
        tool,
    };
    note(&path, &entry).map_err(|error| SignError::State(LockError::Io { path, error }))?;
    let issuer = authority.certificate();
    let behind = (!issuer.is_self_signed()).then(|| issuer.clone());
    Ok(std::iter::once(new).chain(behind).collect())
}

fn note(path: &Utf8PathBuf, entry: &Entry<'_>) -> io::Result<()> {
    let line = serde_json::to_string(entry)?;
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
