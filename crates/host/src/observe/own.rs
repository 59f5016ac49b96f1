//! The operator's own kubeconfigs, outside of any node: a list of files read as one, and whom the API server takes an
//! entry's holder for. No plugin is run.

use super::files::{Tree, perhaps_cut_off};
use super::pairs;
use crate::act::own::{Held, OwnEntry};
use crate::api::{Access, Api, ApiError};
use crate::tls::{ClientIdentity, NodeVerifier};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{
    Chosen, Document, Identity, Kubeconfig, NotChosen, Source, all, choose, parse_all, spliceable,
};
use perennial_core::inventory::{Chain, Instead, Looked, Trouble};
use perennial_core::prove::{Shown, Verdict};
use perennial_pki::certificate::Certificate;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// How long a server's name may take to be found.
const NAME_LIMIT: Duration = Duration::from_secs(3);

/// An entry, with what is needed to continue it.
#[derive(Debug)]
pub struct Own {
    /// Its files.
    pub entry: OwnEntry,
    /// The kubeconfig, as it was named.
    pub named: Utf8PathBuf,
    /// The context; may be empty.
    pub context: String,
    /// The API server; may be empty.
    pub server: String,
    /// The CAs by which it trusts the API server; empty where it names none that can be read.
    pub trusts: Vec<Certificate>,
    /// Whether it can be changed and nothing else of its file.
    pub in_place: bool,
    chosen: Kubeconfig,
    cluster: Utf8PathBuf,
}

/// Why there is no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOwn {
    /// This file can't be read.
    Unusable {
        /// Which.
        path: Utf8PathBuf,
        /// Why; `None`: it is not there.
        trouble: Option<Trouble>,
    },
    /// No entry was chosen.
    NotChosen(NotChosen),
}

/// The entry that a context leads to, by default the current one.
///
/// # Errors
/// [`NotOwn`].
pub fn of_context(files: &[Utf8PathBuf], context: Option<&str>) -> Result<Own, NotOwn> {
    with_texts(files, |texts| choose(texts, context)).and_then(|(files, chosen)| own(&files, chosen))
}

/// Every entry with a certificate.
///
/// # Errors
/// [`NotOwn`].
pub fn every(files: &[Utf8PathBuf]) -> Result<Vec<Own>, NotOwn> {
    let (files, all) = with_texts(files, all)?;
    Ok(all.into_iter().filter_map(|chosen| own(&files, chosen).ok()).collect())
}

/// Files that are not there are left out, as client-go does it, if another one is.
fn with_texts<T>(
    files: &[Utf8PathBuf],
    read: impl Fn(&[&str]) -> Result<T, NotChosen>,
) -> Result<(Vec<Utf8PathBuf>, T), NotOwn> {
    let tree = Tree::new(Utf8Path::new("/"));
    let mut contents = Vec::new();
    for path in files {
        let content = tree.read(path);
        match content.text() {
            Looked::Seen(_) => contents.push((path.clone(), content)),
            Looked::Absent => {}
            Looked::Unusable(trouble) => {
                return Err(NotOwn::Unusable { path: path.clone(), trouble: Some(trouble) });
            }
        }
    }
    if contents.is_empty() {
        let path = files.first().cloned().unwrap_or_default();
        return Err(NotOwn::Unusable { path, trouble: None });
    }
    let texts: Vec<&str> =
        contents.iter().filter_map(|(_, content)| content.text().seen().copied()).collect();
    let chosen = read(&texts).map_err(|why| match why {
        NotChosen::Unusable { file, trouble } => NotOwn::Unusable {
            path: contents.get(file).map(|(path, _)| path.clone()).unwrap_or_default(),
            trouble: texts.get(file).map(|text| perhaps_cut_off(text, trouble)),
        },
        why => NotOwn::NotChosen(why),
    })?;
    Ok((contents.into_iter().map(|(path, _)| path).collect(), chosen))
}

fn own(files: &[Utf8PathBuf], chosen: Chosen) -> Result<Own, NotOwn> {
    let named = files.get(chosen.user_file).cloned().unwrap_or_default();
    let unusable =
        |path: &Utf8Path, trouble| NotOwn::Unusable { path: path.to_owned(), trouble: Some(trouble) };
    let tree = Tree::new(Utf8Path::new("/"));
    let content = tree.read(&named);
    let Identity::Certificate { certificate: Some(certificate), key } = &chosen.entry.identity else {
        let instead = match &chosen.entry.identity {
            Identity::Plugin(name) => Instead::Plugin(name.clone()),
            Identity::Token(_) => Instead::Token,
            Identity::Password => Instead::Password,
            Identity::Certificate { .. } | Identity::Nothing => Instead::Nothing,
        };
        return Err(unusable(&named, Trouble::NoClientCertificate(instead)));
    };
    let locate = |path: &Utf8Path| named.parent().unwrap_or(&named).join(path);
    let (chain, held) = match (certificate, key) {
        (Source::File(certificate), Some(Source::File(key))) => {
            let (certificate, key) = (tree.read(&locate(certificate)), tree.read(&locate(key)));
            let files = (certificate.file.real_path().clone(), key.file.real_path().clone());
            (pairs::chain(certificate.looked()), Held::Files { certificate: files.0, key: files.1 })
        }
        (Source::Data(data), _) => {
            let user = chosen.entry.user.clone();
            (pairs::chain(Looked::Seen(&data.bytes)), Held::Embedded { user })
        }
        (Source::File(path), _) => {
            let user = chosen.entry.user.clone();
            (pairs::chain(tree.read(&locate(path)).looked()), Held::Embedded { user })
        }
    };
    let certificate = match chain {
        Looked::Seen(chain) => chain.leaf().clone(),
        Looked::Absent => return Err(unusable(&named, Trouble::NoCertificate)),
        Looked::Unusable(trouble) => return Err(unusable(&named, trouble)),
    };
    let cluster = chosen.cluster_file.and_then(|file| files.get(file)).unwrap_or(&named).clone();
    let in_place = matches!(held, Held::Files { .. })
        || content.text().seen().is_some_and(|text| spliceable(text, &chosen.entry).is_ok());
    Ok(Own {
        entry: OwnEntry {
            file: content.file.real_path().clone(),
            user: chosen.entry.user.clone(),
            held,
            certificate,
        },
        named,
        context: chosen.entry.context.clone(),
        server: chosen.entry.server.clone(),
        trusts: trusts(&tree, &chosen.entry, &cluster),
        in_place,
        chosen: chosen.entry,
        cluster,
    })
}

