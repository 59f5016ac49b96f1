//! What processes hold in memory, and the evidence for it.

use super::time;
use crate::language::{Language, memory as say};
use perennial_core::assess::{Evidence, Judgement, Memory, Process, judge_pod, processes};
use perennial_core::inventory::{Consumed, Node, OtherPod};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct HolderView<'a> {
    component: &'static str,
    credential: &'a str,
    /// `fresh`, `stale` or `unproven`.
    holds: &'static str,
    why: &'static str,
    /// How much that is worth: `decisive`, `strong`, `weak` or `nothing`.
    strength: &'static str,
    /// Everything that was seen of it, the strongest first.
    evidence: Vec<EvidenceView>,
    /// Whether some of it speaks against the verdict.
    contradicted: bool,
    started: Option<String>,
    container: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct EvidenceView {
    /// `auditLog`, `mount`, `reloadTable`, `start`, `apiserverLog` or `lease`.
    witness: &'static str,
    /// What it says, in English.
    says: &'static str,
    /// `file`: it holds what the file holds; `older`: something else, which is older; `neither`.
    speaks_for: &'static str,
    /// `decisive`, `strong`, `weak` or `nothing`.
    strength: &'static str,
    /// When what it tells has happened: the process's start, the request, the refusal, the renewal.
    at: Option<String>,
    /// The last change of the file, where that is compared.
    file_changed: Option<String>,
    /// SHA-256 of the certificate that was shown, lower-case hexadecimal.
    fingerprint: Option<String>,
    /// The serial number of the certificate that was refused, in decimal.
    serial: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsumerView<'a> {
    pod: &'a str,
    namespace: &'a str,
    manifest: &'a str,
    credential: &'a str,
    file: &'a str,
    /// The file itself is mounted; otherwise a directory above it.
    mounts_file: bool,
    /// The pod's command line or environment names it.
    named: bool,
    started: Option<String>,
    /// `fresh`, `stale` or `unproven`; absent where it does not run, or only gets to the file.
    holds: Option<&'static str>,
    /// How much that is worth: `decisive`, `strong`, `weak` or `nothing`.
    strength: Option<&'static str>,
}

/// Of every process that keeps a credential.
pub(super) fn holders(node: &Node) -> Vec<HolderView<'_>> {
    processes(node).into_iter().map(|process| holder(node, process)).collect()
}

fn holder<'a>(node: &'a Node, process: Process<'a>) -> HolderView<'a> {
    let holder = node.holders.iter().find(|holder| holder.component == process.component);
    let container = holder.and_then(|holder| holder.container.seen());
    let judgement = process.judgement;
    HolderView {
        component: process.component.name(),
        credential: process.credential,
        holds: name(judgement.memory),
        why: say::basis(Language::En, judgement.memory.basis()),
        strength: judgement.strength.name(),
        contradicted: judgement.against().is_some(),
        evidence: judgement.evidence.into_iter().map(evidence).collect(),
        started: process.started.map(time),
        container: container.map(|container| container.id.as_str()),
    }
}

fn name(memory: Memory) -> &'static str {
    match memory {
        Memory::Fresh(_) => "fresh",
        Memory::Stale(_) => "stale",
        Memory::Unproven(_) => "unproven",
    }
}

fn evidence(evidence: Evidence) -> EvidenceView {
    EvidenceView {
        witness: evidence.witness().name(),
        says: say::basis(Language::En, evidence.basis),
        speaks_for: evidence.speaks.name(),
        strength: evidence.strength.name(),
        at: evidence.at.map(time),
        file_changed: evidence.file_changed.map(time),
        fingerprint: evidence.fingerprint,
        serial: evidence.serial,
    }
}

/// Of every other static pod that gets to a credential.
pub(super) fn consumers(node: &Node) -> Vec<ConsumerView<'_>> {
    let used = node.beside.pods.iter().flat_map(|pod| pod.consumes.iter().map(move |used| (pod, used)));
    used.map(|(pod, used)| consumer(node, pod, used)).collect()
}

fn consumer<'a>(node: &Node, pod: &'a OtherPod, used: &'a Consumed) -> ConsumerView<'a> {
    let judged: Option<Judgement> = judge_pod(node, used).filter(|_| used.alone || used.named);
    ConsumerView {
        pod: &pod.pod,
        namespace: &pod.namespace,
        manifest: pod.manifest.path.as_str(),
        credential: &used.name,
        file: used.file.as_str(),
        mounts_file: used.alone,
        named: used.named,
        started: used.running.seen().map(|container| time(container.started_at)),
        holds: judged.as_ref().map(|judged| name(judged.memory)),
        strength: judged.map(|judged| judged.strength.name()),
    }
}
