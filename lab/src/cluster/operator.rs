//! The operator's place: ssh to every node, kubectl, and the balancer if there are several control planes.

use std::time::Duration;

use crate::error::Result;
use crate::lab::{Node, Role};
use crate::node::{Ground, Machine};
use crate::tools::files;
use crate::tools::wait::{Seen, until};

const UNIT: &str = "[Unit]
Description=Balancer in front of the control planes

[Service]
ExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/lab.cfg
KillMode=mixed
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
";

const BALANCER: &str = "defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
frontend api
  bind *:6443
  default_backend control-planes
backend control-planes
  option httpchk GET /readyz
  http-check expect status 200
  default-server check check-ssl verify none inter 500ms fall 2 rise 1
";

/// Makes the lab's key, lets every node accept it and starts the balancer.
pub(crate) fn set_up(ground: &Ground, nodes: &[Node], endpoint: &str) -> Result<()> {
    let operator = Machine::new(ground, "operator");
    let key = "[ -f /root/.ssh/id_ed25519 ] || { mkdir -p -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N '' -C lab -f /root/.ssh/id_ed25519; }";
    operator.must(&["sh", "-c", key], None)?;
    let public = files::read(&operator.host_path("/root/.ssh/id_ed25519.pub"))?;
    let host_key = files::read_text(&operator.host_path("/etc/ssh/ssh_host_ed25519_key.pub"))?;
    let host_key = host_key.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let known: String = nodes.iter().map(|n| format!("{},{} {host_key}\n", n.name, n.address)).collect();
    files::write(&operator.host_path("/root/.ssh/known_hosts"), known)?;
    for node in nodes {
        let dir = Machine::new(ground, &node.name).host_path("/root/.ssh");
        files::make_dir(&dir)?;
        files::set_mode(&dir, 0o700)?;
        files::write_mode(&dir.join("authorized_keys"), &public, 0o600)?;
    }
    let control_planes: Vec<&Node> = nodes.iter().filter(|n| n.role == Role::ControlPlane).collect();
    if control_planes.len() < 2 {
        return Ok(());
    }
    let servers: String =
        control_planes.iter().map(|n| format!("  server {} {}:6443\n", n.name, n.address)).collect();
    files::write(&operator.host_path("/etc/haproxy/lab.cfg"), format!("{BALANCER}{servers}"))?;
    files::write(&operator.host_path("/etc/systemd/system/lab-balancer.service"), UNIT)?;
    operator.must(&["systemctl", "daemon-reload"], None)?;
    operator.must(&["systemctl", "enable", "--now", "lab-balancer"], None)?;
    until("the balancer's start", Duration::from_secs(20), || {
        let (host, port) = endpoint.split_once(':').unwrap_or((endpoint, "6443"));
        let seen = operator.exec(&["nc", "-z", "-w", "1", host, port], None)?;
        Ok(if seen.success() { Seen::Yes(()) } else { Seen::NotYet("its port is closed".into()) })
    })
}

/// Copies the first control plane's admin.conf to the operator.
pub(crate) fn give_kubeconfig(first: &Machine, ground: &Ground) -> Result<()> {
    let config = files::read(&first.host_path("/etc/kubernetes/admin.conf"))?;
    files::write_mode(&Machine::new(ground, "operator").host_path("/root/.kube/config"), config, 0o600)
}
