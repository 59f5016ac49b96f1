//! The proof that a cluster works: a Deployment of one replica becomes a ReplicaSet (kube-controller-manager),
//! its pod gets a node (kube-scheduler) and runs there (kubelet). It is always removed again.

mod manifest;

use crate::api::{Api, ApiError};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api as Objects, DeleteParams, ListParams, PostParams, PropagationPolicy};
use std::fmt::Display;
use std::time::{Duration, Instant};

/// How often is looked. A look costs the API server some 2 ms.
const INTERVAL: Duration = Duration::from_millis(50);

/// What the test showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Workload {
    /// The pod ran.
    Proven {
        /// From the creation to the ReplicaSet.
        replica_set_after: Duration,
        /// From the creation to the running pod.
        running_after: Duration,
    },
    /// The test was not possible, which says nothing about the certificates: a policy, a quota, no room, no
    /// image.
    NotProven(String),
    /// It should have run and did not.
    Failed(String),
}

/// What to run, and where.
#[derive(Clone, Debug)]
pub struct Test<'a> {
    /// The node, by its name in the cluster.
    pub node: &'a str,
    /// An image that is on the node already (it is never pulled) and stays running by itself: pause.
    pub image: &'a str,
    /// How long the pod may take until it runs.
    pub limit: Duration,
}

impl Test<'_> {
    /// Runs the test in the namespace `default`.
    pub async fn run(&self, api: &Api) -> Workload {
        let deployments: Objects<Deployment> = Objects::default_namespaced(api.client());
        let (deployment, pod) = match manifest::objects(self.node, self.image) {
            Ok(objects) => objects,
            Err(error) => return Workload::Failed(error.to_string()),
        };
        sweep(api, &deployments, &deployment).await;
        if let Some(refused) = rehearse(api, &deployments, &deployment, &pod).await {
            return refused;
        }
        let name = match api.within_limit(deployments.create(&PostParams::default(), &deployment)).await {
            Ok(created) => created.metadata.name.unwrap_or_default(),
            Err(error) => return refusal(error),
        };
        let outcome = self.wait(api, &name).await;
        match remove(api, &deployments, &name).await {
            Ok(()) => outcome,
            Err(error) => with_remark(outcome, format!("deployment {name} is left behind: {error}")),
        }
    }

    async fn wait(&self, api: &Api, name: &str) -> Workload {
        let begun = Instant::now();
        let mine = ListParams::default().labels(&format!("{}={name}", manifest::INSTANCE));
        let replica_sets: Objects<ReplicaSet> = Objects::default_namespaced(api.client());
        let pods: Objects<Pod> = Objects::default_namespaced(api.client());
        let mut replica_set_after = None;
        let mut progress = Progress::NoReplicaSet;
        let mut trouble = None;
        while begun.elapsed() < self.limit {
            match look(api, &replica_sets, &pods, &mine).await {
                Ok(seen) => {
                    trouble = None;
                    progress = seen;
                }
                Err(ApiError::Unauthorized) => return Workload::Failed(ApiError::Unauthorized.to_string()),
                Err(error) => trouble = Some(error),
            }
            if progress != Progress::NoReplicaSet {
                replica_set_after = replica_set_after.or_else(|| Some(begun.elapsed()));
            }
            match (&progress, replica_set_after) {
                (Progress::Running, Some(replica_set_after)) => {
                    return Workload::Proven { replica_set_after, running_after: begun.elapsed() };
                }
                (Progress::Impossible(reason), _) => return Workload::NotProven(reason.clone()),
                _ => tokio::time::sleep(INTERVAL).await,
            }
        }
        let limit = self.limit.as_secs();
        match (progress, trouble) {
            (_, Some(error)) => Workload::Failed(error.to_string()),
            (Progress::NoReplicaSet, _) => {
                Workload::Failed(format!("kube-controller-manager made no ReplicaSet within {limit} s"))
            }
            (Progress::NoPod, _) => Workload::Failed(format!("no pod within {limit} s")),
            (Progress::NotScheduled, _) => {
                Workload::Failed(format!("kube-scheduler gave the pod no node within {limit} s"))
            }
            (Progress::Unschedulable(reason), _) => Workload::NotProven(reason),
            (Progress::NotRunning(reason), _) => {
                Workload::Failed(format!("the kubelet did not start the pod within {limit} s: {reason}"))
            }
            (Progress::Running | Progress::Impossible(_), _) => Workload::Failed("interrupted".to_owned()),
        }
    }
}

