//! The real port: a control-plane node.

use super::backup::backup;
use super::exchange::{Method, Way, discard, exchange};
use super::issue::issue;
use super::journal::{Journal, runs};
use super::open::sha256;
use super::space::space;
use super::unlock::Keys;
use crate::cri::Cri;
use crate::observe::{Look, again};
use crate::port::{Port, PortError};
use crate::workload::{Test, Workload};
use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::Component;
use perennial_core::run::{Answer, Effect, Outcome, Question, WorkloadOutcome};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How often is looked while something is awaited. A look costs a few milliseconds.
const INTERVAL: Duration = Duration::from_millis(50);

/// A node with its files, its container runtime, its listeners and its API server.
pub struct NodePort<'a> {
    runtime: &'a Runtime,
    look: &'a Look,
    node: String,
    journal: Journal,
    began: Instant,
    stop: Arc<AtomicBool>,
    keys: Option<&'a Keys>,
}

impl<'a> NodePort<'a> {
    /// `node` is the node's name in the cluster; `stop` is set when the operator asks to stop.
    pub fn new(
        runtime: &'a Runtime,
        look: &'a Look,
        node: &str,
        journal: Journal,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self { runtime, look, node: node.to_owned(), journal, began: Instant::now(), stop, keys: None }
    }

    /// With the keys of CAs that were opened by their passphrases.
    pub fn with_keys(self, keys: &'a Keys) -> Self {
        Self { keys: Some(keys), ..self }
    }

    fn stop_container(&self, id: &str, grace_seconds: u32) -> Result<Outcome, PortError> {
        let socket = again::runtime_socket(self.look);
        let grace = Duration::from_secs(u64::from(grace_seconds));
        let stopped = self.runtime.block_on(async { Cri::connect(&socket).await?.stop(id, grace).await });
        stopped.map_err(failed)?;
        Ok(Outcome::Done)
    }

    fn release(&self, component: Component, resource_version: &str) -> Result<Outcome, PortError> {
        let api = again::api(self.runtime, self.look).map_err(failed)?;
        self.runtime.block_on(api.release_lease(component, resource_version)).map_err(failed)?;
        Ok(Outcome::Done)
    }

    fn lease(&self, component: Component) -> Result<Answer, PortError> {
        let api = again::api(self.runtime, self.look).map_err(failed)?;
        let leases = self.runtime.block_on(api.leases()).map_err(failed)?;
        let container = again::container(self.runtime, self.look, component).map_err(failed)?;
        Ok(Answer::Lease {
            lease: leases.into_iter().find(|lease| lease.component == component),
            host_name: again::host_name(self.look),
            started: container.into_iter().map(|container| container.started_at).collect(),
        })
    }

    fn free_bytes(&self) -> Result<Answer, PortError> {
        let (_, free) = space(self.look).map_err(failed)?;
        Ok(Answer::FreeBytes(free))
    }
}

/// Runs the test Deployment on `node`, with the identity that admin.conf holds now.
pub fn workload(runtime: &Runtime, look: &Look, node: &str, limit: Duration) -> WorkloadOutcome {
    let not_proven = |reason: String| WorkloadOutcome::NotProven { reason };
    let socket = again::runtime_socket(look);
    let images = runtime.block_on(async { Cri::connect(&socket).await?.images().await });
    let images = match images {
        Ok(images) => images,
        Err(error) => return not_proven(error.to_string()),
    };
    // The sandbox image of every pod: it is on each node and does nothing for ever.
    let mut tags = images.iter().flat_map(|image| &image.tags);
    let Some(image) = tags.find(|tag| tag.rsplit('/').next().is_some_and(|name| name.starts_with("pause")))
    else {
        return not_proven("no pause image is on this node".to_owned());
    };
    let api = match again::api(runtime, look) {
        Ok(api) => api,
        Err(trouble) => return WorkloadOutcome::Failed { reason: trouble.to_string() },
    };
    match runtime.block_on(Test { node, image, limit }.run(&api)) {
        Workload::Proven { replica_set_after, running_after } => WorkloadOutcome::Proven {
            replica_set_ms: millis(replica_set_after),
            running_ms: millis(running_after),
        },
        Workload::NotProven(reason) => not_proven(reason),
        Workload::Failed(reason) => WorkloadOutcome::Failed { reason },
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn failed(error: impl ToString) -> PortError {
    PortError::Failed(error.to_string())
}

impl Port for NodePort<'_> {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> SignedDuration {
        SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::MAX)
    }

    fn append(&mut self, line: &str) -> Result<(), PortError> {
        let path = self.journal.path().to_owned();
        self.journal.append(line).map_err(|error| PortError::Failed(format!("{path}: {error}")))
    }

    fn perform(&mut self, effect: &Effect) -> Result<Outcome, PortError> {
        match effect {
            Effect::Backup { run, directories } => {
                let mut target = runs(&self.look.state_directory).join(run).join("backup");
                // One that was cut off is left as it is: a complete one lies beside it.
                let mut attempt = 2;
                while target.exists() {
                    target.set_file_name(format!("backup-{attempt}"));
                    attempt += 1;
                }
                let made = backup(directories, &target).map_err(failed)?;
                Ok(Outcome::BackedUp { directory: made.directory, files: made.files })
            }
            Effect::Stage { run, renewals } => {
                let files = issue(self.runtime, run, renewals, self.keys).map_err(PortError::Failed)?;
                Ok(Outcome::Staged { files })
            }
            Effect::Exchange { files } => exchange(files, Method::Auto).map(|way| match way {
                Way::Exchanged => Outcome::Done,
                Way::Renamed => Outcome::Renamed,
            }),
            Effect::Discard { files } => discard(files).map(|()| Outcome::Done),
            Effect::Stop { container, grace_seconds, .. } => self.stop_container(container, *grace_seconds),
            Effect::ReleaseLease { component, resource_version } => {
                self.release(*component, resource_version)
            }
            Effect::Workload { limit_seconds } => {
                let limit = Duration::from_secs(u64::from(*limit_seconds));
                Ok(Outcome::Workload(workload(self.runtime, self.look, &self.node, limit)))
            }
        }
    }

    fn look(&mut self, question: &Question) -> Result<Answer, PortError> {
        match question {
            Question::Files(paths) => {
                let hashes: Result<Vec<_>, _> = paths.iter().map(|path| sha256(path)).collect();
                Ok(Answer::Files(hashes.map_err(failed)?))
            }
            Question::Container(component) => {
                let container = again::container(self.runtime, self.look, *component).map_err(failed)?;
                Ok(Answer::Container(container))
            }
            Question::Served(listening) => {
                Ok(Answer::Served(again::served(self.runtime, self.look, listening)))
            }
            Question::Lease(component) => self.lease(*component),
            Question::KubeletRuns => Ok(Answer::KubeletRuns(again::kubelet_runs(self.runtime, self.look))),
            Question::FreeBytes => self.free_bytes(),
        }
    }

    fn wait(&mut self) {
        thread::sleep(INTERVAL);
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
