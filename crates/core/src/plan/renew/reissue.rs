//! One new certificate: by which CA, with which key, until when, into which files.

use super::amendments::amendments;
use crate::assess::edges;
use crate::inventory::{Credential, Directory, Entry, Looked, Node, Place};
use crate::plan::step::{Renewal, Source, Target};
use crate::plan::{Refusal, Request};
use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;
use perennial_pki::key::{KeyForm, KeyKind};
use perennial_pki::reissue::Validity;

pub(in crate::plan) fn reissue(
    node: &Node,
    credential: &Credential,
    request: &Request,
    now: Timestamp,
) -> Result<Renewal, Refusal> {
    let path = credential.place.certificate_file().path.clone();
    let unusable = |trouble| {
        let (credential, path) = (credential.name.clone(), path.clone());
        Refusal::CredentialUnusable { credential, path, trouble }
    };
    let leaf = match &credential.certificate {
        Looked::Seen(chain) => chain.leaf(),
        Looked::Absent => return Err(unusable(None)),
        Looked::Unusable(trouble) => return Err(unusable(Some(trouble.clone()))),
    };
    let unknown = || Refusal::UnknownIssuer {
        credential: credential.name.clone(),
        path: path.clone(),
        issuer: leaf.issuer(),
    };
    let authority = node.issuer_of(credential).ok_or_else(unknown)?;
    let issuer = authority.certificates.seen().and_then(|all| all.first()).ok_or_else(unknown)?;
    trusted_where_shown(node, credential, leaf, issuer, &authority.file.path)?;
    refuse_files(credential)?;
    let (key_kind, key_form) = match request.reuse_keys {
        true => key_that_stays(credential, leaf)?,
        false => key_to_make(credential, leaf)?,
    };
    let length = SignedDuration::from_secs(request.validity_seconds);
    let (validity, _clamped) = Validity::from_now(now, length, issuer).map_err(|_| {
        Refusal::AuthorityExpired { authority: authority.name.clone(), at: issuer.not_after() }
    })?;
    if matches!(credential.place, Place::Combined { .. }) {
        return Err(unknown());
    }
    let target = target(credential, request.reuse_keys).ok_or_else(|| unusable(None))?;
    Ok(Renewal {
        credential: credential.name.clone(),
        target,
        source: Source::Reissue {
            authority_certificate: authority.file.path.clone(),
            authority_key: authority.key_path.clone(),
            authority_locked: authority.locked(),
            authority_fingerprint: issuer.fingerprint_sha256(),
            old_fingerprint: leaf.fingerprint_sha256(),
            key_kind,
            key_form,
            not_before: validity.not_before,
            reuse_key: request.reuse_keys,
            amendments: amendments(node, credential, request),
            by_kubeadm: None,
        },
        old_not_after: Some(leaf.not_after()),
        new_not_after: validity.not_after,
        names: leaf.dns_names().len() + leaf.ip_addresses().len(),
        identity: None,
    })
}

/// Refuses files that can't be exchanged safely.
pub(in crate::plan) fn refuse_files(credential: &Credential) -> Result<(), Refusal> {
    for file in credential.place.files() {
        // A directory, a device, a link that leads out: nothing to be exchanged for a file.
        if let Some(trouble) = file.facts.trouble().filter(|trouble| trouble.special()) {
            let (credential, path) = (credential.name.clone(), file.path.clone());
            return Err(Refusal::CredentialUnusable { credential, path, trouble: Some(trouble.clone()) });
        }
        if file.facts.seen().is_some_and(|facts| facts.directory == Directory::Open) {
            let path = file.real_path().parent().unwrap_or(file.real_path()).to_owned();
            return Err(Refusal::DirectoryWritable { path });
        }
        if let Some(fixed) = file.facts.seen().and_then(|facts| facts.fixed.clone()) {
            return Err(Refusal::AttributeSet { path: fixed.path, attribute: fixed.attribute });
        }
    }
    Ok(())
}

/// The files in which a new certificate goes, with a new key or the old one.
pub(in crate::plan) fn target(credential: &Credential, key_stays: bool) -> Option<Target> {
    match (&credential.place, credential.place.files().as_slice()) {
        (Place::Combined { .. }, _) => None,
        (_, [certificate, key]) => {
            let (certificate, key) = (certificate.real_path().clone(), key.real_path().clone());
            Some(match key_stays {
                true => Target::Certificate { certificate, key },
                false => Target::Pair { certificate, key },
            })
        }
        (Place::Kubeconfig { user, entry: Entry::Other { .. }, .. }, [file]) => {
            Some(Target::Kubeconfig { path: file.real_path().clone(), user: Some(user.clone()) })
        }
        (_, [file]) => Some(Target::Kubeconfig { path: file.real_path().clone(), user: None }),
        _ => None,
    }
}

/// During a rotation of the CA another one signs now than the last time: whoever is shown the new certificate must
/// trust it already.
fn trusted_where_shown(
    node: &Node,
    credential: &Credential,
    leaf: &Certificate,
    issuer: &Certificate,
    path: &Utf8PathBuf,
) -> Result<(), Refusal> {
    if signed_by(leaf, issuer) {
        return Ok(());
    }
    let shown = edges(node).into_iter().flat_map(|edge| edge.presented);
    match shown.filter(|one| one.credential.name == credential.name).find(|one| !one.would_trust(issuer)) {
        None => Ok(()),
        Some(one) => Err(Refusal::IssuerNotTrusted {
            credential: credential.name.clone(),
            authority: path.clone(),
            through: one.through.to_owned(),
        }),
    }
}

/// The key that is there, where it can be read and fits.
pub(in crate::plan) fn key_that_stays(
    credential: &Credential,
    leaf: &Certificate,
) -> Result<(KeyKind, KeyForm), Refusal> {
    match &credential.key {
        Looked::Seen(key) if key.fits => Ok((leaf.key_kind(), key.form)),
        _ => Err(Refusal::KeyCanNotStay {
            credential: credential.name.clone(),
            path: credential.place.key_file().path.clone(),
        }),
    }
}

/// The old key's algorithm; the certificate's where the key can't be read: it gets a new one anyway.
pub(in crate::plan) fn key_to_make(
    credential: &Credential,
    leaf: &Certificate,
) -> Result<(KeyKind, KeyForm), Refusal> {
    let kind = leaf.key_kind();
    let natural = match &kind {
        KeyKind::Rsa(2048 | 3072 | 4096) => KeyForm::Pkcs1,
        KeyKind::EcdsaP256 | KeyKind::EcdsaP384 | KeyKind::EcdsaP521 => KeyForm::Sec1,
        KeyKind::Ed25519 => KeyForm::Pkcs8,
        KeyKind::Rsa(_) | KeyKind::Other(_) => {
            let (credential, kind) = (credential.name.clone(), kind.to_string());
            return Err(Refusal::UnsupportedKey { credential, kind });
        }
    };
    let form = credential.key.seen().filter(|key| key.fits).map_or(natural, |key| key.form);
    Ok((kind, form))
}
