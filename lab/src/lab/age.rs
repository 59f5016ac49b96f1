//! Making certificates old, so that no test waits for minutes.

use std::path::Path;
use std::time::Duration;

use super::{Aged, Lab, Node, Role, state};
use crate::cluster::containers;
use crate::error::{LabError, Result};
use crate::tools::command::Run;
use crate::tools::wait::{Seen, until};

const YEAR: u64 = 365 * 86_400;

impl Lab {
    /// Re-issues every leaf and kubeconfig of the control planes so that they end in this time, and restarts
    /// kube-controller-manager and kube-scheduler so that they hold them. With `kubelets` also the kubelets'
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
            let loaded: Vec<Result<()>> = std::thread::scope(|scope| {
                let all: Vec<_> =
                    self.cluster_nodes().map(|node| scope.spawn(move || self.load(node, kubelets))).collect();
                all.into_iter().filter_map(|one| one.join().ok()).collect()
            });
            loaded.into_iter().collect::<Result<()>>()
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

    fn load(&self, node: &Node, kubelets: bool) -> Result<()> {
        let machine = self.machine_of(node);
        if machine.pid()?.is_none() {
            return Ok(());
        }
        let mut old = Vec::new();
        if node.role == Role::ControlPlane {
            for name in ["kube-controller-manager", "kube-scheduler"] {
                if let Some(id) = containers::stop(&machine, name)? {
                    old.push((name, id));
                }
            }
        }
        if kubelets || !old.is_empty() {
            // A new kubelet has no crash back-off to wait for.
            machine.must(&["systemctl", "restart", "kubelet"], None)?;
        }
        for (name, id) in old {
            containers::wait_other(&machine, name, &id)?;
        }
        until(&format!("the kubelet's start on {}", node.name), Duration::from_secs(60), || {
            let seen = machine.exec(&["curl", "-sf", "-m", "2", "http://127.0.0.1:10248/healthz"], None)?;
            Ok(if seen.success() { Seen::Yes(()) } else { Seen::NotYet("it does not answer".into()) })
        })
    }
}
