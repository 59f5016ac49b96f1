//! What processes hold, with the evidence for it: decisive against strong, strong against strong, a pod's, a kubelet's.

use super::*;
use crate::output::samples::file;
use perennial_core::inventory::{Consumed, Container, Credential, Lease, OtherPod, Refused, Replaced, Shown};

const OLD: &str = "b7d1c0ffee00b7d1c0ffee00b7d1c0ffee00b7d1c0ffee00b7d1c0ffee00b7d1";

/// kube-controller-manager started after its file changed, and shows something older; of kube-scheduler two strong
/// witnesses contradict each other; the kubelet is known by what it shows; kube-vip is older than its file.
fn witnesses() -> Node {
    let mut node = healthy();
    let leaf = |name: &str| node.credential(name).and_then(Credential::leaf).unwrap();
    let shown = |credential: &str, program: &str, fingerprint: String, at: &str| Shown {
        user: leaf(credential).common_name().unwrap(),
        program: program.to_owned(),
        fingerprint,
        from: node.address,
        at: time(at),
    };
    let kubelet = leaf("kubelet-client").fingerprint_sha256();
    let events = vec![
        shown("controller-manager.conf", "kube-controller-manager", OLD.to_owned(), "2026-08-10T09:59:58Z"),
        shown("kubelet-client", "kubelet", kubelet, "2026-08-10T09:59:51Z"),
    ];
    let heard = &mut node.beside.heard;
    heard.shown = Looked::Seen(events);
    let serial = "5837183478197834".to_owned();
    heard.refused = Looked::Seen(vec![Refused { serial: serial.clone(), at: time("2026-08-10T09:59:40Z") }]);
    heard.replaced =
        vec![Replaced { credential: "scheduler.conf".to_owned(), fingerprint: OLD.to_owned(), serial }];
    let container = Container {
        id: "4f5a1c9be2d07736".to_owned(),
        name: "kube-vip".to_owned(),
        pod: "kube-vip-cp1".to_owned(),
        attempt: 0,
        started_at: time("2025-11-01T08:00:00Z"),
        pid: Some(77),
    };
    node.beside.pods.push(OtherPod {
        pod: "kube-vip".to_owned(),
        namespace: "kube-system".to_owned(),
        manifest: file("/etc/kubernetes/manifests/kube-vip.yaml", "2025-12-06T08:10:00Z"),
        flags: std::collections::BTreeMap::new(),
        consumes: vec![Consumed {
            name: "admin.conf".to_owned(),
            file: "/etc/kubernetes/admin.conf".into(),
            inside: "/etc/kubernetes/admin.conf".into(),
            container: "kube-vip".to_owned(),
            alone: true,
            named: true,
            running: Looked::Seen(container),
            mounted_sha256: Looked::Seen("older bytes".to_owned()),
        }],
    });
    let lease = |component| Lease {
        component,
        holder: "cp2_b".to_owned(),
        acquired: None,
        renewed: Some(time("2026-08-10T09:59:59Z")),
        resource_version: "1".to_owned(),
        coordinated: false,
    };
    node.cluster = Looked::Seen(Cluster {
        leases: [Component::KubeControllerManager, Component::KubeScheduler].map(lease).into(),
        node_lease_renewed: Some(time("2026-08-10T09:59:55Z")),
        ..Cluster::default()
    });
    node
}

#[test]
fn what_processes_hold_and_how_it_is_known() {
    let node = witnesses();
    for (language, code) in LANGUAGES {
        with_report(&node, time(QUIET), |report| {
            let mut screen = Screen::default();
            let [_, _, holders, _] = crate::output::details::tables(language, report);
            screen.table(holders);
            snapshot(&format!("memory_holders_{code}"), &screen);
            snapshot(&format!("memory_check_{code}"), &check::screen(language, report));
        });
        snapshot(&format!("memory_verify_{code}"), &verify::screen(language, &prove(&node, None)));
    }
    let document = with_report(&node, time(QUIET), |report| {
        json::render(&json::check::CheckReport::new(report, Exit::Critical)).unwrap()
    });
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let parts = serde_json::json!({ "holders": document["holders"], "consumers": document["consumers"] });
    snapshot_text("memory_holders_json", &serde_json::to_string_pretty(&parts).unwrap());
}
