//! Hosts in URLs of flags and kubeconfigs.

/// The host of a URL, an IPv6 address without its brackets; with or without scheme and port.
pub fn host(url: &str) -> Option<&str> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(inside) => inside.split_once(']')?.0,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    Some(host).filter(|host| !host.is_empty())
}

/// The hosts of a list of https URLs, as etcd's flags hold one; others need no certificate.
pub fn https_hosts(urls: &str) -> impl Iterator<Item = &str> {
    urls.split(',').filter(|url| url.trim().starts_with("https://")).filter_map(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_without_scheme_port_and_brackets() {
        for (url, expected) in [
            ("https://10.0.0.11:6443", Some("10.0.0.11")),
            ("https://[fd00::11]:6443/", Some("fd00::11")),
            ("api.example:6443", Some("api.example")),
            ("https://api.example/prefix", Some("api.example")),
            ("https://", None),
            ("", None),
            ("https://[fd00::11", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
        let urls = "https://127.0.0.1:2379, https://[::1]:2379,http://10.0.0.1:2381";
        assert_eq!(https_hosts(urls).collect::<Vec<_>>(), ["127.0.0.1", "::1"]);
    }
}
