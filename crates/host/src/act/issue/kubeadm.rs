//! Has kubeadm make certificates: in a folder in memory where it finds its names, with the node's own CA behind
//! links, so that no CA key is copied and nothing live is in its reach.

use super::{Content, Material, read};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig;
use perennial_core::plan::{ByKubeadm, Kubeadm, KubeadmPair, Renewal, Source, encryption_algorithm};
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyKind, PrivateKey};
use std::fs::{DirBuilder, remove_dir_all, write};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

/// A file system in memory on every systemd node: what a power cut leaves here is gone.
const MEMORY: &str = "/run";

/// How long kubeadm may take; it takes a fraction of a second, and some for an RSA-4096 key.
const LIMIT: Duration = Duration::from_secs(60);

/// How far the end may be from the planned one: what passes between the plan and kubeadm's own clock.
const TOLERANCE: jiff::SignedDuration = jiff::SignedDuration::from_secs(120);

/// The folder, which goes with everything in it.
struct Folder(Utf8PathBuf);

impl Folder {
    /// One that a killed run has left is removed first: the node's lock says that nobody uses it.
    fn new() -> Result<Self, String> {
        let path = Utf8Path::new(MEMORY).join("perennial-kubeadm");
        let made = remove(&path).and_then(|()| DirBuilder::new().mode(0o700).create(&path));
        made.map(|()| Self(path.clone())).map_err(|error| format!("{path}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ignored = remove(&self.0);
    }
}

fn remove(path: &Utf8Path) -> std::io::Result<()> {
    match remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// One certificate that is being made.
struct Making<'a> {
    renewal: &'a Renewal,
    pair: Option<&'a KubeadmPair>,
    folder: Utf8PathBuf,
    child: Child,
}

/// What kubeadm makes for these renewals, in their order; `None` for those that are not its own.
pub(super) fn make(
    runtime: &Runtime,
    renewals: &[Renewal],
    old: impl Fn(&Renewal) -> Result<Certificate, String>,
) -> Result<Vec<Option<Material>>, String> {
    if !renewals.iter().any(|renewal| by(renewal).is_some()) {
        return Ok(renewals.iter().map(|_| None).collect());
    }
    let folder = Folder::new()?;
    runtime.block_on(async {
        let mut all = Vec::new();
        for (number, renewal) in renewals.iter().enumerate() {
            all.push(match by(renewal) {
                Some(by) => Some(begin(renewal, by, &folder.0.join(number.to_string()), &old(renewal)?)?),
                None => None,
            });
        }
        let mut made = Vec::new();
        for making in all {
            made.push(match making {
                Some(making) => Some(finish(making).await?),
                None => None,
            });
        }
        Ok(made)
    })
}

fn by(renewal: &Renewal) -> Option<&ByKubeadm> {
    match &renewal.source {
        Source::Reissue { by_kubeadm, .. } => by_kubeadm.as_ref(),
        Source::Import { .. } | Source::CopyOf { .. } => None,
    }
}

fn begin<'a>(
    renewal: &'a Renewal,
    by: &'a ByKubeadm,
    folder: &Utf8Path,
    old: &Certificate,
) -> Result<Making<'a>, String> {
    let name = &renewal.credential;
    let Source::Reissue { authority_certificate, authority_key, key_kind, .. } = &renewal.source else {
        return Err(format!("{name} is a copy"));
    };
    let failed = |error| format!("{folder}: {error}");
    let pki = folder.join("pki");
    let authority = pki.join(by.pair.as_ref().map_or("ca", |pair| pair.authority.as_str()));
    DirBuilder::new().mode(0o700).recursive(true).create(pki.join("etcd")).map_err(failed)?;
    symlink(authority_certificate, format!("{authority}.crt")).map_err(failed)?;
    symlink(authority_key, format!("{authority}.key")).map_err(failed)?;
    let life = renewal.new_not_after.duration_since(jiff::Timestamp::now()).as_secs();
    let configuration = folder.join("kubeadm.yaml");
    write(&configuration, configuration_text(&by.kubeadm, key_kind, life, &pki)?).map_err(failed)?;
    let mut command = Command::new(&by.kubeadm.program);
    match &by.pair {
        Some(pair) => {
            write(pki.join(format!("{}.crt", pair.base)), old.to_pem()).map_err(failed)?;
            command.args(["certs", "renew", &pair.name]);
        }
        None => {
            let common_name = old.common_name().ok_or_else(|| format!("{name} has no common name"))?;
            command.args(["kubeconfig", "user", "--validity-period", &format!("{life}s")]);
            command.args(["--client-name", &common_name]);
            old.organizations().iter().for_each(|organization| {
                command.args(["--org", organization]);
            });
        }
    }
    command.arg("--config").arg(&configuration);
    command.env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("{}: {error}", by.kubeadm.program))?;
    Ok(Making { renewal, pair: by.pair.as_ref(), folder: folder.to_owned(), child })
}

