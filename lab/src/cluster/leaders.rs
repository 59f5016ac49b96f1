//! The two components that lead by a lease.

use std::time::Duration;

use crate::error::Result;
use crate::node::Machine;
use crate::tools::wait::{Seen, until};

pub(crate) const NAMES: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

const LEASE: [&str; 6] = [
    "kubectl",
    "--kubeconfig",
    "/etc/kubernetes/admin.conf",
    "--namespace",
    "kube-system",
    "--request-timeout=5s",
];

/// Releases the leases of leaders that are stopped, so that nobody waits until they run out. Says whether the API
/// took it: without an API (everything expired) the leases stay as they are.
pub(crate) fn release(control_plane: &Machine) -> Result<bool> {
    for name in NAMES {
        let patch = ["patch", "lease", name, "--type", "merge", "-p", r#"{"spec":{"holderIdentity":""}}"#];
        if !control_plane.exec(&[&LEASE[..], &patch].concat(), None)?.success() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Waits until somebody leads again.
pub(crate) fn wait(control_plane: &Machine) -> Result<()> {
    for name in NAMES {
        let get = ["get", "lease", name, "-o", "jsonpath={.spec.holderIdentity}"];
        until(&format!("a leader of {name}"), Duration::from_secs(60), || {
            let seen = control_plane.exec(&[&LEASE[..], &get].concat(), None)?;
            let held = seen.success() && !seen.stdout.trim().is_empty();
            Ok(if held { Seen::Yes(()) } else { Seen::NotYet("nobody holds the lease".into()) })
        })?;
    }
    Ok(())
}
