//! The one door to `perennial-host`: everything that a verb asks of the world.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, refusal, run as say};
use crate::output::findings::quoted;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::diagnose::Gathering;
use perennial_core::inventory::{Authority, Looked, Node, Place, Served};
use perennial_core::plan::{Kubeadm, Pending, Plan, Refusal, Signing, backup_directories};
use perennial_core::prove::Edge;
use perennial_core::run::{Body, Event, Outcome, Record, WorkloadOutcome, Writes, read};
use perennial_host::act::lock::LockError;
use perennial_host::act::sign::{self, SignError};
use perennial_host::act::{backup, evidence, journal, node};
use perennial_pki::digest::sha256_hex;

use perennial_host::observe::logs::{self, Log};
use perennial_host::observe::superseded::{self, Survey};
use perennial_host::observe::{self, Look, inspect, own};
use perennial_host::session::{self, SessionError};
use perennial_pki::certificate::Certificate;
use perennial_pki::request::Vouched;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

pub(crate) use perennial_host::act::documents;
pub(crate) use perennial_host::act::own::Asked;
pub(crate) use perennial_host::act::requests;
pub(crate) use perennial_host::act::unlock::{Keys, NotOpened};
pub(crate) use perennial_host::drive::Ended;
pub(crate) use perennial_host::observe::own::{
    NotOwn, Own, every as every_own, of_context as own_of_context,
};
pub(crate) use perennial_host::watch::{Counts, Watch};

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
    /// What its journal says.
    pub(crate) records: Vec<Record>,
    /// SHA-256 of the journal's last line.
    pub(crate) journal_sha256: Option<String>,
    /// What a client saw of the API meanwhile, where that was asked for.
    pub(crate) writes: Option<Writes>,
}

