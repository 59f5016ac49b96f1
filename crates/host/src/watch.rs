//! A client of the node's own API server that writes while something else is done, to see whether others could: each
//! time over a new connection, as a client that has just come, and to etcd, as a client that means it.
//!
//! What it writes is one Lease of its own, which is how Kubernetes itself says that somebody is there. Neither its
//! failure nor its slowness is anybody else's: it has a thread and a runtime of its own.

use crate::api::{Access, Api, ApiError};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{Api as Objects, DeleteParams, Patch, PatchParams, PostParams};
use perennial_core::inventory::Trouble;
use perennial_core::run::{Tally, Write, Writes};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};

/// From the beginning of one write to that of the next.
const INTERVAL: Duration = Duration::from_millis(100);

/// What a write may take, with its connection.
const LIMIT: Duration = Duration::from_secs(2);

/// How often the removal of the Lease is tried.
const REMOVALS: usize = 3;

/// How much of a server's words is kept.
const WORDS: usize = 300;

const NAMESPACE: &str = "kube-system";

/// What the names of the Leases begin with; the node's name follows, because others of the cluster may be watched by
/// another run at the same time.
pub const LEASE: &str = "perennial-watch";

/// How many writes were done and have failed so far.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<(AtomicU64, AtomicU64)>);

impl Counts {
    /// Done, failed.
    pub fn now(&self) -> (u64, u64) {
        (self.0.0.load(Ordering::Relaxed), self.0.1.load(Ordering::Relaxed))
    }

    fn set(&self, writes: &Writes) {
        self.0.0.store(writes.ok, Ordering::Relaxed);
        self.0.1.store(writes.failed, Ordering::Relaxed);
    }
}

/// Writes go on as long as this lives; when it is dropped they have ended and the Lease is removed.
#[derive(Debug)]
pub struct Watch {
    /// Never sent through: dropping it is the sign.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    seen: Arc<Mutex<Writes>>,
    counts: Counts,
}

impl Watch {
    /// Begins, and returns at once. `access` is asked before each write: a run exchanges what it is read from. `node`
    /// is the node's name. A Lease that a killed run has left is taken over.
    pub fn begin(node: &str, access: impl Fn() -> Result<Access, Trouble> + Send + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Writes::unwatched("the watch ended by itself".to_owned())));
        let (end, ended) = channel();
        let counts = Counts::default();
        let writer = (Arc::clone(&seen), counts.clone(), node.to_owned());
        let thread = Builder::new().name("watch-api".to_owned()).spawn(move || {
            let (seen, counts, node) = writer;
            let writes = match RuntimeBuilder::new_current_thread().enable_all().build() {
                Ok(runtime) => Writer { runtime, node, access }.run(&ended, &counts),
                Err(error) => Writes::unwatched(error.to_string()),
            };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = writes;
        });
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(error) => {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Writes::unwatched(error.to_string());
                None
            }
        };
        Self { end: Some(end), thread, seen, counts }
    }

    /// The counts, while it lasts.
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// Ends: the write that is under way comes to its end, the Lease is removed.
    pub fn end(mut self) -> Writes {
        self.join();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn join(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // Where it has panicked, what it was to say is not there, and that is told.
            let _ended = thread.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.join();
    }
}

struct Writer<A> {
    runtime: Runtime,
    node: String,
    access: A,
}

