//! The keys of the service accounts' tokens, as the flags of kube-apiserver and kube-controller-manager name them.

use super::files::Tree;
use super::static_pods::StaticPods;
use super::{backups, pairs};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Component, Looked, TokenCopy, TokenDuty, TokenKey, Trouble};
use perennial_pki::certificate;
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::{KeyError, PrivateKey};
use perennial_pki::pem::{self, Block};
use zeroize::Zeroizing;

/// Who names keys, by which flag, for what.
const FLAGS: [(Component, &str, TokenDuty); 3] = [
    (Component::KubeApiserver, "service-account-signing-key-file", TokenDuty::Signs),
    (Component::KubeApiserver, "service-account-key-file", TokenDuty::Accepts),
    (Component::KubeControllerManager, "service-account-private-key-file", TokenDuty::Signs),
];

/// Every key file that a flag names.
pub(super) fn token_keys(tree: &Tree, pods: &StaticPods) -> Vec<TokenKey> {
    let mut found = Vec::new();
    for (component, flag, duty) in FLAGS {
        let Some(manifest) = pods.manifest(component) else { continue };
        for value in manifest.values(flag) {
            let path: Utf8PathBuf = manifest.host_path(Utf8Path::new(value));
            let content = tree.read(&path);
            found.push(TokenKey { component, duty, path, keys: keys(content.looked(), duty) });
        }
    }
    found
}

/// So many backups are looked into.
const MOST: usize = 16;

/// perennial's copies of these files, of the newest backup first.
pub(super) fn copies(tree: &Tree, state_directory: &Utf8Path, live: &[TokenKey]) -> Vec<TokenCopy> {
    let mut found: Vec<TokenCopy> = Vec::new();
    if live.is_empty() {
        return found;
    }
    for directory in backups::directories(tree, state_directory).into_iter().take(MOST) {
        for key in live {
            let copy = directory.join(key.path.strip_prefix("/").unwrap_or(&key.path));
            // kube-apiserver and kube-controller-manager usually name one file.
            if found.iter().any(|one| one.copy == copy && one.duty == key.duty) {
                continue;
            }
            let Looked::Seen(keys) = keys(tree.read(&copy).looked(), key.duty) else { continue };
            if !keys.is_empty() {
                let (directory, live) = (directory.clone(), key.path.clone());
                found.push(TokenCopy { directory, copy, live, duty: key.duty, keys });
            }
        }
    }
    found
}

fn keys(bytes: Looked<&[u8]>, duty: TokenDuty) -> Looked<Vec<String>> {
    let bytes = match bytes {
        Looked::Seen(bytes) => bytes,
        Looked::Absent => return Looked::Absent,
        Looked::Unusable(trouble) => return Looked::Unusable(trouble),
    };
    if duty == TokenDuty::Signs {
        return match PrivateKey::from_pem(bytes) {
            Ok(key) => Looked::Seen(vec![sha256_hex(&key.spki_der())]),
            Err(KeyError::Unsupported(_)) => Looked::Seen(Vec::new()),
            Err(error) => Looked::Unusable(pairs::key_trouble(error, bytes)),
        };
    }
    if bytes.trim_ascii().is_empty() {
        return Looked::Unusable(Trouble::Empty);
    }
    let blocks = pem::blocks(bytes);
    if blocks.is_empty() {
        let trouble = if pairs::cut_off(bytes) { Trouble::CutOff } else { Trouble::NoPem };
        return Looked::Unusable(trouble);
    }
    Looked::Seen(blocks.iter().filter_map(public).collect())
}

/// Public keys, certificates and private keys alike (client-go util/keyutil `ParsePublicKeysPEM`).
fn public(block: &Block) -> Option<String> {
    let text = || Zeroizing::new(pem::encode(&block.label, &block.der));
    let spki = match block.label.as_str() {
        "PUBLIC KEY" => block.der.to_vec(),
        "CERTIFICATE" => certificate::leaf(text().as_bytes()).ok()?.spki_der().to_vec(),
        _ => PrivateKey::from_pem(text().as_bytes()).ok()?.spki_der(),
    };
    Some(sha256_hex(&spki))
}
