//! The port's double: performs effects on a [`World`] and ends the process at a chosen one, in every state
//! in which that can leave the disk.

use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use perennial_core::plan::Renewal;
use perennial_core::run::{Answer, Effect, Exchange, Outcome, Question, Staged, WorkloadOutcome, twin};
use perennial_host::port::{Port, PortError};

/// What goes wrong, and at which effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The process ends at effect `at`, leaving the disk in its `variant`-th legal state.
    End { at: usize, variant: usize },
    /// Effect `at` fails without having done anything.
    Error { at: usize },
    /// The operator asks to stop, from effect `at` on.
    Stop { at: usize },
    /// Somebody removes every staged file before effect `at`.
    Purge { at: usize },
}

pub(crate) struct Double<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) fault: Fault,
    /// How many effects there were, and in how many states each could have left the disk.
    pub(crate) variants: Vec<usize>,
    ended: bool,
}

impl<'a> Double<'a> {
    pub(crate) fn new(world: &'a mut World, fault: Fault) -> Self {
        Self { world, fault, variants: Vec::new(), ended: false }
    }

    /// Counts an effect that can leave the disk in `variants` states; says which of them is wanted now.
    fn effect(&mut self, variants: usize) -> Result<Option<usize>, PortError> {
        if self.ended {
            return Err(PortError::Ended);
        }
        let index = self.variants.len();
        self.variants.push(variants);
        match self.fault {
            Fault::End { at, variant } if at == index => {
                self.ended = true;
                Ok(Some(variant))
            }
            Fault::Error { at } if at == index => Err(PortError::Failed("injected".into())),
            Fault::Purge { at } if at == index => {
                self.world.files.retain(|path, _| !path.as_str().contains("perennial"));
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn stage_one(&mut self, run: &str, renewal: &Renewal) -> Vec<Staged> {
        let files = renewal.target.files().into_iter();
        files
            .map(|live| {
                let before = self.world.read(live).unwrap_or_default();
                let after = format!("after {live} by {run}");
                self.world.files.insert(twin(live, run), after.clone());
                Staged {
                    credential: renewal.credential.clone(),
                    live: live.clone(),
                    twin: twin(live, run),
                    before_sha256: before,
                    after_sha256: after,
                    fingerprint: format!("new {}", renewal.credential),
                }
            })
            .collect()
    }

    fn backup(&mut self) -> Result<Outcome, PortError> {
        let wanted = self.effect(2)?;
        if wanted != Some(0) {
            self.world.backups += 1;
        }
        self.done(
            wanted,
            Outcome::BackedUp { directory: "/var/lib/perennial/runs/r/backup".into(), files: 1 },
        )
    }

    /// Ends before, half way with a torn file, or after.
    fn stage(&mut self, run: &str, renewals: &[Renewal]) -> Result<Outcome, PortError> {
        let wanted = self.effect(3)?;
        let some = match wanted {
            Some(0) => &[],
            Some(1) => &renewals[..renewals.len() / 2],
            _ => renewals,
        };
        let mut files = Vec::new();
        for renewal in some {
            files.extend(self.stage_one(run, renewal));
        }
        if wanted == Some(1)
            && let Some(last) = files.last()
        {
            self.world.files.insert(last.twin.clone(), "torn".into());
        }
        self.done(wanted, Outcome::Staged { files })
    }

    /// Before the directory is synced, any subset of the exchanges may be what a power cut leaves.
    fn exchange(&mut self, files: &[Exchange]) -> Result<Outcome, PortError> {
        let wanted = self.effect(1 << files.len())?;
        for (index, file) in files.iter().enumerate() {
            for (path, expected) in [(&file.live, &file.live_sha256), (&file.twin, &file.twin_sha256)] {
                if self.world.read(path).unwrap_or_default() != *expected {
                    return Err(PortError::Changed { path: path.clone() });
                }
            }
            if wanted.is_none_or(|subset| subset & (1 << index) != 0) {
                self.world.exchange(&file.live, &file.twin);
            }
        }
        self.done(wanted, Outcome::Done)
    }

    fn done(&self, wanted: Option<usize>, outcome: Outcome) -> Result<Outcome, PortError> {
        if wanted.is_some() { Err(PortError::Ended) } else { Ok(outcome) }
    }

    /// An effect that either happened or did not.
    fn whole(&mut self, effect: impl FnOnce(&mut World), outcome: Outcome) -> Result<Outcome, PortError> {
        let wanted = self.effect(2)?;
        if wanted != Some(0) {
            effect(self.world);
        }
        self.done(wanted, outcome)
    }
}

impl Port for Double<'_> {
    fn now(&self) -> Timestamp {
        self.world.clock
    }

    fn elapsed(&self) -> SignedDuration {
        self.world.clock.duration_since(Timestamp::UNIX_EPOCH)
    }

    /// Ends before, with a torn line, or after.
    fn append(&mut self, line: &str) -> Result<(), PortError> {
        self.world.clock += SignedDuration::from_millis(1);
        let wanted = self.effect(3)?;
        let bytes = match wanted {
            Some(0) => String::new(),
            Some(1) => line[..line.len() / 2].to_owned(),
            _ => format!("{line}\n"),
        };
        self.world.journal.extend_from_slice(bytes.as_bytes());
        if wanted.is_some() { Err(PortError::Ended) } else { Ok(()) }
    }

    fn perform(&mut self, effect: &Effect) -> Result<Outcome, PortError> {
        self.world.clock += SignedDuration::from_millis(1);
        match effect {
            Effect::Backup { .. } => self.backup(),
            Effect::Stage { run, renewals } => self.stage(run, renewals),
            Effect::Exchange { files } => self.exchange(files),
            Effect::Discard { files } => {
                let wanted = self.effect(3)?;
                let some = match wanted {
                    Some(0) => 0,
                    Some(1) => files.len() / 2,
                    _ => files.len(),
                };
                for file in &files[..some] {
                    self.world.files.remove(file);
                }
                self.done(wanted, Outcome::Done)
            }
            Effect::Stop { component, container, .. } => {
                self.whole(|world| world.stop(*component, container), Outcome::Done)
            }
            Effect::ReleaseLease { component, resource_version } => self.whole(
                |world| {
                    let lease = world.leases.get_mut(component).unwrap();
                    assert_eq!(lease.resource_version, *resource_version);
                    lease.holder.clear();
                },
                Outcome::Done,
            ),
            Effect::Workload { .. } => {
                let proven = WorkloadOutcome::Proven { replica_set_ms: 1, running_ms: 2 };
                self.whole(|_| {}, Outcome::Workload(proven))
            }
        }
    }

    fn look(&mut self, question: &Question) -> Result<Answer, PortError> {
        if self.ended {
            return Err(PortError::Ended);
        }
        Ok(match question {
            Question::Files(paths) => Answer::Files(paths.iter().map(|path| self.world.read(path)).collect()),
            Question::Container(component) => {
                Answer::Container(self.world.containers[component].container.clone())
            }
            // Listeners re-read their files: what they serve is what lies there.
            Question::Served(listening) => {
                let live = match listening.address.port() {
                    6443 => ("apiserver", "/etc/kubernetes/pki/apiserver.crt"),
                    2379 => ("etcd-server", "/etc/kubernetes/pki/etcd/server.crt"),
                    _ => ("etcd-peer", "/etc/kubernetes/pki/etcd/peer.crt"),
                };
                let content = self.world.read(live.1.into()).unwrap_or_default();
                let age = if content.starts_with("after") { "new" } else { "old" };
                Answer::Served(Some(format!("{age} {}", live.0)))
            }
            Question::Lease(component) => Answer::Lease {
                lease: self.world.leases.get(component).cloned(),
                host_name: "cp1".into(),
                started: self.world.containers[component]
                    .container
                    .iter()
                    .map(|one| one.started_at)
                    .collect(),
            },
            Question::KubeletRuns => Answer::KubeletRuns(!(self.world.frozen && self.world.restarts > 0)),
            Question::FreeBytes => Answer::FreeBytes(1 << 30),
        })
    }

    fn wait(&mut self) {
        self.world.tick();
    }

    fn stop_requested(&self) -> bool {
        matches!(self.fault, Fault::Stop { at } if self.variants.len() >= at)
    }
}
