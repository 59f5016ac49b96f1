//! What a run has proven can be held against the cluster later.
//!
//! `renew` leaves its evidence. Right afterwards everything in it is proven again; after somebody else has renewed
//! everything, each certificate is told that was replaced; an old pair that is put back is found, and so is an edited
//! file. jq and sha256sum alone get the same digest. With `--watch-api` it also says what a client saw meanwhile.

use crate::support::{Cluster, Stage, until};
use perennial_testdata::Tree;
use serde_json::Value;
use std::time::Duration;

const FILE: &str = "/root/renewal.json";

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let renewed = cluster.perennial(&["renew", "--yes", "--force", "--evidence", FILE]);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    assert!(renewed.stdout.trim_end().ends_with(FILE), "the last line names it: {renewed:?}");
    let evidence = the_evidence_says_what_was_done(cluster);
    let (status, report) = verify(cluster, FILE);
    assert_eq!(
        (status, &report["ownCopy"], &report["stands"]),
        (0, &"same".into(), &all(&report)),
        "{report:#}"
    );

    somebody_else_renews(cluster);
    an_old_pair_is_put_back(cluster, evidence["run"].as_str().unwrap());
    an_edited_file_is_refused(cluster);

    the_writes_during_a_run_are_counted(cluster);
    cluster.sh("cp1", &format!("rm {FILE}"));
}

/// As many as the lab's own writer sees fail: none. Nothing of them is left behind.
fn the_writes_during_a_run_are_counted(cluster: &Cluster) {
    let leases = "kubectl get leases -n kube-system -o name";
    let probe = cluster.lab.probe(false).unwrap();
    let command = ["renew", "--yes", "--force", "--watch-api", "--evidence", FILE, "-o", "json"];
    let renewed = cluster.perennial(&command);
    let seen = probe.stop().unwrap();
    assert_eq!(renewed.status, 0, "{renewed:?}");
    let report: Value = serde_json::from_str(&renewed.stdout).unwrap();
    let writes = &report["writes"];
    assert_eq!((&writes["watched"], &writes["failed"]), (&true.into(), &0.into()), "{writes:#}");
    assert_eq!(seen.failed(), 0, "{seen:?}");
    assert_eq!((&writes["error"], &writes["leftBehind"]), (&Value::Null, &Value::Null), "{writes:#}");
    // One every 100 ms, as far as the machine comes to it.
    let (ok, seconds) = (writes["ok"].as_f64().unwrap(), report["seconds"].as_f64().unwrap());
    assert!(ok >= 20.0 && ok > seconds * 2.0, "{ok} writes in {seconds} s");
    println!("  {ok} writes in {seconds:.1} s, 0 failed");
    let evidence: Value = serde_json::from_str(&cluster.sh("cp1", &format!("cat {FILE}"))).unwrap();
    assert_eq!(&evidence["writes"], writes);
    let left = cluster.sh("cp1", leases);
    assert!(left.contains("kube-scheduler") && !left.contains("perennial"), "{left}");
}

fn verify(cluster: &Cluster, file: &str) -> (i32, Value) {
    let said = cluster.perennial(&["evidence", "verify", file, "-o", "json"]);
    (said.status, serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}")))
}

fn all(report: &Value) -> Value {
    let length = |name: &str| report[name].as_array().unwrap().len();
    (length("authorities") + length("credentials")).into()
}

fn graded<'a>(report: &'a Value, grade: &str) -> Vec<&'a str> {
    let credentials = report["credentials"].as_array().unwrap().iter();
    credentials.filter(|one| one["grade"] == grade).map(|one| one["name"].as_str().unwrap()).collect()
}

