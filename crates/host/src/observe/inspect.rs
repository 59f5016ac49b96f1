//! Looking at one file, at stdin, or at one server, whatever it is. No plugin of a kubeconfig is run.

use super::files::{LIMIT, Tree, perhaps_cut_off};
use super::pairs;
use crate::tls::probe;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{self, Identity, Kubeconfig, Source};
use perennial_core::inspect::{Part, parts};
use perennial_core::inventory::{Chain, Key, Looked, Served, TokenClaims, Trouble};
use perennial_pki::certificate::Certificate;
use std::io::Read as _;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// How long a name may take to be found.
const NAME_LIMIT: Duration = Duration::from_secs(3);

/// So many addresses of one name are tried.
const MOST_ADDRESSES: usize = 4;

/// What something is.
#[derive(Clone, Debug)]
pub enum Inspected {
    /// Certificates, requests, keys.
    Parts(Vec<Part>),
    /// Every user of a kubeconfig.
    Kubeconfig(Vec<Access>),
}

/// A user of a kubeconfig, and the cluster of the first context that names it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The user entry; may be empty.
    pub user: String,
    /// The context; may be empty.
    pub context: String,
    /// Whether the current context leads here.
    pub current: bool,
    /// The API server; may be empty.
    pub server: String,
    /// The certificates by which the server is trusted.
    pub trusts: Looked<Vec<Certificate>>,
    /// How the user proves who it is.
    pub proof: Proof,
}

/// How a user proves who it is.
#[derive(Clone, Debug)]
pub enum Proof {
    /// With a client certificate.
    Certificate {
        /// The chain.
        chain: Looked<Chain>,
        /// Facts about its key.
        key: Looked<Key>,
    },
    /// With a bearer token; what it says of itself, where it is in the file.
    Token(Option<TokenClaims>),
    /// With a token out of this file, which was not read.
    TokenFile(Utf8PathBuf),
    /// With a plugin of this name, which was not run.
    Plugin(String),
    /// With a name and a password.
    Password,
    /// It does not.
    Nothing,
}

/// A file beside the one that was looked at, with the other half of its pair.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Its path.
    pub path: Utf8PathBuf,
    /// Whether it holds the other half.
    pub fits: Looked<bool>,
}

/// Looks at a file below `root`.
pub fn file(root: &Utf8Path, path: &Utf8Path) -> Looked<(Inspected, Option<Beside>)> {
    let tree = Tree::new(root);
    let content = tree.read(path);
    let bytes = match content.looked() {
        Looked::Seen(bytes) => bytes,
        Looked::Absent => return Looked::Absent,
        Looked::Unusable(trouble) => return Looked::Unusable(trouble),
    };
    understood(&tree, path, bytes).map(|found| {
        let beside = match &found {
            Inspected::Parts(parts) => beside(&tree, path, parts),
            Inspected::Kubeconfig(_) => None,
        };
        (found, beside)
    })
}

/// Reads stdin. Files that a kubeconfig names are looked for from `directory`.
pub fn stdin(directory: &Utf8Path) -> Looked<Inspected> {
    // Room for all of it: growing would leave copies of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LIMIT).unwrap_or(0) + 1));
    if let Err(error) = std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes) {
        return Looked::Unusable(Trouble::Io(error.to_string()));
    }
    if bytes.len() as u64 > LIMIT {
        return Looked::Unusable(Trouble::TooLarge { limit: LIMIT });
    }
    understood(&Tree::new(Utf8Path::new("/")), &directory.join("-"), &bytes)
}

/// What a server presents for `server_name`: at the first of its addresses that presents anything.
pub fn server(
    runtime: &Runtime,
    host: &str,
    port: u16,
    server_name: Option<&str>,
) -> Looked<(SocketAddr, Served)> {
    runtime.block_on(async {
        let found = timeout(NAME_LIMIT, tokio::net::lookup_host((host, port))).await;
        let addresses: Vec<SocketAddr> = match found {
            Ok(Ok(addresses)) => addresses.take(MOST_ADDRESSES).collect(),
            Ok(Err(error)) => return Looked::Unusable(Trouble::NoAnswer(error.to_string())),
            Err(_) => {
                let why = format!("its name was not found within {} s", NAME_LIMIT.as_secs());
                return Looked::Unusable(Trouble::NoAnswer(why));
            }
        };
        let mut last = Trouble::NoAnswer("its name has no address".to_owned());
        for address in addresses {
            match probe(address, server_name, None).await {
                Looked::Seen(served) => return Looked::Seen((address, served)),
                Looked::Unusable(trouble) => last = trouble,
                Looked::Absent => {}
            }
        }
        Looked::Unusable(last)
    })
}

