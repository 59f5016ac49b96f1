//! A node whose kubeconfigs are not in order: the network's plugins', and an old entry of a person's.

use super::samples::{ageing, certificate, file, kubeconfig, time};
use perennial_core::inventory::{
    CniAccess, CniKubeconfig, CniPlugin, Entry, Looked, Node, Place, Role, TokenClaims, Trouble,
};

fn plugin(path: &str, plugin: CniPlugin, in_use: bool, access: Looked<CniAccess>) -> CniKubeconfig {
    CniKubeconfig { file: file(path, "2026-11-25T02:00:31Z"), plugin, in_use, access }
}

fn access(authority: &str, ends: &str) -> Looked<CniAccess> {
    Looked::Seen(CniAccess {
        server: "https://10.96.0.1:443".to_owned(),
        trusts: Looked::Seen(vec![certificate(authority)]),
        token: Looked::Seen(TokenClaims {
            issued: Some(time("2026-11-20T02:00:14Z")),
            ends: Some(time(ends)),
            account: Some(("kube-system".to_owned(), "calico-cni-plugin".to_owned())),
        }),
        certificate: Looked::Absent,
    })
}

/// Calico's token has ended and its CA is another; multus' file is broken; an address manager's is gone; what cilium has
/// left behind is old. A person's old entry is not the current one.
pub(crate) fn stale() -> Node {
    let mut node = ageing();
    let old = access("etcd-ca", "2026-11-21T02:00:14Z");
    node.beside.cni = vec![
        plugin("/etc/cni/net.d/calico-kubeconfig", CniPlugin::Calico, true, old.clone()),
        plugin(
            "/etc/cni/net.d/multus.d/multus.kubeconfig",
            CniPlugin::Multus,
            true,
            Looked::Unusable(Trouble::CutOff),
        ),
        plugin("/etc/own/kubeconfig", CniPlugin::Other("own-ipam".to_owned()), true, Looked::Absent),
        plugin("/etc/cni/net.d/cilium-kubeconfig", CniPlugin::Cilium, false, old),
        plugin(
            "/etc/cni/net.d/flannel-kubeconfig",
            CniPlugin::Flannel,
            true,
            access("ca", "2027-11-25T02:00:14Z"),
        ),
    ];
    let path = "/home/ada/.kube/config";
    let name = format!("{path} (kubernetes-admin)");
    let mut entry = kubeconfig(&name, Role::UserKubeconfig, path, &[], "config-old");
    if let Place::Kubeconfig { entry, user, .. } = &mut entry.place {
        *entry = Entry::Other { context: Some("old@kubernetes".to_owned()) };
        "kubernetes-admin".clone_into(user);
    }
    node.credentials.push(entry);
    node
}
