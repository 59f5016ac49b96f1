//! `EvidenceReport`.

use super::{API_VERSION, Tool, time};
use crate::language::Language;
use crate::output::standing::{Verified, authority, credential};
use jiff::Timestamp;
use perennial_core::standing::{AuthorityStanding, Grade, OnDisk, Other, Standing};
use serde::Serialize;

/// What `evidence verify -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceReport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `EvidenceReport`.
    kind: &'static str,
    tool: Tool,
    node: &'a str,
    /// The run that the document is of.
    run: &'a str,
    observed_at: String,
    exit_code: u8,
    /// The node's own copy of the document: `same`, `absent`, `differs` or `otherJournal`.
    own_copy: &'static str,
    stands: usize,
    replaced: usize,
    unseen: usize,
    broken: usize,
    authorities: Vec<AuthorityView<'a>>,
    credentials: Vec<StandingView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AuthorityView<'a> {
    name: &'a str,
    /// `stands`, `replaced`, `unseen` or `broken`.
    grade: &'static str,
    /// SHA-256 of the first certificate that is there now.
    now: Option<&'a str>,
    message: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct StandingView<'a> {
    name: &'a str,
    /// `stands`, `replaced`, `unseen` or `broken`.
    grade: &'static str,
    /// `same`, `newer`, `older`, `otherAuthority`, `otherKey`, `missing` or `unusable`.
    on_disk: &'static str,
    /// SHA-256 of the certificate at the run's end.
    then: &'a str,
    /// SHA-256 of another one that is there now.
    now: Option<&'a str>,
    /// When its file was last changed.
    since: Option<String>,
    not_after: Option<String>,
    /// How many edges were proven with it.
    proven_then: usize,
    /// How many are proven now.
    proven_now: usize,
    message: String,
}

impl<'a> EvidenceReport<'a> {
    /// Of a document beside the node.
    pub(crate) fn new(verified: &'a Verified<'a>, observed_at: Timestamp) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "EvidenceReport",
            tool: Tool::this(),
            node: &verified.evidence.node,
            run: &verified.evidence.run,
            observed_at: time(observed_at),
            exit_code: verified.exit().number(),
            own_copy: verified.copy.name(),
            stands: verified.count(Grade::Stands),
            replaced: verified.count(Grade::Replaced),
            unseen: verified.count(Grade::Unseen),
            broken: verified.count(Grade::Broken),
            authorities: verified.authorities.iter().map(authority_view).collect(),
            credentials: verified.credentials.iter().map(view).collect(),
        }
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Stands => "stands",
        Grade::Replaced => "replaced",
        Grade::Unseen => "unseen",
        Grade::Broken => "broken",
    }
}

fn authority_view(one: &AuthorityStanding) -> AuthorityView<'_> {
    AuthorityView {
        name: &one.name,
        grade: grade(one.grade),
        now: one.now.as_deref(),
        message: authority(Language::En, one),
    }
}

fn view(one: &Standing) -> StandingView<'_> {
    let (on_disk, other): (_, Option<&Other>) = match &one.on_disk {
        OnDisk::Same => ("same", None),
        OnDisk::Newer(other) => ("newer", Some(other)),
        OnDisk::Older(other) => ("older", Some(other)),
        OnDisk::OtherAuthority(other) => ("otherAuthority", Some(other)),
        OnDisk::OtherKey(other) => ("otherKey", Some(other)),
        OnDisk::Missing => ("missing", None),
        OnDisk::Unusable(_) => ("unusable", None),
    };
    StandingView {
        name: &one.credential,
        grade: grade(one.grade),
        on_disk,
        then: &one.recorded,
        now: other.map(|other| other.fingerprint.as_str()),
        since: other.and_then(|other| other.since).map(time),
        not_after: other.map(|other| time(other.not_after)),
        proven_then: one.proven_then,
        proven_now: one.proven_now(),
        message: credential(Language::En, one),
    }
}
