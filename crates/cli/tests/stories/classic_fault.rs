//! The classic fault: everything was renewed, `kubectl` works, and the cluster is dead.
//!
//! The certificates have ended; kube-controller-manager and kube-scheduler have lost their leases and exited, and
//! their successors hold the old certificates. Somebody follows the runbook, `kubeadm certs renew all` and a fresh
//! copy of admin.conf. kubectl answers, but a Deployment gets no ReplicaSet. `check` says who holds what, and
//! `reload` alone repairs it.

use crate::support::{Cluster, Said, Stage, never, until};
use serde_json::Value;
use std::time::Duration;

/// They never re-read their kubeconfigs.
const FORGETFUL: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    everything_ends(cluster);

    cluster.sh("cp1", "kubeadm certs renew all && cp /etc/kubernetes/admin.conf /root/.kube/config");
    let nodes = cluster.kubectl(&["get", "nodes"]);
    assert!(nodes.success(), "kubectl works again: {nodes:?}");
    // kube-apiserver is well again and refuses whoever comes with an old certificate.
    FORGETFUL.iter().for_each(|component| logs(cluster, component, "Unauthorized", 1));
    cluster.deploy("after-the-runbook");
    never("a ReplicaSet", Duration::from_secs(12), || {
        let sets = cluster.kubectl(&["get", "replicasets", "-l", "app=after-the-runbook", "-o", "name"]);
        assert!(sets.success(), "{sets:?}");
        Some(sets.stdout).filter(|names| !names.is_empty())
    });
    assert_eq!(cluster.ready("after-the-runbook"), "0/1");

    let checked = cluster.perennial(&["check"]);
    assert_eq!(checked.status, 2, "{checked:?}");
    let said = Said::by(&checked);
    let both = "PRN4103 2 processes still hold older certificates than their files: kube-controller-manager, kube-scheduler";
    assert!(said.contains(both) && said.contains("perennial reload"), "{checked:?}");

    let heard = cluster.diagnose();
    for component in FORGETFUL {
        let held = held_by(&heard, component).unwrap_or_else(|| panic!("{component}: {heard:#}"));
        assert_eq!(held["command"], "perennial reload", "{heard:#}");
    }

    let reloaded = cluster.perennial(&["reload", "--yes"]);
    assert_eq!(reloaded.status, 0, "{reloaded:?}");
    cluster.becomes_ready("after-the-runbook");
    assert_eq!(cluster.codes(), [""; 0]);
    // The same lines are still there: they are history now.
    let heard = cluster.diagnose();
    assert_eq!(critical(&heard), [""; 0], "{heard:#}");
}

/// The answer that a process holds an older certificate than its file.
fn held_by<'a>(heard: &'a Value, component: &str) -> Option<&'a Value> {
    let mut answers = heard["answers"].as_array()?.iter();
    answers.find(|one| {
        one["cause"] == "heldInMemory" && one["message"].as_str().is_some_and(|it| it.contains(component))
    })
}

/// What `diagnose` says that must be seen to.
pub(crate) fn critical(heard: &Value) -> Vec<&str> {
    let answers = heard["answers"].as_array().expect("answers").iter();
    answers.filter(|one| one["severity"] == "critical").filter_map(|one| one["message"].as_str()).collect()
}

/// Ages the certificates and waits until they have ended and the processes that hold them are locked out.
pub(crate) fn everything_ends(cluster: &Cluster) {
    let aged = cluster.lab.age(Duration::from_secs(45), false).unwrap();
    cluster.sh("cp1", "cp /etc/kubernetes/admin.conf /root/.kube/config");
    let holders = cluster.containers();
    until("the end of the certificates", Duration::from_secs(60), || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        (now.as_secs() > aged.leaves_end).then_some(())
    });
    for component in FORGETFUL {
        until(&format!("{component} exits and is started again"), Duration::from_secs(120), || {
            let successor = cluster.containers().remove(component)?;
            (successor.id != holders[component].id).then_some(())
        });
        // Some seconds old: were its file renewed in the second of its start, nobody could tell what it holds.
        logs(cluster, component, "certificate has expired", 5);
    }
}

fn logs(cluster: &Cluster, component: &str, words: &str, times: usize) {
    until(&format!("{component} logs {words:?}"), Duration::from_secs(60), || {
        (cluster.log(component).matches(words).count() >= times).then_some(())
    });
}
