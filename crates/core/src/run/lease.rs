//! When a dead holder's lease may be emptied.

use crate::inventory::{Component, Lease};
use jiff::Timestamp;

/// The answer of [`fence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// The holder is dead: release it.
    Release,
    /// It has no holder, or a living one: nothing to do.
    NotNeeded,
    /// It can't be told whether the holder is dead: wait for the lease to run out.
    Wait,
}

/// Whether the lease's holder is provably gone: it was a process of this host, and every container of the
/// component here started after the lease was last renewed. Never with coordinated leader election.
///
/// `started` holds the start of every container of the component that runs on this host now. None at all proves
/// nothing, unless this run has just seen the last one end (`ended`).
pub fn fence(lease: &Lease, host_name: &str, started: &[Timestamp], ended: bool) -> Fence {
    if !matches!(lease.component, Component::KubeControllerManager | Component::KubeScheduler)
        || lease.coordinated
    {
        return Fence::Wait;
    }
    if lease.holder.is_empty() {
        return Fence::NotNeeded;
    }
    // Identities are `<os.Hostname()>_<uuid>` (cmd/kube-controller-manager/app/controllermanager.go); a
    // host name holds no underscore.
    let Some((holder_host, _)) = lease.holder.split_once('_') else { return Fence::Wait };
    let Some(renewed) = lease.renewed else { return Fence::Wait };
    if holder_host != host_name {
        return Fence::NotNeeded;
    }
    if started.is_empty() && !ended {
        return Fence::Wait;
    }
    if started.iter().all(|start| *start > renewed) { Fence::Release } else { Fence::NotNeeded }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease {
        Lease {
            component: Component::KubeControllerManager,
            holder: "cp1_5d3c".into(),
            acquired: None,
            renewed: Some(at(100)),
            resource_version: "7".into(),
            coordinated: false,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_holder_that_started_before_its_last_renewal_lives() {
        assert_eq!(fence(&lease(), "cp1", &[at(99)], false), Fence::NotNeeded);
        assert_eq!(fence(&lease(), "cp1", &[at(101), at(99)], false), Fence::NotNeeded);
    }

    #[test]
    fn a_holder_is_gone_when_everything_here_started_later() {
        assert_eq!(fence(&lease(), "cp1", &[at(101)], false), Fence::Release);
    }

    #[test]
    fn another_host_is_never_judged() {
        assert_eq!(fence(&lease(), "cp2", &[at(101)], false), Fence::NotNeeded);
        assert_eq!(fence(&Lease { holder: "cp1".into(), ..lease() }, "cp1", &[at(101)], false), Fence::Wait);
    }

    #[test]
    fn coordinated_leader_election_and_other_leases_are_left_alone() {
        assert_eq!(fence(&Lease { coordinated: true, ..lease() }, "cp1", &[at(101)], false), Fence::Wait);
        assert_eq!(
            fence(&Lease { component: Component::Etcd, ..lease() }, "cp1", &[at(101)], false),
            Fence::Wait
        );
    }

    #[test]
    fn no_container_at_all_proves_nothing() {
        assert_eq!(fence(&lease(), "cp1", &[], false), Fence::Wait);
        assert_eq!(
            fence(&lease(), "cp1", &[], true),
            Fence::Release,
            "but for the end that this run has seen"
        );
        assert_eq!(fence(&lease(), "cp2", &[], true), Fence::NotNeeded);
    }
}
