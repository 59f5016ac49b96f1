//! Clusters that are not as kubeadm alone would make them: perennial finds what is where, is right about it, and
//! renews it without anybody noticing.
//!
//! kubespray: certificates in /etc/kubernetes/ssl with pki as a symbolic link to it, etcd as a service of the host
//! with a CA of its own. company: ECDSA, a cluster CA that is an intermediate, a chain in apiserver.crt, IPv6 names,
//! kube-scheduler by `--config`, a static pod that uses super-admin.conf. And the same company after it has taken
//! the CA's key away.

use crate::support::{Cluster, Said, Stage, assert_same, until};
use perennial_pki::certificate::{Certificate, certificates};
use std::time::Duration;

pub(crate) fn kubespray(stage: &mut Stage) {
    let cluster = stage.kubespray();
    is_well(cluster, &[]);
    member_is_seen(cluster);
    let pairs = ["apiserver", "apiserver-kubelet-client", "front-proxy-client"];
    let pairs = pairs.map(|name| format!("/etc/kubernetes/ssl/{name}.crt"));
    let of_etcd = ["member-cp1", "admin-cp1", "node-cp1"].map(|name| format!("/etc/ssl/etcd/ssl/{name}.pem"));
    let member = cluster.sh("cp1", "systemctl show etcd --property=MainPID");
    renews(cluster, &[&pairs[..], &of_etcd[..]].concat());
    assert_eq!(cluster.sh("cp1", "systemctl show etcd --property=MainPID"), member, "etcd was not restarted");
    member_is_seen(cluster);
    assert_eq!(cluster.sh("cp1", "readlink /etc/kubernetes/pki"), "ssl\n", "the symbolic link has survived");
    is_well(cluster, &[]);
}

pub(crate) fn company(stage: &mut Stage) {
    let cluster = stage.company();
    is_well(cluster, &["PRN3303"]);
    let pairs = ["apiserver", "apiserver-kubelet-client", "front-proxy-client", "etcd/server", "etcd/peer"];
    renews(cluster, &pairs.map(|name| format!("/etc/kubernetes/pki/{name}.crt")));
    let apiserver = chain(cluster, "/etc/kubernetes/pki/apiserver.crt");
    assert_eq!(apiserver.len(), 2, "the intermediate still follows the leaf");
    assert!(apiserver[0].ip_addresses().contains(&"fd00:10:88:7::11".parse().unwrap()));
    pod_is_named_until_it_is_restarted(cluster);
    is_well(cluster, &["PRN3303"]);
}

/// perennial restarts kubeadm's own components only: the company's pod still holds what it has read, and `check` says
/// so, with the command that helps.
fn pod_is_named_until_it_is_restarted(cluster: &Cluster) {
    let checked = cluster.check();
    assert_eq!(cluster.codes(), ["PRN4106", "PRN3303"], "{checked:#}");
    let consumers = checked["consumers"].as_array().unwrap();
    let pod = consumers.iter().find(|one| one["pod"] == "kube-vip").unwrap();
    // The file itself is mounted: the container still sees the old one.
    assert_eq!(
        (pod["holds"].as_str(), pod["strength"].as_str()),
        (Some("stale"), Some("decisive")),
        "{pod:#}"
    );
    let finding = &checked["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains("kube-vip"), "{finding:#}");
    let command = finding["command"].as_str().unwrap();
    assert!(command.starts_with("crictl stop "), "{finding:#}");
    cluster.sh("cp1", command);
    until("a new container of kube-vip", Duration::from_secs(60), || {
        (cluster.codes() == ["PRN3303"]).then_some(())
    });
}

pub(crate) fn external_authority(stage: &mut Stage) {
    let cluster = stage.company();
    let old = cluster.containers()["kube-controller-manager"].id.clone();
    cluster.sh("cp1", "sed -i /--cluster-signing-/d /etc/kubernetes/manifests/kube-controller-manager.yaml");
    until("kube-controller-manager without the CA's key", Duration::from_secs(120), || {
        let now = cluster.containers().remove("kube-controller-manager")?;
        (now.id != old).then_some(())
    });
    cluster.sh("cp1", "rm /etc/kubernetes/pki/ca.key");
    cluster.rest();
    is_well(cluster, &["PRN2102", "PRN3303"]);

    let before = cluster.tree("cp1");
    let refused = cluster.perennial(&["renew", "--yes", "--force"]);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("/etc/kubernetes/pki/ca.key"), "{refused:?}");
    assert_same(&before, &cluster.tree("cp1"), "a refusal changes files");
    stage.clear();
}

/// etcd's own pair, by the process that runs as a service: listed once, and served on both of its ports.
fn member_is_seen(cluster: &Cluster) {
    let checked = cluster.check();
    let all = |list: &str| checked[list].as_array().expect("a list").clone();
    let pair =
        all("credentials").into_iter().find(|one| one["name"] == "etcd-server").expect("the member's pair");
    assert_eq!(pair["file"], "/etc/ssl/etcd/ssl/member-cp1.pem", "{pair:#}");
    assert_eq!(pair["also"], serde_json::json!(["etcd-peer"]), "{pair:#}");
    let listeners: Vec<_> = all("listeners").into_iter().filter(|one| one["component"] == "etcd").collect();
    assert_eq!(listeners.len(), 2, "{listeners:#?}");
    assert!(listeners.iter().all(|one| one["asOnDisk"] == true), "{listeners:#?}");
}

/// `check` finds just this, and `verify` proves every edge.
fn is_well(cluster: &Cluster, codes: &[&str]) {
    let checked = cluster.check();
    assert_eq!(cluster.codes(), codes, "{checked:#}");
    assert_eq!(checked["summary"]["exitCode"], 0, "{checked:#}");
    assert_eq!(checked["summary"]["notLookedAt"], 0, "{checked:#}");
    // A leader that has just been started has its lease to win first.
    until("every edge is proven", Duration::from_secs(60), || {
        (cluster.perennial(&["verify"]).status == 0).then_some(())
    });
}

/// Every one of these files has a new leaf that says what the old one said, and no write has failed.
fn renews(cluster: &Cluster, files: &[String]) {
    let leaves = || -> Vec<Certificate> { files.iter().map(|file| chain(cluster, file).remove(0)).collect() };
    let old = leaves();
    let probe = cluster.lab.probe(false).unwrap();
    let renewed = cluster.perennial(&["renew", "--yes", "--force"]);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    let seen = probe.stop().unwrap();
    assert_eq!(seen.failed(), 0, "{seen:?}");
    for ((file, old), new) in files.iter().zip(old).zip(leaves()) {
        assert_ne!(old.spki_der(), new.spki_der(), "{file} has a new key");
        assert_eq!(old.key_kind(), new.key_kind(), "{file}: of the same kind");
        assert_eq!(old.subject_der(), new.subject_der(), "{file} names the same");
    }
}

fn chain(cluster: &Cluster, file: &str) -> Vec<Certificate> {
    let text = cluster.lab.read("cp1", file).unwrap_or_else(|error| panic!("{error}"));
    certificates(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}
