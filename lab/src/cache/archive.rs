//! Packs files as an image archive that `ctr images import` reads: one layer, no registry, no engine.

use std::fs::File;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::hex;
use crate::error::{LabError, Result};
use crate::tools::files;

/// What goes into an image.
pub(super) struct Image<'a> {
    pub(super) reference: &'a str,
    pub(super) entrypoint: &'a str,
    /// Source on the host and absolute path in the image; symbolic links stay links.
    pub(super) files: Vec<(PathBuf, String)>,
}

/// Writes the archive to `out`; `scratch` is a folder for the layer in the making.
pub(super) fn write(image: &Image<'_>, out: &Path, scratch: &Path) -> Result<()> {
    let layer = scratch.join("layer.tar");
    let packed = pack(image, &layer, out);
    files::remove_file(&layer)?;
    packed
}

fn pack(image: &Image<'_>, layer: &Path, out: &Path) -> Result<()> {
    let fail = |path: &Path| {
        let path = path.to_path_buf();
        move |source| LabError::File { what: "write", path, source }
    };
    write_layer(image, layer).map_err(fail(layer))?;
    let digest = digest(layer).map_err(fail(layer))?;
    let arch = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" };
    let config = json!({
        "architecture": arch, "os": "linux",
        "config": {"Env": ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "Entrypoint": [image.entrypoint]},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{digest}")]},
    })
    .to_string();
    let config_name = format!("{}.json", hex(&Sha256::digest(config.as_bytes())));
    let layer_name = format!("{digest}/layer.tar");
    let manifest =
        json!([{"Config": config_name, "RepoTags": [image.reference], "Layers": [layer_name]}]).to_string();
    let write_all = || -> std::io::Result<()> {
        let mut archive = tar::Builder::new(File::create(out)?);
        append(&mut archive, &config_name, config.as_bytes())?;
        archive.append_path_with_name(layer, &layer_name)?;
        append(&mut archive, "manifest.json", manifest.as_bytes())?;
        archive.into_inner()?.sync_all()
    };
    write_all().map_err(fail(out))
}

fn append(archive: &mut tar::Builder<impl Write>, name: &str, content: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, name, content)
}

fn write_layer(image: &Image<'_>, path: &Path) -> std::io::Result<()> {
    let mut layer = tar::Builder::new(File::create(path)?);
    layer.follow_symlinks(false);
    layer.mode(tar::HeaderMode::Deterministic);
    let mut made = std::collections::BTreeSet::new();
    for (dir, mode) in [("tmp", 0o1777), ("etc", 0o755)] {
        directory(&mut layer, dir, mode)?;
        made.insert(dir.to_owned());
    }
    for (source, target) in &image.files {
        let target = target.trim_start_matches('/');
        for (at, _) in target.match_indices('/') {
            if made.insert(target[..at].to_owned()) {
                directory(&mut layer, &target[..at], 0o755)?;
            }
        }
        layer.append_path_with_name(source, target)?;
    }
    layer.into_inner()?.flush()
}

fn directory(layer: &mut tar::Builder<File>, name: &str, mode: u32) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_mode(mode);
    header.set_size(0);
    header.set_cksum();
    layer.append_data(&mut header, name, std::io::empty())
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}
