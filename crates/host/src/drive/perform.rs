//! The first half of a step: guards, intent on disk, effect, outcome on disk.

use super::{Driver, Failure, unexpected};
use crate::port::{Port, PortError};
use perennial_core::inventory::{Component, Container};
use perennial_core::plan::{Action, Guard, Step, Swap};
use perennial_core::run::{
    Answer, Body, Effect, Exchange, Fence, FileState, Outcome, Phase, Question, Staged, classify, fence,
    staged,
};

/// What a stopped container may take until it is killed: the grace of static pods.
const GRACE_SECONDS: u32 = 30;

impl<P: Port> Driver<'_, P> {
    pub(super) fn perform(&mut self, index: usize) -> Result<(), Failure> {
        let step = self.step(index);
        self.check_guards(index, &step)?;
        let outcome = match &step.action {
            Action::Backup { directories } => {
                self.intent(index, None)?;
                let directories = directories.clone();
                self.port.perform(&Effect::Backup { run: self.run.clone(), directories })?
            }
            Action::Stage { renewals } => {
                self.intent(index, None)?;
                let renewals = renewals.clone();
                self.port.perform(&Effect::Stage { run: self.run.clone(), renewals })?
            }
            Action::Swap(swap) => {
                let files = self.still_before(swap)?;
                self.intent(index, None)?;
                if files.is_empty() {
                    Outcome::Done
                } else {
                    self.port.perform(&Effect::Exchange { files })?
                }
            }
            Action::Restart { component } => self.restart(index, *component)?,
            Action::ReleaseLease { component } => {
                self.intent(index, None)?;
                self.release(*component, false)?
            }
            Action::Workload => {
                self.intent(index, None)?;
                self.port.perform(&Effect::Workload { limit_seconds: step.limit_seconds })?
            }
        };
        self.record(Body::Done { step: index, outcome }).map_err(Failure::Port)
    }

    pub(super) fn intent(&mut self, step: usize, container: Option<String>) -> Result<(), Failure> {
        self.record(Body::Intent { step, container }).map_err(Failure::Port)
    }

    pub(super) fn check_guards(&mut self, index: usize, step: &Step) -> Result<(), Failure> {
        for guard in &step.guards {
            match guard {
                Guard::KubeletRuns => match self.port.look(&Question::KubeletRuns)? {
                    Answer::KubeletRuns(true) => {}
                    Answer::KubeletRuns(false) => {
                        let reason = "the kubelet does not run: nothing would start the next container";
                        return Err(Failure::Step(reason.to_owned()));
                    }
                    other => return Err(unexpected(&other).into()),
                },
                Guard::Space { bytes } => match self.port.look(&Question::FreeBytes)? {
                    Answer::FreeBytes(free) if free >= *bytes => {}
                    Answer::FreeBytes(free) => {
                        return Err(Failure::Step(format!("{free} bytes are free, {bytes} are needed")));
                    }
                    other => return Err(unexpected(&other).into()),
                },
                Guard::AsPlanned => self.check_as_planned(step)?,
                // Looked at together with the release itself: between the two nothing may happen.
                Guard::HolderIsGone => continue,
            }
            self.tell(index, Phase::Guarded { guard });
        }
        Ok(())
    }

    /// Compare-and-swap, first half: before staging, every live file is still as planned.
    fn check_as_planned(&mut self, step: &Step) -> Result<(), Failure> {
        if !matches!(step.action, Action::Stage { .. }) {
            return Ok(());
        }
        let planned: Vec<_> = self
            .plan
            .steps
            .iter()
            .flat_map(|step| match &step.action {
                Action::Swap(swap) => swap.files.clone(),
                _ => Vec::new(),
            })
            .collect();
        let paths: Vec<_> = planned.iter().map(|file| file.path.clone()).collect();
        for (file, found) in planned.iter().zip(self.hashes(&paths)?) {
            if found.unwrap_or_default() != file.sha256 {
                return Err(PortError::Changed { path: file.path.clone() }.into());
            }
        }
        Ok(())
    }

    /// The files of a swap that still have to be exchanged: all of them, or what a crash has left over.
    fn still_before(&mut self, swap: &Swap) -> Result<Vec<Exchange>, Failure> {
        let files = self.staged_of(&swap.credential);
        let paths: Vec<_> = files.iter().map(|file| file.live.clone()).collect();
        let mut exchanges = Vec::new();
        for (file, found) in files.iter().zip(self.hashes(&paths)?) {
            match classify(found.as_deref(), &file.before_sha256, &file.after_sha256) {
                FileState::After => {}
                FileState::Other => return Err(PortError::Changed { path: file.live.clone() }.into()),
                FileState::Before => exchanges.push(Exchange {
                    live: file.live.clone(),
                    live_sha256: file.before_sha256.clone(),
                    twin: file.twin.clone(),
                    twin_sha256: file.after_sha256.clone(),
                }),
            }
        }
        Ok(exchanges)
    }

    pub(super) fn staged_of(&self, credential: &str) -> Vec<Staged> {
        staged(&self.records).into_iter().filter(|file| file.credential == credential).cloned().collect()
    }

    /// Stops the container that ran when the step was first tried; a later one is the successor already.
    fn restart(&mut self, index: usize, component: Component) -> Result<Outcome, Failure> {
        let before = self.records.iter().rev().find_map(|record| match &record.body {
            Body::Intent { step, container } if *step == index => Some(container.clone()),
            _ => None,
        });
        let running = self.container(component)?.map(|container| container.id);
        let old = before.unwrap_or_else(|| running.clone());
        self.intent(index, old.clone())?;
        match old {
            Some(container) if running.as_ref() == Some(&container) => {
                let stopped = self.stop(component, container.clone())?;
                self.tell(index, Phase::Stopped { container: &container });
                // At once: the successor asks for the lease when it starts, and then only every two seconds. What
                // can't be done now is the next step's.
                if self.plan.steps.get(index + 1).is_some_and(|next| releases(next, component)) {
                    self.release(component, true)?;
                }
                Ok(stopped)
            }
            _ => Ok(Outcome::Done),
        }
    }

    pub(super) fn stop(&mut self, component: Component, container: String) -> Result<Outcome, Failure> {
        Ok(self.port.perform(&Effect::Stop { component, container, grace_seconds: GRACE_SECONDS })?)
    }

    pub(super) fn container(&mut self, component: Component) -> Result<Option<Container>, Failure> {
        match self.port.look(&Question::Container(component))? {
            Answer::Container(container) => Ok(container),
            other => Err(unexpected(&other).into()),
        }
    }

    /// Best effort: where the lease can't be released, its holder's time runs out by itself and the proof waits.
    /// `ended`: this run has just seen the component's container end.
    fn release(&mut self, component: Component, ended: bool) -> Result<Outcome, Failure> {
        let answer = match self.port.look(&Question::Lease(component)) {
            Ok(answer) => answer,
            Err(PortError::Ended) => return Err(Failure::Port(PortError::Ended)),
            Err(_) => return Ok(Outcome::Done),
        };
        let Answer::Lease { lease: Some(lease), host_name, started } = answer else {
            return Ok(Outcome::Done);
        };
        if fence(&lease, &host_name, &started, ended) != Fence::Release {
            return Ok(Outcome::Done);
        }
        let resource_version = lease.resource_version;
        match self.port.perform(&Effect::ReleaseLease { component, resource_version }) {
            Err(PortError::Ended) => Err(Failure::Port(PortError::Ended)),
            Ok(outcome) => Ok(outcome),
            // Somebody else has written it in the meantime: it has a living holder.
            Err(_) => Ok(Outcome::Done),
        }
    }
}

fn releases(step: &Step, component: Component) -> bool {
    matches!(step.action, Action::ReleaseLease { component: released } if released == component)
}
