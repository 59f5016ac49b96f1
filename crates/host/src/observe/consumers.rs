//! Static pods beside the control plane's, and which credentials they get to.

use super::credentials::Found;
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
            container: found.container,
            alone: found.alone,
            named: found.named,
            running: Looked::Absent,
            mounted_sha256: Looked::Absent,
        })
    });
    used.collect()
}
