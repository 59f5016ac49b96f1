//! Looking leaves no trace.
//!
//! A look that breaks its handshakes off leaves a line in etcd's and kube-apiserver's log each time, and somebody
//! else will wonder about them. `check` and bare `perennial` look forty times, and no log has a line more.

use crate::support::{Cluster, Stage, until};
use std::time::Duration;

const LISTENERS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let quiet = quiet(cluster);

    for _ in 0..20 {
        assert_eq!(cluster.perennial(&["check"]).status, 0);
        assert_eq!(cluster.perennial(&[]).status, 0);
    }
    assert_eq!(complaints(cluster), quiet);

    // What a careless look leaves is seen here: without a client certificate etcd rejects it.
    cluster.sh("cp1", "openssl s_client -connect 127.0.0.1:2379 </dev/null >/dev/null 2>&1 || true");
    until("etcd's line about a careless look", Duration::from_secs(10), || {
        (complaints(cluster) != quiet).then_some(())
    });
}

/// The lines of each log that are about handshakes.
fn complaints(cluster: &Cluster) -> Vec<(&'static str, Vec<String>)> {
    let words = ["tls", "handshake", "rejected", "eof", "x509", "certificate"];
    let about = |line: &&str| words.iter().any(|word| line.to_lowercase().contains(word));
    let of = |component: &str| cluster.log(component).lines().filter(about).map(str::to_owned).collect();
    LISTENERS.into_iter().map(|component| (component, of(component))).collect()
}

/// Waits until nobody adds such a line for two seconds: containers that have just started do.
fn quiet(cluster: &Cluster) -> Vec<(&'static str, Vec<String>)> {
    let (mut seen, mut since) = (complaints(cluster), std::time::Instant::now());
    until("quiet logs", Duration::from_secs(120), || {
        let now = complaints(cluster);
        if now != seen {
            (seen, since) = (now, std::time::Instant::now());
        }
        (since.elapsed() > Duration::from_secs(2)).then(|| seen.clone())
    })
}
