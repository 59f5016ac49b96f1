//! Making certificates old, so that no test waits for minutes.

use std::path::Path;
use std::time::Duration;

use super::{Aged, Lab, Role, state};
use crate::cluster::{containers, leaders};
use crate::error::{LabError, Result};
use crate::node::Machine;
use crate::tools::command::Run;
use crate::tools::wait::{Seen, until};

const YEAR: u64 = 365 * 86_400;

impl Lab {
    /// Re-issues every leaf and kubeconfig of the control planes so that they end in this time, and restarts
    /// kube-controller-manager and kube-scheduler so that they hold them, and lead with them. With `kubelets` also the kubelets'
    /// client certificates, which end half as late again. Keys, subjects, names and usages stay.
    pub fn age(&self, rest: Duration, kubelets: bool) -> Result<Aged> {
        let _lock = self.lock()?;
        let now = state::now();
        let leaves_end = now + rest.as_secs();
        let kubelets_end = now + rest.as_secs() * 3 / 2;
        let first = self.control_planes().next().ok_or_else(|| LabError::refused("no control plane"))?;
        let pki = self.machine_of(first).host_path("/etc/kubernetes/pki");
        self.progress().step("re-issuing certificates", || {
            for node in self.control_planes() {
                let dir = self.machine_of(node).host_path("/etc/kubernetes");
                self.sign(&dir.join("pki"), "--kubernetes", &dir, leaves_end - YEAR, leaves_end)?;
            }
            for node in self.cluster_nodes().filter(|_| kubelets) {
                self.sign(&pki, "--kubelet", &self.machine_of(node).var("kubelet"), now, kubelets_end)?;
            }
            Ok::<_, LabError>(())
        })?;
        self.progress().step("restarting what holds the old ones", || {
            let on: Vec<_> = self
                .cluster_nodes()
                .filter(|node| kubelets || node.role == Role::ControlPlane)
                .map(|node| (node, self.machine_of(node)))
                .filter_map(|(node, machine)| match machine.pid() {
                    Ok(pid) => pid.map(|_| Ok((node, machine))),
                    Err(error) => Some(Err(error)),
                })
                .collect::<Result<_>>()?;
            at_once(&on, |(node, machine)| stop(machine, node.role))?;
            let planes = || on.iter().filter(|(node, _)| node.role == Role::ControlPlane);
            let released = match planes().next() {
                Some((_, machine)) => leaders::release(machine)?,
                None => false,
            };
            at_once(&on, |(node, machine)| start(machine, node.role))?;
            match planes().next() {
                Some((_, machine)) if released => leaders::wait(machine),
                _ => Ok(()),
            }
        })?;
        Ok(Aged { leaves_end, kubelets_end: kubelets.then_some(kubelets_end) })
    }

    fn sign(&self, pki: &Path, what: &str, dir: &Path, begin: u64, end: u64) -> Result<()> {
        Run::new(&self.prepared.client)
            .args(["age", "--pki"])
            .arg(pki)
            .arg(what)
            .arg(dir)
            .args(["--begin", &begin.to_string(), "--end", &end.to_string()])
            .what(format!("re-issuing certificates in {}", dir.display()))
            .done()
    }
}

/// Stops the kubelet and what the node's leaders hold, so that the next start meets no crash back-off.
fn stop(machine: &Machine, role: Role) -> Result<()> {
    machine.must(&["systemctl", "stop", "kubelet"], None)?;
    for name in leaders::NAMES.into_iter().filter(|_| role == Role::ControlPlane) {
        if let Some(id) = containers::stop(machine, name)? {
            containers::remove(machine, &id)?;
        }
    }
    Ok(())
}

fn start(machine: &Machine, role: Role) -> Result<()> {
    machine.must(&["systemctl", "start", "kubelet"], None)?;
    for name in leaders::NAMES.into_iter().filter(|_| role == Role::ControlPlane) {
        containers::wait_running(machine, name)?;
    }
    until(&format!("the kubelet's start on {}", machine.name), Duration::from_secs(60), || {
        let seen = machine.exec(&["curl", "-sf", "-m", "2", "http://127.0.0.1:10248/healthz"], None)?;
        Ok(if seen.success() { Seen::Yes(()) } else { Seen::NotYet("it does not answer".into()) })
    })
}

/// The same on every node at the same time.
fn at_once<T: Sync>(all: &[T], each: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let done: Vec<Result<()>> = std::thread::scope(|scope| {
        let running: Vec<_> = all.iter().map(|one| scope.spawn(|| each(one))).collect();
        running.into_iter().filter_map(|one| one.join().ok()).collect()
    });
    done.into_iter().collect()
}