fn the_evidence_says_what_was_done(cluster: &Cluster) -> Value {
    let text = cluster.sh("cp1", &format!("cat {FILE}"));
    let evidence: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&evidence["outcome"], &evidence["exitCode"]), (&"done".into(), &0.into()));
    let mode = "stat -c %a /root/renewal.json /var/lib/perennial/runs/*/evidence.json | sort -u | xargs";
    assert_eq!(cluster.sh("cp1", mode).trim(), "600 644");
    for credential in evidence["credentials"].as_array().unwrap() {
        let (before, after) = (&credential["before"], &credential["after"]);
        let rotates = credential["name"].as_str().unwrap().starts_with("kubelet-");
        assert_eq!(before["fingerprint"] == after["fingerprint"], rotates, "{credential:#}");
        assert_eq!(credential["changed"], !rotates, "{credential:#}");
    }
    for edge in evidence["edges"].as_array().unwrap() {
        assert_eq!(edge["verdict"], "proven", "{edge:#}");
    }
    let restarts = evidence["restarts"].as_array().unwrap();
    assert_eq!(restarts.len(), 2, "{restarts:#?}");
    for restart in restarts {
        assert!(restart["newStarted"].as_str() > restart["oldStarted"].as_str(), "{restart:#}");
        assert_ne!(restart["newContainer"], restart["oldContainer"], "{restart:#}");
    }
    // The keys that are in use now, in whatever form.
    let tree = Tree::empty("cp1", "10.0.0.1");
    let keys = "cat /etc/kubernetes/pki/*.key /etc/kubernetes/pki/etcd/*.key /etc/kubernetes/*.conf";
    tree.write_secret("etc/kubernetes/all.conf", &cluster.sh("cp1", keys));
    assert!(!tree.leaks(text.as_bytes()), "a private key is in the evidence");
    let digest = cluster.lab.exec("cp1", &["cat", FILE]).unwrap().stdout;
    assert_eq!(by_jq(&digest), evidence["digest"].as_str().unwrap());
    evidence
}

/// As docs/json.md says it, on this machine.
fn by_jq(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("e.json");
    std::fs::write(&file, text).unwrap();
    let script = format!("jq -cjS 'del(.digest)' {} | sha256sum | cut -d' ' -f1", file.display());
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn somebody_else_renews(cluster: &Cluster) {
    cluster.sh("cp1", "kubeadm certs renew all");
    // kubeadm leaves the restarts to people: until then two processes hold what they had.
    let (status, report) = verify(cluster, FILE);
    assert_eq!(status, 2, "{report:#}");
    assert_eq!(graded(&report, "broken"), ["controller-manager.conf", "scheduler.conf"], "{report:#}");
    let reloaded = cluster.perennial(&["reload", "--yes"]);
    assert_eq!(reloaded.status, 0, "{reloaded:?}");
    let (status, report) = verify(cluster, FILE);
    assert_eq!(status, 1, "{report:#}");
    let replaced = graded(&report, "replaced");
    for name in ["apiserver", "apiserver-kubelet-client", "etcd-server", "scheduler.conf", "admin.conf"] {
        assert!(replaced.contains(&name), "{name}: {report:#}");
    }
    assert_eq!(replaced.len(), 11, "{report:#}");
}

fn an_old_pair_is_put_back(cluster: &Cluster, run: &str) {
    let backup = format!("/var/lib/perennial/runs/{run}/backup");
    let find = format!("find {backup} -name front-proxy-client.crt -o -name front-proxy-client.key");
    cluster.sh("cp1", &format!("cp $({find}) /etc/kubernetes/pki/"));
    let report = until("the old pair is found", Duration::from_secs(10), || {
        let (status, report) = verify(cluster, FILE);
        (status == 2).then_some(report)
    });
    assert_eq!(graded(&report, "broken"), ["front-proxy-client"], "{report:#}");
}

fn an_edited_file_is_refused(cluster: &Cluster) {
    cluster.sh("cp1", &format!("sed 's/\"exitCode\": 0/\"exitCode\": 1/' {FILE} > /root/edited.json"));
    let (status, report) = verify(cluster, "/root/edited.json");
    assert_eq!((status, &report["kind"]), (4, &"Failure".into()), "{report:#}");
    assert!(report["message"].as_str().unwrap().contains("was changed after it was written"), "{report:#}");
    cluster.sh("cp1", &format!("head -c 999 {FILE} > /root/edited.json"));
    assert_eq!(verify(cluster, "/root/edited.json").0, 64);
    cluster.sh("cp1", "rm /root/edited.json");
    // What is there and is no evidence is not written over, and nothing is done.
    let refused =
        cluster.perennial(&["renew", "--yes", "--force", "--evidence", "/etc/kubernetes/admin.conf"]);
    assert_eq!(refused.status, 64, "{refused:?}");
}
