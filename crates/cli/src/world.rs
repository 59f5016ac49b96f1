//! The one door to `perennial-host`: everything that a verb asks of the world.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, refusal, run as say};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::diagnose::Gathering;
use perennial_core::inventory::Node;
use perennial_core::plan::{Plan, Refusal, backup_directories};
use perennial_core::run::{Body, Event, Outcome, WorkloadOutcome, read};
use perennial_host::act::{backup, journal, node};
use perennial_host::drive;
use perennial_host::observe::logs::{self, Log};
use perennial_host::observe::superseded::{self, Survey};
use perennial_host::observe::{self, Look};
use perennial_host::session::{self, SessionError};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// Where perennial keeps its own state.
const STATE: &str = "/var/lib/perennial";

/// How long the test Deployment of `verify --workload` may take.
const WORKLOAD_LIMIT: Duration = Duration::from_secs(60);

/// This node, or a copied tree.
#[derive(Debug)]
pub(crate) struct World {
    runtime: Runtime,
    look: Look,
    language: Language,
}

/// How much of the cluster a look takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// This node alone: the API server is not asked.
    Node,
    /// What the API server says of leaders, nodes and connections.
    Cluster,
    /// Also the objects in the cluster that carry certificates.
    Objects,
    /// Also TLS Secrets.
    Secrets,
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Its id.
    pub(crate) id: String,
    /// How it ended.
    pub(crate) ended: Ended,
    /// Where the copies of the old files are, once they were made.
    pub(crate) backup: Option<Utf8PathBuf>,
    /// What the test Deployment showed, if there was one.
    pub(crate) workload: Option<WorkloadOutcome>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// How a run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Done and proven.
    Committed,
    /// A step failed before anything live was touched.
    Abandoned {
        /// The step, if one failed.
        step: Option<usize>,
        /// Why.
        reason: String,
    },
    /// A step failed and everything was put back.
    Undone {
        /// The step.
        step: Option<usize>,
        /// Why.
        reason: String,
    },
    /// A step failed, and going back would be worse or failed too.
    Stuck {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// The operator stopped it at a safe point.
    Stopped,
    /// Files that are neither as before nor as staged: nothing was touched.
    Blocked {
        /// The files.
        files: Vec<Utf8PathBuf>,
    },
    /// The journal or a look failed in the middle: the run stays open.
    Lost {
        /// Why.
        reason: String,
    },
}

impl Ended {
    /// Whether nothing of it is left to be done.
    pub(crate) fn closed(&self) -> bool {
        matches!(self, Self::Committed | Self::Abandoned { .. } | Self::Undone { .. })
    }

    /// The step that failed, and why.
    pub(crate) fn failure(&self) -> (Option<usize>, Option<&str>) {
        match self {
            Self::Committed | Self::Stopped | Self::Blocked { .. } => (None, None),
            Self::Abandoned { step, reason } | Self::Undone { step, reason } => (*step, Some(reason)),
            Self::Stuck { step, reason } => (Some(*step), Some(reason)),
            Self::Lost { reason } => (None, Some(reason)),
        }
    }
}

impl From<drive::Ended> for Ended {
    fn from(ended: drive::Ended) -> Self {
        match ended {
            drive::Ended::Committed => Self::Committed,
            drive::Ended::Abandoned { step, reason } => Self::Abandoned { step, reason },
            drive::Ended::Undone { step, reason } => Self::Undone { step, reason },
            drive::Ended::Stuck { step, reason } => Self::Stuck { step, reason },
            drive::Ended::Stopped | drive::Ended::GivenUp => Self::Stopped,
            drive::Ended::Blocked { files } => Self::Blocked { files },
        }
    }
}

/// The clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

