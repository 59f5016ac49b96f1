//! From certificates that another CA has signed to a plan that installs them: all of them, or none.

mod judge;

pub use judge::Objection;

use super::renew::{assemble, mixed_up, refuse_files, refuse_layout, renewable, same_files, target};
use super::step::{Renewal, Source};
use super::{Kept, Plan, Reason, Refusal, Request};
use crate::assess::Policy;
use crate::inventory::{Credential, Looked, Node, Trouble};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use judge::judge;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::issuer_among;

/// A file that came back.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The file.
    pub file: Utf8PathBuf,
    /// Whether the operator has named it, or its directory.
    pub named: bool,
    /// Its certificates, in their order.
    pub certificates: Result<Vec<Certificate>, Trouble>,
}

/// The key of a request that was not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which credential it is for.
    pub credential: String,
    /// The key's file.
    pub key: Utf8PathBuf,
    /// The public half, as certificates carry it.
    pub spki: Vec<u8>,
}

/// A file that can't be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub file: Utf8PathBuf,
    /// The credential that it is for, where its key says so.
    pub credential: Option<String>,
    /// Why.
    pub why: Objection,
}

/// A returned certificate, and what it is for.
struct Matched<'a> {
    file: &'a Utf8PathBuf,
    credential: &'a Credential,
    /// The key that was made for it; `None`: the present key stays.
    key: Option<Utf8PathBuf>,
    leaf: &'a Certificate,
    rest: Vec<Certificate>,
}

/// Decides what `csr import` does on this node.
///
/// # Errors
/// Every returned file that can't be installed, with the reason; nothing is installed unless all are good.
pub fn import(
    node: &Node,
    returned: &[Returned],
    pending: &[Pending],
    request: &Request,
    policy: &Policy,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let (matched, mut rejected) = matched(node, returned, pending);
    if matched.is_empty() && rejected.is_empty() {
        return Err(Refusal::NothingReturned);
    }
    let mut kept = Vec::new();
    let mut good: Vec<&Matched<'_>> = Vec::new();
    for one in &matched {
        let name = &one.credential.name;
        let reject = |why| Rejected { file: one.file.clone(), credential: Some(name.clone()), why };
        if one.credential.leaf() == Some(one.leaf) {
            let until = Some(one.leaf.not_after());
            kept.push(Kept { name: name.clone(), reason: Reason::Installed, until });
        } else if let Some(why) = judge(node, one.credential, one.leaf, &one.rest, now) {
            rejected.push(reject(why));
        } else if let Some(first) = good.iter().find(|other| other.credential.name == *name) {
            if first.leaf != one.leaf {
                rejected.push(reject(Objection::Twice { other: first.file.clone() }));
            }
        } else {
            good.push(one);
        }
    }
    if !rejected.is_empty() {
        return Err(Refusal::NotInstallable { rejected, returned: returned.len() });
    }
    let mut renewals = Vec::new();
    for one in good {
        refuse_mixed_up(node, one.credential)?;
        refuse_files(one.credential)?;
        renewals.push(renewal(one)?);
    }
    let names: Vec<String> = renewals.iter().map(|renewal| renewal.credential.clone()).collect();
    for credential in node.credentials.iter().filter(|one| renewable(one)) {
        let told = names.contains(&credential.name) || kept.iter().any(|kept| kept.name == credential.name);
        let absent = matches!(credential.certificate, Looked::Absent) && credential.used_by.is_empty();
        if !told && !absent {
            let until = credential.leaf().map(Certificate::not_after);
            kept.push(Kept { name: credential.name.clone(), reason: Reason::NotAsked, until });
        }
    }
    // What this run does not install is as if it had not been asked for.
    assemble(node, &Request { only: names, ..request.clone() }, renewals, kept, policy, now)
}

