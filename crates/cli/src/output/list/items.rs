//! What `list` shows: every certificate in every place, one item each, in the order of the table.

use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::assess::{Basis, Memory, Process, processes};
use perennial_core::inventory::{
    Authority, Chain, CniKubeconfig, Component, Credential, Entry, Kept, Listener, Looked, Node, Place, Role,
    Served, Trouble, UnreferencedFile,
};
use perennial_core::plan::renewable;
use perennial_pki::certificate::Certificate;

/// Where a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In a file.
    Disk,
    /// Shown by a listener.
    Served,
    /// Held by a process that read it once.
    Memory,
    /// In an object of the cluster.
    Cluster,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A certificate authority, or a bundle by which somebody trusts one.
    Authority,
    /// A client's or server's own.
    Leaf,
    /// A client's, in a kubeconfig.
    Kubeconfig,
    /// The kubelet's.
    Kubelet,
    /// A bearer token, which has an end too.
    Token,
    /// A file that nothing on this node names.
    Unreferenced,
}

/// What is known of the end of one item.
#[derive(Clone, Debug)]
pub(crate) enum Found<'a> {
    /// The certificate itself was seen.
    Certificate(&'a Certificate),
    /// Only its subject and its end were kept; a token has no subject.
    Dated(Option<&'a str>, Timestamp),
    /// A token that never ends.
    Endless,
    /// A process holds something older than its file.
    Older,
    /// It is not known what a process holds.
    Unproven,
    /// It is not there.
    Missing,
    /// It is there, and can't be read.
    Unusable(&'a Trouble),
}

/// One certificate in one place.
#[derive(Clone, Debug)]
pub(crate) struct Item<'a> {
    /// The stable name: the same for the same credential in all its places, where that is known.
    pub(crate) name: String,
    /// The name for a table in which the place has a column of its own.
    pub(crate) short: String,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    /// A path, an address, a process, an object as `kubectl get` takes it.
    pub(crate) place: String,
    pub(crate) found: Found<'a>,
    /// Whether `renew --only` takes the name.
    pub(crate) renewable: bool,
}

impl<'a> Item<'a> {
    fn new(name: &str, kind: Kind, source: Source, place: impl ToString, found: Found<'a>) -> Self {
        let short = name.rsplit_once('/').map_or(name, |(_, last)| last).to_owned();
        Self { name: name.to_owned(), short, kind, source, place: place.to_string(), found, renewable: false }
    }

    /// When it ends, where that is known.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        match self.found {
            Found::Certificate(certificate) => Some(certificate.not_after()),
            Found::Dated(_, at) => Some(at),
            _ => None,
        }
    }
}

/// Every item of a node.
pub(crate) fn items(node: &Node) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = node.authorities.iter().flat_map(authority).collect();
    items.extend(node.credentials.iter().filter_map(|one| credential(node, one)));
    items.extend(node.credentials.iter().flat_map(|one| trusted(node, one)));
    items.extend(trusted_by_kubelet(node));
    items.extend(store(node));
    items.extend(node.beside.cni.iter().map(plugin));
    let kept = |file: &&UnreferencedFile| node.kubelet.history.iter().any(|kept| kept.path == file.path);
    let unnamed = node.beside.unreferenced.files.iter().filter(|file| !kept(file));
    items.extend(unnamed.map(unreferenced));
    items.extend(node.listeners.iter().map(listener));
    items.extend(balanced(node));
    items.extend(held(node));
    items.extend(cluster(node));
    items
}

fn chain<'a>(looked: &'a Looked<Chain>) -> Found<'a> {
    match looked {
        Looked::Seen(chain) => Found::Certificate(chain.leaf()),
        Looked::Absent => Found::Missing,
        Looked::Unusable(trouble) => Found::Unusable(trouble),
    }
}

fn served<'a>(looked: &'a Looked<Served>) -> Found<'a> {
    match looked {
        Looked::Seen(served) => Found::Certificate(served.chain.leaf()),
        Looked::Absent => Found::Missing,
        Looked::Unusable(trouble) => Found::Unusable(trouble),
    }
}

