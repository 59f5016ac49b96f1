//! Everything has expired, and kubeadm is not asked.
//!
//! No kubectl works, nothing is reconciled. Bare `perennial` says what is dead and what to do, and that one command
//! brings the cluster back: `renew`.

use crate::classic_fault::{critical, everything_ends};
use crate::support::{Said, Stage};
use std::time::Instant;

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
}
