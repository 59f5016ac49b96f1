//! The static pods of the control plane, by the manifests that the kubelet reads.

use super::etcd;
use super::files::{Tree, perhaps_cut_off};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::manifest::{self, Manifest};
use perennial_core::inventory::{Component, File, Looked, StaticPod, Trouble};

/// The control plane's manifests, parsed, and the files that could not be used.
#[derive(Debug, Default)]
pub(super) struct StaticPods {
    pub(super) found: Vec<(StaticPod, Manifest)>,
    pub(super) troubles: Vec<(Utf8PathBuf, Trouble)>,
    /// Static pods that are none of the control plane's components.
    pub(super) others: Vec<(File, Manifest)>,
    /// Components that run on the host itself; `manifest` is the file that says so.
    pub(super) services: Vec<(StaticPod, Manifest)>,
    /// The pair with which etcdctl asks the etcd of this host.
    pub(super) etcd_client: Option<etcd::Files>,
    /// Components whose manifest is there under kubeadm's name but may not be read.
    hidden: Vec<Component>,
}

impl StaticPods {
    /// Every manifest in `directory`, and what runs as a service instead; `running` says whether processes count.
    pub(super) fn of_node(tree: &Tree, directory: &Utf8Path, running: bool) -> Self {
        let mut pods = Self::read(tree, directory);
        etcd::add(tree, running, &mut pods);
        pods
    }

    /// Reads every manifest in `directory`.
    fn read(tree: &Tree, directory: &Utf8Path) -> Self {
        let mut pods = Self::default();
        let names = match tree.names(directory) {
            Looked::Seen(names) => names,
            Looked::Absent => return pods,
            Looked::Unusable(trouble) => {
                pods.troubles.push((directory.to_owned(), trouble));
                return pods;
            }
        };
        for name in names.iter().filter(|name| manifest::counts(name)) {
            let content = tree.read(&directory.join(name));
            let parsed = match content.text() {
                Looked::Seen(text) => Manifest::parse(text).map_err(|trouble| perhaps_cut_off(text, trouble)),
                Looked::Absent | Looked::Unusable(Trouble::NotRegular(_)) => continue,
                Looked::Unusable(trouble) => Err(trouble),
            };
            match parsed {
                Ok(manifest) => match manifest.component {
                    Some(component) => {
                        let (version, flags) = (manifest.version(), manifest.flags.clone());
                        let pod = StaticPod { component, manifest: content.file, version, flags };
                        pods.found.push((pod, manifest));
                    }
                    None => pods.others.push((content.file, manifest)),
                },
                Err(trouble) => {
                    if trouble == Trouble::PermissionDenied {
                        let is_called = |component: &Component| *name == format!("{component}.yaml");
                        pods.hidden.extend(Component::STATIC.into_iter().find(is_called));
                    }
                    pods.troubles.push((content.file.path, trouble));
                }
            }
        }
        pods
    }

    /// The manifest of a component: of several the one under kubeadm's name, else the first; else its service.
    pub(super) fn manifest(&self, component: Component) -> Option<&Manifest> {
        let of_pods = || self.found.iter().filter(|(pod, _)| pod.component == component);
        let usual = of_pods().find(|(pod, _)| {
            pod.manifest.path.file_name().is_some_and(|name| name == format!("{component}.yaml"))
        });
        let service = self.services.iter().find(|(service, _)| service.component == component);
        let pod = usual.or_else(|| of_pods().next());
        pod.map(|(_, manifest)| manifest).or_else(|| service.map(|(_, manifest)| manifest))
    }

    /// Whether this node should run a component, also if its flags can't be read.
    pub(super) fn runs(&self, component: Component) -> bool {
        self.manifest(component).is_some() || self.hidden.contains(&component)
    }

    /// A flag of a component, by its name without dashes; an empty value counts as none.
    pub(super) fn flag(&self, component: Component, name: &str) -> Option<&str> {
        self.manifest(component)?.flag(name).filter(|value| !value.is_empty())
    }

    /// Where the path in a component's flag is on the host.
    pub(super) fn path(&self, component: Component, flag: &str) -> Option<Utf8PathBuf> {
        let manifest = self.manifest(component)?;
        let value = manifest.flag(flag).filter(|value| !value.is_empty())?;
        Some(manifest.host_path(Utf8Path::new(value)))
    }
}
