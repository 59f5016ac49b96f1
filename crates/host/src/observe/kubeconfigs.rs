//! A kubeconfig as a place of a credential.

use super::files::{Content, Tree, perhaps_cut_off};
use super::pairs::{self, Secret};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{self, Identity, Kubeconfig, Source};
use perennial_core::inventory::{Chain, Entry, File, Instead, Key, Looked, Material, Place, Trouble};
use perennial_pki::certificate::Certificate;

/// What was read of a kubeconfig.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) place: Place,
    pub(super) chain: Looked<Chain>,
    pub(super) facts: Looked<Key>,
    pub(super) secret: Option<Secret>,
    /// The parsed file, where it could be parsed.
    pub(super) parsed: Option<Kubeconfig>,
}

/// Reads a kubeconfig and what its current user refers to. `host_path` leads from a path in it to the host's, where
/// the kubeconfig is a container's.
pub(super) fn read(tree: &Tree, path: &Utf8Path, host_path: impl Fn(&Utf8Path) -> Utf8PathBuf) -> Read {
    let content = tree.read(path);
    match understood(&content, kubeconfig::parse) {
        Looked::Seen(parsed) => {
            let in_place = in_place(&content, &parsed);
            entry(tree, content.file, parsed, Entry::Current, in_place, host_path)
        }
        Looked::Absent => unread(content.file, Looked::Absent, Looked::Absent),
        Looked::Unusable(trouble) => refused(content.file, trouble),
    }
}

/// Reads a person's kubeconfig: its current user, and the others with a client certificate.
pub(super) fn read_all(tree: &Tree, path: &Utf8Path) -> (Read, Vec<Read>) {
    let content = tree.read(path);
    let file = content.file.clone();
    let document = match understood(&content, kubeconfig::parse_all) {
        Looked::Seen(document) => document,
        Looked::Absent => return (unread(file, Looked::Absent, Looked::Absent), Vec::new()),
        Looked::Unusable(trouble) => return (refused(file, trouble), Vec::new()),
    };
    let others =
        document.others.into_iter().filter(|one| matches!(one.identity, Identity::Certificate { .. }));
    let others = others.map(|one| {
        let placed = super::people::entry(&one);
        let in_place = in_place(&content, &one);
        entry(tree, file.clone(), one, placed, in_place, Utf8Path::to_owned)
    });
    let others = others.collect();
    let current = match document.current {
        Ok(current) => {
            let in_place = in_place(&content, &current);
            entry(tree, file, current, Entry::Current, in_place, Utf8Path::to_owned)
        }
        Err(trouble) => refused(file, trouble),
    };
    (current, others)
}

/// Whether an entry can be changed and nothing else of its text. Files that it names can always be replaced.
fn in_place(content: &Content, entry: &Kubeconfig) -> bool {
    let in_files = matches!(
        &entry.identity,
        Identity::Certificate { certificate: Some(Source::File(_)), key: Some(Source::File(_)) }
    );
    in_files || content.text().seen().is_some_and(|text| kubeconfig::spliceable(text, entry).is_ok())
}

fn understood<T>(content: &Content, parse: impl Fn(&str) -> Result<T, Trouble>) -> Looked<T> {
    match content.text() {
        Looked::Seen(text) => match parse(text) {
            Ok(parsed) => Looked::Seen(parsed),
            Err(trouble) => Looked::Unusable(perhaps_cut_off(text, trouble)),
        },
        Looked::Absent => Looked::Absent,
        Looked::Unusable(trouble) => Looked::Unusable(trouble),
    }
}

fn refused(file: File, trouble: Trouble) -> Read {
    unread(file, Looked::Unusable(trouble.clone()), Looked::Unusable(trouble))
}

