//! The second half of a step: look until what it had to show is seen, or its limit is over.

use super::{Driver, Failure, unexpected};
use crate::port::{Port, PortError};
use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::Component;
use perennial_core::plan::{Action, Listening, Proof, Step};
use perennial_core::run::{Answer, Body, Outcome, Phase, Question, WorkloadOutcome};

/// Whether a proof holds: what was seen, or what is still missing.
pub(super) enum Seen {
    Yes(String),
    NotYet(String),
}

impl<P: Port> Driver<'_, P> {
    pub(super) fn prove(&mut self, index: usize) -> Result<(), Failure> {
        let step = self.step(index);
        let evidence =
            self.await_all(index, &step, true, |driver, proof| driver.holds(index, &step, proof))?;
        self.tell(index, Phase::Proven { evidence: &evidence });
        self.record(Body::Proven { step: index, evidence }).map_err(Failure::Port)
    }

    /// Looks at every proof of `step` until all hold. A crash back-off may take minutes: `may_stop` says whether the
    /// operator can end the wait.
    pub(super) fn await_all(
        &mut self,
        index: usize,
        step: &Step,
        may_stop: bool,
        holds: impl Fn(&mut Self, &Proof) -> Result<Seen, Failure>,
    ) -> Result<Vec<String>, Failure> {
        let began = self.port.elapsed();
        loop {
            let (mut evidence, mut missing) = (Vec::new(), None);
            for proof in &step.proofs {
                match holds(self, proof) {
                    Ok(Seen::Yes(seen)) => evidence.push(seen),
                    Ok(Seen::NotYet(what)) => missing = missing.or(Some(what)),
                    Err(end @ (Failure::Port(_) | Failure::Stopped)) => return Err(end),
                    // What can't be seen now may be seen in a moment.
                    Err(Failure::Step(reason)) => missing = missing.or(Some(reason)),
                }
            }
            let Some(missing) = missing else { return Ok(evidence) };
            let limit = SignedDuration::from_secs(i64::from(step.limit_seconds));
            if self.port.elapsed() - began >= limit {
                let cause = self.cause(step);
                return Err(Failure::Step(format!("{missing} (waited {} s){cause}", limit.as_secs())));
            }
            if may_stop && self.port.stop_requested() {
                return Err(Failure::Stopped);
            }
            self.tell(index, Phase::Waiting);
            self.port.wait();
        }
    }

    /// Why a component may not have come back, asked once: the answer costs a process.
    fn cause(&mut self, step: &Step) -> &'static str {
        let restart = matches!(step.action, Action::Restart { .. });
        if restart && matches!(self.port.look(&Question::KubeletRuns), Ok(Answer::KubeletRuns(false))) {
            ": the kubelet does not run"
        } else {
            ""
        }
    }

    fn holds(&mut self, index: usize, step: &Step, proof: &Proof) -> Result<Seen, Failure> {
        match proof {
            // Backup and staging verify what they wrote before they return.
            Proof::ReadBack => Ok(Seen::Yes("written, synced and read back".to_owned())),
            Proof::OnDisk => self.on_disk(index, step),
            Proof::Served(listening) => {
                let expected = self.expected_fingerprint(step, listening);
                self.serves(listening, expected.as_deref())
            }
            Proof::NewContainer { component } => self.new_container(index, *component),
            Proof::LeaseRenewed { component } => self.lease_renewed(*component),
            Proof::WorkloadRuns => Ok(Seen::Yes(self.workload(index))),
        }
    }

    fn on_disk(&mut self, index: usize, step: &Step) -> Result<Seen, Failure> {
        let Action::Swap(swap) = &step.action else { return Ok(Seen::Yes("nothing on disk".to_owned())) };
        let files = self.staged_of(&swap.credential);
        let paths: Vec<_> = files.iter().map(|file| file.live.clone()).collect();
        for (file, found) in files.iter().zip(self.hashes(&paths)?) {
            if found.as_deref() != Some(file.after_sha256.as_str()) {
                return Err(PortError::Changed { path: file.live.clone() }.into());
            }
        }
        let fingerprint = files.first().map(|file| file.fingerprint.clone()).unwrap_or_default();
        let renamed = self.records.iter().any(
            |record| matches!(&record.body, Body::Done { step, outcome: Outcome::Renamed } if *step == index),
        );
        let way = if renamed { " (by two renames: this file system has no exchange)" } else { "" };
        Ok(Seen::Yes(format!("on disk sha256:{fingerprint}{way}")))
    }

    /// After a swap: what was staged. After a restart: whatever this run has staged for that listener, if it did.
    fn expected_fingerprint(&self, step: &Step, listening: &Listening) -> Option<String> {
        let credential = match &step.action {
            Action::Swap(swap) => Some(swap.credential.as_str()),
            _ => self.plan.steps.iter().find_map(|other| match &other.action {
                Action::Swap(swap) if other.proofs.contains(&Proof::Served(listening.clone())) => {
                    Some(swap.credential.as_str())
                }
                _ => None,
            }),
        };
        self.staged_of(credential?).first().map(|file| file.fingerprint.clone())
    }

    pub(super) fn serves(&mut self, listening: &Listening, expected: Option<&str>) -> Result<Seen, Failure> {
        let (component, address) = (listening.component, listening.address);
        let served = match self.port.look(&Question::Served(listening.clone()))? {
            Answer::Served(served) => served,
            other => return Err(unexpected(&other).into()),
        };
        Ok(match (served, expected) {
            (Some(served), Some(expected)) if served != expected => Seen::NotYet(format!(
                "{component} {address} serves sha256:{served}, expected sha256:{expected}"
            )),
            (Some(served), _) => Seen::Yes(format!("{component} {address} serves sha256:{served}")),
            (None, _) => Seen::NotYet(format!("{component} {address} does not answer")),
        })
    }

    pub(super) fn new_container(&mut self, index: usize, component: Component) -> Result<Seen, Failure> {
        let (old, since) = self.last_stop(index);
        Ok(match self.container(component)? {
            Some(container) if Some(&container.id) != old.as_ref() && container.started_at > since => {
                Seen::Yes(format!(
                    "{component} container {} runs since {}",
                    short(&container.id),
                    container.started_at
                ))
            }
            Some(_) => Seen::NotYet(format!("the old container of {component} still runs")),
            None => Seen::NotYet(format!("no container of {component} runs")),
        })
    }

    /// The container that the step wanted to stop, and the time after which its successor must have started:
    /// the last exchange of a file, since what started later has read the new one.
    pub(super) fn last_stop(&self, index: usize) -> (Option<String>, Timestamp) {
        let old = self.records.iter().rev().find_map(|record| match &record.body {
            Body::Intent { step, container } | Body::UndoIntent { step, container } if *step == index => {
                Some(container.clone())
            }
            _ => None,
        });
        let swapped = self.records.iter().rev().find(|record| {
            let (Body::Done { step, .. } | Body::Undone { step }) = &record.body else { return false };
            matches!(self.plan.steps[*step].action, Action::Swap(_))
        });
        let began = self.records.first().map_or(Timestamp::UNIX_EPOCH, |record| record.at);
        let since = match (swapped, &old) {
            (Some(record), _) => record.at,
            // Nothing was swapped: another container than the stopped one is new enough.
            (None, Some(Some(_))) => Timestamp::UNIX_EPOCH,
            (None, _) => began,
        };
        (old.flatten(), since)
    }

    fn lease_renewed(&mut self, component: Component) -> Result<Seen, Failure> {
        let restarted = self.records.iter().rev().find_map(|record| match &record.body {
            Body::Intent { step, .. } => match self.plan.steps[*step].action {
                // A lease that was renewed before kube-apiserver went away says nothing about the time after.
                Action::Restart { component: restarted }
                    if restarted == component || restarted == Component::KubeApiserver =>
                {
                    Some(record.at)
                }
                _ => None,
            },
            _ => None,
        });
        let since = restarted.unwrap_or(Timestamp::UNIX_EPOCH);
        let answer = self.port.look(&Question::Lease(component))?;
        let Answer::Lease { lease, host_name, started } = answer else {
            return Err(unexpected(&answer).into());
        };
        let Some(lease) = lease else {
            return Ok(Seen::NotYet(format!("the lease of {component} can't be read")));
        };
        // A lease of this host must have been renewed by the new process; one of another host, by anybody.
        let since = match started.iter().max() {
            Some(start) if lease.holder.split('_').next() == Some(host_name.as_str()) => since.max(*start),
            _ => since,
        };
        Ok(match lease.renewed {
            Some(renewed) if renewed > since && !lease.holder.is_empty() => {
                Seen::Yes(format!("the lease of {component} was renewed at {renewed} by {}", lease.holder))
            }
            _ => Seen::NotYet(format!("the lease of {component} was not renewed since {since}")),
        })
    }

    /// A test Deployment that does not come up is told, not undone: old certificates would not help it.
    fn workload(&self, index: usize) -> String {
        let outcome = self.records.iter().rev().find_map(|record| match &record.body {
            Body::Done { step, outcome: Outcome::Workload(outcome) } if *step == index => Some(outcome),
            _ => None,
        });
        match outcome {
            Some(WorkloadOutcome::Proven { replica_set_ms, running_ms }) => {
                format!(
                    "test Deployment: ReplicaSet after {replica_set_ms} ms, pod running after {running_ms} ms"
                )
            }
            Some(WorkloadOutcome::NotProven { reason }) => format!("test Deployment: not proven: {reason}"),
            Some(WorkloadOutcome::Failed { reason }) => format!("test Deployment: failed: {reason}"),
            None => "test Deployment: not made".to_owned(),
        }
    }

    /// The fingerprint that a listener served before the run, by the plan.
    pub(super) fn old_fingerprint(&self, credential: &str) -> Option<String> {
        let renewal = self.plan.renewals().find(|renewal| renewal.credential == credential)?;
        renewal.source.old_fingerprint().map(str::to_owned)
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
