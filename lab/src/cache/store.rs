//! containerd's state with every image imported and unpacked, made once in a node that lives only for that.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Cache, Entry, key_of};
use crate::error::Result;
use crate::node::{Ground, Machine};
use crate::tools::{files, interrupt};

pub(super) fn ensure(cache: &Cache, lower: &[PathBuf], images: &Entry) -> Result<Entry> {
    let lower_names = lower.iter().map(|p| p.as_os_str().as_encoded_bytes());
    let key = key_of(lower_names.chain([images.key.as_bytes()]));
    cache.entry("store", key.clone(), "containerd's state with the images", |dir| {
        let work = dir.join("work");
        let ground = Ground::new(&format!("store-{}", &key[..8]), &work);
        ground.clear()?;
        let imported = import(cache, &ground, lower, images);
        if imported.is_err() {
            interrupt::clear();
        }
        let cleared = ground.clear();
        imported?;
        cleared?;
        for part in files::list(&work.join("nodes/import/var/containerd"))? {
            files::rename(&part, &dir.join(part.file_name().unwrap_or_default()))?;
        }
        files::remove_tree(&work)
    })
}

fn import(cache: &Cache, ground: &Ground, lower: &[PathBuf], images: &Entry) -> Result<()> {
    let node = Machine::new(ground, "import");
    ground.make(cache.progress)?;
    node.make(lower, None)?;
    node.start(None, &[(Path::new(&images.path), "/images")])?;
    node.wait_socket("/run/containerd/containerd.sock", Duration::from_secs(60))?;
    for archive in files::list(&images.path)? {
        let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
        node.must(&["ctr", "--namespace", "k8s.io", "images", "import", &format!("/images/{name}")], None)?;
    }
    node.must(&["systemctl", "stop", "containerd"], None)?;
    Ok(())
}
