//! Everything has expired, and kubeadm is not asked.
//!
//! No kubectl works, nothing is reconciled. Bare `perennial` says what is dead and what to do, and that one command
//! brings the cluster back: `renew`.

use crate::classic_fault::{critical, everything_ends};
use crate::support::{Cluster, Said, Stage, until};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    everything_ends(cluster);
    assert!(!cluster.kubectl(&["get", "nodes"]).success(), "nobody is let in any more");

    let glance = cluster.perennial(&[]);
    assert_eq!(glance.status, 2, "{glance:?}");
    let said = Said::by(&glance);
    assert!(said.contains("dead") && said.contains("and 9 more since"), "{glance:?}");
    assert!(said.contains("perennial renew"), "the one command: {glance:?}");
    assert!(glance.stdout.lines().count() <= 8, "a screen for three in the morning: {}", glance.stdout);
    let checked = cluster.perennial(&["check"]);
    assert_eq!(checked.status, 2, "{checked:?}");
    assert!(Said::by(&checked).contains("PRN1101"), "{checked:?}");

    let heard = cluster.diagnose();
    let first = &heard["answers"][0];
    assert_eq!(
        (&first["code"], &first["command"]),
        (&"PRN1101".into(), &"perennial renew".into()),
        "{heard:#}"
    );

    let began = Instant::now();
    let renewed = cluster.perennial(&["renew", "--yes"]);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    println!("  alive again after {:.1} s", began.elapsed().as_secs_f64());

    cluster.deploy("after-the-end");
    cluster.becomes_ready("after-the-end");
    let verified = cluster.perennial(&["verify"]);
    assert_eq!(verified.status, 0, "{verified:?}");
    assert_eq!(cluster.codes(), [""; 0]);
    let heard = cluster.diagnose();
    assert_eq!(critical(&heard), [""; 0], "{heard:#}");

    a_connection_from_before_proves_nothing(cluster);
}

/// kube-apiserver has spoken with the kubelet until the end: it keeps the connection that it made with the old
/// certificate, and the kubelet refuses whatever comes over it. The proof is made over a new one, in the same run.
fn a_connection_from_before_proves_nothing(cluster: &Cluster) {
    let ask = ["get", "--raw", "/api/v1/nodes/cp1/proxy/healthz"];
    // Without the crash back-off of what was restarted just now: a connection that is idle for 90 s is closed.
    cluster.rest();
    let aged = cluster.lab.age(Duration::from_secs(30), false).unwrap();
    until("the end of the certificates", Duration::from_secs(60), || {
        cluster.kubectl(&ask);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        (now.as_secs() > aged.leaves_end + 5).then_some(())
    });
    cluster.sh("cp1", "kubeadm certs renew all");
    // Every file is right, kube-apiserver serves its new one, and the kubelet refuses it.
    until("the kubelet's refusal", Duration::from_secs(20), || {
        cluster.kubectl(&ask).stderr.contains("logged in").then_some(())
    });
    let renewed = cluster.perennial(&["renew", "--yes"]);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    assert_eq!(cluster.kubectl(&ask).stdout, "ok");
    cluster.rest();
}
