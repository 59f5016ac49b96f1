//! What the lab tells: plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Node;

/// What there is and what is on.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The lab's name.
    pub name: String,
    /// Where its files are.
    pub dir: PathBuf,
    /// The version of Kubernetes.
    pub kubernetes: String,
    /// The address of the API.
    pub endpoint: String,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
}

/// One node and whether it is on.
#[derive(Clone, Debug, Serialize)]
pub struct NodeStatus {
    /// The node.
    #[serde(flatten)]
    pub node: Node,
    /// The host's PID of its init; `None`: it is off.
    pub pid: Option<u32>,
}

/// When re-issued certificates end, in seconds since 1970.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Aged {
    /// Leaves below `/etc/kubernetes/pki` and the four kubeconfigs.
    pub leaves_end: u64,
    /// The kubelets' client certificates, if they were asked for. Half as late again as the leaves: a kubelet
    /// renews itself after 70 % of its certificate's life, and by then nobody shall be able to sign for it.
    pub kubelets_end: Option<u64>,
}

/// What the workload inside the cluster has seen, since the cluster was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientReport {
    /// Rounds (a GET and a PATCH through the service address) that succeeded.
    pub ok: u64,
    /// Rounds that failed.
    pub failed: u64,
    /// The longest time without a success.
    pub longest_outage_seconds: f64,
    /// The last failure.
    pub last_error: String,
    /// When a round last succeeded, in milliseconds since 1970.
    pub last_ok_unix_ms: u64,
    /// When this report was written, in milliseconds since 1970.
    pub updated_unix_ms: u64,
    /// How often the pod's container was started.
    pub container_starts: u64,
}

/// What the probe saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// How long it ran.
    pub seconds: f64,
    /// Each endpoint it wrote to.
    pub endpoints: Vec<EndpointReport>,
}

impl ProbeReport {
    /// Failed writes on all endpoints together.
    pub fn failed(&self) -> u64 {
        self.endpoints.iter().map(|e| e.failed).sum()
    }

    /// The endpoint of this name.
    pub fn endpoint(&self, name: &str) -> Option<&EndpointReport> {
        self.endpoints.iter().find(|e| e.name == name)
    }
}

/// What the probe saw at one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointReport {
    /// A control plane's name, or `balancer`.
    pub name: String,
    /// Address and port.
    pub address: String,
    /// Writes that succeeded.
    pub ok: u64,
    /// Writes that failed.
    pub failed: u64,
    /// When and how long nothing came through.
    pub outages: Vec<Outage>,
    /// How often each failure was seen.
    pub why: BTreeMap<String, u64>,
}

impl EndpointReport {
    /// All outages together, in seconds.
    pub fn outage_seconds(&self) -> f64 {
        self.outages.iter().map(|o| o.seconds).sum()
    }
}

/// A time in which no write came through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outage {
    /// When it began, in seconds after the probe's start.
    pub from_seconds: f64,
    /// How long it lasted.
    pub seconds: f64,
    /// How many writes failed in it.
    pub failed: u64,
    /// Whether it lasted until the probe ended.
    #[serde(default)]
    pub still_down: bool,
}
