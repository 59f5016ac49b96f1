//! A01, A02, A03, A09, A18: the kubelet's own certificates, which nobody's renewal of the control plane touches.

use crate::Seen;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_testdata::{Issued, Leaf, Tree, self_signed};
use serde_json::json;

const STORE: &str = "var/lib/kubelet/pki";
const CURRENT: &str = "/var/lib/kubelet/pki/kubelet-client-current.pem";

fn node_leaf() -> Leaf {
    Leaf::client("/O=system:nodes/CN=system:node:cp1")
}

fn data(issued: &Issued) -> String {
    let (certificate, key) = (STANDARD.encode(&issued.certificate), STANDARD.encode(&issued.key));
    format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n")
}

#[test]
fn a01_the_client_certificate_has_expired_and_the_rest_is_fresh() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &node_leaf().days(-400, -35));
    tree.kubelet_client("kubelet-client-2025-01-01-00-00-00.pem", &old);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (2, vec!["PRN6101"]), "{:#}", seen.json);
    let found = seen.one("PRN6101");
    let object = &found["objects"][0];
    assert_eq!((&object["file"], &object["node"]), (&json!(CURRENT), &json!("cp1")));
    assert_eq!(object["identity"], "CN=system:node:cp1,O=system:nodes");
    let evidence = found["evidence"].to_string();
    assert!(evidence.contains("renewing /etc/kubernetes/pki does not repair this"), "{evidence}");
    assert!(evidence.contains("bootstrap-kubelet.conf does not exist"), "{evidence}");
    let command = found["command"].as_str().unwrap();
    assert!(command.contains("system:node:cp1") && !command.contains("reset"), "{command}");
}

#[test]
fn a02_kubelet_conf_embeds_what_was_there_before_the_first_rotation() {
    for (days, status, severity) in [(-35, 2, "critical"), (100, 0, "warning")] {
        let tree = Tree::control_plane("cp1");
        let old = tree.issue("ca", &node_leaf().days(-400, days));
        tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "system:node:cp1", &data(&old));
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.status, seen.codes()), (status, vec!["PRN6103"]), "{:#}", seen.json);
        let found = seen.one("PRN6103");
        assert_eq!(found["severity"], severity);
        assert_eq!(found["objects"][0]["file"], "/etc/kubernetes/kubelet.conf");
        assert_eq!(found["objects"][0]["identity"], "CN=system:node:cp1,O=system:nodes");
        assert_eq!(
            found["command"],
            format!(
                "kubectl config set-credentials system:node:cp1 --client-certificate={CURRENT} \
                 --client-key={CURRENT} --kubeconfig=/etc/kubernetes/kubelet.conf"
            )
        );
    }
}

#[test]
fn a02_kubelet_conf_names_the_files_of_the_join() {
    let tree = Tree::control_plane("cp1");
    tree.pair(&format!("{STORE}/kubelet-client"), &tree.issue("ca", &node_leaf().days(-400, -35)));
    let lines = format!(
        "    client-certificate: /{STORE}/kubelet-client.crt\n    client-key: /{STORE}/kubelet-client.key\n"
    );
    tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "default-auth", &lines);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (2, vec!["PRN6103"]), "{:#}", seen.json);
    let evidence = seen.one("PRN6103")["evidence"].to_string();
    assert!(evidence.contains(&format!("/{STORE}/kubelet-client.crt")), "{evidence}");
}

#[test]
fn a02_kubelet_conf_names_a_dated_file_of_the_store() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &node_leaf().days(-400, 5));
    let dated = format!("{STORE}/kubelet-client-2025-01-01-00-00-00.pem");
    tree.write_secret(&dated, &old.combined());
    tree.edit("etc/kubernetes/kubelet.conf", |text| text.replace(CURRENT, &format!("/{dated}")));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN6103"]);
}

#[test]
fn a03_current_pem_is_a_regular_file() {
    let tree = Tree::control_plane("cp1");
    let current = &CURRENT[1..];
    let content = tree.read(&format!("{STORE}/kubelet-client-2026-01-01-00-00-00.pem"));
    tree.remove(current);
    tree.write_secret(current, &content);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (0, vec!["PRN6104"]), "{:#}", seen.json);
    let found = seen.one("PRN6104");
    assert_eq!((&found["severity"], &found["objects"][0]["file"]), (&json!("warning"), &json!(CURRENT)));
    let command = found["command"].as_str().unwrap();
    assert!(command.starts_with(&format!("cp -p {CURRENT} /{STORE}/kubelet-client-20")), "{command}");
    assert!(command.ends_with(&format!("mv -T /{STORE}/kubelet-client-next.pem {CURRENT}")), "{command}");
    // Without rotation nothing wants to replace it.
    tree.edit("var/lib/kubelet/config.yaml", |text| {
        text.replace("rotateCertificates: true", "rotateCertificates: false")
    });
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a03_current_pem_leads_nowhere() {
    let tree = Tree::control_plane("cp1");
    let current = &CURRENT[1..];
    tree.remove(current);
    tree.link(current, "/var/lib/kubelet/pki/kubelet-client-2027-01-01-00-00-00.pem");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (2, vec!["PRN6104"]), "{:#}", seen.json);
    let command = format!("ln -sfn /{STORE}/kubelet-client-2026-01-01-00-00-00.pem {CURRENT}");
    assert_eq!(seen.one("PRN6104")["command"], command);
}

