//! The fields of a kubeconfig (client-go tools/clientcmd/api/v1/types.go).

use super::{Embedded, Identity, Source};
use crate::inventory::Trouble;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Go's `base64.StdEncoding`: padding is required, left-over bits are not looked at.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Config {
    kind: Option<String>,
    #[serde(rename = "apiVersion")]
    api_version: Option<String>,
    pub(super) current_context: Option<String>,
    contexts: Option<Vec<NamedContext>>,
    clusters: Option<Vec<NamedCluster>>,
    users: Option<Vec<NamedUser>>,
}

#[derive(Deserialize)]
struct NamedContext {
    #[serde(default)]
    name: String,
    context: Option<Context>,
}

#[derive(Deserialize)]
pub(super) struct Context {
    pub(super) cluster: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    #[serde(default)]
    name: String,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Cluster {
    pub(super) server: Option<String>,
    pub(super) tls_server_name: Option<String>,
    pub(super) insecure_skip_tls_verify: Option<bool>,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<Spanned<Secret>>,
}

#[derive(Deserialize)]
struct NamedUser {
    #[serde(default)]
    name: String,
    user: Option<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct User {
    client_certificate: Option<String>,
    client_certificate_data: Option<Spanned<Secret>>,
    client_key: Option<String>,
    client_key_data: Option<Spanned<Secret>>,
    token: Option<Secret>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    username: Option<String>,
    exec: Option<Anything>,
    auth_provider: Option<Anything>,
}

/// Text that may be a key, erased when dropped.
pub(super) struct Secret(Zeroizing<String>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// That there is something is all that matters.
type Anything = serde::de::IgnoredAny;

impl Config {
    /// client-go's conversion refuses a list that names an entry twice (api/v1/conversion.go), and its decoder
    /// knows only `v1` `Config`.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        let other = |field: &Option<String>, expected: &str| {
            field.as_deref().is_some_and(|value| !value.is_empty() && value != expected)
        };
        if other(&self.kind, "Config") || other(&self.api_version, "v1") {
            return Err(Trouble::Malformed("another kind of object than a v1 Config".to_owned()));
        }
        let lists: [(&str, Vec<&str>); 3] = [
            ("contexts", self.contexts.iter().flatten().map(|entry| entry.name.as_str()).collect()),
            ("clusters", self.clusters.iter().flatten().map(|entry| entry.name.as_str()).collect()),
            ("users", self.users.iter().flatten().map(|entry| entry.name.as_str()).collect()),
        ];
        for (list, names) in lists {
            if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
                return Err(Trouble::Malformed(format!("{list} lists one name twice")));
            }
        }
        Ok(())
    }

    pub(super) fn context(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().flatten().find(|entry| entry.name == name)?.context.as_ref()
    }

    pub(super) fn cluster(&self, name: &str) -> Option<&Cluster> {
        self.clusters.iter().flatten().find(|entry| entry.name == name)?.cluster.as_ref()
    }

    /// The user's identity; `None` if there is no such entry.
    pub(super) fn identity(&self, name: &str) -> Option<Result<Identity, Trouble>> {
        let entry = self.users.iter().flatten().find(|entry| entry.name == name)?;
        Some(entry.user.as_ref().map_or(Ok(Identity::Nothing), User::identity))
    }

    pub(super) fn user_names(&self) -> Vec<String> {
        self.users.iter().flatten().map(|entry| entry.name.clone()).collect()
    }
}

impl Cluster {
    pub(super) fn authority(&self) -> Result<Option<Source>, Trouble> {
        let data = self.certificate_authority_data.as_ref();
        source(data, self.certificate_authority.as_deref(), "certificate-authority-data")
    }
}

impl User {
    fn identity(&self) -> Result<Identity, Trouble> {
        let certificate = source(
            self.client_certificate_data.as_ref(),
            self.client_certificate.as_deref(),
            "client-certificate-data",
        )?;
        let key = source(self.client_key_data.as_ref(), self.client_key.as_deref(), "client-key-data")?;
        let given = |field: &Option<String>| field.as_deref().is_some_and(|value| !value.is_empty());
        Ok(if certificate.is_some() || key.is_some() {
            Identity::Certificate { certificate, key }
        } else if self.exec.is_some() || self.auth_provider.is_some() {
            Identity::Plugin
        } else if self.token.as_ref().is_some_and(|token| !token.0.is_empty()) || given(&self.token_file) {
            Identity::Token
        } else if given(&self.username) {
            Identity::Password
        } else {
            Identity::Nothing
        })
    }
}

fn source(
    data: Option<&Spanned<Secret>>,
    path: Option<&str>,
    field: &str,
) -> Result<Option<Source>, Trouble> {
    if let Some(data) = data.filter(|data| !data.value.0.is_empty()) {
        return embedded(data)
            .map(|embedded| Some(Source::Data(embedded)))
            .ok_or_else(|| Trouble::Malformed(format!("{field} is not base64")));
    }
    Ok(path.filter(|path| !path.is_empty()).map(|path| Source::File(path.into())))
}

fn embedded(data: &Spanned<Secret>) -> Option<Embedded> {
    // Go's decoder skips line ends, so a block scalar is as good as one line.
    let text: Zeroizing<String> =
        Zeroizing::new(data.value.0.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect());
    let bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    let span = data.referenced.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    Some(Embedded { bytes, span: start..start + length, alias: data.referenced != data.defined })
}
