//! What an `Evidence` says of CAs, credentials, edges, restarts and steps, and how that comes from a run.

use super::{Evidence, KIND};
use crate::language::{Language, run as say, verify as words};
use crate::output::json::API_VERSION;
use crate::output::json::run::outcome;
use crate::output::json::writes::WritesRecord;
use crate::output::report::Report;
use crate::output::verify::proof;
use crate::world::Run;
use jiff::Timestamp;
use perennial_core::inventory::{Component, Credential, Node, Role};
use perennial_core::plan::{Action, Plan, Renewal};
use perennial_core::prove::{Edge, Shown, Verdict};
use perennial_core::run::Body;
use perennial_core::standing::{authority_key, public_key};
use perennial_pki::certificate::Certificate;
use serde::{Deserialize, Serialize};

/// The journal that the document belongs to: each of its lines carries the hash of the one before.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct JournalRecord {
    /// How many records it had.
    pub(crate) records: usize,
    /// SHA-256 of the last one's line.
    pub(crate) last_sha256: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorityRecord {
    pub(crate) name: String,
    pub(crate) subject: String,
    /// SHA-256 of the certificate.
    pub(crate) fingerprint: String,
    /// SHA-256 of its public key.
    pub(crate) public_key: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) not_after: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CredentialRecord {
    pub(crate) name: String,
    /// The files that its bytes are in.
    pub(crate) files: Vec<String>,
    /// Whether the run has put another certificate there.
    pub(crate) changed: bool,
    /// As the run found it; absent where nothing could be read.
    pub(crate) before: Option<CertificateRecord>,
    /// As it was at the run's end.
    pub(crate) after: Option<CertificateRecord>,
}

/// A certificate. After a crash of the run only the plan knows the old one: then its fingerprint and its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateRecord {
    pub(crate) subject: Option<String>,
    /// Lower-case hexadecimal.
    pub(crate) serial: Option<String>,
    /// SHA-256 of the certificate.
    pub(crate) fingerprint: String,
    /// SHA-256 of its public key.
    pub(crate) public_key: Option<String>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) not_before: Option<Timestamp>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) not_after: Option<Timestamp>,
    /// SHA-256 of the public key of the CA on the node that has signed it.
    pub(crate) authority_key: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EdgeRecord {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) credential: String,
    /// `proven`, `notProven` or `refuted`.
    pub(crate) verdict: String,
    /// How much what was seen is worth: `decisive`, `strong`, `weak` or `nothing`.
    pub(crate) strength: String,
    /// What was seen: `served`, `accepted`, `process`, `answered`, `nodeLease`, `workload` or `nothing`.
    pub(crate) by: String,
    /// The same in words, in English.
    pub(crate) seen: String,
    /// Where a listener was asked.
    pub(crate) address: Option<String>,
    /// SHA-256 of the certificate that it served.
    pub(crate) served: Option<String>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) process_started: Option<Timestamp>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) file_changed: Option<Timestamp>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) lease_renewed: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestartRecord {
    pub(crate) component: String,
    /// The container that was stopped.
    pub(crate) old_container: Option<String>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) old_started: Option<Timestamp>,
    /// The one that ran at the run's end, of a component that keeps a credential in memory.
    pub(crate) new_container: Option<String>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) new_started: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct StepRecord {
    /// Its number in the plan, from 1.
    pub(crate) step: usize,
    /// What it did, in English.
    pub(crate) what: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) proven_at: Timestamp,
    /// What was seen, in English.
    pub(crate) seen: Vec<String>,
}

impl EdgeRecord {
    /// Whether it was proven by what can be looked at again: a test Deployment was there once.
    pub(super) fn again(&self) -> bool {
        self.verdict == "proven" && self.by != "workload"
    }
}

/// The evidence of a run. `before` is the node as it was before the run; after a crash nobody has it any more.
pub(crate) fn of_run(
    command: String,
    report: &Report<'_>,
    run: &Run,
    before: Option<&Node>,
    after: &Node,
) -> Evidence {
    let plan = report.plan;
    let (failed_step, reason) = run.ended.failure();
    Evidence {
        api_version: API_VERSION.to_owned(),
        kind: KIND.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run: run.id.clone(),
        node: plan.node.clone(),
        command,
        plan_digest: plan.digest.clone(),
        began: run.records.first().map(|record| record.at),
        ended: run.records.last().map(|record| record.at),
        observed_at: after.observed_at,
        outcome: outcome(Some(&run.ended)).to_owned(),
        exit_code: report.exit().number(),
        failed_step: failed_step.map(|step| step + 1),
        reason: reason.map(str::to_owned),
        journal: run
            .journal_sha256
            .clone()
            .map(|last_sha256| JournalRecord { records: run.records.len(), last_sha256 }),
        authorities: authorities(after),
        credentials: credentials(plan, before, after),
        edges: report.edges.unwrap_or_default().iter().map(edge).collect(),
        restarts: restarts(plan, run, before, after),
        steps: steps(plan, run),
        writes: run.writes.as_ref().map(WritesRecord::from),
        digest: String::new(),
    }
}

