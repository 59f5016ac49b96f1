//! The kubeconfigs of the network's plugins: a stale one keeps new pods from starting on a node that is Ready.
//!
//! The plugin's own pod writes its kubeconfig anew when it starts; no certificate is renewed for it.

use super::{Check, Finding, Policy, State, trust};
use crate::inventory::{Chain, CniAccess, CniKubeconfig, CniPlugin, Looked, Node, TokenClaims, Trouble};
use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Fault, faults};

/// Calico replaces a token after a quarter of its life (calico node/pkg/cni/token_watch.go), the kubelet after 80 %
/// (kubernetes pkg/kubelet/token/token_manager.go): with less than this share left nobody has.
const LEFT_PERCENT: i64 = 10;

/// A token of unknown age is near its end below this.
const NEAR: SignedDuration = SignedDuration::from_hours(1);

/// A stale kubeconfig of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleCni {
    /// The file.
    pub path: Utf8PathBuf,
    /// Whose.
    pub plugin: CniPlugin,
    /// Whether the configuration that the runtime uses names it.
    pub in_use: bool,
    /// Namespace and name of the service account in its token.
    pub account: Option<(String, String)>,
    /// What is wrong.
    pub faults: Vec<CniFault>,
}

/// What is wrong with a plugin's kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CniFault {
    /// Its token has ended, by its own dates.
    TokenExpired {
        /// When.
        at: Timestamp,
    },
    /// Its token ends soon, and should have been replaced.
    TokenEndsSoon {
        /// When.
        at: Timestamp,
    },
    /// It refuses the API server's certificate.
    OtherAuthority {
        /// SHA-256 of what it trusts.
        trusted: Vec<String>,
        /// The file of the CA in use.
        live: Option<Utf8PathBuf>,
        /// When its copy of the CA has ended, where that alone is wrong with it.
        ended: Option<Timestamp>,
    },
    /// Its client certificate has ended.
    CertificateExpired {
        /// When.
        at: Timestamp,
    },
    /// Its client certificate ends soon.
    CertificateEndsSoon {
        /// When.
        at: Timestamp,
    },
    /// This cluster's CA has not signed its client certificate.
    CertificateOfOtherAuthority,
    /// A configuration names it, and it is not there.
    Missing,
    /// It can't be used.
    Unusable(Trouble),
}

impl CniFault {
    /// Whether the plugin is refused already.
    pub fn refused(&self) -> bool {
        !matches!(self, Self::TokenEndsSoon { .. } | Self::CertificateEndsSoon { .. })
    }
}

impl StaleCni {
    /// Whether new pods hang because of it.
    pub fn critical(&self) -> bool {
        self.in_use && self.faults.iter().any(CniFault::refused)
    }
}

pub(super) fn check(node: &Node, policy: &Policy, now: Timestamp, checks: &mut Vec<Check>) {
    for found in &node.beside.cni {
        checks.push(Check { object: found.file.path.to_string(), state: judge(node, found, policy, now) });
    }
}

fn judge(node: &Node, found: &CniKubeconfig, policy: &Policy, now: Timestamp) -> State {
    let mut account = None;
    let faults = match &found.access {
        Looked::Seen(access) => {
            account = access.token.seen().and_then(|token| token.account.clone());
            of_access(node, access, policy, now)
        }
        // A configuration that is not in use may name what is gone with its plugin.
        Looked::Absent if !found.in_use => return State::NotApplicable,
        Looked::Absent => vec![CniFault::Missing],
        Looked::Unusable(trouble) if trouble.blind() => return State::CouldNotLook(trouble.clone()),
        Looked::Unusable(trouble) => vec![CniFault::Unusable(trouble.clone())],
    };
    if faults.is_empty() {
        return State::Pass;
    }
    let (path, plugin) = (found.file.path.clone(), found.plugin.clone());
    State::Fail(Finding::CniKubeconfigStale(StaleCni { path, plugin, in_use: found.in_use, account, faults }))
}

fn of_access(node: &Node, access: &CniAccess, policy: &Policy, now: Timestamp) -> Vec<CniFault> {
    let mut faults = Vec::new();
    if let Some(trusted) = access.trusts.seen()
        && let Some(reasons) = trust::refusals(node, trusted, now)
        && !reasons.is_empty()
    {
        let ended = reasons.iter().find_map(|reason| match reason {
            Fault::IssuerExpired { at, .. } => Some(*at),
            _ => None,
        });
        let live = node.authority("ca").map(|ca| ca.file.path.clone());
        let trusted = trusted.iter().map(Certificate::fingerprint_sha256).collect();
        faults.push(CniFault::OtherAuthority { trusted, live, ended });
    }
    faults.extend(access.token.seen().and_then(|token| of_token(token, now)));
    faults.extend(access.certificate.seen().and_then(|chain| of_certificate(node, chain, policy, now)));
    let unusable = [access.trusts.trouble(), access.certificate.trouble()];
    faults.extend(
        unusable.into_iter().flatten().filter(|trouble| !trouble.blind()).cloned().map(CniFault::Unusable),
    );
    faults
}

fn of_token(token: &TokenClaims, now: Timestamp) -> Option<CniFault> {
    let at = token.ends?;
    if at <= now {
        return Some(CniFault::TokenExpired { at });
    }
    let left = at.duration_since(now);
    let near = match token.issued.filter(|issued| *issued < at) {
        Some(issued) => {
            let life = at.duration_since(issued).as_secs();
            left.as_secs().saturating_mul(100) < life.saturating_mul(LEFT_PERCENT)
        }
        None => left < NEAR,
    };
    near.then_some(CniFault::TokenEndsSoon { at })
}

fn of_certificate(node: &Node, chain: &Chain, policy: &Policy, now: Timestamp) -> Option<CniFault> {
    let (leaf, at) = (chain.leaf(), chain.leaf().not_after());
    let unknown = |roots: &[Certificate]| {
        let reasons = faults(leaf, chain.rest(), roots, None, None, leaf.not_before());
        reasons.iter().any(|reason| matches!(reason, Fault::UnknownIssuer { .. }))
    };
    if trust::client_authority(node).is_some_and(unknown) {
        Some(CniFault::CertificateOfOtherAuthority)
    } else if at <= now {
        Some(CniFault::CertificateExpired { at })
    } else if policy.warn.reached(leaf.not_before(), at, now) {
        Some(CniFault::CertificateEndsSoon { at })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_near_its_end_by_its_own_life() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let token = |issued: Option<i64>, ends: Option<i64>| {
            let at = |hours: i64| now + SignedDuration::from_hours(hours);
            TokenClaims { issued: issued.map(at), ends: ends.map(at), account: None }
        };
        let said = |issued, ends| of_token(&token(issued, ends), now);
        assert!(said(None, None).is_none(), "tokens of old never end");
        assert!(matches!(said(Some(-24), Some(0)), Some(CniFault::TokenExpired { .. })));
        assert!(matches!(said(None, Some(-1)), Some(CniFault::TokenExpired { .. })));
        assert!(said(Some(-12), Some(12)).is_none(), "calico's, before it is replaced");
        assert!(matches!(said(Some(-22), Some(2)), Some(CniFault::TokenEndsSoon { .. })));
        assert!(said(Some(-7000), Some(1760)).is_none(), "of the kubelet, which lets it live a year");
        assert!(said(None, Some(2)).is_none());
    }
}
