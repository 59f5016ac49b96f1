//! Writing to every API endpoint while something else happens.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use super::{Lab, ProbeReport};
use crate::error::{LabError, Result};
use crate::node::network;

/// A probe that is running: a PATCH every 100 ms to each endpoint, each over a fresh TLS connection, with
/// credentials read anew from the node's admin.conf. When it is dropped, it ends without a report.
#[derive(Debug)]
pub struct Probe {
    child: Child,
}

impl Lab {
    /// Starts a probe on every control plane's own address and, if there is one, on the balancer. `live` prints
    /// a line per second on standard error.
    pub fn probe(&self, live: bool) -> Result<Probe> {
        let netns = network::of(self.name(), "operator");
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &netns]).arg(&self.prepared.client).arg("probe");
        if live {
            command.arg("--live");
        }
        let mut balancer_config = None;
        for node in self.control_planes() {
            let config = self.machine_of(node).host_path("/etc/kubernetes/admin.conf");
            command.arg(format!("{}={}:6443={}", node.name, node.address, config.display()));
            balancer_config.get_or_insert(config);
        }
        if let Some(config) = balancer_config.filter(|_| self.state.is_balanced()) {
            command.arg(format!("balancer={}={}", self.endpoint(), config.display()));
        }
        // Ctrl-C on the terminal is for the caller, who then asks for the report.
        let child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| LabError::refused(format!("cannot start the probe: {e}")))?;
        Ok(Probe { child })
    }
}

impl Probe {
    /// Ends the probe and gives its report.
    pub fn stop(mut self) -> Result<ProbeReport> {
        drop(self.child.stdin.take());
        let mut text = String::new();
        if let Some(mut pipe) = self.child.stdout.take() {
            pipe.read_to_string(&mut text)
                .map_err(|e| LabError::refused(format!("cannot read the probe's report: {e}")))?;
        }
        serde_json::from_str(&text).map_err(LabError::json("the probe's report"))
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It has usually ended by itself, its input being closed.
        drop(self.child.wait());
    }
}
