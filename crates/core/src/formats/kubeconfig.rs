//! Kubeconfigs, as client-go's clientcmd loads them, and the exchange of an embedded client certificate.
//!
//! Nothing is executed: a user with an exec plugin is told, not run. No text of an error or a `Debug` carries
//! content of the file.

mod splice;
mod wire;

pub use splice::{SpliceError, splice};

use super::yaml;
use crate::inventory::Trouble;
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
    Token,
    /// An exec plugin or an auth provider.
    Plugin,
    /// User name and password.
    Password,
    /// Nothing at all.
    Nothing,
}

/// Where bytes come from: `-data` wins over the path (client-go rest `LoadTLSFiles`).
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

/// Reads a kubeconfig.
pub fn parse(text: &str) -> Result<Kubeconfig, Trouble> {
    let config: wire::Config = yaml::first_document(text)?;
    config.check()?;
    let context_name =
        config.current_context.clone().filter(|name| !name.is_empty()).ok_or(Trouble::NoCurrentContext)?;
    let dangling = |what: &str, name: &str| Trouble::DanglingReference(format!("{what} {name}"));
    let context = config.context(&context_name).ok_or_else(|| dangling("context", &context_name))?;
    let cluster_name = context.cluster.as_deref().unwrap_or_default();
    let cluster = config.cluster(cluster_name).ok_or_else(|| dangling("cluster", cluster_name))?;
    let user = context.user.clone().unwrap_or_default();
    let identity = match config.identity(&user) {
        Some(identity) => identity?,
        None if user.is_empty() => Identity::Nothing,
        None => return Err(dangling("user", &user)),
    };
    Ok(Kubeconfig {
        server: cluster.server.clone().unwrap_or_default(),
        tls_server_name: cluster.tls_server_name.clone().filter(|name| !name.is_empty()),
        insecure: cluster.insecure_skip_tls_verify.unwrap_or(false),
        authority: cluster.authority()?,
        identity,
        users: config.user_names(),
        context: context_name,
        user,
    })
}

#[cfg(test)]
mod tests;
