//! Whether a certificate that came back is the one that an entry of a kubeconfig waits for.

use super::Reason;
use super::signable;
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Fault, Use, faults, signed_by};

/// Why a certificate is not put into a kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It names somebody else.
    OtherSubject {
        /// Whom the entry is.
        wanted: String,
        /// Whom it names.
        found: String,
    },
    /// It may not be used by a client, or by a server too.
    NotAClients,
    /// Its time is over.
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// Its time has not begun: the clock is wrong.
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
    /// It is signed neither by a CA that the entry trusts, nor by the one that has signed its present certificate.
    OtherAuthority {
        /// The issuer that it names.
        issuer: String,
    },
}

/// Judges a certificate, and what came with it, for the entry that holds `old` and trusts `trusts`.
///
/// A cluster may have one CA for its servers, which the entry trusts, and another one for its clients. What the first has
/// not signed must name the very issuer of the present certificate, key and all.
pub fn judge_returned(
    old: &Certificate,
    trusts: &[Certificate],
    new: &Certificate,
    rest: &[Certificate],
    now: Timestamp,
) -> Option<NotTaken> {
    if new.subject_der() != old.subject_der() {
        return Some(NotTaken::OtherSubject { wanted: old.subject(), found: new.subject() });
    }
    if signable(new).is_some_and(|reason| reason == Reason::NotOnlyAClients) {
        return Some(NotTaken::NotAClients);
    }
    if new.not_after() <= now {
        return Some(NotTaken::Expired { at: new.not_after() });
    }
    if new.not_before() > now {
        return Some(NotTaken::NotYetValid { from: new.not_before() });
    }
    let by_trusted = faults(new, rest, trusts, Some(Use::Client), None, now).is_empty();
    let unknown = |fault: &Fault| matches!(fault, Fault::UnknownIssuer { .. });
    let old_by_trusted = !faults(old, rest, trusts, None, None, old.not_before()).iter().any(unknown);
    let same_issuer = !old_by_trusted
        && new.issuer_der() == old.issuer_der()
        && new.authority_key_id() == old.authority_key_id()
        && rest
            .iter()
            .find(|one| one.subject_der() == new.issuer_der())
            .is_none_or(|one| signed_by(new, one));
    (!by_trusted && !same_issuer).then(|| NotTaken::OtherAuthority { issuer: new.issuer() })
}