fn authorities(node: &Node) -> Vec<AuthorityRecord> {
    let first = |authority: &perennial_core::inventory::Authority| {
        let certificate = authority.certificates.seen()?.first()?;
        Some(AuthorityRecord {
            name: authority.name.clone(),
            subject: certificate.subject(),
            fingerprint: certificate.fingerprint_sha256(),
            public_key: public_key(certificate),
            not_after: certificate.not_after(),
        })
    };
    node.authorities.iter().filter_map(first).collect()
}

fn credentials(plan: &Plan, before: Option<&Node>, after: &Node) -> Vec<CredentialRecord> {
    let record = |credential: &Credential| {
        let renewal = plan.renewals().find(|renewal| renewal.credential == credential.name);
        let now = of_credential(after, credential);
        let old = match before {
            Some(node) => node.credential(&credential.name).and_then(|old| of_credential(node, old)),
            None => renewal.and_then(of_plan),
        };
        let fingerprint = |it: &Option<CertificateRecord>| it.as_ref().map(|it| it.fingerprint.clone());
        let changed = renewal.is_some() && fingerprint(&old) != fingerprint(&now);
        if credential.role == Role::UserKubeconfig && !changed {
            return None;
        }
        let files = credential.place.files();
        Some(CredentialRecord {
            name: credential.name.clone(),
            files: files.iter().map(|file| file.path.to_string()).collect(),
            changed,
            before: old,
            after: now,
        })
    };
    // What has neither is no certificate: a token, a file that is not there.
    let known = |record: &CredentialRecord| record.before.is_some() || record.after.is_some();
    after.credentials.iter().filter_map(record).filter(known).collect()
}

fn of_credential(node: &Node, credential: &Credential) -> Option<CertificateRecord> {
    let leaf = credential.leaf()?;
    Some(of_certificate(leaf, authority_key(node, credential)))
}

fn of_certificate(certificate: &Certificate, authority_key: Option<String>) -> CertificateRecord {
    CertificateRecord {
        subject: Some(certificate.subject()),
        serial: Some(certificate.serial_hex()),
        fingerprint: certificate.fingerprint_sha256(),
        public_key: Some(public_key(certificate)),
        not_before: Some(certificate.not_before()),
        not_after: Some(certificate.not_after()),
        authority_key,
    }
}

fn of_plan(renewal: &Renewal) -> Option<CertificateRecord> {
    Some(CertificateRecord {
        subject: None,
        serial: None,
        fingerprint: renewal.source.old_fingerprint()?.to_owned(),
        public_key: None,
        not_before: None,
        not_after: renewal.old_not_after,
        authority_key: None,
    })
}

fn edge(edge: &Edge) -> EdgeRecord {
    let (mut address, mut served) = (None, None);
    let (mut process_started, mut changed, mut lease) = (None, None, None);
    let by = match &edge.proof {
        Shown::Served { address: at, served: shown, .. } => {
            (address, served) = (Some(at.to_string()), Some(shown.clone()));
            "served"
        }
        Shown::Accepted { address: at } => {
            address = Some(at.to_string());
            "accepted"
        }
        Shown::Process { started, file_changed, lease_renewed, .. } => {
            (process_started, changed, lease) = (*started, *file_changed, *lease_renewed);
            "process"
        }
        Shown::Answered => "answered",
        Shown::Recognized { .. } => "recognized",
        Shown::NodeLease { renewed, .. } => {
            lease = Some(*renewed);
            "nodeLease"
        }
        Shown::Workload(_) => "workload",
        Shown::Nothing { .. } => "nothing",
    };
    EdgeRecord {
        from: words::party(Language::En, edge.from).to_owned(),
        to: words::party(Language::En, edge.to).to_owned(),
        credential: edge.credential.clone(),
        verdict: match edge.verdict {
            Verdict::Proven => "proven",
            Verdict::NotProven => "notProven",
            Verdict::Refuted => "refuted",
        }
        .to_owned(),
        strength: edge.strength.name().to_owned(),
        by: by.to_owned(),
        seen: proof(Language::En, edge),
        address,
        served,
        process_started,
        file_changed: changed,
        lease_renewed: lease,
    }
}

fn restarts(plan: &Plan, run: &Run, before: Option<&Node>, after: &Node) -> Vec<RestartRecord> {
    let stopped = run.records.iter().filter_map(|record| match &record.body {
        Body::Intent { step, container } => match &plan.steps.get(*step)?.action {
            Action::Restart { component } => Some((*component, container.clone())),
            _ => None,
        },
        _ => None,
    });
    let record = |(component, old_container): (Component, Option<String>)| {
        let started = |node: &Node| {
            let holder = node.holders.iter().find(|holder| holder.component == component)?;
            let container = holder.container.seen()?;
            Some((container.id.clone(), container.started_at))
        };
        let old = before.and_then(started).filter(|(id, _)| Some(id) == old_container.as_ref());
        let (new_container, new_started) = started(after).unzip();
        RestartRecord {
            component: component.name().to_owned(),
            old_container,
            old_started: old.map(|(_, at)| at),
            new_container,
            new_started,
        }
    };
    stopped.map(record).collect()
}

fn steps(plan: &Plan, run: &Run) -> Vec<StepRecord> {
    let proven = run.records.iter().filter_map(|record| match &record.body {
        Body::Proven { step, evidence } => Some(StepRecord {
            step: step + 1,
            what: say::step(Language::En, plan.steps.get(*step)?),
            proven_at: record.at,
            seen: evidence.clone(),
        }),
        _ => None,
    });
    proven.collect()
}
