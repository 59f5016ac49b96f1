//! Killed at any moment, the next `renew` puts everything right.
//!
//! Ten times `renew` is killed with SIGKILL somewhere in its run, and run again. Each time the second one finishes
//! or undoes what it finds, and then everything is renewed and proven: every key fits, nothing half-made lies
//! around, no run is open, and every process holds what its file holds.

use crate::support::{Cluster, Stage, leaves, mismatched_pairs, until};
use std::time::{Duration, Instant};

const KILLS: u32 = 10;

/// Names that perennial gives to files beside the live ones, and Deployments of its own.
const LEFT_BEHIND: &str = "find /etc/kubernetes /root/.kube /var/lib/kubelet -xdev -name '.*perennial*'
kubectl --kubeconfig /etc/kubernetes/admin.conf get deployments -n default -o name";

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let began = Instant::now();
    assert_eq!(cluster.perennial(&["renew", "--yes", "--force", "--validity", "400d"]).status, 0);
    let whole = began.elapsed();
    println!("  a whole run: {:.1} s", whole.as_secs_f64());

    for kill in 0..KILLS {
        // A length of its own for each round: then it is seen who has issued what.
        let days = 300 + i64::from(kill);
        let validity = format!("{days}d");
        let moment = whole.mul_f64((f64::from(kill) + chance()) / f64::from(KILLS));
        cluster.restart_kubelet();
        killed_after(cluster, moment, &["perennial", "renew", "--yes", "--force", "--validity", &validity]);

        cluster.restart_kubelet();
        let renewed = cluster.perennial(&["renew", "--yes", "--validity", &validity]);
        let last = renewed.stderr.lines().next().unwrap_or_default().to_owned();
        println!("  killed after {:.2} s; then: {last}", moment.as_secs_f64());
        assert_eq!(renewed.status, 0, "killed after {moment:?}: {renewed:?}");
        everything_is_right(cluster, days);
    }
}

fn killed_after(cluster: &Cluster, moment: Duration, command: &[&str]) {
    let mut running = cluster.lab.spawn("cp1", command).unwrap();
    until("its start", Duration::from_secs(10), || running.pid());
    std::thread::sleep(moment);
    running.kill().unwrap();
    let ended = running.wait().unwrap();
    assert!(ended.status == 137 || ended.status == 0, "killed, or done already: {ended:?}");
}

fn everything_is_right(cluster: &Cluster, days: i64) {
    for leaf in leaves(cluster) {
        let life = leaf.certificate.not_after().duration_since(leaf.certificate.not_before());
        assert_eq!(life.as_hours() / 24, days, "{} is of this round", leaf.name);
    }
    assert_eq!(mismatched_pairs(cluster), "");
    assert_eq!(cluster.sh("cp1", LEFT_BEHIND), "", "something is left behind");
    let report = cluster.check();
    assert_eq!(report["openRun"], serde_json::Value::Null, "{report}");
    assert_eq!(report["findings"], serde_json::json!([]), "{report}");
    for holder in report["holders"].as_array().unwrap() {
        assert_eq!(holder["holds"], "fresh", "{holder}");
    }
    let verified = cluster.perennial(&["verify"]);
    assert_eq!(verified.status, 0, "{verified:?}");
}

/// A number from 0 to 1, other ones in every run: the clock's last digits.
fn chance() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    f64::from(now.subsec_micros() % 1000) / 1000.0
}
