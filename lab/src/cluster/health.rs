//! What keeps a cluster from being ready.

use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::Value;

use crate::error::{LabError, Result};
use crate::lab::{Node, Role};
use crate::node::Machine;

/// The first trouble found among the nodes that are on; `None` if all is well. Leaders must have renewed their
/// leases after `since`, kubelets after their node was switched on.
///
/// Static pods are judged by what they do, not by their status: a start-up probe holds that back for 10 s.
pub(crate) fn trouble(on: &[(&Node, Machine)], since: SystemTime) -> Result<Option<String>> {
    let control_planes = on.iter().filter(|(n, _)| n.role == Role::ControlPlane);
    for (node, machine) in control_planes.clone() {
        let ready = kubectl(node, machine, &["get", "--raw", "/readyz"])?;
        if let Err(why) = ready {
            return Ok(Some(format!("{}: {why}", node.name)));
        }
    }
    let Some((node, machine)) = control_planes.clone().next() else {
        return Err(LabError::refused("no control plane is on"));
    };
    let found = match kubectl(node, machine, &["get", "nodes,pods,leases", "-A", "-o", "json"])? {
        Ok(text) => text,
        Err(why) => return Ok(Some(why)),
    };
    let found: Value = serde_json::from_str(&found).map_err(LabError::json("kubectl's list"))?;
    let empty = Vec::new();
    let items = found["items"].as_array().unwrap_or(&empty);
    let of_kind = |kind: &'static str| items.iter().filter(move |i| i["kind"] == kind);
    for (node, _) in on {
        if !of_kind("Node").any(|n| name(n) == node.name && is_true(n, "Ready")) {
            return Ok(Some(format!("the node {} is not ready", node.name)));
        }
    }
    let nodes = on.iter().map(|(n, m)| ("kube-node-lease", n.name.as_str(), m.switched_on()));
    let leaders = ["kube-controller-manager", "kube-scheduler"].map(|n| ("kube-system", n, since));
    for (space, lease, since) in nodes.chain(leaders) {
        let since = Timestamp::try_from(since).unwrap_or(Timestamp::MIN);
        let of_this = |l: &&Value| l["metadata"]["namespace"] == space && name(l) == lease;
        if !of_kind("Lease").filter(of_this).any(|l| renewed(l, since)) {
            return Ok(Some(format!("the lease {space}/{lease} has not been renewed")));
        }
    }
    let here = |pod: &Value| on.iter().any(|(n, _)| pod["spec"]["nodeName"] == n.name.as_str());
    let is_static = |pod: &Value| pod["metadata"]["annotations"]["kubernetes.io/config.source"] == "file";
    let mut waiting = of_kind("Pod").filter(|p| here(p) && !is_static(p) && !is_true(p, "Ready"));
    Ok(waiting.next().map(|p| format!("the pod {} is not ready", name(p))))
}

/// kubectl against a node's own API server. The inner error is what kubectl said.
fn kubectl(node: &Node, machine: &Machine, argv: &[&str]) -> Result<std::result::Result<String, String>> {
    let server = format!("https://{}:6443", node.address);
    let mut all = vec!["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "--server", &server];
    all.extend(["--request-timeout", "3s"]);
    all.extend(argv);
    let out = machine.exec(&all, None)?;
    Ok(if out.success() {
        Ok(out.stdout)
    } else {
        Err(out.stderr.lines().last().unwrap_or("kubectl failed").to_owned())
    })
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

fn is_true(object: &Value, condition: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions.is_some_and(|all| all.iter().any(|c| c["type"] == condition && c["status"] == "True"))
}

fn renewed(lease: &Value, since: Timestamp) -> bool {
    let time = lease["spec"]["renewTime"].as_str().and_then(|t| t.parse::<Timestamp>().ok());
    time.is_some_and(|t| t > since)
}