impl World {
    /// This node, or the copied tree below `root`. Failures speak `language`.
    pub(crate) fn new(root: Option<&Utf8Path>, language: Language) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let root = root.unwrap_or_else(|| Utf8Path::new("/")).to_owned();
        let look = Look {
            homes: homes(&root),
            root,
            listeners: true,
            processes: true,
            cluster: false,
            objects: false,
            secrets: false,
            state_directory: STATE.into(),
        };
        Ok(Self { runtime, look, language })
    }

    /// Looks.
    pub(crate) fn observe(&self, depth: Depth) -> Node {
        let look = Look {
            cluster: depth >= Depth::Cluster,
            objects: depth >= Depth::Objects,
            secrets: depth >= Depth::Secrets,
            ..self.look.clone()
        };
        observe::node(&self.runtime, &look)
    }

    /// Reads logs: the named ones (`-` is stdin), else the node's own.
    pub(crate) fn logs(
        &self,
        named: &[Utf8PathBuf],
        since: Option<Timestamp>,
        now: Timestamp,
        to: &mut Gathering,
    ) -> Vec<Log> {
        if named.is_empty() {
            let journal = logs::journal(&self.look.root, since, now, to);
            let mut all = vec![journal];
            all.extend(logs::containers(&self.look.root, since, now, to));
            return all;
        }
        let read = |name: &Utf8PathBuf| match name.as_str() {
            "-" => logs::stdin(since, now, to),
            _ => logs::file(name, since, now, to),
        };
        named.iter().map(read).collect()
    }

    /// The certificates that lie beside those in use.
    pub(crate) fn superseded(&self, node: &Node) -> Survey {
        superseded::survey(&self.look, node)
    }

    /// Takes the node's lock. Until the answer is dropped nobody else works on the node.
    pub(crate) fn begin(&self, stop: &Arc<AtomicBool>) -> Result<Work<'_>, Failure> {
        let session = session::Session::begin(&self.runtime, &self.look, Arc::clone(stop));
        let session = session.map_err(|error| self.failure(error))?;
        Ok(Work { world: self, session })
    }

    /// Runs the test Deployment alone.
    pub(crate) fn workload(&self, name: &str) -> WorkloadOutcome {
        node::workload(&self.runtime, &self.look, name, WORKLOAD_LIMIT)
    }

    /// Copies everything that could be needed to go back; gives the directory and the number of files.
    pub(crate) fn backup(
        &self,
        node: &Node,
        directory: Option<&Utf8Path>,
    ) -> Result<(Utf8PathBuf, usize), Failure> {
        let new = || Utf8PathBuf::from(now().strftime("/var/lib/perennial/backup-%Y%m%d-%H%M%S").to_string());
        let target = directory.map_or_else(new, Utf8Path::to_owned);
        match backup::backup(&backup_directories(node), &target) {
            Ok(made) => Ok((made.directory, made.files)),
            Err(error) => {
                let text = refusal::backup_failed(self.language, target.as_str(), &error.to_string());
                Err(Failure::new(Exit::Refused, text))
            }
        }
    }

    fn failure(&self, error: SessionError) -> Failure {
        match error {
            SessionError::Refused(why) => refused(self.language, &why),
            SessionError::State { path, error } => {
                let text = refusal::state(self.language, path.as_str(), &error.to_string());
                Failure::new(Exit::Refused, text).detail(refusal::nothing_changed(self.language))
            }
            SessionError::Open { run, error } => {
                let text = say::left_open(self.language, &run, &error.to_string());
                Failure::new(Exit::InBetween, text).hint("perennial renew")
            }
        }
    }
}

/// A refusal as a failure: nothing was changed.
pub(crate) fn refused(language: Language, why: &Refusal) -> Failure {
    let words = refusal::refusal(language, why);
    let mut failure = Failure::new(Exit::Refused, words.sentence);
    failure.details = words.details;
    failure.details.push(refusal::nothing_changed(language).to_owned());
    failure.hints.extend(words.hint);
    failure
}

/// Work on a node under its lock.
pub(crate) struct Work<'a> {
    world: &'a World,
    session: session::Session<'a>,
}

impl Work<'_> {
    /// The run that was cut off, if there is one.
    pub(crate) fn open_run(&self) -> Result<Option<journal::Open>, Failure> {
        self.session.open_run().map_err(|error| self.world.failure(error))
    }

    /// Ends it without touching a live file.
    pub(crate) fn give_up(&self, open: journal::Open) -> Result<(), Failure> {
        self.session.give_up(open).map_err(|error| self.world.failure(error))
    }

    /// Finishes or undoes it.
    pub(crate) fn take_up(
        &self,
        open: journal::Open,
        watch: &mut dyn FnMut(&Event<'_>),
    ) -> Result<(Run, Option<Plan>), Failure> {
        let (began, id) = (Instant::now(), open.run.clone());
        let plan = match open.records.first().map(|record| &record.body) {
            Some(Body::Begun { plan, .. }) => Some(plan.as_ref().clone()),
            _ => None,
        };
        let run = match self.session.take_up(open, watch) {
            Ok(ended) => self.ended(id, ended.into(), began.elapsed()),
            Err(SessionError::Open { run, error }) => {
                self.ended(run, Ended::Lost { reason: error.to_string() }, began.elapsed())
            }
            Err(error) => return Err(self.world.failure(error)),
        };
        Ok((run, plan))
    }

    /// Carries a plan out.
    pub(crate) fn run(&self, plan: &Plan, watch: &mut dyn FnMut(&Event<'_>)) -> Result<Run, Failure> {
        let began = Instant::now();
        match self.session.run(plan.clone(), env!("CARGO_PKG_VERSION"), watch) {
            Ok((id, ended)) => Ok(self.ended(id, ended.into(), began.elapsed())),
            Err(SessionError::Open { run, error }) => {
                Ok(self.ended(run, Ended::Lost { reason: error.to_string() }, began.elapsed()))
            }
            Err(error) => Err(self.world.failure(error)),
        }
    }

    /// What the run's journal says about its backup and its test Deployment.
    fn ended(&self, id: String, ended: Ended, took: Duration) -> Run {
        let path = journal::runs(&self.world.look.state_directory).join(&id).join("journal");
        let text = std::fs::read(path).unwrap_or_default();
        let (records, _) = read(&text).unwrap_or_default();
        let (mut backup, mut workload) = (None, None);
        for record in records {
            match record.body {
                Body::Done { outcome: Outcome::BackedUp { directory, .. }, .. } => backup = Some(directory),
                Body::Done { outcome: Outcome::Workload(outcome), .. } => workload = Some(outcome),
                _ => {}
            }
        }
        Run { id, ended, backup, workload, took }
    }
}

/// The home directories of the tree: root's and those below /home, as the node names them.
fn homes(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut homes = vec![Utf8PathBuf::from("/root")];
    if let Ok(entries) = root.join("home").read_dir_utf8() {
        homes.extend(entries.flatten().map(|entry| Utf8Path::new("/home").join(entry.file_name())));
    }
    homes.sort();
    homes
}
