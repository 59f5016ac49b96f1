//! The kubeconfigs of the network's plugins: those that the configurations in the runtime's directory name, and those
//! that lie there under a name that says so.

use super::files::Tree;
use super::kubeconfigs;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{Bearer, Identity};
use perennial_core::formats::{cni, token};
use perennial_core::inventory::{CniAccess, CniKubeconfig, CniPlugin, Looked, Place, TokenClaims, Trouble};
use std::collections::BTreeSet;

/// Where runtimes look unless they are told otherwise.
const STANDARD: &str = "/etc/cni/net.d";

/// So many configurations of a directory are read, and so many kubeconfigs.
const MOST: usize = 64;

/// Files in which a container runtime may be told another directory: the later ones are laid over the first.
const RUNTIMES: [&str; 2] = ["/etc/containerd/config.toml", "/etc/crio/crio.conf"];

/// What is laid over CRI-O's configuration.
const DROP_INS: &str = "/etc/crio/crio.conf.d";

/// A kubeconfig to look at.
struct Wanted {
    path: Utf8PathBuf,
    plugin: CniPlugin,
    in_use: bool,
}

/// Every kubeconfig of a plugin on this node.
pub(super) fn kubeconfigs(tree: &Tree) -> Vec<CniKubeconfig> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for directory in directories(tree) {
        let Looked::Seen(names) = tree.names(&directory) else { continue };
        named(tree, &directory, &names, &mut wanted);
        lying(tree, &directory, &names, &mut wanted);
    }
    wanted.truncate(MOST);
    wanted.into_iter().filter_map(|wanted| look(tree, wanted)).collect()
}

/// The standard directory, and those that the runtimes on this node are told.
fn directories(tree: &Tree) -> BTreeSet<Utf8PathBuf> {
    let drop_ins = tree.names(Utf8Path::new(DROP_INS)).seen().cloned().unwrap_or_default();
    let drop_ins = drop_ins.iter().take(MOST).map(|name| Utf8Path::new(DROP_INS).join(name));
    let files = RUNTIMES.iter().map(Utf8PathBuf::from).chain(drop_ins);
    let told = files.filter_map(|path| cni::directory(tree.read(&path).text().seen()?));
    let plain = |path: Utf8PathBuf| path.components().collect();
    std::iter::once(Utf8PathBuf::from(STANDARD)).chain(told).map(plain).collect()
}

/// What configurations name. The runtime uses the first one that it can read; multus calls those behind it.
fn named(tree: &Tree, directory: &Utf8Path, names: &[String], wanted: &mut Vec<Wanted>) {
    let mut first = true;
    for name in names.iter().filter(|name| cni::counts(name)).take(MOST) {
        let content = tree.read(&directory.join(name));
        // Not a network's configuration, or not whole: nothing that a certificate could mend.
        let Some(read) = content.text().seen().and_then(|text| cni::parse(text).ok()) else { continue };
        for one in &read.kubeconfigs {
            let word = if one.plugin.is_empty() { &read.first } else { &one.plugin };
            let known = wanted.iter().any(|known| known.path == one.kubeconfig);
            if !known {
                wanted.push(Wanted {
                    path: one.kubeconfig.clone(),
                    plugin: CniPlugin::of(word),
                    in_use: first,
                });
            }
        }
        first = first && CniPlugin::of(&read.first) == CniPlugin::Multus;
    }
}

/// What lies there by its name: `calico-kubeconfig`, `multus.d/multus.kubeconfig`.
fn lying(tree: &Tree, directory: &Utf8Path, names: &[String], wanted: &mut Vec<Wanted>) {
    let below = names.iter().filter(|name| name.ends_with(".d")).take(MOST).flat_map(|name| {
        let directory = directory.join(name);
        let names = tree.names(&directory).seen().cloned().unwrap_or_default();
        names.into_iter().take(MOST).map(move |name| directory.join(name)).collect::<Vec<_>>()
    });
    let here = names.iter().map(|name| directory.join(name));
    for path in here.chain(below).take(MOST * MOST) {
        let name = path.file_name().unwrap_or_default();
        let called_so = name.ends_with("kubeconfig") || name.ends_with("kubeconfig.conf");
        if called_so && wanted.iter().all(|known| known.path != path) {
            let plugin = CniPlugin::of(name.trim_end_matches(".kubeconfig"));
            wanted.push(Wanted { path, plugin, in_use: false });
        }
    }
}

fn look(tree: &Tree, wanted: Wanted) -> Option<CniKubeconfig> {
    let Wanted { path, plugin, in_use } = wanted;
    let mut read = kubeconfigs::read(tree, &path, Utf8Path::to_owned);
    let file = read.place.file().clone();
    let access = match (&read.parsed, &mut read.place, &read.chain) {
        (Some(parsed), Place::Kubeconfig { server, trusts, .. }, chain) => Looked::Seen(CniAccess {
            server: std::mem::take(server),
            trusts: trusts.clone(),
            token: match &parsed.identity {
                Identity::Token(bearer) => token_of(tree, &path, bearer),
                _ => Looked::Absent,
            },
            certificate: match chain {
                Looked::Unusable(Trouble::NoClientCertificate(_)) => Looked::Absent,
                chain => chain.clone(),
            },
        }),
        (_, _, Looked::Unusable(trouble)) => Looked::Unusable(trouble.clone()),
        // Gone since its directory was listed.
        (_, _, _) if !in_use => return None,
        _ => Looked::Absent,
    };
    Some(CniKubeconfig { file, plugin, in_use, access })
}

/// The file comes first where it can be read (client-go transport/token_source.go).
fn token_of(tree: &Tree, path: &Utf8Path, bearer: &Bearer) -> Looked<TokenClaims> {
    if let Some(file) = &bearer.file {
        let content = tree.read(&path.parent().unwrap_or(path).join(file));
        match content.looked() {
            Looked::Seen(bytes) => {
                if let Some(claims) = token::claims_of_file(bytes) {
                    return Looked::Seen(claims);
                }
            }
            Looked::Unusable(trouble) if bearer.claims.is_none() => return Looked::Unusable(trouble),
            Looked::Unusable(_) | Looked::Absent => {}
        }
    }
    bearer.claims.clone().map_or(Looked::Absent, Looked::Seen)
}
