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

/// Whether two URLs of API servers lead to the same host and port; without a port it is that of https.
pub fn same_server(one: &str, other: &str) -> bool {
    let parts = |url: &str| {
        let host = host(url)?.to_ascii_lowercase();
        let url = url.trim();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next()?;
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
        Some((host, port.unwrap_or("443").to_owned()))
    };
    parts(one).is_some_and(|one| parts(other) == Some(one))
}

/// The hosts of a list of https URLs, as etcd's flags hold one; others need no certificate.
pub fn https_hosts(urls: &str) -> impl Iterator<Item = &str> {
    urls.split(',').filter(|url| url.trim().starts_with("https://")).filter_map(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_the_same_by_host_and_port() {
        for (one, other, same) in [
            ("https://10.0.0.11:6443", "https://10.0.0.11:6443/", true),
            ("https://API.example", "api.example:443", true),
            ("https://[fd00::11]", "https://[fd00::11]:443", true),
            ("https://10.0.0.11:6443", "https://10.0.0.11:8443", false),
            ("https://10.0.0.11:6443", "https://10.0.0.12:6443", false),
            ("", "", false),
        ] {
            assert_eq!(same_server(one, other), same, "{one} {other}");
        }
    }

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
