//! etcd as a service of the host (kubespray, a machine for etcd alone): by its running process, else by its unit.

use super::files::{Tree, perhaps_cut_off};
use super::static_pods::StaticPods;
use super::{processes, systemd};
use crate::tls::{ClientIdentity, get};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::etcd::{Start, configuration};
use perennial_core::formats::manifest::Manifest;
use perennial_core::inventory::{Component, File, Looked, StaticPod, Version};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// kubespray's environment file; its unit names it, but in a copied tree there may be no unit.
const ENVIRONMENT_FILE: &str = "/etc/etcd.env";

/// kubespray's names for the member's own pair (`member-cp1.pem`) and a client's (`node-cp1.pem`).
const OF_MEMBER: [&str; 2] = ["member-", "node-"];

/// A certificate and its key.
pub(super) type Files = (Utf8PathBuf, Utf8PathBuf);

/// Adds the service to `pods`, where no static pod runs etcd. `running` says whether the process itself counts.
pub(super) fn add(tree: &Tree, running: bool, pods: &mut StaticPods) {
    if pods.runs(Component::Etcd) {
        return;
    }
    let (path, start) = start(tree, running);
    let flags = match &start.configuration {
        Some(file) => {
            let content = tree.read(file);
            let read = match content.text() {
                Looked::Seen(text) => {
                    configuration(text).map_err(|trouble| Some(perhaps_cut_off(text, trouble)))
                }
                Looked::Absent => Err(None),
                Looked::Unusable(trouble) => Err(Some(trouble)),
            };
            read.unwrap_or_else(|trouble| {
                pods.troubles.extend(trouble.map(|trouble| (file.clone(), trouble)));
                BTreeMap::new()
            })
        }
        None => start.flags,
    };
    let file = |flag: &str| flags.get(flag).map(Utf8Path::new);
    let Some(certificate) = file("--cert-file").or_else(|| file("--peer-cert-file")) else { return };
    pods.etcd_client = start.etcdctl.or_else(|| admin(tree, certificate));
    let component = Component::Etcd;
    let manifest = File { path, facts: Looked::Absent };
    let service = StaticPod { component, manifest, version: None, flags: flags.clone() };
    pods.services.push((service, Manifest::of_host(component, flags)));
}

/// What starts it, and how. The environment of another user's process can't be read: then the files count.
fn start(tree: &Tree, running: bool) -> (Utf8PathBuf, Start) {
    let name = Component::Etcd.name();
    let process = if running { processes::of_host(name) } else { None };
    let environment = process.as_ref().and_then(|process| process.environment("ETCD"));
    let service = systemd::start(tree, name);
    let path = service.unit.clone().unwrap_or_else(|| ENVIRONMENT_FILE.into());
    if let (Some(process), Some(environment)) = (process, environment) {
        return (path, Start::of(&process.arguments, &environment));
    }
    let environment = match service.unit {
        Some(_) => service.environment,
        None => systemd::environment_file(tree, Utf8Path::new(ENVIRONMENT_FILE)),
    };
    (path, Start::of(&service.arguments, &environment))
}

/// The pair for etcdctl beside the member's: `admin-cp1.pem` beside `member-cp1.pem`.
fn admin(tree: &Tree, member: &Utf8Path) -> Option<Files> {
    let stem = member.file_stem()?;
    let node = OF_MEMBER.into_iter().find_map(|prefix| stem.strip_prefix(prefix))?;
    let certificate = member.with_file_name(format!("admin-{node}.pem"));
    let key = member.with_file_name(format!("admin-{node}-key.pem"));
    (tree.exists(&certificate) && tree.exists(&key)).then_some((certificate, key))
}

/// The version that a member tells its clients; no image's tag does.
pub(super) async fn version(address: SocketAddr, identity: Option<&ClientIdentity>) -> Option<Version> {
    let told = get(address, identity, "/version").await?;
    let told: serde_json::Value = serde_json::from_str(&told).ok()?;
    Version::parse(told.get("etcdserver")?.as_str()?)
}
