//! A19 and its kind: the kubelet reads every file in its directory of manifests that does not begin with a dot.

use crate::Seen;
use perennial_testdata::Tree;
use serde_json::json;

const MANIFESTS: &str = "etc/kubernetes/manifests";

#[test]
fn a19_a_backup_beside_the_manifest_counts_as_much_as_the_manifest() {
    for name in ["kube-apiserver.yaml.bak", "kube-apiserver.yaml-bak", "kube-apiserver.yaml~", "a-copy"] {
        let tree = Tree::control_plane("cp1");
        let text = tree.read(&format!("{MANIFESTS}/kube-apiserver.yaml"));
        let old =
            text.replace("pki/apiserver.crt", "pki/old.crt").replace("    - --allow-privileged=true\n", "");
        assert_ne!(text, old);
        tree.write_secret(&format!("{MANIFESTS}/{name}"), &old);
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.status, seen.codes()), (2, vec!["PRN5105"]), "{name}: {:#}", seen.json);
        let found = seen.one("PRN5105");
        assert_eq!(found["objects"][0]["file"], format!("/{MANIFESTS}/kube-apiserver.yaml"));
        assert_eq!(
            found["evidence"],
            json!([
                format!("/{MANIFESTS}/kube-apiserver.yaml"),
                format!("/{MANIFESTS}/{name}"),
                format!("--allow-privileged: true in kube-apiserver.yaml, absent in {name}"),
                format!(
                    "--tls-cert-file: /etc/kubernetes/pki/apiserver.crt in kube-apiserver.yaml, \
                     /etc/kubernetes/pki/old.crt in {name}"
                ),
            ])
        );
        let command = found["command"].as_str().unwrap().replace('\'', "");
        assert_eq!(command, format!("mv /{MANIFESTS}/{name} /etc/kubernetes/"));
    }
}

#[test]
fn a19_an_equal_copy_is_a_warning() {
    let tree = Tree::control_plane("cp1");
    let text = tree.read(&format!("{MANIFESTS}/kube-scheduler.yaml"));
    tree.write_secret(&format!("{MANIFESTS}/kube-scheduler.yaml.orig"), &text);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (0, vec!["PRN5105"]), "{:#}", seen.json);
}

#[test]
fn a19_files_that_begin_with_a_dot_and_editors_probes_are_nobodys_manifest() {
    let tree = Tree::control_plane("cp1");
    let text = tree.read(&format!("{MANIFESTS}/kube-scheduler.yaml"));
    tree.write_secret(&format!("{MANIFESTS}/.kube-scheduler.yaml.swp"), &text);
    tree.write(&format!("{MANIFESTS}/4913"), "");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a19_a_renamed_manifest_is_read_as_well() {
    let tree = Tree::control_plane("cp1");
    tree.rename(&format!("{MANIFESTS}/etcd.yaml"), &format!("{MANIFESTS}/10-database"));
    tree.rename(&format!("{MANIFESTS}/kube-apiserver.yaml"), &format!("{MANIFESTS}/api.json.txt"));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

fn virtual_address(host: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: kube-vip, namespace: kube-system}}\nspec:\n  containers:\n  \
         - name: kube-vip\n    image: example/kube-vip:v1\n    args: [manager]\n    volumeMounts:\n    \
         - {{mountPath: /etc/kubernetes/admin.conf, name: kubeconfig}}\n  hostNetwork: true\n  volumes:\n  \
         - hostPath: {{path: {host}}}\n    name: kubeconfig\n"
    )
}

#[test]
fn a20_a_virtual_address_acts_as_super_admin() {
    let tree = Tree::control_plane("cp1");
    let path = format!("{MANIFESTS}/kube-vip.yaml");
    tree.write(&path, virtual_address("/etc/kubernetes/super-admin.conf"));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (0, vec!["PRN3303"]), "{:#}", seen.json);
    let found = seen.one("PRN3303");
    assert_eq!(
        (&found["severity"], &found["objects"][0]["file"]),
        (&json!("notice"), &json!(format!("/{path}")))
    );
    assert!(found["message"].as_str().unwrap().contains("/etc/kubernetes/super-admin.conf"), "{found:#}");
    let consumers = &seen.json["consumers"];
    assert_eq!(consumers[0]["pod"], "kube-vip");
    assert_eq!(consumers[0]["credential"], "super-admin.conf");
    // With admin.conf it is a consumer like any other.
    tree.write(&path, virtual_address("/etc/kubernetes/admin.conf"));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), Vec::<&str>::new());
    assert_eq!(seen.json["consumers"][0]["credential"], "admin.conf");
}

#[test]
fn a20_a_directory_above_counts_if_the_pod_names_the_file() {
    let tree = Tree::control_plane("cp1");
    let text = virtual_address("/etc/kubernetes").replace("/etc/kubernetes/admin.conf, ", "/host, ");
    let path = format!("{MANIFESTS}/agent.yaml");
    tree.write(&path, &text);
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    tree.write(&path, text.replace("[manager]", "['--kubeconfig=/host/super-admin.conf']"));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN3303"]);
}

#[test]
fn a20_super_admin_conf_is_absent_on_the_other_control_planes() {
    let tree = Tree::control_plane("cp2");
    tree.remove("etc/kubernetes/super-admin.conf");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}
