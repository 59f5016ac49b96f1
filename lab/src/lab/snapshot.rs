//! Powered-off clusters as starting points, so that a scenario costs seconds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::state::{self, State};
use super::{Lab, Options, Role, doctor, lock_lab, up};
use crate::cache::{Cache, Prepared};
use crate::cluster::{containers, leaders};
use crate::error::{LabError, Result};
use crate::tools::progress::Progress;
use crate::tools::{files, lock};

/// A snapshot whose certificates end within this time is made anew.
const FRESH: Duration = Duration::from_secs(30 * 86_400);

/// What is kept of a node; containerd's state is not: without pods it is the prepared one.
const KEPT: [&str; 3] = ["upper", "var/kubelet", "var/etcd"];

/// Stops every container at once, forgets every pod, and puts all that was written on the disk.
const STOP: &str = "for id in $(crictl ps -q); do crictl stop --timeout 3 $id >/dev/null & done; wait
crictl rmp -fa >/dev/null; sync -f /var/lib/etcd";

/// A saved cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// The version of Kubernetes in it.
    pub kubernetes: String,
    /// How many control planes it has.
    pub control_planes: usize,
    /// How many workers it has.
    pub workers: usize,
    /// When its cluster was made, in seconds since 1970.
    pub created: u64,
}

impl Lab {
    /// Powers the cluster off cleanly, copies it, and switches it on again. A snapshot of this name is replaced.
    pub fn save(&self, name: &str) -> Result<()> {
        super::options::check_name("snapshot", name)?;
        let _lock = self.lock()?;
        self.progress().step("powering the cluster off", || self.power_off())?;
        let _snapshot = lock_snapshot(&self.cache, name)?;
        self.progress().step(&format!("saving {name}"), || self.copy_out(name))?;
        self.switch_all_on()?;
        self.wait_ready(Duration::from_secs(300))
    }

    /// Ends everything in order: no leader lease is left held, etcd closes its files.
    fn power_off(&self) -> Result<()> {
        let on: Vec<_> = self.cluster_nodes().map(|n| (n, self.machine_of(n))).collect();
        for (_, machine) in &on {
            machine.must(&["systemctl", "stop", "kubelet"], None)?;
        }
        let planes: Vec<_> =
            on.iter().filter(|(n, _)| n.role == Role::ControlPlane).map(|(_, m)| m).collect();
        for machine in &planes {
            for name in leaders::NAMES {
                containers::stop(machine, name)?;
            }
        }
        if let Some(first) = planes.first() {
            leaders::release(first)?;
        }
        for machine in &planes {
            // etcd as a service of the host, where it is one.
            machine.must(&["systemctl", "stop", "etcd.service"], None).or_else(|error| {
                let known = machine.exec(&["systemctl", "cat", "etcd.service"], None)?.success();
                if known { Err(error) } else { Ok(String::new()) }
            })?;
        }
        let stopped: Vec<Result<String>> = std::thread::scope(|scope| {
            let all: Vec<_> =
                on.iter().map(|(_, m)| scope.spawn(|| m.must(&["sh", "-c", STOP], None))).collect();
            all.into_iter().filter_map(|one| one.join().ok()).collect()
        });
        stopped.into_iter().try_for_each(|one| one.map(drop))?;
        for node in self.nodes() {
            self.machine_of(node).kill()?;
        }
        Ok(())
    }

    fn copy_out(&self, name: &str) -> Result<()> {
        let target = path(&self.cache, name);
        let building = target.with_extension("building");
        files::remove_tree(&building)?;
        for node in self.nodes() {
            for part in KEPT {
                let to = building.join("nodes").join(&node.name).join(part);
                files::make_dir(to.parent().unwrap_or(&to))?;
                files::copy_tree(&self.machine_of(node).dir().join(part), &to)?;
            }
            // Addresses of pods that are gone would never be freed.
            files::remove_tree(&building.join("nodes").join(&node.name).join("upper/var/lib/cni"))?;
        }
        self.state.write(&building)?;
        files::remove_tree(&target)?;
        files::rename(&building, &target)
    }

