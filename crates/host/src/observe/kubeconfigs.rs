//! A kubeconfig as a place of a credential.

use super::files::{Content, Tree, perhaps_cut_off};
use super::pairs::{self, Secret};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{self, Identity, Kubeconfig, Source};
use perennial_core::inventory::{Chain, File, Key, Looked, Material, Place, Trouble};
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

/// Reads a kubeconfig and what it refers to. `host_path` leads from a path in it to the host's, where the
/// kubeconfig is a container's.
pub(super) fn read(tree: &Tree, path: &Utf8Path, host_path: impl Fn(&Utf8Path) -> Utf8PathBuf) -> Read {
    let content = tree.read(path);
    let parsed = match content.text() {
        Looked::Seen(text) => kubeconfig::parse(text).map_err(|trouble| perhaps_cut_off(text, trouble)),
        Looked::Absent => return unread(content.file, Looked::Absent, Looked::Absent),
        Looked::Unusable(trouble) => Err(trouble),
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(trouble) => {
            return unread(content.file, Looked::Unusable(trouble.clone()), Looked::Unusable(trouble));
        }
    };
    let locate = |named: &Utf8Path| host_path(&path.parent().unwrap_or(path).join(named));
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
        let trouble = Trouble::NoClientCertificate;
        let mut read = unread(content.file, Looked::Unusable(trouble.clone()), Looked::Unusable(trouble));
        describe(&mut read, &parsed, Material::Embedded, trusts);
        read.parsed = Some(parsed);
        return read;
    };
    let certificate = Origin::of(tree, certificate.as_ref(), locate);
    let key = Origin::of(tree, key.as_ref(), locate);
    let chain = match certificate.looked() {
        // An entry with a key alone authenticates nobody.
        Looked::Absent if certificate.file().is_none() => Looked::Unusable(Trouble::NoClientCertificate),
        bytes => pairs::chain(bytes),
    };
    let (facts, secret) = pairs::private_key(key.looked(), chain.seen().map(Chain::leaf));
    let material = match (certificate.file(), key.file()) {
        (Some(certificate), Some(key)) => Material::Files { certificate, key },
        // client-go follows files only where both are files (transport.go `ReloadTLSFiles`).
        _ => Material::Embedded,
    };
    let mut read = Read { chain, facts, secret, ..unread(content.file, Looked::Absent, Looked::Absent) };
    describe(&mut read, &parsed, material, trusts);
    read.parsed = Some(parsed);
    read
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
        user: String::new(),
        server: String::new(),
        verifies: None,
        material: Material::Embedded,
        trusts: Looked::Absent,
    };
    Read { place, chain, facts, secret: None, parsed: None }
}

fn describe(read: &mut Read, parsed: &Kubeconfig, told: Material, trusted: Looked<Vec<Certificate>>) {
    if let Place::Kubeconfig { user, server, verifies, material, trusts, .. } = &mut read.place {
        user.clone_from(&parsed.user);
        server.clone_from(&parsed.server);
        *verifies = parsed.verified_name();
        *material = told;
        *trusts = trusted;
    }
}
