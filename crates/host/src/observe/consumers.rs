//! Static pods beside the control plane's, which credentials they get to, and since when they run.

use super::containers::{Containers, Named};
use super::credentials::Found;
use super::processes;
use super::static_pods::StaticPods;
use perennial_core::formats::manifest::Manifest;
use perennial_core::inventory::{Authority, Consumed, File, Looked, OtherPod};
use std::collections::BTreeSet;

/// Every other static pod with what it gets to.
pub(super) fn pods(pods: &StaticPods, authorities: &[Authority], found: &[Found]) -> Vec<OtherPod> {
    let of_credentials = found.iter().flat_map(|found| {
        let credential = &found.credential;
        credential.place.files().into_iter().map(move |file| (credential.name.as_str(), file))
    });
    let of_authorities = authorities.iter().map(|authority| (authority.name.as_str(), &authority.file));
    let files: Vec<_> = of_credentials.chain(of_authorities).collect();
    let pod = |(file, manifest): &(File, Manifest)| OtherPod {
        pod: manifest.pod.clone(),
        namespace: manifest.namespace.clone(),
        manifest: file.clone(),
        flags: manifest.flags.clone(),
        consumes: consumes(manifest, &files),
    };
    pods.others.iter().map(pod).collect()
}

fn consumes(manifest: &Manifest, files: &[(&str, &File)]) -> Vec<Consumed> {
    let mut known = BTreeSet::new();
    let used = files.iter().filter_map(|(name, file)| {
        let mut paths = vec![&file.path];
        paths.extend(Some(file.real_path()).filter(|real| **real != file.path));
        let found = paths.into_iter().find_map(|path| manifest.uses(path))?;
        known.insert(&file.path).then(|| Consumed {
            name: (*name).to_owned(),
            file: file.path.clone(),
            inside: found.inside,
            container: found.container,
            alone: found.alone,
            named: found.named,
            running: Looked::Absent,
            mounted_sha256: Looked::Absent,
        })
    });
    used.collect()
}

/// The containers whose start tells what they hold.
pub(super) fn wanted(pods: &[OtherPod], node: Option<&str>) -> Vec<Named> {
    let Some(node) = node else { return Vec::new() };
    let used = pods.iter().flat_map(|pod| pod.uses().map(move |used| named(pod, used, node)));
    let wanted: BTreeSet<Named> = used.collect();
    wanted.into_iter().collect()
}

/// A static pod's name ends with its node's (kubelet pkg/kubelet/config/common.go).
fn named(pod: &OtherPod, used: &Consumed, node: &str) -> Named {
    Named {
        namespace: pod.namespace.clone(),
        pod: Some(format!("{}-{node}", pod.pod)),
        container: used.container.clone(),
    }
}

/// Puts in what the runtime says of them.
pub(super) fn fill(pods: &mut [OtherPod], node: Option<&str>, containers: &Containers) {
    let Some(node) = node else { return };
    for pod in pods {
        let of = |used: &Consumed| containers.named(&named(pod, used, node));
        let running: Vec<_> = pod.consumes.iter().map(of).collect();
        for (used, running) in pod.consumes.iter_mut().zip(running) {
            if let (true, Some(pid)) = (used.alone, running.seen().and_then(|container| container.pid)) {
                used.mounted_sha256 = processes::mounted_sha256(pid, &used.inside);
            }
            used.running = running;
        }
    }
}