/// Which certificate is for what: its key says so, nothing else. A CA beside them, in a directory that was named
/// whole, is nobody's mistake.
fn matched<'a>(
    node: &'a Node,
    returned: &'a [Returned],
    pending: &[Pending],
) -> (Vec<Matched<'a>>, Vec<Rejected>) {
    let (mut matched, mut rejected) = (Vec::new(), Vec::new());
    for Returned { file, named, certificates } in returned {
        let certificates = match certificates {
            Ok(certificates) => certificates,
            Err(trouble) => {
                let why = Objection::Unusable(trouble.clone());
                rejected.push(Rejected { file: file.clone(), credential: None, why });
                continue;
            }
        };
        let before = matched.len();
        for leaf in certificates {
            let Some((credential, key)) = owner(node, pending, leaf) else { continue };
            let others: Vec<_> = certificates.iter().filter(|one| one.is_ca() && *one != leaf).collect();
            let rest = rest(credential, leaf, &others);
            matched.push(Matched { file, credential, key, leaf, rest });
        }
        let authorities = certificates.iter().all(Certificate::is_ca);
        if matched.len() == before && (*named || !authorities) {
            let subject = certificates.first().map(Certificate::subject).unwrap_or_default();
            let why = Objection::NoRequest { subject };
            rejected.push(Rejected { file: file.clone(), credential: None, why });
        }
    }
    (matched, rejected)
}

/// The credential whose pending key, or else whose present key, the certificate carries.
fn owner<'a>(
    node: &'a Node,
    pending: &[Pending],
    leaf: &Certificate,
) -> Option<(&'a Credential, Option<Utf8PathBuf>)> {
    let mut present = node.credentials.iter().filter(|one| renewable(one)).filter(|one| {
        let fits = one.key.seen().is_some_and(|key| key.fits);
        fits && one.leaf().is_some_and(|old| old.spki_der() == leaf.spki_der())
    });
    // A key that was installed is no pending one any more.
    let asked = pending.iter().find(|one| one.spki == leaf.spki_der());
    match present.next() {
        Some(credential) => Some((credential, None)),
        None => asked.and_then(|one| {
            let credential = node.credential(&one.credential).filter(|known| renewable(known))?;
            Some((credential, Some(one.key.clone())))
        }),
    }
}

/// What follows the new leaf in its file: the CAs that came with it, without the root, which nobody needs to be shown;
/// else what followed the old one, where that has signed it.
fn rest(credential: &Credential, leaf: &Certificate, others: &[&Certificate]) -> Vec<Certificate> {
    let came: Vec<Certificate> =
        others.iter().filter(|one| !one.is_self_signed()).map(|one| (*one).clone()).collect();
    let tail = credential.certificate.seen().map(|chain| chain.rest()).unwrap_or_default();
    if came.is_empty() && issuer_among(leaf, tail).is_some() { tail.to_vec() } else { came }
}

fn refuse_mixed_up(node: &Node, credential: &Credential) -> Result<(), Refusal> {
    match mixed_up(node, credential) {
        None => Ok(()),
        Some(reason) => Err(Refusal::NotAsItIs {
            credential: credential.name.clone(),
            path: credential.place.file().path.clone(),
            subject: credential.leaf().map(Certificate::subject).unwrap_or_default(),
            reason,
        }),
    }
}

fn renewal(one: &Matched<'_>) -> Result<Renewal, Refusal> {
    let (name, leaf) = (&one.credential.name, one.leaf);
    let path = one.credential.place.certificate_file().path.clone();
    let unusable = || Refusal::CredentialUnusable { credential: name.clone(), path, trouble: None };
    let old = one.credential.leaf();
    let (Some(target), Some(old)) = (target(one.credential, one.key.is_none()), old) else {
        return Err(unusable());
    };
    let chain = std::iter::once(leaf).chain(&one.rest);
    Ok(Renewal {
        credential: name.clone(),
        target,
        source: Source::Import {
            file: one.file.clone(),
            chain: chain.map(Certificate::to_pem).collect(),
            fingerprint: leaf.fingerprint_sha256(),
            old_fingerprint: old.fingerprint_sha256(),
            key_kind: leaf.key_kind(),
            key: one.key.clone(),
        },
        old_not_after: Some(old.not_after()),
        new_not_after: leaf.not_after(),
        names: leaf.dns_names().len() + leaf.ip_addresses().len(),
        identity: None,
    })
}

/// Everything that is in the same files as a credential.
pub(super) fn alike<'a>(node: &'a Node, credential: &'a Credential) -> impl Iterator<Item = &'a Credential> {
    node.credentials.iter().filter(|other| same_files(node, &other.name, &credential.name))
}
