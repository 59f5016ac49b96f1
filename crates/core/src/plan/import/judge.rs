//! Whether a returned certificate says what the old one says, and whether everybody who is shown it accepts it.

use super::alike;
use crate::assess::{edges, usage};
use crate::inventory::{Credential, Node, Trouble};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage, KeyUsage};
use perennial_pki::chain::{Fault, Use, faults};
use perennial_pki::key::KeyKind;

/// Why a returned file can't be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// It can't be read, or holds no certificate.
    Unusable(Trouble),
    /// Its key is neither that of a request nor that of a certificate on this node.
    NoRequest {
        /// The certificate's subject.
        subject: String,
    },
    /// The same credential is in another file, with another certificate.
    Twice {
        /// That file.
        other: Utf8PathBuf,
    },
    /// It names somebody else.
    OtherSubject {
        /// The subject that it must have.
        wanted: String,
        /// The one that it has.
        found: String,
    },
    /// The subject reads the same and is written otherwise: another order, or another type of text.
    SubjectEncoding {
        /// As it reads.
        subject: String,
    },
    /// It is a CA's certificate.
    IsAuthority,
    /// It lacks names.
    NamesMissing {
        /// Which.
        names: Vec<String>,
    },
    /// It may not be used as the old one.
    UsagesMissing {
        /// `serverAuth`, `digitalSignature`.
        usages: Vec<String>,
    },
    /// Its time is over.
    Expired {
        /// Its last second.
        at: Timestamp,
    },
    /// Its time has not begun.
    NotYetValid {
        /// Its first second.
        from: Timestamp,
    },
    /// Who is shown it would refuse it.
    Refused {
        /// The file by which it is trusted.
        through: Utf8PathBuf,
        /// Why.
        reasons: Vec<Fault>,
    },
}

/// The first objection, the plainest first; `None`: it can be installed.
pub(super) fn judge(
    node: &Node,
    credential: &Credential,
    new: &Certificate,
    rest: &[Certificate],
    now: Timestamp,
) -> Option<Objection> {
    let old = credential.leaf()?;
    if new.subject_der() != old.subject_der() {
        let (wanted, found) = (old.subject(), new.subject());
        return Some(match wanted == found {
            true => Objection::SubjectEncoding { subject: wanted },
            false => Objection::OtherSubject { wanted, found },
        });
    }
    if new.is_ca() {
        return Some(Objection::IsAuthority);
    }
    let names = missing_names(old, new);
    if !names.is_empty() {
        return Some(Objection::NamesMissing { names });
    }
    let usages = missing_usages(node, credential, old, new);
    if !usages.is_empty() {
        return Some(Objection::UsagesMissing { usages });
    }
    if new.not_after() <= now {
        return Some(Objection::Expired { at: new.not_after() });
    }
    if new.not_before() > now {
        return Some(Objection::NotYetValid { from: new.not_before() });
    }
    refused(node, credential, new, rest, now)
}

fn missing_names(old: &Certificate, new: &Certificate) -> Vec<String> {
    let lower = |names: Vec<String>| names.into_iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
    let (has, addresses) = (lower(new.dns_names()), new.ip_addresses());
    let (emails, uris) = (new.email_addresses(), new.uris());
    let dns = old.dns_names().into_iter().filter(|name| !has.contains(&name.to_lowercase()));
    let address = old.ip_addresses().into_iter().filter(|one| !addresses.contains(one));
    let email = old.email_addresses().into_iter().filter(|one| !emails.contains(one));
    let uri = old.uris().into_iter().filter(|one| !uris.contains(one));
    dns.chain(address.map(|address| address.to_string())).chain(email).chain(uri).collect()
}

fn missing_usages(node: &Node, credential: &Credential, old: &Certificate, new: &Certificate) -> Vec<String> {
    let (before, after) = (old.extended_key_usages(), new.extended_key_usages());
    let all = after.is_empty() || after.contains(&ExtendedKeyUsage::Any);
    let mut missing: Vec<String> = match before.is_empty() || before.contains(&ExtendedKeyUsage::Any) {
        // It was allowed everything: what its roles need is enough.
        true => alike(node, credential)
            .flat_map(|one| usage::missing(node, one.role, new))
            .map(|usage| usage.name().to_owned())
            .collect(),
        false => before.iter().filter(|usage| !all && !after.contains(usage)).map(name).collect(),
    };
    // An absent key usage allows everything. A key that can't encrypt must not be called one that may (RFC 8813).
    if let (Some(before), Some(after)) = (old.key_usage(), new.key_usage()) {
        let encrypts = matches!(new.key_kind(), KeyKind::Rsa(_));
        let needed = before.iter().filter(|usage| encrypts || **usage != KeyUsage::KeyEncipherment);
        missing
            .extend(needed.filter(|usage| !after.contains(usage)).map(|usage| key_usage(*usage).to_owned()));
    }
    missing.dedup();
    missing
}

/// As OpenSSL calls them.
fn name(usage: &ExtendedKeyUsage) -> String {
    match usage {
        ExtendedKeyUsage::ServerAuth => Use::Server.name().to_owned(),
        ExtendedKeyUsage::ClientAuth => Use::Client.name().to_owned(),
        ExtendedKeyUsage::Any => "anyExtendedKeyUsage".to_owned(),
        ExtendedKeyUsage::Other(oid) => oid.clone(),
    }
}

/// The names of RFC 5280 4.2.1.3.
fn key_usage(usage: KeyUsage) -> &'static str {
    match usage {
        KeyUsage::DigitalSignature => "digitalSignature",
        KeyUsage::ContentCommitment => "nonRepudiation",
        KeyUsage::KeyEncipherment => "keyEncipherment",
        KeyUsage::DataEncipherment => "dataEncipherment",
        KeyUsage::KeyAgreement => "keyAgreement",
        KeyUsage::CertSign => "keyCertSign",
        KeyUsage::CrlSign => "cRLSign",
        KeyUsage::EncipherOnly => "encipherOnly",
        KeyUsage::DecipherOnly => "decipherOnly",
    }
}

/// Asks everybody who is shown it, with the bundles that they trust: the trust edges of this node. Where the other side
/// is another machine (an external etcd), the CA that has signed the old one stands for it.
fn refused(
    node: &Node,
    credential: &Credential,
    new: &Certificate,
    rest: &[Certificate],
    now: Timestamp,
) -> Option<Objection> {
    let names: Vec<&str> = alike(node, credential).map(|one| one.name.as_str()).collect();
    let mut asked = false;
    for edge in edges(node) {
        for presented in edge.presented.iter().filter(|one| names.contains(&one.credential.name.as_str())) {
            asked = true;
            let reasons = presented.faults_of(new, rest, now);
            if !reasons.is_empty() {
                return Some(Objection::Refused { through: presented.through.to_owned(), reasons });
            }
        }
    }
    if asked {
        return None;
    }
    let issuer = node.issuer_of(credential);
    let Some((authority, roots)) = issuer.and_then(|one| Some((one, one.certificates.seen()?))) else {
        // Nothing here can say it: then the next one comes from where the old one came from.
        let same = Some(new.issuer_der()) == credential.leaf().map(Certificate::issuer_der);
        let through = credential.place.certificate_file().path.clone();
        let reasons = vec![Fault::UnknownIssuer { issuer: new.issuer() }];
        return (!same).then_some(Objection::Refused { through, reasons });
    };
    let reasons = faults(new, rest, roots, None, None, now);
    let through = authority.file.path.clone();
    (!reasons.is_empty()).then_some(Objection::Refused { through, reasons })
}