/// One user of a kubeconfig, and what it refers to.
fn entry(
    tree: &Tree,
    file: File,
    parsed: Kubeconfig,
    entry: Entry,
    in_place: bool,
    host_path: impl Fn(&Utf8Path) -> Utf8PathBuf,
) -> Read {
    let path = file.path.clone();
    let locate = |named: &Utf8Path| host_path(&path.parent().unwrap_or(&path).join(named));
    let trusts = match &parsed.authority {
        Some(Source::Data(data)) => pairs::trusted(Looked::Seen(&data.bytes)),
        Some(Source::File(named)) => {
            let named = tree.read(&locate(named));
            match pairs::trusted(named.looked()) {
                Looked::Absent => Looked::Unusable(Trouble::NamesMissing { path: named.file.path.clone() }),
                trusted => trusted,
            }
        }
        None => Looked::Absent,
    };
    let Identity::Certificate { certificate, key } = &parsed.identity else {
        let mut read = refused(file, Trouble::NoClientCertificate(instead(&parsed.identity)));
        describe(&mut read, &parsed, entry, (Material::Embedded, in_place), trusts);
        read.parsed = Some(parsed);
        return read;
    };
    let certificate = Origin::of(tree, certificate.as_ref(), locate);
    let key = Origin::of(tree, key.as_ref(), locate);
    let chain = match certificate.looked() {
        // An entry with a key alone authenticates nobody.
        Looked::Absent if certificate.file().is_none() => {
            Looked::Unusable(Trouble::NoClientCertificate(Instead::Nothing))
        }
        bytes => pairs::chain(bytes),
    };
    let (facts, secret) = pairs::private_key(key.looked(), chain.seen().map(Chain::leaf));
    let material = match (certificate.file(), key.file()) {
        (Some(certificate), Some(key)) => Material::Files { certificate, key },
        // client-go follows files only where both are files (transport.go `ReloadTLSFiles`).
        _ => Material::Embedded,
    };
    let mut read = Read { chain, facts, secret, ..unread(file, Looked::Absent, Looked::Absent) };
    describe(&mut read, &parsed, entry, (material, in_place), trusts);
    read.parsed = Some(parsed);
    read
}

fn instead(identity: &Identity) -> Instead {
    match identity {
        Identity::Plugin(name) => Instead::Plugin(name.clone()),
        Identity::Token(_) => Instead::Token,
        Identity::Password => Instead::Password,
        Identity::Certificate { .. } | Identity::Nothing => Instead::Nothing,
    }
}

/// Where bytes of a kubeconfig come from.
enum Origin<'a> {
    Data(&'a [u8]),
    Named(Content),
    Nowhere,
}

impl<'a> Origin<'a> {
    fn of(tree: &Tree, source: Option<&'a Source>, locate: impl Fn(&Utf8Path) -> Utf8PathBuf) -> Self {
        match source {
            Some(Source::Data(data)) => Self::Data(&data.bytes),
            Some(Source::File(named)) => Self::Named(tree.read(&locate(named))),
            None => Self::Nowhere,
        }
    }

    fn looked(&self) -> Looked<&[u8]> {
        match self {
            Self::Data(bytes) => Looked::Seen(bytes),
            Self::Named(content) => content.looked(),
            Self::Nowhere => Looked::Absent,
        }
    }

    fn file(&self) -> Option<File> {
        match self {
            Self::Named(content) => Some(content.file.clone()),
            Self::Data(_) | Self::Nowhere => None,
        }
    }
}

fn unread(file: File, chain: Looked<Chain>, facts: Looked<Key>) -> Read {
    let place = Place::Kubeconfig {
        file,
        entry: Entry::Current,
        user: String::new(),
        server: String::new(),
        verifies: None,
        material: Material::Embedded,
        in_place: false,
        trusts: Looked::Absent,
    };
    Read { place, chain, facts, secret: None, parsed: None }
}

fn describe(
    read: &mut Read,
    parsed: &Kubeconfig,
    placed: Entry,
    (told, replaceable): (Material, bool),
    trusted: Looked<Vec<Certificate>>,
) {
    if let Place::Kubeconfig { entry, user, server, verifies, material, in_place, trusts, .. } =
        &mut read.place
    {
        *entry = placed;
        user.clone_from(&parsed.user);
        server.clone_from(&parsed.server);
        *verifies = parsed.verified_name();
        *material = told;
        *in_place = replaceable;
        *trusts = trusted;
    }
}
