//! When a cluster is ready: everything answers now, not only by what was written before a power cut.

use std::time::{Duration, SystemTime};

use super::{ClientReport, Lab};
use crate::cluster::{health, workload};
use crate::error::{LabError, Result};
use crate::tools::wait::{Seen, until};

impl Lab {
    /// Waits until every node that is on is ready, the controllers lead, and the workload talks to the API; all
    /// of it seen after this call or, for the nodes, after they were switched on.
    pub fn wait_ready(&self, limit: Duration) -> Result<()> {
        let since = SystemTime::now();
        self.progress()
            .step("waiting for the cluster", || until("a ready cluster", limit, || self.look(since)))
    }

    fn look(&self, since: SystemTime) -> Result<Seen<()>> {
        let mut on = Vec::new();
        for node in self.cluster_nodes() {
            let machine = self.machine_of(node);
            if machine.pid()?.is_some() {
                on.push((node, machine));
            }
        }
        if let Some(why) = health::trouble(&on, since)? {
            return Ok(Seen::NotYet(why));
        }
        let since = since.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis());
        match self.client_report() {
            Ok(report) if u128::from(report.last_ok_unix_ms) > since => Ok(Seen::Yes(())),
            Ok(report) => Ok(Seen::NotYet(format!("the workload says: {}", report.last_error))),
            Err(error) => Ok(Seen::NotYet(error.to_string())),
        }
    }

    /// What the workload inside the cluster has seen so far: the newest report on any node.
    pub fn client_report(&self) -> Result<ClientReport> {
        let mut newest: Option<ClientReport> = None;
        for node in self.cluster_nodes() {
            let path = self.machine_of(node).host_path(workload::REPORT);
            let Ok(text) = std::fs::read(&path) else { continue };
            let report: ClientReport =
                serde_json::from_slice(&text).map_err(LabError::json("the workload's report"))?;
            if newest.as_ref().is_none_or(|n| n.updated_unix_ms < report.updated_unix_ms) {
                newest = Some(report);
            }
        }
        newest.ok_or_else(|| LabError::refused("the workload has not reported yet"))
    }
}
