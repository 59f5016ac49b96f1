//! Whether Go would accept a certificate, and everything that is wrong with it (`x509.Certificate.Verify`).
//!
//! Go stops at the first fault, and an expired certificate from the wrong CA is only "expired" to it. Here
//! every fault is reported, and the dates of the CA are looked at as Go looks at them, which other verifiers
//! don't do. No fault means that Go accepts; certificate policies alone are not evaluated.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::constraint;
use crate::hostname;
use crate::key::KeyKind;

/// Go gives up after this many signatures.
const MAX_SIGNATURES: usize = 100;

/// The role in which a certificate is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// To clients, by a TLS server.
    Server,
    /// To a server, by a TLS client.
    Client,
}

impl Use {
    /// As OpenSSL calls it: `serverAuth`, `clientAuth`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "serverAuth",
            Self::Client => "clientAuth",
        }
    }

    pub(crate) fn oid(self) -> &'static str {
        match self {
            Self::Server => "1.3.6.1.5.5.7.3.1",
            Self::Client => "1.3.6.1.5.5.7.3.2",
        }
    }
}

/// One reason for which Go refuses a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "fault", rename_all = "camelCase")]
pub enum Fault {
    /// Its time is over.
    Expired {
        /// Its last second.
        at: Timestamp,
    },
    /// Its time has not begun, or a clock is wrong.
    NotYetValid {
        /// Its first second.
        from: Timestamp,
    },
    /// None of the CAs has signed it, or has signed what has.
    UnknownIssuer {
        /// The name of the CA that would be needed.
        issuer: String,
    },
    /// A CA above it has expired.
    IssuerExpired {
        /// The CA's name.
        subject: String,
        /// Its last second.
        at: Timestamp,
    },
    /// The time of a CA above it has not begun.
    IssuerNotYetValid {
        /// The CA's name.
        subject: String,
        /// Its first second.
        from: Timestamp,
    },
    /// What has signed it is not allowed to sign certificates.
    IssuerNotCa {
        /// Its name.
        subject: String,
    },
    /// A CA above it allows fewer intermediate CAs than there are.
    PathTooLong {
        /// The CA's name.
        subject: String,
    },
    /// It, or a CA above it, is not for this use.
    WrongUsage {
        /// The use that was asked for.
        needed: Use,
    },
    /// It is not valid for the name.
    NameMismatch {
        /// The name that was asked for.
        name: String,
    },
    /// A CA above it may not sign for one of its names.
    NameNotPermitted {
        /// The name in the certificate.
        name: String,
    },
    /// It, or a CA above it, has a critical extension that Go doesn't handle.
    UnhandledCriticalExtension {
        /// The extension, as dotted numbers.
        oid: String,
    },
    /// It is signed with a hash that is broken.
    WeakSignature {
        /// The algorithm, as Go prints it.
        algorithm: String,
    },
    /// Its key, or that of a CA above it, is too short.
    WeakKey {
        /// The key's kind.
        kind: KeyKind,
    },
}

/// Whether a server's certificate is valid for a DNS name or an IP address (`x509.Certificate.VerifyHostname`): by its
/// alternative names only, a common name counts for nothing.
pub fn covers(certificate: &Certificate, name: &str) -> bool {
    hostname::covers(certificate, name)
}

/// Whether the issuer's name is the certificate's issuer byte for byte, and its key verifies the signature.
/// SHA-1 and MD5 signatures never verify, as with Go. Whether the issuer may sign is not looked at here.
pub fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    certificate.issuer_der() == issuer.subject_der() && certificate.is_signed_with(issuer, false)
}

/// The candidate that has signed it. Of several (one key, more than one certificate) the one that ends last. Of those
/// that have the issuer's name no more are tried than Go would.
pub fn issuer_among<'a>(
    leaf: &Certificate,
    candidates: impl IntoIterator<Item = &'a Certificate>,
) -> Option<&'a Certificate> {
    candidates
        .into_iter()
        .filter(|candidate| leaf.issuer_der() == candidate.subject_der())
        .take(MAX_SIGNATURES)
        .filter(|candidate| signed_by(leaf, candidate))
        .max_by_key(|issuer| issuer.not_after())
}

/// Every fault that Go finds in the certificate with these roots; empty when it accepts.
///
/// Where several ways lead to a root, the faults are those of the best one. `usage` and `name` are looked at
/// only when they are given; `name` is a DNS name or an IP address. A certificate that is itself among the roots
/// needs no issuer.
pub fn faults(
    leaf: &Certificate,
    intermediates: &[Certificate],
    roots: &[Certificate],
    usage: Option<Use>,
    name: Option<&str>,
    now: Timestamp,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if now < leaf.not_before() {
        faults.push(Fault::NotYetValid { from: leaf.not_before() });
    }
    if now > leaf.not_after() {
        faults.push(Fault::Expired { at: leaf.not_after() });
    }
    faults.extend(unhandled(leaf));
    faults.extend(weak_key(leaf));
    if let Some(name) = name.filter(|name| !name.is_empty() && !hostname::covers(leaf, name)) {
        faults.push(Fault::NameMismatch { name: name.to_owned() });
    }
    let mut search =
        Search { intermediates, roots, usage, now, budget: MAX_SIGNATURES, best: None, dead_end: None };
    if roots.contains(leaf) {
        search.finish(&[leaf], Vec::new());
    } else {
        search.climb(&mut vec![leaf], &[]);
    }
    match search.best {
        Some(way) => faults.extend(way),
        None => {
            let top = search.dead_end.map_or(leaf, |(_, top)| top);
            faults.push(Fault::UnknownIssuer { issuer: top.issuer() });
            faults.extend(wrong_usage(&[leaf], usage));
            if leaf.fields().signature_algorithm.is_weak() {
                faults.push(Fault::WeakSignature { algorithm: leaf.signature_algorithm() });
            }
        }
    }
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    faults
}

