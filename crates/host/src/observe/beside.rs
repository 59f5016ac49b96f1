//! What lies beside the credentials.

use super::credentials::Found;
use super::files::Tree;
use super::static_pods::StaticPods;
use super::{backups, cni, tokens, unreferenced};
use camino::Utf8Path;
use perennial_core::inventory::{Authority, Beside, Component, File, Heard, Kubelet, OtherPod};

/// Looks at everything beside the credentials.
pub(super) fn beside(
    tree: &Tree,
    pods: &StaticPods,
    authorities: &[Authority],
    found: &[Found],
    others: Vec<OtherPod>,
    kubelet: &Kubelet,
    state_directory: &Utf8Path,
) -> Beside {
    let token_keys = tokens::token_keys(tree, pods);
    Beside {
        key_files: key_files(tree, pods, authorities),
        token_copies: tokens::copies(tree, state_directory, &token_keys),
        token_keys,
        backups: backups::backups(tree, state_directory, authorities, found),
        cni: cni::kubeconfigs(tree),
        pods: others,
        // What it says depends on everything else, which is looked at first.
        heard: Heard::default(),
        unreferenced: unreferenced::survey(tree, &kubelet.certificate_directory, authorities, found),
    }
}

/// The CAs' keys and the service accounts'.
fn key_files(tree: &Tree, pods: &StaticPods, authorities: &[Authority]) -> Vec<File> {
    let service_accounts = pods.path(Component::KubeControllerManager, "service-account-private-key-file");
    let paths = authorities.iter().map(|authority| authority.key_path.clone()).chain(service_accounts);
    paths.filter(|path| tree.exists(path)).map(|path| tree.read(&path).file).collect()
}
