//! One operator's work on one node: under the node's lock, an open run first, then at most one new run.

use crate::act::journal::{self, Journal, Open, Reason, Unreadable};
use crate::act::lock::{Lock, LockError, lock};
use crate::act::node::NodePort;
use crate::act::requests;
use crate::act::space::space;
use crate::act::unlock::Keys;
use crate::drive::{Driver, Ended};
use crate::observe::Look;
use crate::port::PortError;
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_core::plan::{Guard, Plan, Refusal};
use perennial_core::run::{Body, Event};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::runtime::Runtime;

/// Works on a node; nobody else does at the same time.
pub struct Session<'a> {
    runtime: &'a Runtime,
    look: &'a Look,
    stop: Arc<AtomicBool>,
    _lock: Lock,
}

/// Why a session did not come to an end of its own.
#[derive(Debug)]
pub enum SessionError {
    /// A guard refused; nothing was changed.
    Refused(Refusal),
    /// perennial's own state can't be used; nothing was changed.
    State {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The end of an open run could not be written: it stays open.
    Open {
        /// The run.
        run: String,
        /// Why.
        error: PortError,
    },
}

impl<'a> Session<'a> {
    /// Takes the node's lock. `stop` is set when the operator asks to stop at the next safe point.
    ///
    /// # Errors
    /// [`SessionError::Refused`] if somebody else works on the node.
    pub fn begin(runtime: &'a Runtime, look: &'a Look, stop: Arc<AtomicBool>) -> Result<Self, SessionError> {
        if !rustix::process::geteuid().is_root() {
            return Err(SessionError::Refused(Refusal::NotRoot));
        }
        // What perennial writes is for root alone, whatever the caller's umask says.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        match lock(&look.state_directory) {
            Ok(lock) => Ok(Self { runtime, look, stop, _lock: lock }),
            Err(LockError::Refused(refusal)) => Err(SessionError::Refused(refusal)),
            Err(LockError::Io { path, error }) => Err(SessionError::State { path, error }),
        }
    }

    /// The open run, if there is one: its id and how far it had come are told before it is taken up.
    ///
    /// # Errors
    /// A journal that can't be read: it might be an open run.
    pub fn open_run(&self) -> Result<Option<Open>, SessionError> {
        match journal::past(&self.look.state_directory) {
            Ok((_, open)) => Ok(open),
            Err(Unreadable { path, reason: Reason::Io(error) }) => Err(SessionError::State { path, error }),
            Err(Unreadable { path, reason: Reason::Journal(error) }) => {
                let reason = error.to_string();
                Err(SessionError::Refused(Refusal::JournalDamaged { path, reason }))
            }
        }
    }

