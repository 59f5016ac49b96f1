//! What a lab remembers of itself, in `lab.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Options;
use crate::cache::{KUBERNETES, Prepared};
use crate::cluster::layout::Layout;
use crate::error::{LabError, Result};
use crate::tools::files;

/// The operator's place and, with several control planes, the balancer.
pub(super) const OPERATOR: &str = "10.88.7.1";

/// What a node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// etcd, kube-apiserver, kube-controller-manager, kube-scheduler.
    ControlPlane,
    /// Where the operator works; also the balancer. Not in the cluster.
    Operator,
    /// Runs pods only.
    Worker,
}

/// A node of the lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name, also as a Kubernetes node: `cp1`, `w1`, `operator`.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its address in the lab's network.
    pub address: String,
    /// The addresses of its pods.
    pub pod_network: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) kubernetes: String,
    pub(super) key: String,
    pub(super) nodes: Vec<Node>,
    pub(super) validity_seconds: Option<u64>,
    #[serde(default)]
    pub(super) layout: Layout,
    /// When the lab was made, in seconds since 1970.
    pub(super) created: u64,
    lower: Vec<PathBuf>,
    store: PathBuf,
    client: PathBuf,
}

impl State {
    pub(super) fn new(options: &Options, prepared: &Prepared) -> Self {
        let mut nodes = vec![Node {
            name: "operator".into(),
            role: Role::Operator,
            address: OPERATOR.into(),
            pod_network: String::new(),
        }];
        for (role, prefix, count, base) in
            [(Role::ControlPlane, "cp", options.control_planes, 10), (Role::Worker, "w", options.workers, 20)]
        {
            nodes.extend((1..=count).map(|n| Node {
                name: format!("{prefix}{n}"),
                role,
                address: format!("10.88.7.{}", base + n),
                pod_network: format!("10.244.{}.0/24", base + n),
            }));
        }
        Self {
            kubernetes: KUBERNETES.into(),
            key: prepared.key.clone(),
            nodes,
            validity_seconds: options.validity.map(|d| d.as_secs()),
            layout: options.layout,
            created: now(),
            lower: prepared.lower.clone(),
            store: prepared.store.clone(),
            client: prepared.client.clone(),
        }
    }

    /// The same lab on other prepared parts.
    pub(super) fn on(mut self, prepared: &Prepared) -> Self {
        self.lower.clone_from(&prepared.lower);
        self.store.clone_from(&prepared.store);
        self.client.clone_from(&prepared.client);
        self
    }

    fn count(&self, role: Role) -> usize {
        self.nodes.iter().filter(|n| n.role == role).count()
    }

    /// Whether these options would make the same lab.
    pub(super) fn is_as(&self, options: &Options) -> bool {
        self.count(Role::ControlPlane) == options.control_planes
            && self.count(Role::Worker) == options.workers
            && self.layout == options.layout
            && self.validity_seconds == options.validity.map(|d| d.as_secs())
    }

    pub(super) fn is_balanced(&self) -> bool {
        self.count(Role::ControlPlane) > 1
    }

    pub(super) fn endpoint(&self) -> String {
        let first = self.nodes.iter().find(|n| n.role == Role::ControlPlane);
        let address = if self.is_balanced() { OPERATOR } else { first.map_or(OPERATOR, |n| &n.address) };
        format!("{address}:6443")
    }

    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(LabError::json("lab.json"))?;
        files::write(&dir.join("lab.json"), text)
    }
}

pub(super) fn read(dir: &Path) -> Result<(State, Prepared)> {
    let path = dir.join("lab.json");
    let text = files::read(&path)?;
    let state: State = serde_json::from_slice(&text).map_err(LabError::json(path.display().to_string()))?;
    let prepared = Prepared {
        lower: state.lower.clone(),
        store: state.store.clone(),
        client: state.client.clone(),
        key: state.key.clone(),
    };
    Ok((state, prepared))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