/// An entry of the operator's own kubeconfig, as it is told.
pub(crate) fn own_name(own: &Own) -> String {
    format!("{} ({})", own.named, own.entry.user)
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
            homes: observe::homes(&root),
            kubeconfigs: Vec::new(),
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

    /// With kubeconfigs that were named on the command line.
    pub(crate) fn with_kubeconfigs(self, named: &[Utf8PathBuf]) -> Self {
        let kubeconfigs = named.iter().filter_map(|path| self.path(path.as_str())).collect();
        Self { look: Look { kubeconfigs, ..self.look }, ..self }
    }

    /// The same paths as they are looked at.
    pub(crate) fn absolute(&self, named: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        named.iter().filter_map(|path| self.path(path.as_str())).collect()
    }

    /// Whom the API server takes the holders of these kubeconfigs for.
    pub(crate) fn recognized<'a>(
        &self,
        node: &Node,
        credentials: impl IntoIterator<Item = &'a str>,
    ) -> Vec<Edge> {
        let mut edges = Vec::new();
        for name in credentials {
            let place = node.credential(name).map(|credential| &credential.place);
            let Some(Place::Kubeconfig { file, user, .. }) = place else { continue };
            let (shown, verdict) = own::recognized_user(&self.runtime, &file.path, user);
            edges.push(Edge::of_person(name, shown, verdict));
        }
        edges
    }

    /// The same of an entry of the operator's own.
    pub(crate) fn recognized_own(&self, entry: &Own) -> Edge {
        let (shown, verdict) = own::recognized(&self.runtime, entry);
        Edge::of_person(&own_name(entry), shown, verdict)
    }

    /// Signs a request of somebody's own machine.
    pub(crate) fn sign(
        &self,
        request: &Vouched,
        signing: &Signing,
        keys: &Keys,
    ) -> Result<Vec<Certificate>, Failure> {
        // What perennial writes is for root alone, whatever the caller's umask says.
        let tool = env!("CARGO_PKG_VERSION");
        sign::sign(&self.look.state_directory, request, signing, keys, tool).map_err(|error| match error {
            SignError::State(LockError::Refused(why)) => refused(self.language, &why),
            SignError::State(LockError::Io { path, error }) => {
                self.failure(SessionError::State { path, error })
            }
            SignError::Failed(reason) => Failure::new(Exit::Refused, reason),
        })
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

    /// Looks at files alone: nothing is asked what it serves or holds.
    pub(crate) fn files(&self) -> Node {
        let look = Look { listeners: false, processes: false, ..self.look.clone() };
        observe::node(&self.runtime, &look)
    }

    /// Whether something is at a path; of a copied tree a path within it is meant.
    pub(crate) fn is_there(&self, what: &str) -> bool {
        self.path(what).is_some_and(|path| {
            let below = self.look.root.join(path.strip_prefix("/").unwrap_or(&path));
            std::fs::symlink_metadata(below).is_ok()
        })
    }

    /// Looks at one file, whatever is in it.
    pub(crate) fn inspect_file(&self, what: &str) -> Looked<(inspect::Inspected, Option<inspect::Beside>)> {
        self.path(what).map_or(Looked::Absent, |path| inspect::file(&self.look.root, &path))
    }

    /// Reads stdin, whatever it is.
    pub(crate) fn inspect_stdin(&self) -> Looked<inspect::Inspected> {
        inspect::stdin(&working_directory())
    }

    /// Looks at what a server presents.
    pub(crate) fn inspect_server(
        &self,
        host: &str,
        port: u16,
        server_name: Option<&str>,
    ) -> Looked<(SocketAddr, Served)> {
        inspect::server(&self.runtime, host, port, server_name)
    }

    /// A path from the root, however it was typed.
    fn path(&self, what: &str) -> Option<Utf8PathBuf> {
        let named = Utf8Path::new(what);
        let from = if self.look.root == "/" { working_directory() } else { Utf8PathBuf::from("/") };
        (!what.is_empty()).then(|| from.join(named))
    }

    /// The node's kubeadm.
    pub(crate) fn kubeadm(&self) -> Result<Kubeadm, Failure> {
        observe::kubeadm(&self.runtime).map_err(|why| refused(self.language, &why))
    }

    /// Takes the node's lock. Until the answer is dropped nobody else works on the node.
    pub(crate) fn begin(&self, stop: &Arc<AtomicBool>) -> Result<Work<'_>, Failure> {
        let session = session::Session::begin(&self.runtime, &self.look, Arc::clone(stop));
        let session = session.map_err(|error| self.failure(error))?;
        Ok(Work { world: self, session })
    }

    /// Opens an encrypted CA key, and notes what it is.
    pub(crate) fn unlock(
        &self,
        keys: &mut Keys,
        authority: &mut Authority,
        passphrase: &[u8],
    ) -> Result<(), NotOpened> {
        keys.open(&self.look, authority, passphrase)
    }

    /// Writes to the node's own API server until the answer is ended or dropped.
    pub(crate) fn watch(&self, node: &Node) -> Watch {
        let look = self.look.clone();
        Watch::begin(node.name.as_deref().unwrap_or_default(), move || observe::access(&look))
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
            Err(error) => Err(not_backed_up(self.language, &target, &error)),
        }
    }

    /// Keeps the evidence of a run beside its journal.
    pub(crate) fn keep_evidence(
        &self,
        run: &str,
        text: &str,
    ) -> Result<Utf8PathBuf, (Utf8PathBuf, std::io::Error)> {
        evidence::keep(&self.look.state_directory, run, text)
    }

    /// What this node keeps of a run: its evidence, and SHA-256 of the last line of its journal.
    pub(crate) fn kept(&self, run: &str) -> (Option<Vec<u8>>, Option<String>) {
        let (evidence, journal) = evidence::kept(&self.own_state(), run);
        (evidence, journal.and_then(|text| last_line(&text)))
    }

    /// Where requests to other CAs are made; nobody else works on the node as long as the answer lives.
    pub(crate) fn make_requests(&self) -> Result<requests::Requests<'_>, Failure> {
        requests::Requests::begin(&self.own_state(), &self.look.root).map_err(|error| match error {
            LockError::Refused(why) => refused(self.language, &why),
            LockError::Io { path, error } => self.failure(SessionError::State { path, error }),
        })
    }

    /// The requests to other CAs that were not answered yet.
    pub(crate) fn pending_requests(&self) -> Vec<Pending> {
        requests::Requests::look(&self.own_state(), &self.look.root).pending()
    }

    /// perennial's state that belongs to what is looked at: keys stay with the files that they are for.
    fn own_state(&self) -> Utf8PathBuf {
        self.look.root.join(STATE.trim_start_matches('/'))
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

pub(crate) fn working_directory() -> Utf8PathBuf {
    let directory = std::env::current_dir().ok().and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
    directory.unwrap_or_else(|| Utf8PathBuf::from("/"))
}

/// A backup is never written into a directory that is there: it would mix two of them.
fn not_backed_up(language: Language, target: &Utf8Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        let text = refusal::backup_exists(language, target.as_str());
        return Failure::new(Exit::Refused, text).hint(format!("perennial backup {}", quoted(&free(target))));
    }
    Failure::new(Exit::Refused, refusal::backup_failed(language, target.as_str(), &error.to_string()))
}

