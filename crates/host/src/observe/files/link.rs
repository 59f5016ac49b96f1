//! Which symbolic links are followed: those to something that could be meant by whoever made them.

use camino::Utf8Path;

/// Endings of certificates, keys, kubeconfigs and configurations.
const ENDINGS: [&str; 14] = [
    "crt",
    "pem",
    "key",
    "cert",
    "cer",
    "pub",
    "csr",
    "conf",
    "config",
    "kubeconfig",
    "yaml",
    "yml",
    "json",
    "env",
];

/// Whether a link at `path` (or above it) that ends at `end` can be what its maker wanted: the same name somewhere
/// else, another certificate or configuration, or a file beside it. A certificate's path that leads to
/// `/etc/shadow` is not read, whoever may read it.
pub(super) fn could_be_meant(path: &Utf8Path, end: &Utf8Path) -> bool {
    let below_same = || {
        let top = path.parent().and_then(Utf8Path::parent);
        top.is_some_and(|top| top.components().count() > 2 && end.starts_with(top))
    };
    path.file_name() == end.file_name()
        || end.extension().is_some_and(|ending| ENDINGS.contains(&ending))
        || below_same()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_certificates_are_followed_and_others_are_not() {
        for (path, end, meant) in [
            ("/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/ssl/apiserver.crt", true),
            ("/etc/kubernetes/pki/apiserver.crt", "/srv/tls/server.pem", true),
            ("/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/tls-of-today", true),
            ("/etc/kubernetes/pki/apiserver.crt", "/etc/shadow", false),
            ("/etc/kubernetes/pki/apiserver.crt", "/dev/zero", false),
            ("/etc/kubernetes/admin.conf", "/etc/shadow", false),
            ("/etc/kubernetes/admin.conf", "/etc/ssh/ssh_host_rsa_key", false),
            ("/root/.kube/config", "/etc/kubernetes/admin.conf", true),
            ("/home/ada/.kube/config", "/home/ada/clusters/production", true),
            ("/home/ada/.kube/config", "/etc/shadow", false),
            ("/home/ada/.kube/config", "/root/secret", false),
        ] {
            let answer = could_be_meant(Utf8Path::new(path), Utf8Path::new(end));
            assert_eq!(answer, meant, "{path} -> {end}");
        }
    }
}
