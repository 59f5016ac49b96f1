//! The images of a kubeadm cluster, packed from the binaries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::archive::{self, Image};
use super::binaries::{Binaries, KUBERNETES};
use super::layer::PAUSE;
use super::{Cache, Entry, Own, key_of, key_of_file};
use crate::error::{LabError, Result};
use crate::tools::command::Run;
use crate::tools::files;

/// The image of the workload that keeps talking to the API.
pub(crate) const CLIENT: &str = "perennial.lab/client:1";

/// kubeadm's name for the etcd that belongs to this version of Kubernetes.
const ETCD: &str = "registry.k8s.io/etcd:3.6.8-0";

/// Raised when images are made in another way.
const RECIPE: &str = "1";

pub(super) fn ensure(cache: &Cache, own: &Own, binaries: &Binaries, root: &Entry) -> Result<Entry> {
    if let Some(dir) = &own.images {
        let archives = files::list(dir)?;
        if archives.is_empty() {
            return Err(LabError::refused(format!("no image archives in {}", dir.display())));
        }
        let keys = archives.iter().map(|p| key_of_file(p)).collect::<Result<Vec<_>>>()?;
        let mine = build(cache, &[CLIENT], binaries, root)?;
        let key = key_of(keys.iter().map(String::as_bytes).chain([mine.key.as_bytes()]));
        return cache.entry("images", key, "the folder of images", |to| {
            for path in archives.iter().chain(&files::list(&mine.path)?) {
                files::copy_tree(path, to)?;
            }
            Ok(())
        });
    }
    build(cache, &[], binaries, root)
}

/// Packs the images, or only those that are named.
fn build(cache: &Cache, only: &[&str], binaries: &Binaries, root: &Entry) -> Result<Entry> {
    let parts = [RECIPE.as_bytes(), binaries.key.as_bytes(), root.key.as_bytes()];
    let key = key_of(parts.into_iter().chain(only.iter().map(|s| s.as_bytes())));
    cache.entry("images", key, "the cluster's images", |dir| {
        for (name, reference, binary) in [
            ("pause", PAUSE.to_owned(), "lab-pause"),
            ("client", CLIENT.to_owned(), "lab-client"),
            ("etcd", ETCD.to_owned(), "etcd"),
            ("kube-apiserver", component("kube-apiserver"), "kube-apiserver"),
            ("kube-controller-manager", component("kube-controller-manager"), "kube-controller-manager"),
            ("kube-scheduler", component("kube-scheduler"), "kube-scheduler"),
            ("kube-proxy", component("kube-proxy"), "kube-proxy"),
        ] {
            if !only.is_empty() && !only.contains(&reference.as_str()) {
                continue;
            }
            let inside = match name {
                "pause" => "/pause".to_owned(),
                _ => format!("/usr/local/bin/{binary}"),
            };
            let mut content = vec![(binaries.path(binary)?, inside.clone())];
            if name == "kube-proxy" {
                content.extend(with_libraries(&root.path, &["/usr/sbin/nft"])?);
            }
            let image = Image { reference: &reference, entrypoint: &inside, files: content };
            archive::write(&image, &dir.join(format!("{name}.tar")), dir)?;
        }
        Ok(())
    })
}

fn component(name: &str) -> String {
    format!("registry.k8s.io/{name}:{KUBERNETES}")
}

/// Programs of the node's root and the libraries they load, at the paths where they are looked for.
fn with_libraries(root: &Path, programs: &[&str]) -> Result<Vec<(PathBuf, String)>> {
    let listed = Run::new("chroot")
        .arg(root)
        .arg("ldd")
        .args(programs)
        .what("looking up the libraries of kube-proxy's tools")
        .text()?;
    let libraries = listed.split_whitespace().filter(|w| w.starts_with('/') && !w.ends_with(':'));
    let wanted: BTreeSet<&str> = programs.iter().copied().chain(libraries).collect();
    let mut all = Vec::new();
    for path in wanted {
        let outside = root.join(path.trim_start_matches('/'));
        // Symbolic links are resolved here: an image of a few files needs no chain of them.
        let real = outside.canonicalize().map_err(|source| LabError::File {
            what: "find",
            path: outside,
            source,
        })?;
        all.push((real, path.to_owned()));
    }
    Ok(all)
}