/// How far the Deployment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    NoReplicaSet,
    NoPod,
    NotScheduled,
    /// The scheduler has looked and found no room; that may change.
    Unschedulable(String),
    NotRunning(String),
    Running,
    /// It will never run, for a reason that has nothing to do with certificates.
    Impossible(String),
}

async fn look(
    api: &Api,
    replica_sets: &Objects<ReplicaSet>,
    pods: &Objects<Pod>,
    mine: &ListParams,
) -> Result<Progress, ApiError> {
    let (replica_sets, pods) =
        tokio::try_join!(api.within_limit(replica_sets.list(mine)), api.within_limit(pods.list(mine)))?;
    let Some(replica_set) = replica_sets.items.first() else { return Ok(Progress::NoReplicaSet) };
    Ok(match pods.items.first() {
        Some(pod) => pod_progress(pod),
        None => replica_set_progress(replica_set),
    })
}

fn replica_set_progress(replica_set: &ReplicaSet) -> Progress {
    let conditions = replica_set.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let mut failures =
        conditions.filter(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
    let reason = failures.find_map(|condition| condition.message.clone());
    reason.map_or(Progress::NoPod, Progress::Impossible)
}

fn pod_progress(pod: &Pod) -> Progress {
    let status = pod.status.clone().unwrap_or_default();
    if status.phase.as_deref() == Some("Running") {
        return Progress::Running;
    }
    let unscheduled = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False");
    if let Some(reason) = unscheduled.and_then(|condition| condition.message.clone()) {
        return Progress::Unschedulable(reason);
    }
    if pod.spec.as_ref().is_none_or(|spec| spec.node_name.is_none()) {
        return Progress::NotScheduled;
    }
    let waiting = status
        .container_statuses
        .iter()
        .flatten()
        .find_map(|container| container.state.as_ref()?.waiting.clone());
    let reason = waiting.and_then(|waiting| waiting.reason).unwrap_or_default();
    match reason.as_str() {
        "ErrImageNeverPull" | "InvalidImageName" => Progress::Impossible(reason),
        _ => Progress::NotRunning(reason),
    }
}

/// Removes what a test on the same node has left behind that was killed. Where that fails, the test itself fails
/// for the same reason and tells it.
async fn sweep(api: &Api, deployments: &Objects<Deployment>, new: &Deployment) {
    let node = |deployment: &Deployment| deployment.spec.as_ref()?.template.spec.as_ref()?.affinity.clone();
    let ours = ListParams::default().labels(manifest::OURS);
    let Ok(found) = api.within_limit(deployments.list(&ours)).await else { return };
    for old in found.items.iter().filter(|old| node(old) == node(new)) {
        let _tried = remove(api, deployments, old.metadata.name.as_deref().unwrap_or_default()).await;
    }
}

/// A server-side dry run of the Deployment and of its pod: a policy may refuse either.
async fn rehearse(
    api: &Api,
    deployments: &Objects<Deployment>,
    deployment: &Deployment,
    pod: &Pod,
) -> Option<Workload> {
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    let pods: Objects<Pod> = Objects::default_namespaced(api.client());
    let rehearsed = tokio::try_join!(
        api.within_limit(deployments.create(&dry, deployment)),
        api.within_limit(pods.create(&dry, pod))
    );
    rehearsed.err().map(refusal)
}

/// A refusal by a rule of the cluster proves nothing; anything else is a failure.
fn refusal(error: ApiError) -> Workload {
    match error {
        ApiError::Refused { .. } | ApiError::Conflict(_) => Workload::NotProven(error.to_string()),
        _ => Workload::Failed(error.to_string()),
    }
}

async fn remove(api: &Api, deployments: &Objects<Deployment>, name: &str) -> Result<(), ApiError> {
    let parameters =
        DeleteParams { propagation_policy: Some(PropagationPolicy::Background), ..DeleteParams::default() };
    let mut last = Ok(());
    for _ in 0..3 {
        last = match api.within_limit(deployments.delete(name, &parameters)).await {
            Ok(_) | Err(ApiError::Refused { code: 404, .. }) => return Ok(()),
            Err(error) => Err(error),
        };
        tokio::time::sleep(INTERVAL).await;
    }
    last
}

fn with_remark(outcome: Workload, remark: impl Display) -> Workload {
    match outcome {
        Workload::Proven { .. } => Workload::Failed(remark.to_string()),
        Workload::NotProven(reason) => Workload::NotProven(format!("{reason}; {remark}")),
        Workload::Failed(reason) => Workload::Failed(format!("{reason}; {remark}")),
    }
}
