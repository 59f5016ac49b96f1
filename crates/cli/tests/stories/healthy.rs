//! On a healthy cluster `renew` gives every certificate a new life, and nobody notices.
//!
//! While somebody writes to the API ten times a second and a pod talks to it all the time, everything is renewed.
//! Not one write fails; kube-apiserver and etcd keep their processes; kube-controller-manager and kube-scheduler
//! are restarted exactly once. Names and usages are what they were, and openssl and kubeadm see what perennial
//! says. A second run changes nothing, and kubeadm can go on as if nothing had been.

use crate::classic_fault::critical;
use crate::support::{Cluster, Said, Stage, assert_same, leaves, mismatched_pairs, until};
use std::time::{Duration, Instant};

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();

    everything_is_renewed_and_nobody_notices(cluster);
    openssl_and_kubeadm_agree(cluster);
    a_second_run_changes_nothing(cluster);
    kubeadm_can_go_on(cluster);
}

fn everything_is_renewed_and_nobody_notices(cluster: &Cluster) {
    let (old, containers) = (leaves(cluster), cluster.containers());
    let client = cluster.lab.client_report().unwrap();
    let probe = cluster.lab.probe(false).unwrap();

    let began = Instant::now();
    let renewed = cluster.perennial(&["renew", "--yes"]);
    println!("  renew took {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(renewed.status, 0, "{renewed:?}");

    let later = until("the pod's next rounds", Duration::from_secs(30), || {
        cluster.lab.client_report().ok().filter(|report| report.ok > client.ok + 5)
    });
    let seen = probe.stop().unwrap();
    assert_eq!(seen.failed(), 0, "{seen:?}");
    assert!(seen.endpoint("cp1").unwrap().ok >= 20, "{seen:?}");
    println!("  {} writes, 0 failed", seen.endpoint("cp1").unwrap().ok);
    assert_eq!(later.failed, client.failed, "{later:?}");

    for (old, new) in old.iter().zip(leaves(cluster)) {
        let name = new.name;
        assert_ne!(old.certificate.spki_der(), new.certificate.spki_der(), "{name} has a new key");
        assert!(new.certificate.not_after() > old.certificate.not_after(), "{name} lives longer");
        assert_eq!(old.certificate.subject_der(), new.certificate.subject_der(), "{name} names the same");
        assert_eq!(old.certificate.extensions(), new.certificate.extensions(), "{name}: names and usages");
    }
    assert_eq!(mismatched_pairs(cluster), "");

    let now = cluster.containers();
    for component in ["kube-apiserver", "etcd"] {
        assert_eq!(containers[component], now[component], "{component} runs on");
    }
    for component in ["kube-controller-manager", "kube-scheduler"] {
        let (before, now) = (&containers[component], &now[component]);
        assert_eq!(now.attempt, before.attempt + 1, "{component} is restarted exactly once");
        assert_ne!(now.id, before.id);
    }
}

fn openssl_and_kubeadm_agree(cluster: &Cluster) {
    let listed = cluster.sh("cp1", "kubeadm certs check-expiration -o json 2>/dev/null");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let listed = listed["certificates"].as_array().unwrap();
    for leaf in leaves(cluster) {
        let name = leaf.name;
        let verify = ["openssl", "verify", "-CAfile", &format!("/etc/kubernetes/pki/{}", leaf.authority)];
        let verified = cluster.lab.exec_with("cp1", &verify, leaf.certificate.to_pem().as_bytes()).unwrap();
        assert_eq!((verified.status, verified.stdout.as_str()), (0, "stdin: OK\n"), "{name}: {verified:?}");

        if name != "/root/.kube/config" {
            let known = listed.iter().find(|one| one["name"] == name);
            let known = known.unwrap_or_else(|| panic!("kubeadm does not know {name}"));
            assert_eq!(known["expirationDate"], leaf.certificate.not_after().to_string(), "{name}");
        }
    }
}

fn a_second_run_changes_nothing(cluster: &Cluster) {
    let (tree, containers) = (cluster.tree("cp1"), cluster.containers());
    let again = cluster.perennial(&["renew", "--yes"]);
    assert_eq!(again.status, 0, "{again:?}");
    assert!(Said::by(&again).contains("cp1: nothing to do"), "{again:?}");
    assert_same(&tree, &cluster.tree("cp1"), "a second run changes files");
    assert_eq!(containers, cluster.containers());
}

fn kubeadm_can_go_on(cluster: &Cluster) {
    let ours = leaves(cluster);
    cluster.sh("cp1", "kubeadm certs renew all");
    let theirs = leaves(cluster);
    for (ours, theirs) in ours.iter().zip(theirs).filter(|(leaf, _)| leaf.name != "/root/.kube/config") {
        assert_ne!(ours.certificate, theirs.certificate, "kubeadm has renewed {}", ours.name);
    }
    // kubeadm leaves the restarts to people.
    let reloaded = cluster.perennial(&["reload", "--yes"]);
    assert_eq!(reloaded.status, 0, "{reloaded:?}");
    assert_eq!(cluster.perennial(&["verify"]).status, 0);
    let heard = cluster.diagnose();
    assert_eq!(critical(&heard), [""; 0], "{heard:#}");
}
