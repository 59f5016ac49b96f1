//! Whether a certificate is valid for a name: `x509.Certificate.VerifyHostname`.

use std::net::IpAddr;

use crate::certificate::Certificate;

/// `name` is a DNS name or an IP address, which may stand in brackets.
pub(crate) fn covers(certificate: &Certificate, name: &str) -> bool {
    let known = &certificate.fields().known;
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|bare| !bare.is_empty());
    if let Ok(address) = bare.unwrap_or(name).parse::<IpAddr>() {
        return known.ip_addresses.contains(&address.to_canonical());
    }
    let name = name.to_ascii_lowercase();
    let valid = is_hostname(&name, false);
    known.dns_names.iter().any(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        if valid && is_hostname(&pattern, true) {
            matches_pattern(&pattern, name.strip_suffix('.').unwrap_or(&name))
        } else {
            // Go allows perfect matches of names that are no host names.
            !matches!(name.as_str(), "" | ".") && pattern == name
        }
    })
}

/// A wildcard stands for the whole first label only.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), name.split('.').collect());
    pattern.len() == name.len()
        && pattern.iter().zip(&name).enumerate().all(|(i, (p, n))| (i == 0 && *p == "*") || p == n)
}

/// `validHostname`: lenient, underscores are allowed.
fn is_hostname(host: &str, pattern: bool) -> bool {
    let host = if pattern { host } else { host.strip_suffix('.').unwrap_or(host) };
    host != "*"
        && host.split('.').enumerate().all(|(index, label)| {
            let wildcard = pattern && index == 0 && label == "*";
            let plain = |(at, byte): (usize, u8)| {
                byte.is_ascii_alphanumeric() || byte == b'_' || (byte == b'-' && at != 0)
            };
            wildcard || (!label.is_empty() && label.bytes().enumerate().all(plain))
        })
}