/// Each certificate of a bundle, or why there is none.
fn bundle<'a>(looked: &'a Looked<Vec<Certificate>>) -> Vec<Found<'a>> {
    match looked {
        Looked::Seen(all) => all.iter().map(Found::Certificate).collect(),
        Looked::Absent => vec![Found::Missing],
        Looked::Unusable(trouble) => vec![Found::Unusable(trouble)],
    }
}

fn authority(authority: &Authority) -> Vec<Item<'_>> {
    let item = |found| Item::new(&authority.name, Kind::Authority, Source::Disk, &authority.file.path, found);
    bundle(&authority.certificates).into_iter().map(item).collect()
}

/// One pair for several purposes is one item, under its first name; what no component uses and is not there is none.
fn credential<'a>(node: &Node, credential: &'a Credential) -> Option<Item<'a>> {
    let unused = matches!(credential.certificate, Looked::Absent) && credential.used_by.is_empty();
    if unused || node.same_pair(credential).is_some() {
        return None;
    }
    let kind = match (credential.role, &credential.place) {
        (Role::KubeletClient | Role::KubeletServing, _) => Kind::Kubelet,
        (_, Place::Kubeconfig { .. }) => Kind::Kubeconfig,
        _ => Kind::Leaf,
    };
    let place = &credential.place.file().path;
    let mut item = Item::new(&credential.name, kind, Source::Disk, place, chain(&credential.certificate));
    if let Place::Kubeconfig { file, entry: Entry::Other { .. }, user, .. } = &credential.place {
        item.short = format!("{} ({user})", file.path.file_name().unwrap_or_default());
    }
    item.renewable = renewable(credential);
    Some(item)
}

/// The CAs by which a kubeconfig trusts the API server. Entries of one file often share them: each is shown once.
fn trusted<'a>(node: &'a Node, credential: &'a Credential) -> Vec<Item<'a>> {
    let Place::Kubeconfig { file, entry: Entry::Current, trusts: Looked::Seen(trusts), .. } =
        &credential.place
    else {
        return Vec::new();
    };
    let item = |certificate| trust(node, certificate, Source::Disk, &file.path);
    trusts.iter().map(item).collect()
}

/// The store has no word on whom it trusts; the kubelet's kubeconfig has.
fn trusted_by_kubelet(node: &Node) -> impl Iterator<Item = Item<'_>> {
    let path = &node.kubelet.kubeconfig;
    let told = node.credentials.iter().any(
        |one| matches!(&one.place, Place::Kubeconfig { file, entry: Entry::Current, .. } if file.path == *path),
    );
    let trusts = node.kubelet.trusts.seen().filter(|_| !told);
    trusts.into_iter().flatten().map(move |certificate| trust(node, certificate, Source::Disk, path))
}

/// A CA in a place of its own goes by the name of the same one on this node, else by its subject.
fn trust<'a>(node: &Node, certificate: &'a Certificate, source: Source, place: impl ToString) -> Item<'a> {
    let same =
        |authority: &&Authority| authority.certificates.seen().is_some_and(|all| all.contains(certificate));
    let known = node.authorities.iter().find(same).map(|authority| authority.name.clone());
    let name = known.or_else(|| certificate.common_name()).unwrap_or_else(|| certificate.subject());
    Item::new(&name, Kind::Authority, source, place, Found::Certificate(certificate))
}

/// What the kubelet's store has kept beside the one in use.
fn store(node: &Node) -> impl Iterator<Item = Item<'_>> {
    let in_use = |kept: &&Kept| {
        let files = node.credentials.iter().flat_map(|credential| credential.place.files());
        files.into_iter().any(|file| *file.real_path() == kept.path || file.path == kept.path)
    };
    let others = node.kubelet.history.iter().filter(move |kept| !in_use(kept));
    others.map(|kept| by_path(&kept.path, Kind::Kubelet, chain(&kept.certificate)))
}

fn by_path<'a>(path: &Utf8Path, kind: Kind, found: Found<'a>) -> Item<'a> {
    Item::new(path.as_str(), kind, Source::Disk, path, found)
}

