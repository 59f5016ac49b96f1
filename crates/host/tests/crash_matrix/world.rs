//! A machine in memory: files, containers, leases, and a journal that survives the process.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::{Component, Container, Lease};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What survives the end of a process and a power cut.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<Utf8PathBuf, String>,
    pub(crate) journal: Vec<u8>,
    pub(crate) containers: BTreeMap<Component, Running>,
    pub(crate) leases: BTreeMap<Component, Lease>,
    pub(crate) backups: usize,
    pub(crate) clock: Timestamp,
    pub(crate) restarts: usize,
    /// The kubelet starts nothing.
    pub(crate) frozen: bool,
    starts: usize,
}

/// A container and the content of the kubeconfig that it read at its start.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) container: Option<Container>,
    pub(crate) holds: String,
}

pub(crate) fn conf(component: Component) -> Utf8PathBuf {
    match component {
        Component::KubeControllerManager => "/etc/kubernetes/controller-manager.conf".into(),
        _ => "/etc/kubernetes/scheduler.conf".into(),
    }
}

impl World {
    /// A control plane whose kubelet, scheduler and controller-manager run.
    pub(crate) fn new(files: BTreeMap<Utf8PathBuf, String>, clock: Timestamp) -> Self {
        let mut world = Self {
            files,
            journal: Vec::new(),
            containers: BTreeMap::new(),
            leases: BTreeMap::new(),
            backups: 0,
            clock,
            restarts: 0,
            frozen: false,
            starts: 0,
        };
        for component in [Component::KubeScheduler, Component::KubeControllerManager] {
            world.start(component);
            world.leases.insert(
                component,
                Lease {
                    component,
                    holder: world.identity(component),
                    acquired: Some(clock),
                    renewed: Some(clock),
                    resource_version: "1".into(),
                    coordinated: false,
                },
            );
        }
        world.tick();
        world
    }

    /// What the next process finds: two worlds with the same traces lead to the same recovery.
    pub(crate) fn traces(&self) -> u64 {
        let whole =
            perennial_core::run::read(&self.journal).map(|(_, understood)| understood).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        (&self.files, &self.journal[..whole]).hash(&mut hasher);
        for running in self.containers.values() {
            (running.container.as_ref().map(|container| &container.id), &running.holds).hash(&mut hasher);
        }
        for lease in self.leases.values() {
            lease.holder.hash(&mut hasher);
        }
        hasher.finish()
    }

    pub(crate) fn read(&self, path: &Utf8Path) -> Option<String> {
        self.files.get(path).cloned()
    }

    pub(crate) fn exchange(&mut self, one: &Utf8Path, other: &Utf8Path) {
        let (left, right) = (self.files.remove(one), self.files.remove(other));
        if let Some(content) = right {
            self.files.insert(one.to_owned(), content);
        }
        if let Some(content) = left {
            self.files.insert(other.to_owned(), content);
        }
    }

    pub(crate) fn stop(&mut self, component: Component, id: &str) {
        let running = self.containers.get_mut(&component).unwrap();
        if running.container.as_ref().is_some_and(|container| container.id == id) {
            running.container = None;
            self.restarts += 1;
            if component == Component::KubeScheduler {
                self.leases.get_mut(&component).unwrap().holder.clear();
            }
        }
    }

    /// A moment passes: the kubelet starts what is missing, leaders renew, candidates take what is free.
    pub(crate) fn tick(&mut self) {
        self.clock += SignedDuration::from_millis(50);
        if self.frozen {
            return;
        }
        for component in [Component::KubeScheduler, Component::KubeControllerManager] {
            if self.containers[&component].container.is_none() {
                self.start(component);
                continue;
            }
            let (identity, now) = (self.identity(component), self.clock);
            let lease = self.leases.get_mut(&component).unwrap();
            let expired = lease.renewed.is_none_or(|renewed| now.duration_since(renewed).as_secs() >= 15);
            if lease.holder == identity || lease.holder.is_empty() || expired {
                lease.holder = identity;
                lease.renewed = Some(now);
                lease.resource_version.push('1');
            }
        }
    }

    fn start(&mut self, component: Component) {
        self.starts += 1;
        self.clock += SignedDuration::from_millis(1);
        let holds = self.read(&conf(component)).unwrap_or_default();
        let container = Container {
            id: format!("{component}-{}", self.starts),
            name: component.to_string(),
            pod: format!("{component}-cp1"),
            attempt: 0,
            started_at: self.clock,
            pid: None,
        };
        self.containers.insert(component, Running { container: Some(container), holds });
    }

    fn identity(&self, component: Component) -> String {
        let id = self.containers[&component].container.as_ref().map(|container| container.id.clone());
        format!("cp1_{}", id.unwrap_or_default())
    }
}
