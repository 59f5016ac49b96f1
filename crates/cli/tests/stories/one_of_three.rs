//! On one of three control planes `renew` does its part and says that it is a part.
//!
//! The plan and the last line name the other two, and the exit code says that something is left to do. Nobody
//! notices at any endpoint: every node's own, and the balancer's.

use crate::support::{Said, Stage, assert_same};

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.three_control_planes();
    let others = ["cp2", "cp3"].map(|node| (node, cluster.tree(node)));
    let probe = cluster.lab.probe(false).unwrap();

    let renewed = cluster.perennial(&["renew", "--yes"]);
    let seen = probe.stop().unwrap();
    assert_eq!(renewed.status, 1, "{renewed:?}");
    assert_eq!(seen.failed(), 0, "{seen:?}");
    assert_eq!(seen.endpoints.len(), 4, "{seen:?}");
    println!("  {} writes at four endpoints, 0 failed", seen.endpoints.iter().map(|one| one.ok).sum::<u64>());

    let said = Said::by(&renewed);
    assert!(said.contains("Not touched by this run, 2 other control planes: cp2, cp3."), "{renewed:?}");
    let end = "2 other control planes not touched: cp2, cp3. Run the same command there.";
    let last: Vec<_> = renewed.stdout.trim_end().lines().rev().take(2).collect();
    let last = last.into_iter().rev().collect::<String>();
    assert!(last.replace(' ', "").contains(&end.replace(' ', "")), "{renewed:?}");
    for (node, before) in others {
        assert_same(&before, &cluster.tree(node), node);
    }

    for node in ["cp2", "cp3"] {
        let renewed = cluster.perennial_on(node, &["renew", "--yes"]);
        assert_eq!(renewed.status, 1, "{renewed:?}");
        assert_eq!(cluster.perennial_on(node, &["verify"]).status, 0);
    }
}
