//! The loop: asks `next`, records, performs, proves. It decides nothing by itself.

mod perform;
mod prove;
mod undo;

use crate::port::{Port, PortError};
use jiff::SignedDuration;
use perennial_core::plan::{Plan, Step};
use perennial_core::run::{
    Answer, Body, Direction, Effect, End, Event, Found, Next, Phase, Question, Record, Recovery, Writer,
    next, recover, staged, twin,
};

/// Where a run stands when the driver comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
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
    /// A step failed and going back would be worse, or failed too. The journal stays open.
    Stuck {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// The operator has given it up: only its staged files were removed.
    GivenUp,
    /// The operator asked to stop: everything so far is whole, the next run goes on.
    Stopped,
    /// An open run found files that are neither as before nor as staged. Nothing was touched.
    Blocked {
        /// The files.
        files: Vec<camino::Utf8PathBuf>,
    },
    /// The journal or a look failed in the middle: the run stays open.
    Lost {
        /// Why.
        reason: String,
    },
}

impl Ended {
    /// Whether nothing of it is left to be done.
    pub fn closed(&self) -> bool {
        matches!(self, Self::Committed | Self::Abandoned { .. } | Self::Undone { .. } | Self::GivenUp)
    }

    /// The step that failed, and why.
    pub fn failure(&self) -> (Option<usize>, Option<&str>) {
        match self {
            Self::Committed | Self::Stopped | Self::GivenUp | Self::Blocked { .. } => (None, None),
            Self::Abandoned { step, reason } | Self::Undone { step, reason } => (*step, Some(reason)),
            Self::Stuck { step, reason } => (Some(*step), Some(reason)),
            Self::Lost { reason } => (None, Some(reason)),
        }
    }
}

/// Drives one run of a plan.
pub struct Driver<'a, P: Port> {
    port: &'a mut P,
    run: String,
    plan: Plan,
    records: Vec<Record>,
    writer: Writer,
    watch: &'a mut dyn FnMut(&Event<'_>),
    step_began: SignedDuration,
}

impl<'a, P: Port> Driver<'a, P> {
    /// A new run.
    pub fn new(port: &'a mut P, run: &str, plan: Plan, watch: &'a mut dyn FnMut(&Event<'_>)) -> Self {
        let step_began = port.elapsed();
        Self {
            port,
            run: run.to_owned(),
            plan,
            records: Vec::new(),
            writer: Writer::new(run),
            watch,
            step_began,
        }
    }

    /// An open run, by its journal's records; `None` where they do not begin with a plan.
    pub fn open(
        port: &'a mut P,
        run: &str,
        records: Vec<Record>,
        watch: &'a mut dyn FnMut(&Event<'_>),
    ) -> Option<Self> {
        let Some(Body::Begun { plan, .. }) = records.first().map(|record| &record.body) else { return None };
        let plan = plan.as_ref().clone();
        let writer = Writer::after(run, &records).ok()?;
        let step_began = port.elapsed();
        Some(Self { port, run: run.to_owned(), plan, records, writer, watch, step_began })
    }

    /// Begins the run: its plan is its journal's first record.
    ///
    /// # Errors
    /// The journal could not be written: nothing was begun, nothing was touched.
    pub fn begin(&mut self, tool: &str) -> Result<(), PortError> {
        let plan = Box::new(self.plan.clone());
        self.record(Body::Begun { plan, tool: tool.to_owned() })
    }

    /// Drives a run that was begun to its end.
    ///
    /// # Errors
    /// The journal could not be written: the run stays open.
    pub fn run(mut self) -> Result<Ended, PortError> {
        self.go()
    }

    /// Classifies every file of a run that was cut off, and finishes or undoes it.
    ///
    /// # Errors
    /// The files could not be looked at, or the journal could not be written: the run stays open.
    pub fn resume(mut self) -> Result<Ended, PortError> {
        let mut found = Vec::new();
        for file in staged(&self.records).into_iter().cloned().collect::<Vec<_>>() {
            let hashes = self.hashes(&[file.live, file.twin])?;
            found.push(Found { live: hashes[0].clone(), twin: hashes[1].clone() });
        }
        match recover(&self.plan, &self.records, &found, self.port.now()) {
            Recovery::Blocked(files) => return Ok(Ended::Blocked { files }),
            Recovery::Close => {}
            Recovery::Abandon => self.record(Body::Decided { end: End::Abandoned })?,
            Recovery::Finish => self.record(Body::Resumed { direction: Direction::Forward })?,
            Recovery::Undo => self.record(Body::Resumed { direction: Direction::Back })?,
        }
        self.go()
    }

    /// Ends a run that can neither be finished nor undone: its staged files are removed, no live file is touched.
    ///
    /// # Errors
    /// The journal could not be written, or a staged file could not be removed: the run stays open.
    pub fn give_up(mut self) -> Result<Ended, PortError> {
        if !matches!(next(&self.plan, &self.records), Next::Close(_) | Next::Finished(_)) {
            self.record(Body::Decided { end: End::GivenUp })?;
        }
        self.go()
    }