    /// Finishes or undoes an open run.
    ///
    /// # Errors
    /// [`SessionError::Refused`] where files are neither as before nor as staged: nothing was touched.
    pub fn take_up(&self, open: Open, watch: &mut dyn FnMut(&Event<'_>)) -> Result<Ended, SessionError> {
        let run = open.run.clone();
        let plan = match open.records.first().map(|record| &record.body) {
            Some(Body::Begun { plan, .. }) => Some(plan.clone()),
            _ => None,
        };
        match self.with_open(open, watch, |driver| Ok(driver.resume().unwrap_or_else(lost)))? {
            Ended::Committed => {
                if let Some(plan) = plan {
                    requests::installed(&self.look.state_directory, plan.renewals());
                }
                Ok(Ended::Committed)
            }
            Ended::Blocked { files } => Err(SessionError::Refused(Refusal::RunBlocked { run, files })),
            ended => Ok(ended),
        }
    }

    /// Ends an open run without touching a live file; what it had staged is removed, its backup stays.
    ///
    /// # Errors
    /// The journal could not be written: the run stays open.
    pub fn give_up(&self, open: Open) -> Result<(), SessionError> {
        self.with_open(open, &mut |_| {}, |driver| driver.give_up()).map(|_| ())
    }

    fn with_open(
        &self,
        open: Open,
        watch: &mut dyn FnMut(&Event<'_>),
        act: impl FnOnce(Driver<'_, NodePort<'_>>) -> Result<Ended, PortError>,
    ) -> Result<Ended, SessionError> {
        let run = open.run.clone();
        let journal = Journal::reopen(&self.look.state_directory, &run, open.understood);
        let journal = journal.map_err(|error| self.state(&run, error))?;
        let path = journal.path().to_owned();
        let mut port =
            NodePort::new(self.runtime, self.look, &node_of(&open), journal, Arc::clone(&self.stop));
        let Some(driver) = Driver::open(&mut port, &run, open.records, watch) else {
            let reason = "it does not begin with a plan".to_owned();
            return Err(SessionError::Refused(Refusal::JournalDamaged { path, reason }));
        };
        act(driver).map_err(|error| SessionError::Open { run, error })
    }

    /// Runs a plan, with the keys that were opened for it. Returns the run's id and how it ended.
    ///
    /// # Errors
    /// Too little space, or the journal could not be made or begun: nothing was changed.
    pub fn run(
        &self,
        plan: Plan,
        tool: &str,
        keys: &Keys,
        watch: &mut dyn FnMut(&Event<'_>),
    ) -> Result<(String, Ended), SessionError> {
        self.refuse_without_space(&plan)?;
        let (run, journal) = self.new_run()?;
        let path = journal.path().to_owned();
        let port = NodePort::new(self.runtime, self.look, &plan.node, journal, Arc::clone(&self.stop));
        let mut port = port.with_keys(keys);
        let mut driver = Driver::new(&mut port, &run, plan.clone(), watch);
        if let Err(error) = driver.begin(tool) {
            return Err(not_begun(path, &error));
        }
        let ended = driver.run().unwrap_or_else(lost);
        if ended == Ended::Committed {
            requests::installed(&self.look.state_directory, plan.renewals());
        }
        Ok((run, ended))
    }

    /// Before the journal is made: afterwards there would be a run to put back.
    fn refuse_without_space(&self, plan: &Plan) -> Result<(), SessionError> {
        let guards = plan.steps.iter().flat_map(|step| &step.guards);
        let needed = guards.filter_map(|guard| match guard {
            Guard::Space { bytes } => Some(*bytes),
            _ => None,
        });
        let Some(needed) = needed.max() else { return Ok(()) };
        match space(self.look) {
            Ok((path, free)) if free < needed => {
                Err(SessionError::Refused(Refusal::NoSpace { path, needed, free }))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(SessionError::State { path: self.look.state_directory.clone(), error }),
        }
    }

    /// `r-20261125-020131`, and a number behind it if two begin in the same second.
    fn new_run(&self) -> Result<(String, Journal), SessionError> {
        let second = Timestamp::now().strftime("r-%Y%m%d-%H%M%S").to_string();
        for attempt in 1_u32.. {
            let run = if attempt == 1 { second.clone() } else { format!("{second}-{attempt}") };
            match Journal::create(&self.look.state_directory, &run) {
                Ok(journal) => return Ok((run, journal)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.state(&run, error)),
            }
        }
        Err(self.state(&second, io::Error::other("no name is free")))
    }

    fn state(&self, run: &str, error: io::Error) -> SessionError {
        SessionError::State { path: journal::runs(&self.look.state_directory).join(run), error }
    }
}

/// Ends a journal whose first record could not be written: its directory goes. If even that is refused and the line
/// has reached the disk all the same, the next run finds nothing in it to undo, and closes it.
fn not_begun(journal: Utf8PathBuf, error: &PortError) -> SessionError {
    if let Some(directory) = journal.parent() {
        let _left = std::fs::remove_dir_all(directory);
    }
    SessionError::State { path: journal, error: io::Error::other(error.to_string()) }
}

fn lost(error: PortError) -> Ended {
    Ended::Lost { reason: error.to_string() }
}

fn node_of(open: &Open) -> String {
    match open.records.first().map(|record| &record.body) {
        Some(Body::Begun { plan, .. }) => plan.node.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8Path;

    #[test]
    fn a_run_whose_first_record_could_not_be_written_leaves_no_run_behind() {
        let directory = tempfile::tempdir().unwrap();
        let state = Utf8Path::from_path(directory.path()).unwrap();
        let mut journal = Journal::create(state, "r-1").unwrap();
        // Half of the line has reached the disk, or all of it.
        journal.append("{").unwrap();
        let path = journal.path().to_owned();
        let error = not_begun(path.clone(), &PortError::Failed("Input/output error".to_owned()));
        let SessionError::State { path: named, error } = error else { panic!("{error:?}") };
        assert_eq!((named, error.to_string().as_str()), (path, "Input/output error"));
        assert!(journal::past(state).unwrap().1.is_none());
        assert_eq!(journal::runs(state).read_dir_utf8().unwrap().count(), 0);
    }
}
