//! A plan is kept, and carried out later as it stands; where somebody else was faster, it is refused.

use crate::support::{Cluster, Said, Stage, assert_same};

const WANTED: [&str; 5] = ["--only", "front-proxy-client", "--only", "scheduler.conf", "--force"];

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let apply = ["apply", "/root/plan.json", "--yes"];
    plans(cluster);
    cluster.sh("cp1", "kubeadm certs renew front-proxy-client 2>/dev/null");
    let before = cluster.tree("cp1");
    let refused = cluster.perennial(&apply);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("/etc/kubernetes/pki/front-proxy-client.crt"), "{refused:?}");
    assert_same(&before, &cluster.tree("cp1"), "a stale plan changes files");

    plans(cluster);
    let serials =
        || cluster.sh("cp1", "cd /etc/kubernetes; sha256sum pki/front-proxy-client.crt scheduler.conf");
    let before = serials();
    let applied = cluster.perennial(&apply);
    assert_eq!(applied.status, 0, "{applied:?}");
    assert!(Said::by(&applied).contains("2 renewed, 1 restarted, done and proven"), "{applied:?}");
    assert!(before.lines().zip(serials().lines()).all(|(old, new)| old != new), "{before}");
    let again = cluster.perennial(&apply);
    assert_eq!(again.status, 4, "it was for what was there before: {again:?}");

    cluster.sh("cp1", "sed -i 's/31536000/315360000/' /root/plan.json");
    let edited = cluster.perennial(&apply);
    assert_eq!(edited.status, 4, "{edited:?}");
    assert!(edited.stderr.contains("was edited"), "{edited:?}");
    signed_by_this_nodes_kubeadm_alone(cluster);
    cluster.sh("cp1", "rm /root/plan.json");
}

/// Whichever kubeadm a plan's file names: the one that signs is found on the node, and must be the planned one.
fn signed_by_this_nodes_kubeadm_alone(cluster: &Cluster) {
    let planned = cluster
        .perennial(&[&["plan"], &WANTED[..], &["--issuer", "kubeadm", "--out", "/root/plan.json"]].concat());
    assert_eq!(planned.status, 0, "{planned:?}");
    cluster.sh("cp1", "mv /usr/bin/kubeadm /usr/local/bin/kubeadm");
    let refused = cluster.perennial(&["apply", "/root/plan.json", "--yes"]);
    cluster.sh("cp1", "mv /usr/local/bin/kubeadm /usr/bin/kubeadm");
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("/usr/local/bin/kubeadm v1."), "{refused:?}");
}

/// Looks, and changes nothing but the file that was asked for.
fn plans(cluster: &Cluster) {
    let before = cluster.tree("cp1");
    let planned = cluster.perennial(
        &[&["plan"], &WANTED[..], &["--no-workload", "--exit-code", "--out", "/root/plan.json"]].concat(),
    );
    assert_eq!(planned.status, 1, "there are changes: {planned:?}");
    assert!(planned.stdout.contains("perennial apply /root/plan.json"), "{planned:?}");
    assert_same(&before, &cluster.tree("cp1"), "a plan changes files");
    assert_eq!(cluster.sh("cp1", "grep -c PRIVATE /root/plan.json || true").trim(), "0");
}
