//! A23: two container runtimes are installed: the kubelet's own flags and configuration say which one counts, never
//! crictl's configuration, and signing asks neither.

use crate::Seen;
use crate::planned::{observed, planned};
use perennial_testdata::Tree;

/// The socket that perennial would ask.
fn socket(change: impl FnOnce(&Tree)) -> String {
    let tree = Tree::control_plane("cp1");
    // Both are there, and crictl would take the dead one.
    for path in ["run/containerd/containerd.sock", "run/cri-dockerd.sock", "run/crio/crio.sock"] {
        tree.write(path, "");
    }
    tree.write("etc/crictl.yaml", "runtime-endpoint: unix:///var/run/dockershim.sock\n");
    change(&tree);
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    assert!(planned(&tree, &["apiserver"]).is_ok(), "a certificate is signed without a runtime");
    observed(&tree).kubelet.runtime_socket.into_string()
}

fn configured(tree: &Tree, endpoint: &str) {
    tree.edit("var/lib/kubelet/config.yaml", |text| {
        text.replace("unix:///run/containerd/containerd.sock", endpoint)
    });
}

#[test]
fn the_configuration_and_the_flags_decide() {
    assert_eq!(socket(|_| {}), "/run/containerd/containerd.sock");
    assert_eq!(socket(|tree| configured(tree, "unix:///run/crio/crio.sock")), "/run/crio/crio.sock");
    let by_flags = |tree: &Tree| {
        let flag = "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=unix:///var/run/cri-dockerd.sock --node-ip=10.0.0.11\"\n";
        tree.write("var/lib/kubelet/kubeadm-flags.env", flag);
    };
    assert_eq!(socket(by_flags), "/var/run/cri-dockerd.sock", "the flag wins over the file");
    let by_extra = |tree: &Tree| {
        tree.write(
            "etc/default/kubelet",
            "KUBELET_EXTRA_ARGS='--container-runtime-endpoint /run/crio/crio.sock'\n",
        );
    };
    assert_eq!(socket(by_extra), "/run/crio/crio.sock");
    // Without any word on it, it is containerd's; crictl's file has none.
    assert_eq!(socket(|tree| configured(tree, "\"\"")), "/run/containerd/containerd.sock");
}
