//! etcd as a service of the host: what its command line, its environment and its configuration file say of its
//! certificates and URLs, as etcd itself ranks them (server/etcdmain/config.go, server/embed/config.go).

use super::flags::flags;
use super::yaml;
use crate::inventory::Trouble;
use camino::Utf8PathBuf;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Flags that name a file.
const FILES: [&str; 6] = [
    "--cert-file",
    "--key-file",
    "--trusted-ca-file",
    "--peer-cert-file",
    "--peer-key-file",
    "--peer-trusted-ca-file",
];

/// The other flags that matter here. Nothing else is kept: a token may be among the rest.
const OTHERS: [&str; 6] = [
    "--client-cert-auth",
    "--peer-client-cert-auth",
    "--listen-client-urls",
    "--advertise-client-urls",
    "--listen-peer-urls",
    "--initial-advertise-peer-urls",
];

/// What the start of a member says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Flags, `--name` → value; from the command line, else from the environment.
    pub flags: BTreeMap<String, String>,
    /// Its configuration file: if there is one, neither flags nor environment count.
    pub configuration: Option<Utf8PathBuf>,
    /// The pair with which etcdctl asks it by the same environment: certificate and key.
    pub etcdctl: Option<(Utf8PathBuf, Utf8PathBuf)>,
}

impl Start {
    /// Reads a command line and its environment.
    pub fn of(arguments: &[String], environment: &BTreeMap<String, String>) -> Self {
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in environment {
            if let Some(name) = name.strip_prefix("ETCD_").filter(|_| !value.is_empty()) {
                said.insert(format!("--{}", name.to_ascii_lowercase().replace('_', "-")), value.clone());
            }
        }
        said.extend(flags(arguments));
        let variable = |name: &str| environment.get(name).filter(|path| path.starts_with('/'));
        let pair = |certificate, key| Some((variable(certificate)?.into(), variable(key)?.into()));
        Self {
            configuration: said.get("--config-file").filter(|path| !path.is_empty()).map(Into::into),
            flags: said.into_iter().filter(matters).collect(),
            // Until 3.3 etcdctl had other names for them.
            etcdctl: pair("ETCDCTL_CERT", "ETCDCTL_KEY")
                .or_else(|| pair("ETCDCTL_CERT_FILE", "ETCDCTL_KEY_FILE")),
        }
    }
}

/// A file's path must be absolute: where etcd was started is not known.
fn matters((name, value): &(String, String)) -> bool {
    let name = name.as_str();
    OTHERS.contains(&name) || (FILES.contains(&name) && value.starts_with('/'))
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct Configuration {
    listen_client_urls: Option<String>,
    advertise_client_urls: Option<String>,
    listen_peer_urls: Option<String>,
    initial_advertise_peer_urls: Option<String>,
    client_transport_security: Security,
    peer_transport_security: Security,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct Security {
    cert_file: Option<String>,
    key_file: Option<String>,
    trusted_ca_file: Option<String>,
    client_cert_auth: Option<bool>,
}

impl Security {
    fn flags(self, prefix: &str) -> [(String, Option<String>); 4] {
        [
            (format!("--{prefix}cert-file"), self.cert_file),
            (format!("--{prefix}key-file"), self.key_file),
            (format!("--{prefix}trusted-ca-file"), self.trusted_ca_file),
            (format!("--{prefix}client-cert-auth"), self.client_cert_auth.map(|asks| asks.to_string())),
        ]
    }
}

/// The flags that a configuration file (`--config-file`) stands for.
pub fn configuration(text: &str) -> Result<BTreeMap<String, String>, Trouble> {
    let read: Configuration = yaml::read(&yaml::document(text)?)?;
    let urls = [
        ("--listen-client-urls", read.listen_client_urls),
        ("--advertise-client-urls", read.advertise_client_urls),
        ("--listen-peer-urls", read.listen_peer_urls),
        ("--initial-advertise-peer-urls", read.initial_advertise_peer_urls),
    ];
    let files = read
        .client_transport_security
        .flags("")
        .into_iter()
        .chain(read.peer_transport_security.flags("peer-"));
    let said = urls.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(files);
    let said = said.filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    Ok(said.filter(matters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_nothing_else_is_kept() {
        let environment = environment(&[
            ("ETCD_CERT_FILE", "/e/member.pem"),
            ("ETCD_KEY_FILE", "/e/member-key.pem"),
            ("ETCD_INITIAL_CLUSTER_TOKEN", "geheim"),
            ("ETCD_PEER_CERT_FILE", "relative.pem"),
            ("ETCDCTL_CERT", "/e/admin.pem"),
            ("ETCDCTL_KEY", "/e/admin-key.pem"),
            ("ETCDCTL_PASSWORD", "geheim"),
        ]);
        let arguments = ["/usr/bin/etcd", "-cert-file=/f/server.pem", "--auth-token", "geheim"];
        let start = Start::of(&arguments.map(str::to_owned), &environment);
        let flags: Vec<_> = start.flags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(flags, [("--cert-file", "/f/server.pem"), ("--key-file", "/e/member-key.pem")]);
        assert_eq!(start.etcdctl, Some(("/e/admin.pem".into(), "/e/admin-key.pem".into())));
        assert_eq!(start.configuration, None);
        assert!(!format!("{start:?}").contains("geheim"));
    }

    #[test]
    fn the_configuration_file_is_named_by_flag_or_environment() {
        let none = BTreeMap::new();
        let flag = ["etcd", "--config-file", "/etc/etcd/conf.yml"].map(str::to_owned);
        assert_eq!(Start::of(&flag, &none).configuration.as_deref(), Some("/etc/etcd/conf.yml".into()));
        let variable = environment(&[("ETCD_CONFIG_FILE", "/etc/etcd.yaml")]);
        assert_eq!(Start::of(&[], &variable).configuration.as_deref(), Some("/etc/etcd.yaml".into()));
    }

    #[test]
    fn the_configuration_file_says_what_the_flags_would() {
        let text = "name: etcd1
listen-client-urls: https://10.0.0.11:2379
initial-cluster-token: geheim
client-transport-security:
  cert-file: /e/server.pem
  key-file: /e/server-key.pem
  trusted-ca-file: /e/ca.pem
  client-cert-auth: true
peer-transport-security: {cert-file: /e/peer.pem, key-file: '', auto-tls: false}
";
        let flags = configuration(text).unwrap();
        let said: Vec<_> = flags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            said,
            [
                "--cert-file=/e/server.pem",
                "--client-cert-auth=true",
                "--key-file=/e/server-key.pem",
                "--listen-client-urls=https://10.0.0.11:2379",
                "--peer-cert-file=/e/peer.pem",
                "--trusted-ca-file=/e/ca.pem",
            ]
        );
        assert!(matches!(configuration("client-transport-security: [\n"), Err(Trouble::Malformed(_))));
    }
}
