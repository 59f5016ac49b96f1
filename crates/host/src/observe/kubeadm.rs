//! The node's kubeadm, for a run that has it make the certificates.

use camino::Utf8PathBuf;
use perennial_core::inventory::Trouble;
use perennial_core::plan::{Kubeadm, Refusal};
use std::os::unix::fs::MetadataExt as _;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::runtime::Runtime;

/// Where packages, kubespray and Flatcar put it; never looked up in PATH.
const PLACES: [&str; 3] = ["/usr/bin/kubeadm", "/usr/local/bin/kubeadm", "/opt/bin/kubeadm"];

/// How long it may take to say its version.
const LIMIT: Duration = Duration::from_secs(10);

/// The first of [`PLACES`], and its version. It is about to sign with the CA's key, so nobody but root may have been
/// able to write it.
///
/// # Errors
/// [`Refusal::KubeadmUnusable`], [`Refusal::KubeadmWritable`].
pub fn kubeadm(runtime: &Runtime) -> Result<Kubeadm, Refusal> {
    let places = PLACES.map(Utf8PathBuf::from);
    let Some(program) = places.iter().find(|path| path.exists()) else {
        return Err(Refusal::KubeadmUnusable { places: places.to_vec(), trouble: None });
    };
    let unusable =
        |trouble| Refusal::KubeadmUnusable { places: vec![program.clone()], trouble: Some(trouble) };
    let io = |reason: String| unusable(Trouble::Io(reason));
    let facts = program.canonicalize_utf8().and_then(|real| real.metadata());
    let facts = facts.map_err(|error| io(error.to_string()))?;
    if facts.uid() != 0 || facts.mode() & 0o022 != 0 {
        return Err(Refusal::KubeadmWritable { program: program.clone() });
    }
    let mut command = Command::new(program);
    command.args(["version", "-o", "short"]).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    match runtime.block_on(async { tokio::time::timeout(LIMIT, command.output()).await }) {
        Ok(Ok(output)) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Ok(Kubeadm { program: program.clone(), version })
        }
        Ok(Ok(output)) => Err(io(format!("version: {}", output.status))),
        Ok(Err(error)) => Err(io(error.to_string())),
        Err(_) => Err(unusable(Trouble::NoAnswer(format!("version, {} s", LIMIT.as_secs())))),
    }
}
