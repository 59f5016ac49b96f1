//! The lab as its users see it.

mod age;
mod doctor;
mod down;
mod options;
mod power;
mod probe;
mod ready;
mod reports;
mod snapshot;
mod state;
mod up;
mod using;

use crate::cache::{Cache, Prepared};
use crate::error::{LabError, Result};
use crate::node::{Ground, Machine, standing_at};
use crate::tools::lock::{self, Lock};
use crate::tools::progress::Progress;

pub use doctor::{Complaint, doctor};
pub use options::Options;
pub use probe::Probe;
pub use reports::{Aged, ClientReport, EndpointReport, NodeStatus, Outage, ProbeReport, Status};
pub use snapshot::Snapshot;
use state::State;
pub use state::{Node, Role};

/// A lab: a cluster of nodes on this machine, with an operator's place beside them.
#[derive(Debug)]
pub struct Lab {
    cache: Cache,
    ground: Ground,
    state: State,
    prepared: Prepared,
    down_on_drop: bool,
}

impl Lab {
    /// A lab that is up already. Refuses if there is none of this name.
    pub fn open(name: &str, progress: Progress) -> Result<Self> {
        let cache = Cache::open(progress)?;
        let dir = standing_at(name).ok_or_else(|| LabError::refused(format!("no lab named {name} is up")))?;
        let ground = Ground::new(name, &dir);
        let (state, prepared) = state::read(&dir)?;
        Ok(Self { cache, ground, state, prepared, down_on_drop: false })
    }

    /// The lab's name.
    pub fn name(&self) -> &str {
        &self.ground.lab
    }

    /// Every node, the operator's place included.
    pub fn nodes(&self) -> &[Node] {
        &self.state.nodes
    }

    /// The control planes, in the order of joining.
    pub fn control_planes(&self) -> impl Iterator<Item = &Node> {
        self.state.nodes.iter().filter(|n| n.role == Role::ControlPlane)
    }

    /// The nodes of the cluster: all but the operator's place.
    pub fn cluster_nodes(&self) -> impl Iterator<Item = &Node> {
        self.state.nodes.iter().filter(|n| n.role != Role::Operator)
    }

    /// The address of the API as clients in the cluster know it, with its port.
    pub fn endpoint(&self) -> String {
        self.state.endpoint()
    }

    /// Whether the lab is taken down when this handle is dropped. It is not, unless asked for.
    pub fn set_down_on_drop(&mut self, yes: bool) {
        self.down_on_drop = yes;
    }

    fn progress(&self) -> Progress {
        self.cache.progress
    }

    fn machine(&self, node: &str) -> Result<Machine> {
        if self.state.nodes.iter().any(|n| n.name == node) {
            return Ok(Machine::new(&self.ground, node));
        }
        let names: Vec<&str> = self.state.nodes.iter().map(|n| n.name.as_str()).collect();
        Err(LabError::refused(format!("no node {node}: there are {}", names.join(", "))))
    }

    fn machine_of(&self, node: &Node) -> Machine {
        Machine::new(&self.ground, &node.name)
    }

    fn lock(&self) -> Result<Lock> {
        lock_lab(&self.ground.lab, self.progress())
    }
}

fn lock_lab(name: &str, progress: Progress) -> Result<Lock> {
    let path = std::path::Path::new("/run/perennial-lab-locks").join(name);
    lock::take(&path, || progress.line(&format!("waiting: another command is working on the lab {name}")))
}

impl Drop for Lab {
    fn drop(&mut self) {
        if self.down_on_drop
            && let Err(error) = self.take_down()
        {
            self.progress().line(&format!("the lab {} could not be taken down: {error}", self.ground.lab));
        }
    }
}