/// The first free name after `target`.
fn free(target: &Utf8Path) -> String {
    let name = |number: u32| format!("{}-{number}", target.as_str().trim_end_matches('/'));
    (2..).map(name).find(|name| std::fs::symlink_metadata(name).is_err()).unwrap_or_default()
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
            Ok(ended) => self.ended(id, ended, began.elapsed()),
            Err(error) => return Err(self.world.failure(error)),
        };
        Ok((run, plan))
    }

    /// Carries a plan out, with the keys that were opened for it.
    pub(crate) fn run(
        &self,
        plan: &Plan,
        keys: &Keys,
        watch: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Run, Failure> {
        let began = Instant::now();
        match self.session.run(plan.clone(), env!("CARGO_PKG_VERSION"), keys, watch) {
            Ok((id, ended)) => Ok(self.ended(id, ended, began.elapsed())),
            Err(error) => Err(self.world.failure(error)),
        }
    }

    /// What the run's journal says about its backup and its test Deployment.
    fn ended(&self, id: String, ended: Ended, took: Duration) -> Run {
        let path = journal::runs(&self.world.look.state_directory).join(&id).join("journal");
        let text = std::fs::read(path).unwrap_or_default();
        let (records, _) = read(&text).unwrap_or_default();
        let (mut backup, mut workload) = (None, None);
        for record in &records {
            match &record.body {
                Body::Done { outcome: Outcome::BackedUp { directory, .. }, .. } => {
                    backup = Some(directory.clone());
                }
                Body::Done { outcome: Outcome::Workload(outcome), .. } => workload = Some(outcome.clone()),
                _ => {}
            }
        }
        let journal_sha256 = last_line(&text);
        Run { id, ended, backup, workload, took, records, journal_sha256, writes: None }
    }
}

/// SHA-256 of the last line that was understood: it stands for the whole chain.
fn last_line(journal: &[u8]) -> Option<String> {
    let (_, understood) = read(journal).ok()?;
    let whole = journal.get(..understood)?.strip_suffix(b"\n")?;
    whole.split(|byte| *byte == b'\n').next_back().map(sha256_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_into_what_is_there_names_it_and_a_free_name() {
        let directory = tempfile::tempdir().unwrap();
        let target = Utf8Path::from_path(directory.path()).unwrap().join("before");
        for taken in ["before", "before-2"] {
            std::fs::create_dir(directory.path().join(taken)).unwrap();
        }
        let error = backup::backup(&[], &target).unwrap_err();
        let failure = not_backed_up(Language::En, &target, &error);
        assert_eq!(failure.exit, Exit::Refused);
        let said = format!("{target} exists already: a backup is only made into a new directory");
        assert_eq!(failure.message, said);
        assert_eq!(failure.hints, [format!("perennial backup {target}-3")]);

        let other = not_backed_up(Language::En, &target, &std::io::Error::other("/x: disk error"));
        assert_eq!(other.message, format!("the backup into {target} failed: /x: disk error"));
        assert!(other.hints.is_empty());
    }
}