fn trusts(tree: &Tree, entry: &Kubeconfig, file: &Utf8Path) -> Vec<Certificate> {
    let trusted = match &entry.authority {
        Some(Source::Data(data)) => pairs::trusted(Looked::Seen(&data.bytes)),
        Some(Source::File(named)) => {
            pairs::trusted(tree.read(&file.parent().unwrap_or(file).join(named)).looked())
        }
        None => Looked::Absent,
    };
    trusted.seen().cloned().unwrap_or_default()
}

/// Asks the API server of an entry whom it takes the entry's holder for, with what is in its files now.
pub fn recognized(runtime: &Runtime, own: &Own) -> (Shown, Verdict) {
    let tree = Tree::new(Utf8Path::new("/"));
    let content = tree.read(&own.named);
    let fresh = content.text().seen().and_then(|text| parse_all(text).ok());
    let entry = fresh.as_ref().and_then(|document| document.user(&own.entry.user));
    match entry {
        Some(entry) => ask(runtime, &tree, &own.named, entry, (&own.chosen, &own.cluster)),
        None => not_asked(format!("{} can't be read", own.named)),
    }
}

/// The same for a user of a person's kubeconfig on a node.
pub fn recognized_user(runtime: &Runtime, path: &Utf8Path, user: &str) -> (Shown, Verdict) {
    let tree = Tree::new(Utf8Path::new("/"));
    let content = tree.read(path);
    let document: Option<Document> = content.text().seen().and_then(|text| parse_all(text).ok());
    match document.as_ref().and_then(|document| document.user(user)) {
        Some(entry) => ask(runtime, &tree, path, entry, (entry, path)),
        None => not_asked(format!("{path} can't be read")),
    }
}

fn not_asked(reason: String) -> (Shown, Verdict) {
    (Shown::Nothing { reason }, Verdict::NotProven)
}

fn ask(
    runtime: &Runtime,
    tree: &Tree,
    path: &Utf8Path,
    user: &Kubeconfig,
    (cluster, cluster_file): (&Kubeconfig, &Utf8Path),
) -> (Shown, Verdict) {
    let Some(identity) = identity(tree, path, user) else {
        return not_asked(format!("{path}: its certificate and key can't be used"));
    };
    let Some(server_name) = cluster.verified_name() else {
        return not_asked(format!("{path} names no API server that could be verified"));
    };
    let authorities = trusts(tree, cluster, cluster_file);
    if authorities.is_empty() {
        return not_asked(format!("{path} names no CA by which the API server could be trusted"));
    }
    let asked = runtime.block_on(async {
        let uri: http::Uri =
            cluster.server.parse().map_err(|_| ApiError::Setup("its server is no URL".into()))?;
        let host = uri.host().unwrap_or_default();
        let found = tokio::net::lookup_host((
            host.trim_start_matches('[').trim_end_matches(']'),
            uri.port_u16().unwrap_or(443),
        ));
        let unknown = || ApiError::NoAnswer(format!("{host} was not found"));
        let mut found = timeout(NAME_LIMIT, found).await.map_err(|_| unknown())?.map_err(|_| unknown())?;
        let address = found.next().ok_or_else(unknown)?;
        let verifier = NodeVerifier { authorities, own_leaf: None };
        Api::new(Access { address, server_name, verifier, identity })?.whoami().await
    });
    match asked {
        Ok(Some((user, mut groups))) => {
            groups.retain(|group| group != "system:authenticated");
            (Shown::Recognized { user, groups }, Verdict::Proven)
        }
        Ok(None) => (Shown::Answered, Verdict::Proven),
        Err(error @ ApiError::Unauthorized) => {
            (Shown::Nothing { reason: error.to_string() }, Verdict::Refuted)
        }
        Err(error) => not_asked(error.to_string()),
    }
}

fn identity(tree: &Tree, path: &Utf8Path, entry: &Kubeconfig) -> Option<ClientIdentity> {
    let Identity::Certificate { certificate: Some(certificate), key: Some(key) } = &entry.identity else {
        return None;
    };
    let locate = |named: &Utf8Path| path.parent().unwrap_or(path).join(named);
    let chain: Looked<Chain> = match certificate {
        Source::Data(data) => pairs::chain(Looked::Seen(&data.bytes)),
        Source::File(named) => pairs::chain(tree.read(&locate(named)).looked()),
    };
    let chain = chain.seen()?;
    let (_, secret) = match key {
        Source::Data(data) => pairs::private_key(Looked::Seen(&data.bytes), None),
        Source::File(named) => pairs::private_key(tree.read(&locate(named)).looked(), None),
    };
    ClientIdentity::new(chain, &secret?.0)
}