fn plugin(found: &CniKubeconfig) -> Item<'_> {
    let (kind, what) = match &found.access {
        Looked::Seen(access) => match (&access.token, &access.certificate) {
            (Looked::Seen(token), _) => {
                (Kind::Token, token.ends.map_or(Found::Endless, |at| Found::Dated(None, at)))
            }
            (_, certificate) => (Kind::Kubeconfig, chain(certificate)),
        },
        Looked::Absent => (Kind::Kubeconfig, Found::Missing),
        Looked::Unusable(trouble) => (Kind::Kubeconfig, Found::Unusable(trouble)),
    };
    Item::new(&found.plugin.to_string(), kind, Source::Disk, &found.file.path, what)
}

fn unreferenced(file: &UnreferencedFile) -> Item<'_> {
    let found = match &file.holds {
        Looked::Seen(glimpse) => Found::Dated(Some(&glimpse.subject), glimpse.not_after),
        Looked::Absent => Found::Missing,
        Looked::Unusable(trouble) => Found::Unusable(trouble),
    };
    by_path(&file.path, Kind::Unreferenced, found)
}

fn listener(listener: &Listener) -> Item<'_> {
    let name = match &listener.credential {
        Some(name) => name.clone(),
        None if listener.loopback() => format!("{} (loopback)", listener.component),
        None => listener.component.to_string(),
    };
    let kind = if listener.component == Component::Kubelet { Kind::Kubelet } else { Kind::Leaf };
    Item::new(&name, kind, Source::Served, listener.address, served(&listener.served))
}

/// What clients meet behind the cluster's address: each certificate once.
fn balanced(node: &Node) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for balancer in &node.balancers {
        let mut met = Vec::new();
        for leaf in balancer.connections.iter().filter_map(Looked::seen).map(|served| served.chain.leaf()) {
            if !met.contains(&leaf) {
                met.push(leaf);
                let found = Found::Certificate(leaf);
                let name = Component::KubeApiserver.name();
                items.push(Item::new(name, Kind::Leaf, Source::Served, &balancer.server, found));
            }
        }
    }
    items
}

fn held(node: &Node) -> impl Iterator<Item = Item<'_>> {
    let runs = |process: &Process<'_>| process.judgement.memory.basis() != Basis::NotRunning;
    // In a copied tree nothing runs.
    let running = processes(node).into_iter().filter(move |one| !node.copied_tree && runs(one));
    running.map(|process| {
        let credential = node.credential(process.credential);
        let found = match process.judgement.memory {
            Memory::Fresh(_) => credential.map_or(Found::Unproven, |one| chain(&one.certificate)),
            Memory::Stale(_) => Found::Older,
            Memory::Unproven(_) => Found::Unproven,
        };
        let kind = if process.component == Component::Kubelet { Kind::Kubelet } else { Kind::Kubeconfig };
        Item::new(process.credential, kind, Source::Memory, process.component, found)
    })
}

fn cluster(node: &Node) -> Vec<Item<'_>> {
    let Some(objects) = node.cluster.seen().and_then(|cluster| cluster.objects.as_ref()) else {
        return Vec::new();
    };
    let mut items = Vec::new();
    for one in &objects.published {
        match &one.authorities {
            Looked::Seen(all) => {
                items.extend(all.iter().map(|found| trust(node, found, Source::Cluster, &one.object)));
            }
            // An entry that is not there trusts nobody, and is no place of a certificate.
            Looked::Absent => {}
            Looked::Unusable(trouble) => {
                let found = Found::Unusable(trouble);
                let name = if one.entry.is_empty() { &one.object } else { &one.entry };
                items.push(Item::new(name, Kind::Authority, Source::Cluster, &one.object, found));
            }
        }
        if let Some(service) = one.service.as_ref().filter(|one| !matches!(one.served, Looked::Absent)) {
            let place = format!("{}:{}", service.name, service.port);
            items.push(Item::new(&service.name, Kind::Leaf, Source::Served, place, served(&service.served)));
        }
    }
    for secret in objects.secrets.seen().into_iter().flatten() {
        let place = format!("secret/{} -n {}", secret.name, secret.namespace);
        let found = chain(&secret.certificate);
        items.push(Item::new(&secret.name, Kind::Leaf, Source::Cluster, place, found));
    }
    items
}
