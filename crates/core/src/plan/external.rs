//! Credentials whose CA signs elsewhere: what a request for each of them is made from.

use super::renew::{
    key_that_stays, key_to_make, mixed_up, refuse_layout, renewable, same_files, signer, target,
};
use super::step::Target;
use super::{Kept, Refusal};
use crate::inventory::{Credential, Looked, Node};
use perennial_pki::certificate::Certificate;
use perennial_pki::key::{KeyForm, KeyKind};

/// A certificate that somebody else has to sign again.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The credential's name.
    pub credential: String,
    /// The certificate that is in use.
    pub old: Certificate,
    /// Where its key is now, and where the next one goes.
    pub target: Target,
    /// The algorithm of the key that the request is for.
    pub key_kind: KeyKind,
    /// How that key is written.
    pub key_form: KeyForm,
}

/// Whether the CA that has signed a credential, or should have, has no key on this node; also where nothing on this
/// node has signed it.
pub fn signed_elsewhere(node: &Node, credential: &Credential) -> bool {
    if credential.leaf().is_some() && node.issuer_of(credential).is_none() {
        return true;
    }
    signer(node, credential).is_some_and(|authority| authority.key == Looked::Absent)
}

/// What requests are made for: the credentials of these names, without names all that are signed elsewhere. With
/// `reuse_keys` the present keys stay. Also what is left out, because a new certificate would go on to be what it
/// should never have been.
///
/// # Errors
/// A name that is not here, a certificate that can't be read, a key that can't be made or can't stay.
pub fn wanted(node: &Node, names: &[String], reuse_keys: bool) -> Result<(Vec<Wanted>, Vec<Kept>), Refusal> {
    refuse_layout(node)?;
    let mut candidates: Vec<_> = node.credentials.iter().filter(|one| renewable(one)).collect();
    candidates.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
    if let Some(name) = names.iter().find(|name| candidates.iter().all(|known| known.name != **name)) {
        let known = candidates.iter().map(|credential| credential.name.clone()).collect();
        return Err(Refusal::UnknownCredential { name: name.clone(), known });
    }
    let (mut wanted, mut left_out) = (Vec::<Wanted>::new(), Vec::new());
    for credential in candidates {
        let asked = names.contains(&credential.name);
        let absent = matches!(credential.certificate, Looked::Absent) && credential.used_by.is_empty();
        let skipped = if names.is_empty() { absent || !signed_elsewhere(node, credential) } else { !asked };
        // One pair may serve two purposes: it needs one request.
        if skipped || wanted.iter().any(|other| same_files(node, &other.credential, &credential.name)) {
            continue;
        }
        if let Some(reason) = mixed_up(node, credential) {
            if asked {
                let (credential, path) = (credential.name.clone(), credential.place.file().path.clone());
                let subject =
                    node.credential(&credential).and_then(Credential::leaf).map(Certificate::subject);
                let subject = subject.unwrap_or_default();
                return Err(Refusal::NotAsItIs { credential, path, subject, reason });
            }
            let until = credential.leaf().map(Certificate::not_after);
            left_out.push(Kept { name: credential.name.clone(), reason, until });
            continue;
        }
        wanted.push(of(credential, reuse_keys)?);
    }
    Ok((wanted, left_out))
}

fn of(credential: &Credential, reuse_keys: bool) -> Result<Wanted, Refusal> {
    let path = credential.place.certificate_file().path.clone();
    let unusable = |trouble| Refusal::CredentialUnusable {
        credential: credential.name.clone(),
        path: path.clone(),
        trouble,
    };
    let old = match &credential.certificate {
        Looked::Seen(chain) => chain.leaf().clone(),
        Looked::Absent => return Err(unusable(None)),
        Looked::Unusable(trouble) => return Err(unusable(Some(trouble.clone()))),
    };
    let (key_kind, key_form) = match reuse_keys {
        true => key_that_stays(credential, &old)?,
        false => key_to_make(credential, &old)?,
    };
    let target = target(credential, reuse_keys).ok_or_else(|| unusable(None))?;
    Ok(Wanted { credential: credential.name.clone(), old, target, key_kind, key_form })
}