    fn go(&mut self) -> Result<Ended, PortError> {
        loop {
            match next(&self.plan, &self.records) {
                Next::Perform(step) => {
                    if self.port.stop_requested() {
                        return Ok(Ended::Stopped);
                    }
                    self.step_began = self.port.elapsed();
                    self.tell(step, Phase::Started);
                    if !self.attempt(step, Self::perform)? {
                        return Ok(Ended::Stopped);
                    }
                }
                Next::Prove(step) => {
                    if !self.attempt(step, Self::prove)? {
                        return Ok(Ended::Stopped);
                    }
                }
                Next::Undo(step) => {
                    self.step_began = self.port.elapsed();
                    self.tell(step, Phase::Undoing);
                    match self.undo(step) {
                        Ok(()) => self.tell(step, Phase::Undone),
                        Err(Failure::Step(reason)) => {
                            self.record(Body::Failed { step, reason, undo: false })?;
                        }
                        Err(Failure::Stopped) => return Ok(Ended::Stopped),
                        Err(Failure::Port(error)) => return Err(error),
                    }
                }
                Next::Decide(end) => self.record(Body::Decided { end })?,
                Next::Close(end) => {
                    let files = self.twins();
                    if !files.is_empty() {
                        self.port.perform(&Effect::Discard { files })?;
                    }
                    self.record(Body::Closed { end })?;
                }
                Next::Finished(end) => return Ok(self.ended(end)),
                Next::Stuck { step, reason } => return Ok(Ended::Stuck { step, reason }),
            }
        }
    }

    /// Runs one half of a step; a failure is written down, with whether the run may go back. `false`: the operator
    /// asked to stop while something was awaited.
    fn attempt(
        &mut self,
        step: usize,
        half: fn(&mut Self, usize) -> Result<(), Failure>,
    ) -> Result<bool, PortError> {
        match half(self, step) {
            Ok(()) => Ok(true),
            Err(Failure::Stopped) => Ok(false),
            Err(Failure::Port(error)) => Err(error),
            Err(Failure::Step(reason)) => {
                self.tell(step, Phase::Failed { reason: &reason });
                let undo = self.undo_allowed();
                self.record(Body::Failed { step, reason, undo }).map(|()| true)
            }
        }
    }

    fn ended(&self, end: End) -> Ended {
        let failure = self.records.iter().find_map(|record| match &record.body {
            Body::Failed { step, reason, .. } => Some((*step, reason.clone())),
            _ => None,
        });
        let (step, reason) = match failure {
            Some((step, reason)) => (Some(step), reason),
            None => (None, "it was cut off".to_owned()),
        };
        match end {
            End::Committed => Ended::Committed,
            End::Undone => Ended::Undone { step, reason },
            End::Abandoned => Ended::Abandoned { step, reason },
            End::GivenUp => Ended::GivenUp,
        }
    }

    /// Every name under which this run may have staged something, whether its records know it or not.
    fn twins(&self) -> Vec<camino::Utf8PathBuf> {
        let renewals = self.plan.renewals();
        renewals.flat_map(|renewal| renewal.target.files()).map(|live| twin(live, &self.run)).collect()
    }

    fn record(&mut self, body: Body) -> Result<(), PortError> {
        let written = self.writer.record(self.port.now(), body);
        let (record, line) = written.map_err(|error| PortError::Failed(error.to_string()))?;
        self.port.append(&line)?;
        self.records.push(record);
        Ok(())
    }

    fn tell(&mut self, index: usize, phase: Phase<'_>) {
        let elapsed = self.port.elapsed() - self.step_began;
        let step = &self.plan.steps[index];
        (self.watch)(&Event {
            run: &self.run,
            node: &self.plan.node,
            index,
            total: self.plan.steps.len(),
            step,
            phase,
            elapsed,
        });
    }

    fn step(&self, index: usize) -> Step {
        self.plan.steps[index].clone()
    }

    fn hashes(&mut self, files: &[camino::Utf8PathBuf]) -> Result<Vec<Option<String>>, PortError> {
        match self.port.look(&Question::Files(files.to_vec()))? {
            Answer::Files(hashes) if hashes.len() == files.len() => Ok(hashes),
            other => Err(unexpected(&other)),
        }
    }
}

/// Why a half of a step did not succeed.
enum Failure {
    /// The step failed; the run decides what follows.
    Step(String),
    /// The operator asked to stop, and what was awaited can be awaited by the next run.
    Stopped,
    /// The journal or the process itself is gone: nothing can be decided any more.
    Port(PortError),
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Ended => Self::Port(PortError::Ended),
            other => Self::Step(other.to_string()),
        }
    }
}

fn unexpected(answer: &Answer) -> PortError {
    PortError::Failed(format!("unexpected answer: {answer:?}"))
}
