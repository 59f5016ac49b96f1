//! Every credential in every place on disk.

use super::files::Tree;
use super::kubeconfigs::{self, Read};
use super::pairs::{self, Pair, Secret};
use super::static_pods::StaticPods;
use super::wanted::{At, Wanted, wanted};
use crate::tls::ClientIdentity;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::Kubeconfig;
use perennial_core::inventory::{Credential, Place, Role};

/// A credential and what the inventory must not hold: its key.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) credential: Credential,
    pub(super) secret: Option<Secret>,
    /// Of a kubeconfig: what it says.
    pub(super) kubeconfig: Option<Kubeconfig>,
}

impl Found {
    /// The credential as one that can be presented to a server.
    pub(super) fn identity(&self) -> Option<ClientIdentity> {
        ClientIdentity::new(self.credential.certificate.seen()?, &self.secret.as_ref()?.0)
    }

    /// From two files.
    pub(super) fn pair(name: &str, role: Role, pair: Pair) -> Self {
        let credential = Credential {
            name: name.to_owned(),
            role,
            place: Place::Pair { certificate: pair.certificate.file, key: pair.key.file },
            certificate: pair.chain,
            key: pair.facts,
            used_by: Vec::new(),
        };
        Self { credential, secret: pair.secret, kubeconfig: None }
    }

    /// From one file that holds both.
    pub(super) fn combined(tree: &Tree, name: &str, role: Role, path: &Utf8Path) -> Self {
        let pair = pairs::read(tree, path, path);
        let place = Place::Combined { file: pair.certificate.file.clone() };
        let mut found = Self::pair(name, role, pair);
        found.credential.place = place;
        found
    }

    /// From a kubeconfig.
    pub(super) fn kubeconfig(
        tree: &Tree,
        name: &str,
        role: Role,
        path: &Utf8Path,
        host_path: impl Fn(&Utf8Path) -> Utf8PathBuf,
    ) -> Self {
        Self::of_kubeconfig(name, role, kubeconfigs::read(tree, path, host_path))
    }

    /// From a kubeconfig that was read.
    pub(super) fn of_kubeconfig(name: &str, role: Role, read: Read) -> Self {
        let credential = Credential {
            name: name.to_owned(),
            role,
            place: read.place,
            certificate: read.chain,
            key: read.facts,
            used_by: Vec::new(),
        };
        Self { credential, secret: read.secret, kubeconfig: read.parsed }
    }
}

/// The control plane's credentials.
pub(super) fn of_control_plane(tree: &Tree, pods: &StaticPods) -> Vec<Found> {
    wanted(tree, pods).into_iter().map(|wanted| look(tree, pods, wanted)).collect()
}

fn look(tree: &Tree, pods: &StaticPods, wanted: Wanted) -> Found {
    let mut found = match &wanted.at {
        At::Pair { certificate, key } => {
            Found::pair(&wanted.name, wanted.role, pairs::read(tree, certificate, key))
        }
        At::Kubeconfig(path) => {
            let user = wanted.used_by.first().and_then(|user| pods.manifest(*user));
            let host_path = |named: &Utf8Path| match user {
                Some(manifest) => manifest.host_path(named),
                None => named.to_owned(),
            };
            Found::kubeconfig(tree, &wanted.name, wanted.role, path, host_path)
        }
    };
    found.credential.used_by = wanted.used_by;
    found
}
