//! Taking a step back. An undo is proven like a do.

use super::prove::Seen;
use super::{Driver, Failure};
use crate::port::{Port, PortError};
use perennial_core::inventory::Component;
use perennial_core::plan::{Action, Proof, Step, Swap};
use perennial_core::run::{Body, Effect, Exchange, FileState, Phase, classify, undo_possible};

impl<P: Port> Driver<'_, P> {
    /// Whether going back is better than staying. Before the first live file is touched it always is.
    pub(super) fn undo_allowed(&self) -> bool {
        let live = self.records.iter().any(|record| match &record.body {
            Body::Intent { step, .. } => {
                matches!(self.plan.steps[*step].action, Action::Swap(_) | Action::Restart { .. })
            }
            _ => false,
        });
        !live || undo_possible(&self.plan, self.port.now())
    }

    pub(super) fn undo(&mut self, index: usize) -> Result<(), Failure> {
        let step = self.step(index);
        match &step.action {
            Action::Swap(swap) => self.exchange_back(index, &step, swap)?,
            Action::Restart { component } => self.restart_again(index, &step, *component)?,
            Action::Backup { .. } | Action::Stage { .. } | Action::ReleaseLease { .. } | Action::Workload => {
            }
        }
        self.record(Body::Undone { step: index }).map_err(Failure::Port)
    }

    fn exchange_back(&mut self, index: usize, step: &Step, swap: &Swap) -> Result<(), Failure> {
        let files = self.staged_of(&swap.credential);
        let mut exchanges = Vec::new();
        for file in &files {
            let found = self.hashes(&[file.live.clone(), file.twin.clone()])?;
            match classify(found[0].as_deref(), &file.before_sha256, &file.after_sha256) {
                FileState::Before => {}
                FileState::After if found[1].as_deref().unwrap_or_default() == file.before_sha256 => {
                    exchanges.push(Exchange {
                        live: file.live.clone(),
                        live_sha256: file.after_sha256.clone(),
                        twin: file.twin.clone(),
                        twin_sha256: file.before_sha256.clone(),
                    });
                }
                FileState::After => {
                    return Err(Failure::Step(format!("the old {} is not at hand any more", file.live)));
                }
                FileState::Other => return Err(PortError::Changed { path: file.live.clone() }.into()),
            }
        }
        self.record(Body::UndoIntent { step: index, container: None }).map_err(Failure::Port)?;
        if !exchanges.is_empty() {
            self.port.perform(&Effect::Exchange { files: exchanges })?;
        }
        let old = self.old_fingerprint(&swap.credential);
        self.await_all(index, step, false, |driver, proof| match proof {
            Proof::Served(listening) => driver.serves(listening, old.as_deref()),
            _ => Ok(Seen::Yes("as before".to_owned())),
        })?;
        Ok(())
    }

    fn restart_again(&mut self, index: usize, step: &Step, component: Component) -> Result<(), Failure> {
        // Nothing would come back, and a component that still runs would be gone.
        self.check_guards(index, step)?;
        // A successor that started after the files were put back needs no second stop.
        let earlier = self.records.iter().rev().find_map(|record| match &record.body {
            Body::UndoIntent { step, container } if *step == index => Some(container.clone()),
            _ => None,
        });
        let running = self.container(component)?.map(|container| container.id);
        let old = earlier.unwrap_or_else(|| running.clone());
        self.record(Body::UndoIntent { step: index, container: old.clone() }).map_err(Failure::Port)?;
        if let Some(container) = old
            && running.as_ref() == Some(&container)
        {
            self.stop(component, container.clone())?;
            self.tell(index, Phase::Stopped { container: &container });
        }
        self.await_all(index, step, false, |driver, proof| match proof {
            Proof::NewContainer { component } => driver.new_container(index, *component),
            _ => Ok(Seen::Yes("as before".to_owned())),
        })?;
        Ok(())
    }
}
