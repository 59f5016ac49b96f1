//! Which names a CA may sign for: `checkChainConstraints` (`crypto/x509/constraints.go`).

use std::net::IpAddr;

use crate::certificate::Certificate;
use crate::extension::{Constraint, Known};

/// The names in a certificate that the CA's name constraints don't permit.
pub(crate) fn not_permitted(certificate: &Certificate, ca: &Certificate) -> Vec<String> {
    let (names, limits) = (&certificate.fields().known, &ca.fields().known);
    if limits.permitted.is_empty() && limits.excluded.is_empty() {
        return Vec::new();
    }
    let mut refused = Vec::new();
    for address in &names.ip_addresses {
        let matches = |limit: &Constraint| match limit {
            Constraint::Ip(network, mask) => Some(contains(network, mask, *address)),
            _ => None,
        };
        if !allowed(limits, matches, matches) {
            refused.push(address.to_string());
        }
    }
    for name in &names.dns_names {
        let matches = |limit: &Constraint| match limit {
            Constraint::Dns(domain) => Some(is_below(domain, name)),
            _ => None,
        };
        let touches = |limit: &Constraint| match limit {
            Constraint::Dns(domain) => Some(is_below(domain, name) || wildcard_covers(name, domain)),
            _ => None,
        };
        if !is_domain(name) || !allowed(limits, matches, touches) {
            refused.push(name.clone());
        }
    }
    for mail in &names.emails {
        let domain = mail.rsplit_once('@').map(|(_, domain)| domain);
        let matches = |limit: &Constraint| match limit {
            Constraint::Email(limit) if limit.contains('@') => Some(same_mailbox(limit, mail)),
            Constraint::Email(limit) => Some(domain.is_some_and(|domain| is_below(limit, domain))),
            _ => None,
        };
        if !domain.is_some_and(is_domain) || !allowed(limits, matches, matches) {
            refused.push(mail.clone());
        }
    }
    for uri in &names.uris {
        let host = host(uri);
        let matches = |limit: &Constraint| match limit {
            Constraint::Uri(domain) => Some(host.is_some_and(|host| is_below(domain, host))),
            _ => None,
        };
        if !host.is_some_and(is_domain) || !allowed(limits, matches, matches) {
            refused.push(uri.clone());
        }
    }
    refused
}

/// Permitted by one of its kind, if there are any of its kind, and excluded by none. The closures give `None`
/// for constraints of another kind.
fn allowed(
    limits: &Known,
    matches: impl Fn(&Constraint) -> Option<bool>,
    excludes: impl Fn(&Constraint) -> Option<bool>,
) -> bool {
    let mut permitted = limits.permitted.iter().filter_map(matches).peekable();
    let inside = permitted.peek().is_none() || permitted.any(|matched| matched);
    inside && !limits.excluded.iter().filter_map(excludes).any(|matched| matched)
}

fn contains(network: &[u8], mask: &[u8], address: IpAddr) -> bool {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let same = |((network, mask), byte): ((&u8, &u8), &u8)| network & mask == byte & mask;
    bytes.len() == network.len() && network.iter().zip(mask).zip(&bytes).all(same)
}

/// `dnsHasSuffix`: `example.com` covers itself and what is below it, `.example.com` only the latter, the empty
/// constraint everything.
fn is_below(domain: &str, name: &str) -> bool {
    let (domain, name) = (domain.to_ascii_lowercase(), name.to_ascii_lowercase());
    let Some(before) = name.strip_suffix(&domain) else { return false };
    domain.is_empty() || domain.starts_with('.') || before.is_empty() || before.ends_with('.')
}

/// An excluded `bar.example.com` is among the names that `*.example.com` stands for.
fn wildcard_covers(name: &str, domain: &str) -> bool {
    let parent = |name: &str| name.find('.').and_then(|dot| name.get(dot..)).map(str::to_ascii_lowercase);
    name.starts_with('*') && parent(name).is_some_and(|above| parent(domain) == Some(above))
}

fn same_mailbox(one: &str, other: &str) -> bool {
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((local, domain)), Some((other_local, other_domain))) => {
            local == other_local && domain.eq_ignore_ascii_case(other_domain)
        }
        _ => false,
    }
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