fn understood(tree: &Tree, path: &Utf8Path, bytes: &[u8]) -> Looked<Inspected> {
    if bytes.trim_ascii().is_empty() {
        return Looked::Unusable(Trouble::Empty);
    }
    let found = parts(bytes);
    if !found.is_empty() {
        return Looked::Seen(Inspected::Parts(found));
    }
    let text =
        std::str::from_utf8(bytes).ok().filter(|text| text.contains("users") || text.contains("clusters"));
    let Some(text) = text else {
        return Looked::Unusable(if pairs::cut_off(bytes) { Trouble::CutOff } else { Trouble::NoPem });
    };
    match kubeconfig::parse_all(text) {
        Ok(document) => {
            let mut users = Vec::new();
            match &document.current {
                Ok(current) => users.push(access(tree, path, current, true)),
                // Without others there is nothing to show.
                Err(trouble) if document.others.is_empty() => return Looked::Unusable(trouble.clone()),
                Err(_) => {}
            }
            users.extend(document.others.iter().map(|other| access(tree, path, other, false)));
            Looked::Seen(Inspected::Kubeconfig(users))
        }
        Err(trouble) => Looked::Unusable(perhaps_cut_off(text, trouble)),
    }
}

fn access(tree: &Tree, path: &Utf8Path, entry: &Kubeconfig, current: bool) -> Access {
    let locate = |named: &Utf8Path| path.parent().unwrap_or(path).join(named);
    let bytes = |source: Option<&Source>, then: &mut dyn FnMut(Looked<&[u8]>)| match source {
        Some(Source::Data(data)) => then(Looked::Seen(&data.bytes)),
        Some(Source::File(named)) => match tree.read(&locate(named)).looked() {
            Looked::Absent => then(Looked::Unusable(Trouble::NamesMissing { path: locate(named) })),
            looked => then(looked),
        },
        None => then(Looked::Absent),
    };
    let mut trusts = Looked::Absent;
    bytes(entry.authority.as_ref(), &mut |looked| trusts = pairs::trusted(looked));
    let proof = match &entry.identity {
        Identity::Certificate { certificate, key } => {
            let (mut chain, mut facts) = (Looked::Absent, Looked::Absent);
            bytes(certificate.as_ref(), &mut |looked| chain = pairs::chain(looked));
            let leaf = chain.seen().map(Chain::leaf);
            bytes(key.as_ref(), &mut |looked| facts = pairs::private_key(looked, leaf).0);
            Proof::Certificate { chain, key: facts }
        }
        Identity::Token(bearer) => match &bearer.file {
            Some(file) => Proof::TokenFile(file.clone()),
            None => Proof::Token(bearer.claims.clone()),
        },
        Identity::Plugin(name) => Proof::Plugin(name.clone()),
        Identity::Password => Proof::Password,
        Identity::Nothing => Proof::Nothing,
    };
    Access {
        user: entry.user.clone(),
        context: entry.context.clone(),
        current,
        server: entry.server.clone(),
        trusts,
        proof,
    }
}

/// The other half of a pair: in the same file, or where kubeadm and most others put it.
fn beside(tree: &Tree, path: &Utf8Path, found: &[Part]) -> Option<Beside> {
    let first = found.first()?;
    let wanted = first.key_fingerprint()?;
    let is_key = matches!(first, Part::PrivateKey(_));
    let other = |part: &Part| matches!(part, Part::PrivateKey(_)) != is_key;
    let fits = |parts: &[Part]| {
        let mut others =
            parts.iter().filter(|part| other(part) && part.key_fingerprint().is_some()).peekable();
        others.peek()?;
        Some(others.any(|part| part.key_fingerprint().as_ref() == Some(&wanted)))
    };
    if let Some(fits) = fits(found) {
        return Some(Beside { path: path.to_owned(), fits: Looked::Seen(fits) });
    }
    let stem = path.file_stem()?;
    let names = if is_key {
        let stem = stem.strip_suffix("-key").unwrap_or(stem);
        vec![format!("{stem}.crt"), format!("{stem}.pem"), format!("{stem}.csr")]
    } else {
        vec![format!("{stem}.key"), format!("{stem}-key.pem")]
    };
    let candidates = names.into_iter().map(|name| path.with_file_name(name));
    let there = candidates.into_iter().find(|candidate| *candidate != path && tree.exists(candidate))?;
    let looked = match tree.read(&there).looked() {
        Looked::Seen(bytes) => match fits(&parts(bytes)) {
            Some(fits) => Looked::Seen(fits),
            None => Looked::Unusable(if is_key { Trouble::NoCertificate } else { Trouble::NoKey }),
        },
        Looked::Absent => return None,
        Looked::Unusable(trouble) => Looked::Unusable(trouble),
    };
    Some(Beside { path: there, fits: looked })
}
