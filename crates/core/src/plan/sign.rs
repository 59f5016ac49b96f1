//! Whether a request of somebody's own machine is signed here, and by which CA until when.

use super::renew::check_authority;
use super::{Reason, Refusal, signable};
use crate::assess::chain::verifier;
use crate::inventory::{Layout, Looked, Node, Role};
use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;
use perennial_pki::reissue::Validity;
use perennial_pki::request::Vouched;

/// So long after its end a certificate is continued without being asked for: who comes back from a long holiday.
pub const GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// On which terms a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The new certificate's life, before it is clamped to the CA's.
    pub validity: SignedDuration,
    /// Whether `system:masters` may be signed.
    pub system_masters: bool,
    /// Whether a certificate is continued that ended more than [`GRACE`] ago.
    pub long_expired: bool,
}

/// What is signed, and with what.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The CA's certificate file.
    pub authority_certificate: Utf8PathBuf,
    /// The CA's key file.
    pub authority_key: Utf8PathBuf,
    /// The CA's name, where its key is encrypted.
    pub locked: Option<String>,
    /// The CA certificate's SHA-256.
    pub authority_fingerprint: String,
    /// From when to when the new certificate is valid.
    pub validity: Validity,
    /// Whether the CA's own end has shortened it.
    pub clamped: bool,
}

/// Why a request is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSigned {
    /// No CA of this cluster for clients has signed the certificate that it continues.
    OtherClusters {
        /// Its subject.
        subject: String,
        /// The issuer that it names.
        issuer: String,
    },
    /// The CA's key is not on this node.
    NoKeyHere {
        /// The CA's name.
        authority: String,
    },
    /// A machine's identity, a server's, a CA's; or `system:masters` without leave.
    NotThisIdentity {
        /// Its subject.
        subject: String,
        /// Which.
        reason: Reason,
    },
    /// It ended too long ago.
    LongExpired {
        /// Its subject.
        subject: String,
        /// When.
        at: Timestamp,
    },
}

/// Decides what `kubeconfig sign` does with a request.
///
/// # Errors
/// Why it is not signed.
pub fn sign(node: &Node, request: &Vouched, terms: &Terms, now: Timestamp) -> Result<Signing, Refusal> {
    match &node.layout {
        Layout::Foreign(distribution) => {
            return Err(Refusal::ForeignLayout { distribution: distribution.clone() });
        }
        Layout::Nothing => return Err(Refusal::NothingHere),
        Layout::Worker | Layout::Etcd => return Err(Refusal::SignsNothing),
        Layout::ControlPlane if !node.as_root => return Err(Refusal::NotRoot),
        Layout::ControlPlane => {}
    }
    let old = request.old();
    let subject = old.subject();
    // Only what kube-apiserver lets in: another CA of this node says nothing about people.
    let authority = verifier(node, Role::UserKubeconfig).filter(|authority| {
        let certificates = authority.certificates.seen();
        certificates.is_some_and(|all| all.iter().any(|issuer| signed_by(old, issuer)))
    });
    let refuse = |why| Err(Refusal::NotSigned(why));
    let Some(authority) = authority else {
        return refuse(NotSigned::OtherClusters { subject, issuer: old.issuer() });
    };
    match signable(old) {
        Some(Reason::SystemMasters) if terms.system_masters => {}
        Some(reason) => return refuse(NotSigned::NotThisIdentity { subject, reason }),
        None => {}
    }
    if !terms.long_expired && now.duration_since(old.not_after()) > GRACE {
        return refuse(NotSigned::LongExpired { subject, at: old.not_after() });
    }
    if authority.key == Looked::Absent {
        return refuse(NotSigned::NoKeyHere { authority: authority.name.clone() });
    }
    check_authority(authority, vec![subject], now)?;
    let expired = |certificate: &Certificate| Refusal::AuthorityExpired {
        authority: authority.name.clone(),
        at: certificate.not_after(),
    };
    let missing = || Refusal::AuthorityUnusable { path: authority.file.path.clone(), trouble: None };
    let issuer = authority.certificates.seen().and_then(|all| all.first()).ok_or_else(missing)?;
    let (validity, clamped) = Validity::from_now(now, terms.validity, issuer).map_err(|_| expired(issuer))?;
    Ok(Signing {
        authority_certificate: authority.file.path.clone(),
        authority_key: authority.key_path.clone(),
        locked: authority.locked().then(|| authority.name.clone()),
        authority_fingerprint: issuer.fingerprint_sha256(),
        validity,
        clamped,
    })
}