#[test]
fn a03_a_relative_link_is_as_good_as_an_absolute_one() {
    let tree = Tree::control_plane("cp1");
    let current = &CURRENT[1..];
    tree.remove(current);
    tree.link(current, "kubelet-client-2026-01-01-00-00-00.pem");
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a09_a_company_signs_and_every_kubeconfig_names_files() {
    let tree = Tree::control_plane("cp1");
    for authority in ["ca", "etcd/ca", "front-proxy-ca"] {
        tree.remove(&format!("etc/kubernetes/pki/{authority}.key"));
    }
    for (file, subject) in [
        ("controller-manager", "/CN=system:kube-controller-manager"),
        ("scheduler", "/CN=system:kube-scheduler"),
        ("admin", "/O=kubeadm:cluster-admins/CN=kubernetes-admin"),
    ] {
        tree.pair(&format!("etc/kubernetes/pki/{file}"), &tree.issue("ca", &Leaf::client(subject)));
        // Relative paths count from the kubeconfig.
        let lines = format!("    client-certificate: pki/{file}.crt\n    client-key: pki/{file}.key\n");
        tree.kubeconfig_with(&format!("etc/kubernetes/{file}.conf"), "default-auth", &lines);
    }
    let client = tree.issue("ca", &node_leaf());
    tree.remove(&format!("{STORE}/kubelet-client-current.pem"));
    tree.write(&format!("{STORE}/kubelet-client.pem"), &client.certificate);
    tree.write_secret(&format!("{STORE}/kubelet-client.key"), &client.key);
    let lines = "    client-certificate: ../../var/lib/kubelet/pki/kubelet-client.pem\n    client-key: \
                 /var/lib/kubelet/pki/kubelet-client.key\n";
    tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "default-auth", lines);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (0, vec!["PRN2102"]), "{:#}", seen.json);
    assert_eq!(seen.json["node"]["name"], "cp1");
    let credentials = seen.json["credentials"].as_array().unwrap();
    let kubelet = credentials.iter().find(|one| one["name"] == "kubelet-client").unwrap();
    assert_eq!(kubelet["certificate"]["subject"], "CN=system:node:cp1,O=system:nodes");
}

fn expired_serving(tree: &Tree) {
    let authority = self_signed(&Leaf::authority("/CN=cp1-ca@1700000000").days(-400, -35), None);
    let serving = Leaf::server("/CN=cp1@1700000000").names(&["DNS:cp1"]).days(-400, -35);
    tree.pair(&format!("{STORE}/kubelet"), &authority.issue(&serving).followed_by(&authority));
}

#[test]
fn a18_the_kubelets_own_serving_certificate_has_expired() {
    let tree = Tree::control_plane("cp1");
    expired_serving(&tree);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.status, seen.codes()), (0, vec!["PRN6106"]), "{:#}", seen.json);
    let found = seen.one("PRN6106");
    assert_eq!(
        (&found["severity"], &found["objects"][0]["file"]),
        (&json!("warning"), &json!("/var/lib/kubelet/pki/kubelet.crt"))
    );
    assert!(found["evidence"].to_string().contains("self-signed by design"), "{found:#}");
    let command = found["command"].as_str().unwrap();
    assert!(command.ends_with("systemctl restart kubelet"), "{command}");
}

#[test]
fn a18_no_restart_is_advised_that_would_lose_the_node() {
    let tree = Tree::control_plane("cp1");
    expired_serving(&tree);
    let old = tree.issue("ca", &node_leaf().days(-400, -35));
    tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "system:node:cp1", &data(&old));
    let found = Seen::by_check(&tree);
    let found = found.one("PRN6106");
    assert_eq!(found["command"], json!(null));
    assert!(found["advice"].as_str().unwrap().contains("first"), "{found:#}");
}

#[test]
fn a18_it_is_critical_where_the_apiserver_verifies_kubelets() {
    let tree = Tree::control_plane("cp1");
    expired_serving(&tree);
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        text.replace(
            "    - --advertise-address",
            "    - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt\n    - --advertise-address",
        )
    });
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN6106");
    assert_eq!((seen.status, &found["severity"]), (2, &json!("critical")));
}
