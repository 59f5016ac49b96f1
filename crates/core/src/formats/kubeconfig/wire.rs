//! The fields of a kubeconfig (client-go tools/clientcmd/api/v1/types.go): all of them, because one that can't be
//! read makes the whole file unreadable, whoever's entry it is in.

use super::super::base64::STANDARD;
use super::super::token;
use crate::inventory::TokenClaims;
use base64::Engine as _;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
pub(super) struct Config {
    pub(super) kind: String,
    #[serde(rename = "apiVersion")]
    pub(super) api_version: String,
    pub(super) current_context: String,
    pub(super) contexts: Vec<NamedContext>,
    pub(super) clusters: Vec<NamedCluster>,
    pub(super) users: Vec<NamedUser>,
    preferences: Preferences,
    extensions: Vec<Extension>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Preferences {
    #[serde(rename = "colors")]
    _colors: bool,
    extensions: Vec<Extension>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Extension {
    name: String,
    extension: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NamedContext {
    pub(super) name: String,
    pub(super) context: Context,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Context {
    pub(super) cluster: String,
    pub(super) user: String,
    #[serde(rename = "namespace")]
    _namespace: String,
    extensions: Vec<Extension>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NamedCluster {
    pub(super) name: String,
    pub(super) cluster: Cluster,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Cluster {
    pub(super) server: String,
    pub(super) tls_server_name: String,
    pub(super) insecure_skip_tls_verify: bool,
    pub(super) certificate_authority: String,
    pub(super) certificate_authority_data: Data,
    pub(super) proxy_url: String,
    #[serde(rename = "disable-compression")]
    _disable_compression: bool,
    extensions: Vec<Extension>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NamedUser {
    pub(super) name: String,
    pub(super) user: User,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct User {
    pub(super) client_certificate: String,
    pub(super) client_certificate_data: Data,
    pub(super) client_key: String,
    pub(super) client_key_data: Data,
    pub(super) token: Secret,
    #[serde(rename = "tokenFile")]
    pub(super) token_file: String,
    #[serde(rename = "as")]
    pub(super) acts_as: String,
    pub(super) as_uid: String,
    pub(super) as_groups: Vec<String>,
    pub(super) as_user_extra: BTreeMap<String, Vec<String>>,
    pub(super) username: String,
    pub(super) password: Secret,
    pub(super) auth_provider: Option<AuthProvider>,
    pub(super) exec: Option<Exec>,
    extensions: Vec<Extension>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AuthProvider {
    pub(super) name: String,
    #[serde(rename = "config")]
    _config: BTreeMap<String, Secret>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Exec {
    pub(super) command: String,
    #[serde(rename = "args")]
    _args: Vec<String>,
    pub(super) env: Vec<Variable>,
    pub(super) api_version: String,
    #[serde(rename = "installHint")]
    _install_hint: String,
    #[serde(rename = "provideClusterInfo")]
    _provide_cluster_info: bool,
    pub(super) interactive_mode: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Variable {
    pub(super) name: String,
    #[serde(rename = "value")]
    _value: Secret,
}

/// Text that may be a secret, erased when dropped.
#[derive(Default)]
pub(super) struct Secret(Zeroizing<String>);

impl Secret {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Secret {
    /// What the text says of itself, if it is a token.
    pub(super) fn claims(&self) -> Option<TokenClaims> {
        (!self.is_empty()).then(|| token::claims(&self.0))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// What a base64 text says, erased when dropped.
#[derive(Default)]
pub(super) struct Data(pub(super) Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Secret::deserialize(deserializer)?;
        // Go's decoder skips line ends, so a block scalar is as good as one line.
        let bare: Zeroizing<String> =
            Zeroizing::new(text.0.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect());
        let bytes = STANDARD.decode(bare.as_bytes()).map_err(|_| D::Error::custom("not base64"))?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

impl Config {
    /// The list that names an entry twice.
    pub(super) fn twice(&self) -> Option<&'static str> {
        let extensions = [&self.extensions, &self.preferences.extensions]
            .into_iter()
            .chain(self.contexts.iter().map(|entry| &entry.context.extensions))
            .chain(self.clusters.iter().map(|entry| &entry.cluster.extensions))
            .chain(self.users.iter().map(|entry| &entry.user.extensions));
        if repeats(self.contexts.iter().map(|entry| &entry.name)) {
            Some("contexts")
        } else if repeats(self.clusters.iter().map(|entry| &entry.name)) {
            Some("clusters")
        } else if repeats(self.users.iter().map(|entry| &entry.name)) {
            Some("users")
        } else if extensions.into_iter().any(|list| replaces(list)) {
            Some("extensions")
        } else {
            None
        }
    }
}

fn repeats<'a>(mut names: impl Iterator<Item = &'a String>) -> bool {
    let mut seen = BTreeSet::new();
    !names.all(|name| seen.insert(name))
}

/// Among extensions only one that holds something is not replaced.
fn replaces(extensions: &[Extension]) -> bool {
    let mut seen = BTreeSet::new();
    extensions.iter().any(|entry| {
        let again = seen.contains(&entry.name);
        if entry.extension.is_some() {
            seen.insert(&entry.name);
        }
        again
    })
}
