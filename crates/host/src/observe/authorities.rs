//! The CAs of the node, by the flags that name them.

use super::Look;
use super::files::Tree;
use super::pairs;
use super::static_pods::StaticPods;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Authority, Component, Key, Looked, NamedBy, Trouble};
use perennial_pki::certificate::Certificate;
use perennial_pki::key::{KeyError, PrivateKey};

/// The flags that name a CA or a bundle of them.
const TRUSTED: [(Component, &str); 11] = [
    (Component::KubeApiserver, "client-ca-file"),
    (Component::KubeApiserver, "etcd-cafile"),
    (Component::KubeApiserver, "requestheader-client-ca-file"),
    (Component::KubeApiserver, "kubelet-certificate-authority"),
    (Component::KubeControllerManager, "client-ca-file"),
    (Component::KubeControllerManager, "cluster-signing-cert-file"),
    (Component::KubeControllerManager, "root-ca-file"),
    (Component::KubeControllerManager, "requestheader-client-ca-file"),
    (Component::Etcd, "trusted-ca-file"),
    (Component::Etcd, "peer-trusted-ca-file"),
    (Component::Kubelet, "client-ca-file"),
];

/// The three CAs of kubeadm, and what else signs or is trusted as one by the flags of this node.
pub(super) fn authorities(tree: &Tree, pods: &StaticPods, kubelet: Option<&Utf8Path>) -> Vec<Authority> {
    let api_server = |flag| pods.path(Component::KubeApiserver, flag);
    let controller_manager = |flag| pods.path(Component::KubeControllerManager, flag);
    let etcd = |flag| pods.path(Component::Etcd, flag);
    let named = [
        (
            "ca",
            api_server("client-ca-file")
                .or_else(|| controller_manager("client-ca-file"))
                .or_else(|| kubelet.map(Into::into)),
            "/etc/kubernetes/pki/ca.crt",
        ),
        (
            "etcd-ca",
            etcd("trusted-ca-file").or_else(|| api_server("etcd-cafile")),
            "/etc/kubernetes/pki/etcd/ca.crt",
        ),
        (
            "front-proxy-ca",
            api_server("requestheader-client-ca-file"),
            "/etc/kubernetes/pki/front-proxy-ca.crt",
        ),
    ];
    let mut found: Vec<Authority> = Vec::new();
    for (name, flagged, standard) in named {
        let named_by_flag = flagged.is_some();
        let path = flagged.unwrap_or_else(|| standard.into());
        if named_by_flag || tree.exists(&path) {
            found.push(authority(tree, name, &path, None));
        }
    }
    // Where the flags say which key it is, they say it better than the name does.
    if let (Some(path), Some(key_path)) =
        (controller_manager("cluster-signing-cert-file"), controller_manager("cluster-signing-key-file"))
    {
        match found.iter_mut().find(|authority| authority.file.path == path) {
            Some(known) if known.key_path == key_path => {}
            Some(known) => *known = authority(tree, &known.name.clone(), &path, Some(key_path)),
            None => found.push(authority(tree, path.as_str(), &path, Some(key_path))),
        }
    }
    for (component, flag) in TRUSTED {
        let path = match component {
            Component::Kubelet => kubelet.map(Into::into),
            _ => pods.path(component, flag),
        };
        let Some(path) = path else { continue };
        let named = NamedBy { component, flag };
        match found.iter_mut().find(|authority| authority.file.path == path) {
            Some(known) => known.named_by.push(named),
            None => {
                let mut other = authority(tree, path.as_str(), &path, None);
                // Another way to the same file is no other CA.
                let real = other.file.real_path();
                match found.iter_mut().find(|authority| authority.file.real_path() == real) {
                    Some(known) => known.named_by.push(named),
                    None => {
                        other.named_by.push(named);
                        found.push(other);
                    }
                }
            }
        }
    }
    found
}

