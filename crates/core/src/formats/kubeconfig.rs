//! Kubeconfigs, as client-go's clientcmd loads them, and the exchange of an embedded client certificate.
//!
//! Nothing is executed: a user with an exec plugin is told, not run. No text of an error or a `Debug` carries
//! content of the file.

mod judge;
mod list;
mod splice;
mod wire;

pub use list::{Chosen, NotChosen, all, choose};
pub use splice::{Replacement, SpliceError, splice, splice_all, spliceable};

use super::yaml::{self, Kind, Node};
use crate::inventory::{TokenClaims, Trouble};
use camino::Utf8PathBuf;
use std::fmt;
use std::ops::Range;
use zeroize::Zeroizing;

/// What a kubeconfig's current context leads to.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    /// `current-context`.
    pub context: String,
    /// The user entry that the context names; may be empty.
    pub user: String,
    /// The cluster's `server`.
    pub server: String,
    /// The cluster's `tls-server-name`.
    pub tls_server_name: Option<String>,
    /// The cluster's `insecure-skip-tls-verify`.
    pub insecure: bool,
    /// The bundle by which the server is trusted.
    pub authority: Option<Source>,
    /// How the user proves who it is.
    pub identity: Identity,
    /// Every user entry.
    pub users: Vec<String>,
}

/// A kubeconfig with everything that it defines.
#[derive(Clone, Debug)]
pub struct Document {
    /// What the current context leads to.
    pub current: Result<Kubeconfig, Trouble>,
    /// The other user entries, each with the first context that names it; `context`, `server` and `users` may be
    /// empty. An entry that client-go would refuse is left out.
    pub others: Vec<Kubeconfig>,
}

impl Document {
    /// The entry of that user, whether a context leads to it or not.
    pub fn user(&self, name: &str) -> Option<&Kubeconfig> {
        let current = self.current.as_ref().ok().filter(|current| current.user == name);
        current.or_else(|| self.others.iter().find(|other| other.user == name))
    }
}

/// So many other entries are looked at.
const MOST: usize = 128;

/// How a user authenticates. A certificate comes first: it is sent whatever else is there.
#[derive(Clone, Debug)]
pub enum Identity {
    /// A client certificate and its key. `None` where the entry names only one of the two.
    Certificate {
        /// `client-certificate-data` or `client-certificate`.
        certificate: Option<Source>,
        /// `client-key-data` or `client-key`.
        key: Option<Source>,
    },
    /// A bearer token.
    Token(Bearer),
    /// An exec plugin or an auth provider: its command or name.
    Plugin(String),
    /// User name and password.
    Password,
    /// Nothing at all.
    Nothing,
}

/// What is known of a bearer token; never the token itself.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// What the token in the file says of itself.
    pub claims: Option<TokenClaims>,
    /// `tokenFile`, as it is written: while it can be read it comes first.
    pub file: Option<Utf8PathBuf>,
}

/// Where bytes come from. client-go refuses an entry that has both.
#[derive(Clone, Debug)]
pub enum Source {
    /// Embedded in the kubeconfig.
    Data(Embedded),
    /// A path, as it is written: a relative one counts from the kubeconfig's directory.
    File(Utf8PathBuf),
}

/// Decoded bytes and the place of their base64 in the text.
#[derive(Clone)]
pub struct Embedded {
    /// What the base64 says; erased when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The byte span of the scalar, quotes included.
    pub span: Range<usize>,
    /// Whether the bytes are written elsewhere and only referred to here.
    pub alias: bool,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedded({} bytes at {:?})", self.bytes.len(), self.span)
    }
}

impl Kubeconfig {
    /// The embedded certificate and key, where both are embedded.
    pub fn embedded(&self) -> Option<(&Embedded, &Embedded)> {
        match &self.identity {
            Identity::Certificate {
                certificate: Some(Source::Data(certificate)),
                key: Some(Source::Data(key)),
            } => Some((certificate, key)),
            _ => None,
        }
    }
}

impl Kubeconfig {
    /// The name or address that client-go verifies the server's certificate for; `None` where it verifies nothing.
    /// A server without a scheme is an https one (client-go rest `DefaultServerURL`).
    pub fn verified_name(&self) -> Option<String> {
        if self.insecure || self.server.is_empty() || self.server.starts_with("http://") {
            return None;
        }
        self.tls_server_name.clone().or_else(|| super::url::host(&self.server).map(str::to_owned))
    }
}

/// Reads a kubeconfig and where its current context leads.
pub fn parse(text: &str) -> Result<Kubeconfig, Trouble> {
    let (document, config) = load(text)?;
    current(&document, &config)
}

/// Reads a kubeconfig and everything that it defines.
pub fn parse_all(text: &str) -> Result<Document, Trouble> {
    let (document, config) = load(text)?;
    let current = current(&document, &config);
    let user = current.as_ref().ok().map(|current| current.user.clone());
    let others = config.users.iter().filter(|entry| user.as_ref() != Some(&entry.name));
    let others = others.filter_map(|entry| other(&document, &config, entry)).take(MOST).collect();
    Ok(Document { current, others })
}