impl<A: Fn() -> Result<Access, Trouble>> Writer<A> {
    fn run(&self, ended: &Receiver<()>, counts: &Counts) -> Writes {
        // The wall clock may be set while a run lasts.
        let (clock, stopwatch) = (Timestamp::now(), Instant::now());
        let now = || clock + SignedDuration::try_from(stopwatch.elapsed()).unwrap_or_default();
        let mut tally = Tally::default();
        loop {
            let (began, at) = (Instant::now(), now());
            let write = self.within_limit(|api| self.write(api)).map_or_else(write_failed, |()| Write::Done);
            tally.note(at, now(), write);
            counts.set(tally.writes());
            match ended.recv_timeout(INTERVAL.saturating_sub(began.elapsed())) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let left = self.remove(tally.writes().watched());
        tally.end(left)
    }

    /// One call over a connection of its own.
    fn within_limit<F: Future<Output = Result<(), ApiError>>>(
        &self,
        call: impl FnOnce(Api) -> F,
    ) -> Result<(), ApiError> {
        let access = (self.access)().map_err(|trouble| ApiError::Setup(trouble.to_string()))?;
        self.runtime.block_on(async {
            let call = call(Api::new(access)?);
            match tokio::time::timeout(LIMIT, call).await {
                Ok(answer) => answer,
                Err(_) => Err(ApiError::NoAnswer(format!("not within {} s", LIMIT.as_secs()))),
            }
        })
    }

    async fn write(&self, api: Api) -> Result<(), ApiError> {
        let leases: Objects<Lease> = Objects::namespaced(api.client(), NAMESPACE);
        let name = self.name();
        // MicroTime has exactly six digits (apimachinery meta/v1 micro_time.go).
        let now = format!("{:.6}", Timestamp::now());
        let renewed = json!({ "spec": { "renewTime": now } });
        let patch = Patch::Merge(&renewed);
        match leases.patch(&name, &PatchParams::default(), &patch).await.map_err(ApiError::from) {
            Err(ApiError::Refused { code: 404, .. }) => {}
            answer => return answer.map(|_| ()),
        }
        let lease: Lease = serde_json::from_value(self.lease(&name, &now))
            .map_err(|error| ApiError::Setup(error.to_string()))?;
        leases.create(&PostParams::default(), &lease).await.map(|_| ()).map_err(ApiError::from)
    }

    fn lease(&self, name: &str, now: &str) -> Value {
        json!({
            "metadata": { "name": name, "labels": { "app.kubernetes.io/managed-by": "perennial" } },
            "spec": { "holderIdentity": self.node, "leaseDurationSeconds": 1, "acquireTime": now, "renewTime": now },
        })
    }

    /// Removes the Lease, and gives its name if that was not possible. Where no write was ever done there is none of
    /// this run, and it is tried once for what an earlier one may have left.
    fn remove(&self, made: bool) -> Option<String> {
        let name = self.name();
        let delete = async |api: Api| {
            let leases: Objects<Lease> = Objects::namespaced(api.client(), NAMESPACE);
            match leases.delete(&name, &DeleteParams::default()).await.map_err(ApiError::from) {
                Ok(_) | Err(ApiError::Refused { code: 404, .. }) => Ok(()),
                Err(error) => Err(error),
            }
        };
        for _ in 0..if made { REMOVALS } else { 1 } {
            if self.within_limit(delete).is_ok() {
                return None;
            }
            std::thread::sleep(INTERVAL);
        }
        made.then_some(name)
    }

    fn name(&self) -> String {
        match self.node.as_str() {
            "" => LEASE.to_owned(),
            node => format!("{LEASE}-{node}"),
        }
    }
}

fn write_failed(error: ApiError) -> Write {
    let text: String = error.to_string().chars().take(WORDS).collect();
    match error {
        ApiError::Refused { code, message, .. } if refuses(code, &message) => Write::Refused(text),
        _ => Write::Failed(text),
    }
}

/// A rule of the cluster (authorization, quota, policy, a webhook that says no) answers with 4xx; a webhook that must
/// be asked and does not answer makes it 500 (apiserver util/webhook/error.go). "Too many
/// requests", "took too long" and "no such resource" are failures of the API server itself.
fn refuses(code: u16, message: &str) -> bool {
    match code {
        404 | 408 | 429 => false,
        400..=499 => true,
        _ => message.contains("failed calling webhook"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_cluster_refuses_and_everything_else_fails() {
        let answered = |code, message: &str| {
            write_failed(ApiError::Refused { code, reason: String::new(), message: message.to_owned() })
        };
        for (code, message) in [
            (403, "leases is forbidden"),
            (400, "admission webhook \"a\" denied the request"),
            (422, "invalid"),
            (500, "Internal error occurred: failed calling webhook \"a\""),
        ] {
            assert!(matches!(answered(code, message), Write::Refused(_)), "{code}");
        }
        for (code, message) in
            [(500, "etcdserver: request timed out"), (503, ""), (429, ""), (408, ""), (404, "")]
        {
            assert!(matches!(answered(code, message), Write::Failed(_)), "{code}");
        }
        for error in [
            ApiError::Unauthorized,
            ApiError::NoAnswer("not within 2 s".to_owned()),
            ApiError::Untrusted("expired".to_owned()),
            ApiError::Conflict("it exists".to_owned()),
        ] {
            assert!(matches!(write_failed(error.clone()), Write::Failed(_)), "{error}");
        }
    }

    #[test]
    fn a_servers_words_are_cut() {
        let long = ApiError::NoAnswer("é".repeat(5000));
        assert!(matches!(write_failed(long), Write::Failed(text) if text.chars().count() == WORDS));
    }
}
