//! `Evidence`: what a run leaves behind for later readers. It is written and read: fields that are not known are
//! ignored, but they count for the digest.

mod records;

pub(crate) use records::of_run;

use super::API_VERSION;
use super::writes::WritesRecord;
use jiff::Timestamp;
use perennial_core::standing::{Recorded, RecordedAuthority};
use perennial_pki::digest::sha256_hex;
use records::{AuthorityRecord, CredentialRecord, EdgeRecord, JournalRecord, RestartRecord, StepRecord};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;

/// The document's kind.
const KIND: &str = "Evidence";

/// What `runs/ID/evidence.json` and `--evidence FILE` hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evidence {
    /// `perennial.dev/v1`.
    pub(crate) api_version: String,
    /// `Evidence`.
    pub(crate) kind: String,
    /// perennial's version.
    pub(crate) version: String,
    /// The run's id.
    pub(crate) run: String,
    /// The node that it was on.
    pub(crate) node: String,
    /// The command line that brought the run to its end; it never holds a secret.
    pub(crate) command: String,
    /// SHA-256 over what the plan was made from.
    pub(crate) plan_digest: String,
    /// The first record of the run's journal.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) began: Option<Timestamp>,
    /// The last one.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) ended: Option<Timestamp>,
    /// When the node was looked at for this document.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) observed_at: Timestamp,
    /// As in a `RunReport`: `done`, `abandoned`, `putBack`, `inBetween`, `stopped` or `blocked`.
    pub(crate) outcome: String,
    /// The exit code of the run.
    pub(crate) exit_code: u8,
    /// The step that failed, from 1.
    pub(crate) failed_step: Option<usize>,
    /// Why it failed, in English.
    pub(crate) reason: Option<String>,
    /// The run's journal on the node.
    pub(crate) journal: Option<JournalRecord>,
    /// The CAs on the node: which cluster this is.
    pub(crate) authorities: Vec<AuthorityRecord>,
    /// Every credential of the cluster's own, and people's copies where the run has changed them.
    pub(crate) credentials: Vec<CredentialRecord>,
    /// What was proven afterwards; empty where the run did not come to that.
    pub(crate) edges: Vec<EdgeRecord>,
    /// The processes that were restarted.
    pub(crate) restarts: Vec<RestartRecord>,
    /// Each step that was proven, with what was seen.
    pub(crate) steps: Vec<StepRecord>,
    /// What a client saw of the API during the run (`--watch-api`); absent where it was not watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) writes: Option<WritesRecord>,
    /// SHA-256 over the document without this field, keys sorted, no white space.
    pub(crate) digest: String,
}

/// Why a file is not taken as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotEvidence {
    /// It ends in the middle.
    CutOff,
    /// It is no JSON, or not that of an evidence.
    Malformed(String),
    /// Another document of ours, or of somebody else: its kind.
    OtherKind(String),
    /// Written by a newer perennial: its `apiVersion`.
    Newer(String),
    /// Its digest is not that of its content.
    Edited,
}

impl Evidence {
    /// With its digest.
    pub(crate) fn sealed(mut self) -> Result<Self, serde_json::Error> {
        self.digest = digest(serde_json::to_value(&self)?);
        Ok(self)
    }

    /// Reads a document; what it says is only believed if its digest fits.
    pub(crate) fn read(text: &[u8]) -> Result<Self, NotEvidence> {
        let value: Value = serde_json::from_slice(text).map_err(|error| match error.classify() {
            Category::Eof => NotEvidence::CutOff,
            // Never the text itself: it may be any file.
            _ => NotEvidence::Malformed(format!("line {}, column {}", error.line(), error.column())),
        })?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("kind") != KIND {
            return Err(NotEvidence::OtherKind(text("kind")));
        }
        if text("apiVersion") != API_VERSION {
            return Err(NotEvidence::Newer(text("apiVersion")));
        }
        let says = text("digest");
        if digest(value.clone()) != says {
            return Err(NotEvidence::Edited);
        }
        serde_json::from_value(value).map_err(|error| NotEvidence::Malformed(error.to_string()))
    }

    /// Whether the run had come to its end: nothing of it was left to be done.
    pub(crate) fn closed(&self) -> bool {
        ["done", "abandoned", "putBack"].contains(&self.outcome.as_str())
    }

    /// The people's kubeconfigs that kube-apiserver has said whom it took for.
    pub(crate) fn recognized(&self) -> impl Iterator<Item = &str> {
        let recognized = self.edges.iter().filter(|edge| edge.by == "recognized");
        recognized.map(|edge| edge.credential.as_str())
    }

    /// The credentials, to be compared with a node. One that could not be read at the run's end is not among them.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        let of = |one: &CredentialRecord| {
            let after = one.after.as_ref()?;
            let proven = |edge: &&EdgeRecord| edge.credential == one.name && edge.again();
            Some(Recorded {
                credential: one.name.clone(),
                before: one
                    .before
                    .as_ref()
                    .map(|it| it.fingerprint.clone())
                    .filter(|it| *it != after.fingerprint),
                after: after.fingerprint.clone(),
                not_before: after.not_before.unwrap_or(Timestamp::MIN),
                authority_key: after.authority_key.clone(),
                proven: self.edges.iter().filter(proven).count(),
            })
        };
        self.credentials.iter().filter_map(of).collect()
    }

    /// The CAs, to be compared with a node.
    pub(crate) fn recorded_authorities(&self) -> Vec<RecordedAuthority> {
        let of = |one: &AuthorityRecord| RecordedAuthority {
            name: one.name.clone(),
            fingerprint: one.fingerprint.clone(),
            key: one.public_key.clone(),
        };
        self.authorities.iter().map(of).collect()
    }
}

/// `jq -cjS 'del(.digest)' FILE | sha256sum` gives the same: serde_json's maps are sorted.
fn digest(mut document: Value) -> String {
    if let Some(fields) = document.as_object_mut() {
        fields.remove("digest");
    }
    sha256_hex(document.to_string().as_bytes())
}

#[cfg(test)]
mod tests;