fn load(text: &str) -> Result<(Node, wire::Config), Trouble> {
    let document = yaml::document(text)?;
    let config: wire::Config = yaml::read(&document)?;
    judge::file(&config)?;
    Ok((document, config))
}

fn other(document: &Node, config: &wire::Config, entry: &wire::NamedUser) -> Option<Kubeconfig> {
    judge::user(&entry.user).ok()?;
    let context = config.contexts.iter().find(|context| context.context.user == entry.name);
    let cluster = context.and_then(|context| {
        let cluster = config.clusters.iter().find(|cluster| cluster.name == context.context.cluster)?;
        judge::cluster(&cluster.cluster).is_ok().then_some(cluster)
    });
    let identity = identity(&entry.user, place(document, "users", &entry.name, "user"));
    Some(Kubeconfig {
        context: context.map(|context| context.name.clone()).unwrap_or_default(),
        user: entry.name.clone(),
        server: cluster.map(|cluster| cluster.cluster.server.clone()).unwrap_or_default(),
        tls_server_name: cluster.and_then(|cluster| server_name(&cluster.cluster)),
        insecure: cluster.is_some_and(|cluster| cluster.cluster.insecure_skip_tls_verify),
        authority: cluster.and_then(|cluster| authority(document, &cluster.name, &cluster.cluster)),
        identity,
        users: Vec::new(),
    })
}

fn server_name(cluster: &wire::Cluster) -> Option<String> {
    Some(cluster.tls_server_name.clone()).filter(|name| !name.is_empty())
}

fn authority(document: &Node, name: &str, cluster: &wire::Cluster) -> Option<Source> {
    let written = place(document, "clusters", name, "cluster");
    source(
        &cluster.certificate_authority_data,
        written,
        "certificate-authority-data",
        &cluster.certificate_authority,
    )
}

fn current(document: &Node, config: &wire::Config) -> Result<Kubeconfig, Trouble> {
    let context_name = Some(config.current_context.as_str()).filter(|name| !name.is_empty());
    let context_name = context_name.ok_or(Trouble::NoCurrentContext)?;
    let dangling = |what: &str, name: &str| Trouble::DanglingReference(format!("{what} {name}"));
    let context = config.contexts.iter().find(|entry| entry.name == context_name);
    let context = &context.ok_or_else(|| dangling("context", context_name))?.context;
    let cluster = config.clusters.iter().find(|entry| entry.name == context.cluster);
    let cluster = &cluster.ok_or_else(|| dangling("cluster", &context.cluster))?.cluster;
    judge::cluster(cluster)?;
    let user = config.users.iter().find(|entry| entry.name == context.user);
    let identity = match user {
        Some(entry) => {
            judge::user(&entry.user)?;
            identity(&entry.user, place(document, "users", &context.user, "user"))
        }
        None if context.user.is_empty() => Identity::Nothing,
        None => return Err(dangling("user", &context.user)),
    };
    Ok(Kubeconfig {
        context: context_name.to_owned(),
        user: context.user.clone(),
        server: cluster.server.clone(),
        tls_server_name: server_name(cluster),
        insecure: cluster.insecure_skip_tls_verify,
        authority: authority(document, &context.cluster, cluster),
        identity,
        users: config.users.iter().map(|entry| entry.name.clone()).collect(),
    })
}

/// Where an entry is written.
fn place<'a>(document: &'a Node, list: &str, name: &str, field: &str) -> Option<&'a Node> {
    let is_called = |entry: &&Node| match entry.get("name").map(|name| &name.kind) {
        Some(Kind::Text(text)) => text.as_str() == name,
        _ => name.is_empty(),
    };
    document.get(list)?.entries().iter().find(is_called)?.get(field)
}

fn identity(user: &wire::User, written: Option<&Node>) -> Identity {
    let certificate =
        source(&user.client_certificate_data, written, "client-certificate-data", &user.client_certificate);
    let key = source(&user.client_key_data, written, "client-key-data", &user.client_key);
    if certificate.is_some() || key.is_some() {
        Identity::Certificate { certificate, key }
    } else if let Some(exec) = &user.exec {
        Identity::Plugin(exec.command.clone())
    } else if let Some(provider) = &user.auth_provider {
        Identity::Plugin(provider.name.clone())
    } else if !user.token.is_empty() || !user.token_file.is_empty() {
        Identity::Token(Bearer {
            claims: user.token.claims(),
            file: Some(user.token_file.as_str()).filter(|path| !path.is_empty()).map(Into::into),
        })
    } else if !user.username.is_empty() {
        Identity::Password
    } else {
        Identity::Nothing
    }
}

fn source(data: &wire::Data, written: Option<&Node>, field: &str, path: &str) -> Option<Source> {
    if !data.0.is_empty() {
        let node = written.and_then(|entry| entry.get(field));
        return Some(Source::Data(Embedded {
            bytes: data.0.clone(),
            span: node.map_or(0..0, |node| node.span.clone()),
            alias: node.is_none_or(|node| node.alias),
        }));
    }
    Some(path).filter(|path| !path.is_empty()).map(|path| Source::File(path.into()))
}

#[cfg(test)]
mod tests;