    /// Makes a running lab from a snapshot and waits until it is ready. A lab of the same name is taken down
    /// first. With `wait` false it does not wait for the cluster: for snapshots of broken ones.
    pub fn restore(name: &str, options: &Options, wait: bool) -> Result<Self> {
        options.check()?;
        super::options::check_name("snapshot", name)?;
        doctor::require(options)?;
        let cache = Cache::open(options.progress)?;
        let source = path(&cache, name);
        if !source.exists() {
            return Err(LabError::refused(format!(
                "no snapshot named {name}: make one with `perennial-lab save {name}`"
            )));
        }
        let prepared = cache.prepare(&options.own())?;
        let (state, _) = state::read(&source)?;
        if state.key != prepared.key {
            return Err(LabError::refused(format!(
                "the snapshot {name} was made with other versions ({} and another recipe): make it anew with `up` and `save {name}`",
                state.kubernetes
            )));
        }
        Self::down_by_name(&options.name, options.state.as_deref(), options.progress)?;
        let _lock = lock_lab(&options.name, options.progress)?;
        let dir = up::free_place(&cache, options)?;
        Self::build(cache, options, dir, state.on(&prepared), prepared, |lab| {
            lab.progress().step(&format!("copying {name}"), || lab.copy_in(name, &source))?;
            lab.switch_all_on()?;
            if wait { lab.wait_ready(Duration::from_secs(300)) } else { Ok(()) }
        })
    }

    fn copy_in(&self, name: &str, source: &Path) -> Result<()> {
        let _snapshot = lock_snapshot(&self.cache, name)?;
        for node in self.nodes() {
            for part in KEPT {
                let to = self.machine_of(node).dir().join(part);
                files::make_dir(to.parent().unwrap_or(&to))?;
                files::copy_tree(&source.join("nodes").join(&node.name).join(part), &to)?;
            }
            self.make_node(node)?;
        }
        Ok(())
    }

    /// A running lab from this snapshot; if there is none that fits, a new lab, which is saved under the name.
    pub fn from_snapshot_or_up(name: &str, options: &Options) -> Result<Self> {
        let cache = Cache::open(options.progress)?;
        let _making = lock::take(&cache.dir().join("locks").join(format!("making-{name}")), || {
            options.progress.line(&format!("waiting: the snapshot {name} is in use or being made"));
        })?;
        let prepared = cache.prepare(&options.own())?;
        if fits(&cache, name, options, &prepared) {
            return Self::restore(name, options, true);
        }
        Self::down_by_name(&options.name, options.state.as_deref(), options.progress)?;
        let lab = Self::up(options)?;
        match lab.save(name) {
            Ok(()) => Ok(lab),
            Err(error) => {
                lab.down()?;
                Err(error)
            }
        }
    }

    /// Every snapshot there is.
    pub fn snapshots(progress: Progress) -> Result<Vec<Snapshot>> {
        let cache = Cache::open(progress)?;
        let mut all = Vec::new();
        for dir in files::list(&cache.dir().join("snapshots"))? {
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Ok((state, _)) = state::read(&dir) else { continue };
            all.push(state.snapshot(name));
        }
        Ok(all)
    }
}

impl State {
    fn snapshot(&self, name: String) -> Snapshot {
        let count = |role| self.nodes.iter().filter(|n| n.role == role).count();
        Snapshot {
            name,
            kubernetes: self.kubernetes.clone(),
            control_planes: count(Role::ControlPlane),
            workers: count(Role::Worker),
            created: self.created,
        }
    }
}

fn path(cache: &Cache, name: &str) -> PathBuf {
    cache.dir().join("snapshots").join(name)
}

fn lock_snapshot(cache: &Cache, name: &str) -> Result<lock::Lock> {
    let progress = cache.progress;
    lock::take(&cache.dir().join("locks").join(format!("snapshot-{name}")), || {
        progress.line(&format!("waiting: the snapshot {name} is being copied by another run"));
    })
}

fn fits(cache: &Cache, name: &str, options: &Options, prepared: &Prepared) -> bool {
    let Ok((state, _)) = state::read(&path(cache, name)) else { return false };
    let life = state.validity_seconds.unwrap_or(365 * 86_400);
    let left = (state.created + life).saturating_sub(state::now());
    state.key == prepared.key && state.is_as(options) && left > FRESH.as_secs()
}
