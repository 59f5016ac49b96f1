//! What a node knows of its surroundings before it starts.

use serde_json::json;

use crate::error::Result;
use crate::lab::{Node, Role};
use crate::node::Machine;
use crate::tools::files;

/// Writes names, the pod network and, at the operator's place, which services stay away.
pub(crate) fn write(machine: &Machine, node: &Node, all: &[Node]) -> Result<()> {
    let root = machine.root();
    let names: String = all.iter().map(|n| format!("{} {}\n", n.address, n.name)).collect();
    files::write(&root.join("etc/hosts"), format!("127.0.0.1 localhost\n{names}"))?;
    if node.role == Role::Operator {
        for unit in ["containerd.service", "kubelet.service"] {
            files::link("/dev/null", &root.join("etc/systemd/system").join(unit))?;
        }
        return Ok(());
    }
    let network = json!({
        "cniVersion": "0.4.0",
        "name": "pods",
        "plugins": [
            {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
             "ipam": {"type": "host-local", "ranges": [[{"subnet": node.pod_network}]],
                      "routes": [{"dst": "0.0.0.0/0"}]}},
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    });
    files::write(&root.join("etc/cni/net.d/10-pods.conflist"), network.to_string())
}
