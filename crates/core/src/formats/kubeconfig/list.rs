//! Several kubeconfigs as one (`KUBECONFIG=a:b`), as client-go merges them: of each name the first file that has it
//! counts, whatever the others say under it (clientcmd/loader.go `Load`).

use super::super::yaml::Node;
use super::wire::{Config, NamedContext};
use super::{Kubeconfig, authority, judge, load, other, server_name};
use crate::inventory::Trouble;

/// An entry, and in which of the files each part of it is.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The index of the file with the user: that is the one to be changed.
    pub user_file: usize,
    /// The index of the file with the cluster; its CA file is named from there.
    pub cluster_file: Option<usize>,
    /// The entry; `users` is empty.
    pub entry: Kubeconfig,
}

/// Why no entry was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotChosen {
    /// This file can't be read.
    Unusable {
        /// Which.
        file: usize,
        /// Why.
        trouble: Trouble,
    },
    /// No file names a current context, and none was asked for.
    NoContext,
    /// No file has this context; these are there.
    UnknownContext {
        /// What was asked for, or is the current one.
        context: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No file has the user that the context names, or its entry is one that client-go refuses.
    NoUser {
        /// The context.
        context: String,
        /// The user.
        user: String,
    },
}

/// The entry that `context` leads to, by default the current one, in the texts of a list of files.
///
/// # Errors
/// [`NotChosen`].
pub fn choose(texts: &[&str], context: Option<&str>) -> Result<Chosen, NotChosen> {
    let loaded = load_all(texts)?;
    let current = loaded.iter().map(|(_, config)| config.current_context.as_str());
    let wanted = context.or_else(|| current.into_iter().find(|name| !name.is_empty()));
    let wanted = wanted.ok_or(NotChosen::NoContext)?;
    let contexts = || loaded.iter().flat_map(|(_, config)| &config.contexts);
    let found = contexts().find(|entry| entry.name == wanted).ok_or_else(|| NotChosen::UnknownContext {
        context: wanted.to_owned(),
        known: contexts().map(|entry| entry.name.clone()).collect(),
    })?;
    let user = &found.context.user;
    resolve(&loaded, user, Some(found))
        .ok_or_else(|| NotChosen::NoUser { context: wanted.to_owned(), user: user.clone() })
}

/// Every user that counts, each with the first context that names it.
///
/// # Errors
/// [`NotChosen::Unusable`].
pub fn all(texts: &[&str]) -> Result<Vec<Chosen>, NotChosen> {
    let loaded = load_all(texts)?;
    let mut names: Vec<&str> = Vec::new();
    for user in loaded.iter().flat_map(|(_, config)| &config.users) {
        if !names.contains(&user.name.as_str()) {
            names.push(&user.name);
        }
    }
    let context = |user: &str| {
        let mut contexts = loaded.iter().flat_map(|(_, config)| &config.contexts);
        contexts.find(|entry| entry.context.user == user)
    };
    Ok(names.into_iter().filter_map(|user| resolve(&loaded, user, context(user))).collect())
}

type Loaded = (Node, Config);

fn load_all(texts: &[&str]) -> Result<Vec<Loaded>, NotChosen> {
    let load =
        |(file, text): (usize, &&str)| load(text).map_err(|trouble| NotChosen::Unusable { file, trouble });
    texts.iter().enumerate().map(load).collect()
}

/// A user, with the cluster of a context, which need be neither in the user's file nor that of its first context.
fn resolve(loaded: &[Loaded], user: &str, context: Option<&NamedContext>) -> Option<Chosen> {
    let (user_file, entry) = loaded.iter().enumerate().find_map(|(file, (document, config))| {
        let entry = config.users.iter().find(|entry| entry.name == *user)?;
        Some((file, other(document, config, entry)))
    })?;
    let mut entry = entry?;
    let cluster = context.and_then(|context| {
        loaded.iter().enumerate().find_map(|(file, (document, config))| {
            let found = config.clusters.iter().find(|entry| entry.name == context.context.cluster)?;
            judge::cluster(&found.cluster).ok()?;
            Some((file, document, found))
        })
    });
    entry.context = context.map(|context| context.name.clone()).unwrap_or_default();
    entry.server = cluster.map(|(.., one)| one.cluster.server.clone()).unwrap_or_default();
    entry.tls_server_name = cluster.and_then(|(.., one)| server_name(&one.cluster));
    entry.insecure = cluster.is_some_and(|(.., one)| one.cluster.insecure_skip_tls_verify);
    entry.authority = cluster.and_then(|(_, document, one)| authority(document, &one.name, &one.cluster));
    Some(Chosen { user_file, cluster_file: cluster.map(|(file, ..)| file), entry })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "current-context: ''
contexts: [{name: a, context: {cluster: east, user: ada}}, {name: b, context: {cluster: west, user: bob}}]
users: [{name: bob, user: {token: one}}]
";
    const TWO: &str = "current-context: a
contexts: [{name: a, context: {cluster: west, user: bob}}, {name: c, context: {cluster: east, user: eve}}]
clusters: [{name: east, cluster: {server: 'https://east:6443'}}, {name: west, cluster: {server: 'https://west'}}]
users: [{name: ada, user: {client-certificate: a.crt, client-key: a.key}}, {name: bob, user: {token: two}}]
";

    #[test]
    fn the_first_file_that_has_a_name_counts() {
        let chosen = choose(&[ONE, TWO], None).unwrap();
        // The current context is the second file's, what it means is the first one's.
        assert_eq!((chosen.entry.context.as_str(), chosen.entry.user.as_str()), ("a", "ada"));
        assert_eq!((chosen.user_file, chosen.cluster_file), (1, Some(1)));
        assert_eq!(chosen.entry.server, "https://east:6443");
        let bob = choose(&[ONE, TWO], Some("b")).unwrap();
        assert_eq!((bob.user_file, bob.entry.server.as_str()), (0, "https://west"));
        let users = all(&[ONE, TWO]).unwrap();
        let users: Vec<_> = users.iter().map(|one| (one.entry.user.as_str(), one.user_file)).collect();
        assert_eq!(users, [("bob", 0), ("ada", 1)]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let why = choose(&[ONE, TWO], Some("x")).unwrap_err();
        let known = ["a", "b", "a", "c"].map(str::to_owned).to_vec();
        assert_eq!(why, NotChosen::UnknownContext { context: "x".to_owned(), known });
        assert_eq!(choose(&[ONE], None).unwrap_err(), NotChosen::NoContext);
        let why = choose(&[ONE, TWO], Some("c")).unwrap_err();
        assert_eq!(why, NotChosen::NoUser { context: "c".to_owned(), user: "eve".to_owned() });
        assert!(matches!(choose(&[ONE, "{"], None), Err(NotChosen::Unusable { file: 1, .. })));
    }
}