/// kubeadm asks the cluster, or the internet for a version, only for what its configuration does not say.
fn configuration_text(
    kubeadm: &Kubeadm,
    kind: &KeyKind,
    life: i64,
    pki: &Utf8Path,
) -> Result<String, String> {
    let algorithm = encryption_algorithm(kind).ok_or_else(|| format!("kubeadm makes no {kind} keys"))?;
    let version = &kubeadm.version;
    Ok(format!(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: {version}\n\
         encryptionAlgorithm: {algorithm}\ncertificateValidityPeriod: {life}s\ncertificatesDir: {pki}\n"
    ))
}

async fn finish(making: Making<'_>) -> Result<Material, String> {
    let Making { renewal, pair, folder, child } = making;
    let name = &renewal.credential;
    let output = match tokio::time::timeout(LIMIT, child.wait_with_output()).await {
        Ok(output) => output.map_err(|error| format!("{name}: kubeadm: {error}"))?,
        Err(_) => return Err(format!("{name}: kubeadm did not end within {} s", LIMIT.as_secs())),
    };
    let Output { status, stdout, stderr } = output;
    let stdout = Content::new(stdout);
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{name}: kubeadm ended with {status}: {said}"));
    }
    let material = match pair {
        Some(pair) => {
            let base = folder.join("pki").join(&pair.base);
            Material {
                certificate: read(Utf8Path::new(&format!("{base}.crt")))?,
                key: read(Utf8Path::new(&format!("{base}.key")))?,
            }
        }
        None => {
            let said = std::str::from_utf8(&stdout);
            let said = said.map_err(|_| format!("{name}: what kubeadm says is no text"))?;
            let parsed = kubeconfig::parse(said).map_err(|trouble| format!("{name}: kubeadm {trouble}"))?;
            let (certificate, key) =
                parsed.embedded().ok_or_else(|| format!("{name}: kubeadm made no certificate"))?;
            Material { certificate: certificate.bytes.clone(), key: key.bytes.clone() }
        }
    };
    as_planned(renewal, &material)
        .map_err(|what| format!("{name}: the certificate that kubeadm made {what}"))?;
    Ok(material)
}

/// Whether kubeadm has understood what its configuration asked for: an older one may not.
fn as_planned(renewal: &Renewal, made: &Material) -> Result<(), String> {
    let Source::Reissue { key_kind, .. } = &renewal.source else { return Ok(()) };
    let certificate = leaf(&made.certificate).map_err(|error| error.to_string())?;
    let key = PrivateKey::from_pem(&made.key).map_err(|error| format!("has a key that {error}"))?;
    if key.kind() != *key_kind {
        return Err(format!("has another kind of key: {}", key.kind()));
    }
    let off = certificate.not_after().duration_since(renewal.new_not_after);
    if off.abs() > TOLERANCE {
        return Err(format!("ends at {}", certificate.not_after()));
    }
    Ok(())
}