/// All ways from the leaf to a root; kept is the one with the fewest faults.
struct Search<'a> {
    intermediates: &'a [Certificate],
    roots: &'a [Certificate],
    usage: Option<Use>,
    now: Timestamp,
    budget: usize,
    best: Option<Vec<Fault>>,
    /// The highest certificate whose issuer is not there, and how high it is.
    dead_end: Option<(usize, &'a Certificate)>,
}

impl<'a> Search<'a> {
    fn climb(&mut self, way: &mut Vec<&'a Certificate>, faults: &[Fault]) {
        let Some(child) = way.last().copied() else { return };
        let mut signed = false;
        let (roots, intermediates) = (self.roots, self.intermediates);
        let parents = roots.iter().map(|root| (root, true)).chain(intermediates.iter().map(|ca| (ca, false)));
        for (parent, is_root) in parents {
            if child.issuer_der() != parent.subject_der()
                || !parent.fields().public_key.verifies()
                || way.iter().any(|other| same_entity(other, parent))
            {
                continue;
            }
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            if !child.is_signed_with(parent, true) {
                continue;
            }
            signed = true;
            let mut faults = faults.to_vec();
            if child.fields().signature_algorithm.is_weak() {
                faults.push(Fault::WeakSignature { algorithm: child.signature_algorithm() });
            }
            faults.extend(self.issuer_faults(parent, is_root, way.len() - 1));
            way.push(parent);
            if is_root {
                self.finish(way, faults);
            } else {
                self.climb(way, &faults);
            }
            way.pop();
        }
        if !signed && self.dead_end.is_none_or(|(height, _)| way.len() > height) {
            self.dead_end = Some((way.len(), child));
        }
    }

    /// The faults of a certificate as an issuer, with so many intermediates below it (`isValid`).
    fn issuer_faults(&self, issuer: &Certificate, is_root: bool, below: usize) -> Vec<Fault> {
        let subject = issuer.subject();
        let mut faults = Vec::new();
        if !may_sign(issuer) || (!is_root && !issuer.is_ca()) {
            faults.push(Fault::IssuerNotCa { subject: subject.clone() });
        }
        if self.now < issuer.not_before() {
            faults.push(Fault::IssuerNotYetValid { subject: subject.clone(), from: issuer.not_before() });
        }
        if self.now > issuer.not_after() {
            faults.push(Fault::IssuerExpired { subject: subject.clone(), at: issuer.not_after() });
        }
        if let Some((_, Some(limit))) = issuer.fields().known.basic_constraints
            && below as u64 > limit
        {
            faults.push(Fault::PathTooLong { subject });
        }
        faults.extend(unhandled(issuer));
        faults.extend(weak_key(issuer));
        faults
    }

    fn finish(&mut self, way: &[&Certificate], mut faults: Vec<Fault>) {
        faults.extend(wrong_usage(way, self.usage));
        faults.extend(names_not_permitted(way));
        if self.best.as_ref().is_none_or(|best| faults.len() < best.len()) {
            self.best = Some(faults);
        }
    }
}

/// Whether Go lets it sign certificates (`CheckSignatureFrom`): version 1 needs no basic constraints.
pub(crate) fn may_sign(issuer: &Certificate) -> bool {
    let known = &issuer.fields().known;
    let ca = known.basic_constraints.map_or_else(|| issuer.version() != 3, |(ca, _)| ca);
    // Go can't tell an empty key usage from an absent one.
    ca && known.key_usage.is_none_or(|bits| bits == 0 || bits & (1 << 5) != 0)
}

/// `alreadyInChain`: subject, key and alternative names are the same.
fn same_entity(one: &Certificate, other: &Certificate) -> bool {
    let names = |certificate: &Certificate| {
        let mut extensions = certificate.extensions().into_iter();
        extensions.find(|(oid, ..)| oid == "2.5.29.17").map(|(.., value)| value)
    };
    one.subject_der() == other.subject_der()
        && one.spki_der() == other.spki_der()
        && names(one) == names(other)
}

fn unhandled(certificate: &Certificate) -> impl Iterator<Item = Fault> {
    let oids = certificate.fields().known.unhandled_critical.iter();
    oids.map(|oid| Fault::UnhandledCriticalExtension { oid: oid.clone() })
}

/// Go refuses RSA of less than 1024 bits.
fn weak_key(certificate: &Certificate) -> Option<Fault> {
    let PublicKey { kind, .. } = &certificate.fields().public_key;
    matches!(kind, KeyKind::Rsa(..1024)).then(|| Fault::WeakKey { kind: kind.clone() })
}

/// `checkChainForKeyUsage`.
fn wrong_usage(way: &[&Certificate], usage: Option<Use>) -> Option<Fault> {
    let needed = usage?;
    let allows = |certificate: &&Certificate| {
        let usages = &certificate.fields().known.extended_key_usages;
        usages.is_empty() || usages.iter().any(|oid| oid == needed.oid() || oid == "2.5.29.37.0")
    };
    (!way.iter().all(allows)).then_some(Fault::WrongUsage { needed })
}

/// The constraints of each CA on the names of everything below it.
fn names_not_permitted(way: &[&Certificate]) -> Vec<Fault> {
    let pairs = way.iter().enumerate().flat_map(|(at, ca)| way.iter().take(at).map(move |below| (below, ca)));
    let names = pairs.flat_map(|(below, ca)| constraint::not_permitted(below, ca));
    names.map(|name| Fault::NameNotPermitted { name }).collect()
}
