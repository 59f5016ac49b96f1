//! The kubelet: its flags, its configuration, its two credentials.

use super::credentials::Found;
use super::files::{Content, Tree, perhaps_cut_off};
use super::pairs;
use super::processes::{self, Process};
use super::store;
use super::systemd;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::flags::flags;
use perennial_core::formats::kubelet::{KubeletConfiguration, defaults};
use perennial_core::inventory::{
    Component, Current, File, KUBELET_CLIENT, KUBELET_STORE, Kubelet, Looked, Material, Place, Role, Trouble,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// The name of the kubelet's serving credential.
pub(super) const SERVING: &str = "kubelet-serving";

/// The kubelet as it runs, or as it would be started.
#[derive(Debug)]
pub(super) struct KubeletFacts {
    pub(super) process: Option<Process>,
    pub(super) flags: BTreeMap<String, String>,
    pub(super) configuration: KubeletConfiguration,
    pub(super) troubles: Vec<(Utf8PathBuf, Trouble)>,
}

impl KubeletFacts {
    /// Reads flags and configuration. `processes` says whether the running kubelet counts.
    pub(super) fn read(tree: &Tree, processes: bool) -> Self {
        let process = if processes { processes::named(Component::Kubelet.name()) } else { None };
        let flags = match &process {
            Some(process) => flags(&process.arguments),
            None => flags(&systemd::start(tree, Component::Kubelet.name()).arguments),
        };
        let path = flags.get("--config").map_or(defaults::CONFIG, String::as_str);
        let content = tree.read(Utf8Path::new(path));
        let mut troubles = Vec::new();
        let drop_ins = drop_ins(tree, &flags, &mut troubles);
        let parsed = match content.text() {
            Looked::Seen(text) => {
                let cut = |trouble| perhaps_cut_off(text, trouble);
                let directory = content.file.path.parent().unwrap_or_else(|| Utf8Path::new("/"));
                let texts: Vec<&str> =
                    drop_ins.iter().filter_map(|file| file.text().seen().copied()).collect();
                KubeletConfiguration::layered(text, directory, &texts).map_err(cut)
            }
            Looked::Absent => Ok(KubeletConfiguration::default()),
            Looked::Unusable(trouble) => Err(trouble),
        };
        let configuration = parsed.unwrap_or_else(|trouble| {
            troubles.push((content.file.path.clone(), trouble));
            KubeletConfiguration::default()
        });
        let configuration = configuration.overridden_by(&flags);
        Self { process, flags, configuration, troubles }
    }

    fn path(&self, flag: &str, standard: &str) -> Utf8PathBuf {
        self.flags.get(flag).filter(|path| !path.is_empty()).map_or(standard, String::as_str).into()
    }

    /// Where static pods come from.
    pub(super) fn static_pods(&self) -> Utf8PathBuf {
        self.configuration.static_pod_path.clone().unwrap_or_else(|| defaults::STATIC_PODS.into())
    }

    /// What the inventory holds of it; the unit is filled in when systemd has answered.
    pub(super) fn kubelet(&self, tree: &Tree) -> Kubelet {
        let configuration = &self.configuration;
        let certificate_directory = self.path("--cert-dir", defaults::CERTIFICATE_DIRECTORY);
        let bootstrap = self.flags.get("--bootstrap-kubeconfig").map(Utf8PathBuf::from);
        Kubelet {
            unit: Looked::Absent,
            kubeconfig: self.path("--kubeconfig", defaults::KUBECONFIG),
            static_pods: self.static_pods(),
            current: store::current(tree, &certificate_directory),
            history: store::history(tree, &certificate_directory),
            bootstrap: bootstrap.filter(|path| tree.exists(path)),
            certificate_directory,
            runtime_socket: configuration.runtime_socket(),
            rotates_client: configuration.rotate_certificates.unwrap_or(false),
            serving_by_request: configuration.server_tls_bootstrap.unwrap_or(false),
            client_authority: configuration.client_authority().map(Utf8Path::to_owned),
            name_override: self.name_override().map(str::to_owned),
            trusts: Looked::Absent,
            server: String::new(),
            verifies: None,
            user: String::new(),
            kubeconfig_absent: false,
        }
    }

    /// Where it listens; the node's own address where it listens everywhere.
    pub(super) fn address(&self, node: Option<IpAddr>) -> SocketAddr {
        let bound = self.configuration.address.as_deref().and_then(|address| address.parse::<IpAddr>().ok());
        let own = self.flags.get("--node-ip").and_then(|address| address.split(',').next()?.parse().ok());
        let address = bound.filter(|address| !address.is_unspecified()).or(node).or(own);
        SocketAddr::new(
            address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
            self.configuration.port.unwrap_or(defaults::PORT),
        )
    }

    /// `--hostname-override`.
    pub(super) fn name_override(&self) -> Option<&str> {
        self.flags.get("--hostname-override").map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// The files that `--config-dir` lays over the configuration, in their order. What can't be read is a trouble.
fn drop_ins(
    tree: &Tree,
    flags: &BTreeMap<String, String>,
    troubles: &mut Vec<(Utf8PathBuf, Trouble)>,
) -> Vec<Content> {
    let Some(directory) = flags.get("--config-dir").filter(|path| !path.is_empty()) else {
        return Vec::new();
    };
    let directory = Utf8Path::new(directory);
    let names = match tree.names(directory) {
        Looked::Seen(names) => names,
        Looked::Absent => return Vec::new(),
        Looked::Unusable(trouble) => {
            troubles.push((directory.to_owned(), trouble));
            return Vec::new();
        }
    };
    let files =
        names.iter().filter(|name| name.ends_with(".conf")).map(|name| tree.read(&directory.join(name)));
    let files: Vec<Content> = files.collect();
    let unread =
        files.iter().filter_map(|file| Some((file.file.path.clone(), file.text().trouble()?.clone())));
    troubles.extend(unread);
    files
}

/// The kubelet's credentials on disk, and why its kubeconfig could not be used, if so. Whom the kubeconfig trusts is
/// noted in `kubelet`.
pub(super) fn credentials(
    tree: &Tree,
    kubelet: &mut Kubelet,
    facts: &KubeletFacts,
) -> (Vec<Found>, Option<(Utf8PathBuf, Trouble)>) {
    let store = kubelet.certificate_directory.join("kubelet-client-current.pem");
    let mut configured =
        Found::kubeconfig(tree, KUBELET_CLIENT, Role::KubeletClient, &kubelet.kubeconfig, Utf8Path::to_owned);
    if let Place::Kubeconfig { trusts, verifies, server, user, .. } = &configured.credential.place {
        kubelet.server.clone_from(server);
        kubelet.user.clone_from(user);
        kubelet.trusts.clone_from(trusts);
        kubelet.verifies.clone_from(verifies);
    }
    let mut trouble = None;
    let mut found = Vec::new();
    let (by_store, usable) = match (&configured.kubeconfig, &configured.credential.place) {
        (Some(_), Place::Kubeconfig { material: Material::Files { certificate, key }, .. }) => {
            let named = |file: &File| tree.place(&file.path) == tree.place(&store);
            (named(certificate) && named(key), true)
        }
        (Some(_), _) => (false, true),
        (None, _) => {
            trouble = configured
                .credential
                .certificate
                .trouble()
                .map(|trouble| (kubelet.kubeconfig.clone(), trouble.clone()));
            let used = kubelet.current != Current::Absent || facts.flags.contains_key("--kubeconfig");
            kubelet.kubeconfig_absent = used && matches!(configured.credential.certificate, Looked::Absent);
            (false, false)
        }
    };
    let store_exists = kubelet.current != Current::Absent;
    if by_store || (!usable && store_exists) {
        found.push(Found::combined(tree, KUBELET_CLIENT, Role::KubeletClient, &store));
    } else if usable {
        configured.credential.used_by.push(Component::Kubelet);
        found.push(configured);
        if store_exists {
            // The kubelet prefers it while it is valid, and starts only if the other one is, too.
            found.push(Found::combined(tree, KUBELET_STORE, Role::KubeletClient, &store));
        }
    }
    found.extend(serving(tree, kubelet, facts));
    for credential in found.iter_mut().map(|found| &mut found.credential) {
        if credential.used_by.is_empty() {
            credential.used_by.push(Component::Kubelet);
        }
    }
    (found, trouble)
}

fn serving(tree: &Tree, kubelet: &Kubelet, facts: &KubeletFacts) -> Option<Found> {
    let configuration = &facts.configuration;
    if let (Some(certificate), Some(key)) =
        (&configuration.tls_cert_file, &configuration.tls_private_key_file)
    {
        return Some(Found::pair(SERVING, Role::KubeletServing, pairs::read(tree, certificate, key)));
    }
    let directory = &kubelet.certificate_directory;
    if kubelet.serving_by_request {
        let store = directory.join("kubelet-server-current.pem");
        return Some(Found::combined(tree, SERVING, Role::KubeletServing, &store));
    }
    let certificate = directory.join("kubelet.crt");
    // It makes the pair by itself when it starts; without it there is nothing to tell.
    tree.exists(&certificate).then(|| {
        Found::pair(
            SERVING,
            Role::KubeletServing,
            pairs::read(tree, &certificate, &directory.join("kubelet.key")),
        )
    })
}
