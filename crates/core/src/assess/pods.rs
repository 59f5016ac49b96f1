//! Static pods beside the control plane's that use a credential of this node: what they hold in memory.

use super::{Check, Finding, Judgement, Memory, State, judge_pod};
use crate::inventory::{Consumed, Node, OtherPod};

/// Checks every other static pod that uses a credential and runs.
pub(super) fn check(node: &Node, checks: &mut Vec<Check>) {
    for pod in &node.beside.pods {
        let judged = pod.uses().filter_map(|used| Some((used, judge_pod(node, used)?)));
        let judged: Vec<(&Consumed, Judgement)> = judged.collect();
        let stale = judged.iter().filter(|(_, judged)| matches!(judged.memory, Memory::Stale(_)));
        // One pod is restarted once, whatever it holds.
        let state = match stale.max_by_key(|(_, judged)| judged.strength) {
            Some((used, judged)) => stale_pod(node, pod, used, judged),
            None if judged.iter().any(|(_, judged)| matches!(judged.memory, Memory::Fresh(_))) => State::Pass,
            None => State::NotApplicable,
        };
        checks.push(Check { object: format!("{}/{}", pod.namespace, pod.pod), state });
    }
}

fn stale_pod(node: &Node, pod: &OtherPod, used: &Consumed, judged: &Judgement) -> State {
    let Some(container) = used.running.seen() else { return State::NotApplicable };
    let changed = node.files().find(|file| file.path == used.file).and_then(|file| file.facts.seen());
    State::Fail(Finding::PodStale {
        pod: pod.pod.clone(),
        manifest: pod.manifest.path.clone(),
        container: container.id.clone(),
        file: used.file.clone(),
        basis: judged.memory.basis(),
        strength: judged.strength,
        started: container.started_at,
        file_changed: changed.map(|facts| facts.changed),
    })
}