fn authority(tree: &Tree, name: &str, path: &Utf8Path, key_path: Option<Utf8PathBuf>) -> Authority {
    let content = tree.read(path);
    let mut certificates = pairs::bundle(content.looked());
    let key_path = key_path.unwrap_or_else(|| key_beside(path));
    let mut none = Vec::new();
    let bundle = if let Looked::Seen(seen) = &mut certificates { seen } else { &mut none };
    let key = key(tree, &key_path, bundle);
    let (name, file) = (name.to_owned(), content.file);
    Authority { name, file, certificates, key_path, key, unlocked: None, named_by: Vec::new() }
}

/// A CA's key fits if it is that of any certificate in the bundle: during a rotation there are two. The one that
/// signs comes first from now on; of two for the same key, the one that ends later.
fn key(tree: &Tree, path: &Utf8Path, certificates: &mut [Certificate]) -> Looked<Key> {
    let content = tree.read(path);
    let (facts, secret) = pairs::private_key(content.looked(), None);
    let Some(secret) = secret else { return facts };
    let fits = put_first(&secret.0, certificates);
    facts.map(|facts| Key { fits, ..facts })
}

/// Whether the key is that of a certificate, which then comes first.
fn put_first(key: &PrivateKey, certificates: &mut [Certificate]) -> bool {
    let ends = |one: &Certificate| key.matches(one).then(|| one.not_after());
    certificates.sort_by_key(|one| std::cmp::Reverse(ends(one)));
    certificates.first().is_some_and(|first| key.matches(first))
}

/// Reads an encrypted key once more, as `open` can, and notes at its CA what it is.
pub(crate) fn opened(
    look: &Look,
    authority: &mut Authority,
    open: impl FnOnce(&[u8]) -> Result<PrivateKey, KeyError>,
) -> Result<PrivateKey, (Trouble, Option<KeyError>)> {
    let content = Tree::new(&look.root).read(&authority.key_path);
    let bytes = match content.looked() {
        Looked::Seen(bytes) => bytes,
        Looked::Absent => return Err((Trouble::NoKey, None)),
        Looked::Unusable(trouble) => return Err((trouble, None)),
    };
    let key = open(bytes).map_err(|error| (pairs::key_trouble(error.clone(), bytes), Some(error)))?;
    let fits = match &mut authority.certificates {
        Looked::Seen(certificates) => put_first(&key, certificates),
        Looked::Absent | Looked::Unusable(_) => false,
    };
    authority.unlocked = Some(Key { kind: key.kind(), form: key.form(), fits });
    Ok(key)
}

/// kubeadm's `ca.key` beside `ca.crt`; `ca-key.pem` beside `ca.pem` (cfssl, kubespray's etcd).
fn key_beside(path: &Utf8Path) -> Utf8PathBuf {
    match (path.extension(), path.file_stem()) {
        (Some("pem"), Some(stem)) => path.with_file_name(format!("{stem}-key.pem")),
        _ => path.with_extension("key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_that_the_key_belongs_to_comes_first_whatever_the_bundles_order() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        let own = include_str!("../../../pki/testdata/p256-ca.pem");
        let other = include_str!("../../../pki/testdata/rsa-ca.pem");
        let pem = |text: &str| perennial_pki::certificate::leaf(text.as_bytes()).unwrap().to_pem();
        std::fs::write(root.join("ca.key"), PrivateKey::from_pem(own.as_bytes()).unwrap().to_pem()).unwrap();
        for (bundle, fits) in [
            ([pem(own), pem(other)].concat(), true),
            ([pem(other), pem(own)].concat(), true),
            (pem(other), false),
        ] {
            std::fs::write(root.join("ca.crt"), &bundle).unwrap();
            let seen = authority(&Tree::new(root), "ca", "/ca.crt".into(), None);
            let (certificates, key) = (seen.certificates.seen().unwrap(), seen.key.seen().unwrap());
            assert_eq!(certificates.len(), bundle.matches("BEGIN").count());
            assert_eq!((key.fits, certificates[0].to_pem() == pem(own)), (fits, fits));
        }
    }
}
