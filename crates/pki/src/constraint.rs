//! Which names a CA may sign for: `checkChainConstraints` (`crypto/x509/constraints.go`).
//!
//! A certificate can have tens of thousands of names, and a CA as many constraints: each name is looked up, never
//! compared with every constraint.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::certificate::Certificate;
use crate::extension::Constraint;
use crate::mailbox;

/// The names in a certificate that the CA's name constraints don't permit.
pub(crate) fn not_permitted(certificate: &Certificate, ca: &Certificate) -> Vec<String> {
    let (names, limits) = (&certificate.fields().known, &ca.fields().known);
    if limits.permitted.is_empty() && limits.excluded.is_empty() {
        return Vec::new();
    }
    let (permitted, excluded) = (Limits::new(&limits.permitted), Limits::new(&limits.excluded));
    let mut refused = Vec::new();
    for address in &names.ip_addresses {
        if !permitted.networks.permit(*address) || excluded.networks.cover(*address) {
            refused.push(address.to_string());
        }
    }
    for name in &names.dns_names {
        let excludes = || excluded.dns.cover(name) || excluded.dns.touched_by(name);
        if !is_domain(name) || !permitted.dns.permit(name) || excludes() {
            refused.push(name.clone());
        }
    }
    for mail in &names.emails {
        let address = mailbox::parse(mail);
        let permits = |(local, domain): &(String, &str)| {
            let none = permitted.mailboxes.is_empty() && permitted.mail_domains.is_empty();
            (none || permitted.has_mailbox(local, domain) || permitted.mail_domains.cover(domain))
                && !(excluded.has_mailbox(local, domain) || excluded.mail_domains.cover(domain))
        };
        if !address.as_ref().is_some_and(permits) {
            refused.push(mail.clone());
        }
    }
    for uri in &names.uris {
        let permits =
            |host: &str| is_domain(host) && permitted.uris.permit(host) && !excluded.uris.cover(host);
        if !host(uri).is_some_and(permits) {
            refused.push(uri.clone());
        }
    }
    refused
}

/// The constraints of one list, by kind.
#[derive(Default)]
struct Limits {
    dns: Domains,
    mail_domains: Domains,
    uris: Domains,
    /// Local part and domain, the latter in small letters.
    mailboxes: HashSet<(String, String)>,
    networks: Networks,
}

impl Limits {
    fn new(list: &[Constraint]) -> Self {
        let mut limits = Self::default();
        for constraint in list {
            match constraint {
                Constraint::Dns(domain) => limits.dns.add(domain),
                Constraint::Uri(domain) => limits.uris.add(domain),
                Constraint::Email(limit) if limit.contains('@') => {
                    let address = mailbox::parse(limit);
                    let address = address.map(|(local, domain)| (local, domain.to_ascii_lowercase()));
                    limits.mailboxes.extend(address);
                }
                Constraint::Email(domain) => limits.mail_domains.add(domain),
                Constraint::Ip(network, mask) => limits.networks.add(network, mask),
            }
        }
        limits
    }

    fn has_mailbox(&self, local: &str, domain: &str) -> bool {
        let wanted = || (local.to_owned(), domain.to_ascii_lowercase());
        !self.mailboxes.is_empty() && self.mailboxes.contains(&wanted())
    }
}

/// Domains in small letters. `example.com` covers itself and what is below it, `.example.com` only the latter, the
/// empty one everything.
#[derive(Default)]
struct Domains {
    all: HashSet<String>,
    /// Only an end of such a length is looked up.
    lengths: HashSet<usize>,
    /// Of each domain what is behind its first label.
    parents: HashSet<String>,
}

impl Domains {
    fn add(&mut self, domain: &str) {
        let domain = domain.to_ascii_lowercase();
        self.lengths.insert(domain.len());
        self.parents.extend(parent(&domain).map(str::to_owned));
        self.all.insert(domain);
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Without any domain everything is permitted.
    fn permit(&self, name: &str) -> bool {
        self.is_empty() || self.cover(name)
    }

    fn cover(&self, name: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let has = |end: &str| self.lengths.contains(&end.len()) && self.all.contains(end);
        has("")
            || has(&name)
            || name.match_indices('.').any(|(dot, _)| {
                let below = name.get(dot..).unwrap_or_default();
                has(below) || has(below.get(1..).unwrap_or_default())
            })
    }

    /// An excluded `bar.example.com` is among the names that `*.example.com` stands for.
    fn touched_by(&self, name: &str) -> bool {
        let above = parent(name).filter(|_| name.starts_with('*')).map(str::to_ascii_lowercase);
        above.is_some_and(|above| self.parents.contains(&above))
    }
}

/// From the first dot on.
fn parent(name: &str) -> Option<&str> {
    name.find('.').and_then(|dot| name.get(dot..))
}

/// Networks by their masks, of which there can be no more than 33 and 129.
#[derive(Default)]
struct Networks {
    by_mask: HashMap<Vec<u8>, HashSet<Vec<u8>>>,
}

impl Networks {
    fn add(&mut self, network: &[u8], mask: &[u8]) {
        self.by_mask.entry(mask.to_vec()).or_default().insert(masked(network, mask));
    }

    fn permit(&self, address: IpAddr) -> bool {
        self.by_mask.is_empty() || self.cover(address)
    }

    fn cover(&self, address: IpAddr) -> bool {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let same_size = self.by_mask.iter().filter(|(mask, _)| mask.len() == bytes.len());
        same_size.into_iter().any(|(mask, networks)| networks.contains(&masked(&bytes, mask)))
    }
}

fn masked(address: &[u8], mask: &[u8]) -> Vec<u8> {
    address.iter().zip(mask).map(|(byte, mask)| byte & mask).collect()
}

/// The host of a URI, if it is a name.
pub(crate) fn host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    Some(host).filter(|host| !host.starts_with('[') && host.parse::<IpAddr>().is_err())
}

/// `domainNameValid`: empty, or labels of visible characters, none of them empty.
pub(crate) fn is_domain(name: &str) -> bool {
    let label = |label: &str| !label.is_empty();
    name.is_empty() || (name.split('.').all(label) && name.bytes().all(|byte| (33..=126).contains(&byte)))
}

/// `domainNameValid` for a constraint, which may begin with a dot.
pub(crate) fn is_domain_constraint(domain: &str) -> bool {
    domain != "." && is_domain(domain.strip_prefix('.').unwrap_or(domain))
}
