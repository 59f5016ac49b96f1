//! Making a lab.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::state::State;
use super::{Lab, Node, Options, Role, doctor, lock_lab};
use crate::cache::{Cache, Prepared};
use crate::cluster::{kubeadm, operator, place, workload};
use crate::error::{LabError, Result};
use crate::node::network::Plug;
use crate::node::{Ground, standing_at};
use crate::tools::files;

impl Lab {
    /// Makes a lab and waits until it is ready. After a failure nothing of it is left.
    pub fn up(options: &Options) -> Result<Self> {
        options.check()?;
        doctor::require(options)?;
        let cache = Cache::open(options.progress)?;
        let _lock = lock_lab(&options.name, options.progress)?;
        let dir = free_place(&cache, options)?;
        let prepared = cache.prepare(&options.own())?;
        let state = State::new(options, &prepared);
        Self::build(cache, options, dir, state, prepared, |lab| {
            lab.make_nodes()?;
            lab.switch_all_on()?;
            operator::set_up(lab.ground(), lab.nodes(), &lab.endpoint())?;
            lab.make_cluster(options)
        })
    }

    /// Makes the ground for a lab, lets `fill` make the lab on it, waits; removes all of it after a failure.
    pub(super) fn build(
        cache: Cache,
        options: &Options,
        dir: PathBuf,
        state: State,
        prepared: Prepared,
        fill: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<Self> {
        let ground = Ground::new(&options.name, &dir);
        let lab = Self { cache, ground, state, prepared, down_on_drop: false };
        let made =
            lab.ground.make(lab.progress()).and_then(|()| lab.state.write(&dir)).and_then(|()| fill(&lab));
        match made {
            Ok(()) => {
                lab.progress().line(&format!("the lab {} is ready", lab.name()));
                Ok(lab)
            }
            Err(error) => {
                lab.progress().line("cleaning up after the failure");
                if let Err(second) = lab.take_down() {
                    lab.progress().line(&format!("cleaning up failed as well: {second}"));
                }
                Err(error)
            }
        }
    }

    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }

    fn make_nodes(&self) -> Result<()> {
        self.progress()
            .step("making the nodes", || self.nodes().iter().try_for_each(|node| self.make_node(node)))
    }

    /// Makes a node's root and what it needs to know before it starts.
    pub(super) fn make_node(&self, node: &Node) -> Result<()> {
        let machine = self.machine_of(node);
        let store = Some(self.prepared.store.as_path()).filter(|_| node.role != Role::Operator);
        machine.make(&self.prepared.lower, store)?;
        place::write(&machine, node, self.nodes())
    }

    /// Connects a node and switches it on; does not wait.
    pub(super) fn switch_on(&self, node: &Node) -> Result<()> {
        let others = self.cluster_nodes().filter(|n| n.name != node.name);
        let plug = Plug {
            address: &node.address,
            gateway: super::state::OPERATOR,
            routes: others.map(|n| (n.pod_network.clone(), n.address.clone())).collect(),
        };
        self.machine_of(node).start(Some(&plug), &[])
    }

    pub(super) fn wait_booted(&self, node: &Node) -> Result<()> {
        let socket = match node.role {
            Role::Operator => "/run/systemd/private",
            _ => "/run/containerd/containerd.sock",
        };
        self.machine_of(node).wait_socket(socket, Duration::from_secs(90))
    }

    pub(super) fn switch_all_on(&self) -> Result<()> {
        self.progress().step("switching the nodes on", || {
            self.nodes().iter().try_for_each(|node| self.switch_on(node))?;
            self.nodes().iter().try_for_each(|node| self.wait_booted(node))
        })
    }

    fn make_cluster(&self, options: &Options) -> Result<()> {
        let endpoint = self.endpoint();
        let mut control_planes = self.control_planes();
        let first = control_planes.next().ok_or_else(|| LabError::refused("no control plane"))?;
        let machine = self.machine_of(first);
        let config = kubeadm::init_config(first, &endpoint, options.validity, options.layout);
        self.progress().step(&format!("kubeadm init on {}", first.name), || {
            options.layout.before_init(&machine, first)?;
            kubeadm::init(&machine, &config)?;
            options.layout.after_init(&machine, first)
        })?;
        for node in control_planes {
            let config = kubeadm::join_config(node, &endpoint, options.layout);
            self.progress().step(&format!("kubeadm join on {}", node.name), || {
                kubeadm::join(&self.machine_of(node), &config)
            })?;
        }
        let workers: Vec<&Node> = self.nodes().iter().filter(|n| n.role == Role::Worker).collect();
        for node in workers {
            let config = kubeadm::join_config(node, &endpoint, options.layout);
            self.progress().step(&format!("kubeadm join on {}", node.name), || {
                kubeadm::join(&self.machine_of(node), &config)
            })?;
        }
        operator::give_kubeconfig(&machine, &self.ground)?;
        workload::apply(&machine)?;
        self.wait_ready(Duration::from_secs(300))
    }
}

/// Where a lab's files lie.
pub(super) fn place(cache: &Cache, name: &str, state: Option<&Path>) -> Result<PathBuf> {
    match state {
        Some(dir) => std::path::absolute(dir).map_err(|source| LabError::File {
            what: "find",
            path: dir.into(),
            source,
        }),
        None => Ok(cache.dir().join("clusters").join(name)),
    }
}

/// Refuses a folder that holds something else than a lab: it would be removed.
pub(super) fn must_be_ours(dir: &Path) -> Result<()> {
    if dir.join("lab.json").exists() || files::list(dir)?.is_empty() {
        return Ok(());
    }
    Err(LabError::refused(format!("{} holds something that is not a lab", dir.display())))
}

/// The folder for a new lab. What a reboot of the host has left of a former one is cleared away first.
pub(super) fn free_place(cache: &Cache, options: &Options) -> Result<PathBuf> {
    let name = &options.name;
    if let Some(standing) = standing_at(name) {
        return Err(LabError::refused(format!(
            "a lab named {name} is up already (in {}): take it down with `perennial-lab --name {name} down`",
            standing.display()
        )));
    }
    let dir = place(cache, name, options.state.as_deref())?;
    must_be_ours(&dir)?;
    Ground::new(name, &dir).clear()?;
    files::remove_tree(&dir)?;
    Ok(dir)
}
