//! Whether the CAs that have to sign can.

use crate::assess::chain;
use crate::inventory::{Authority, Credential, Looked, Node};
use crate::plan::Refusal;
use jiff::Timestamp;

pub(in crate::plan) fn check_authorities(
    node: &Node,
    chosen: &[&Credential],
    now: Timestamp,
) -> Result<(), Refusal> {
    for authority in &node.authorities {
        let needing: Vec<String> = chosen
            .iter()
            .filter(|credential| signer(node, credential).is_some_and(|own| own.name == authority.name))
            .map(|credential| credential.name.clone())
            .collect();
        if !needing.is_empty() {
            check_authority(authority, needing, now)?;
        }
    }
    Ok(())
}

/// The CA that signs the next certificate: the one on this node that has signed the last one, else the one that
/// should have.
pub(in crate::plan) fn signer<'a>(node: &'a Node, credential: &Credential) -> Option<&'a Authority> {
    let expected = || chain::verifier(node, credential.role);
    let usual = || node.authority(chain::usual_authority(credential.role));
    node.issuer_of(credential).or_else(expected).or_else(usual)
}

pub(in crate::plan) fn check_authority(
    authority: &Authority,
    credentials: Vec<String>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (name, path) = (authority.name.clone(), authority.key_path.clone());
    let certificate = match &authority.certificates {
        Looked::Seen(certificates) => certificates.first(),
        Looked::Absent => None,
        Looked::Unusable(trouble) => {
            let path = authority.file.path.clone();
            return Err(Refusal::AuthorityUnusable { path, trouble: Some(trouble.clone()) });
        }
    };
    let Some(certificate) = certificate else {
        return Err(Refusal::AuthorityUnusable { path: authority.file.path.clone(), trouble: None });
    };
    let mismatch = || {
        let certificate = authority.file.path.clone();
        Refusal::AuthorityKeyMismatch { certificate, key: path.clone() }
    };
    match &authority.key {
        // Before it was opened, the plan says which passphrase it needs.
        _ if authority.locked() => {
            if authority.unlocked.as_ref().is_some_and(|key| !key.fits) {
                return Err(mismatch());
            }
        }
        Looked::Absent => return Err(Refusal::AuthorityKeyMissing { authority: name, path, credentials }),
        Looked::Unusable(trouble) => {
            return Err(Refusal::AuthorityKeyUnusable { path, trouble: trouble.clone() });
        }
        Looked::Seen(key) if !key.fits => return Err(mismatch()),
        Looked::Seen(_) => {}
    }
    if certificate.not_before() > now {
        return Err(Refusal::ClockBeforeAuthority { authority: name, from: certificate.not_before(), now });
    }
    if certificate.not_after() <= now {
        return Err(Refusal::AuthorityExpired { authority: name, at: certificate.not_after() });
    }
    Ok(())
}
