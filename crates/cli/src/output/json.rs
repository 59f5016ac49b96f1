//! The documents of `-o json`: stable names, RFC 3339 times, no secrets, English only. Additive within v1; readers
//! ignore fields that they don't know. docs/json.md describes them, docs/schemas holds their schemas.

pub(crate) mod check;
mod cluster;
mod cni;
pub(crate) mod config;
pub(crate) mod csr;
pub(crate) mod diagnose;
pub(crate) mod event;
pub(crate) mod evidence;
pub(crate) mod explain;
pub(crate) mod graph;
mod holders;
pub(crate) mod inspect;
pub(crate) mod kubeadm;
pub(crate) mod kubeconfig;
pub(crate) mod list;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod saved;
pub(crate) mod standing;
mod unreferenced;
pub(crate) mod verify;
mod writes;

use super::escape::escape_json;
use crate::failure::Failure;
use jiff::Timestamp;
use serde::Serialize;

/// `apiVersion` of every document.
pub(crate) const API_VERSION: &str = "perennial.dev/v1";

/// Which perennial has written a document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tool {
    /// Its version.
    version: &'static str,
    /// The commit that it was built from, if known.
    commit: Option<&'static str>,
}

impl Tool {
    /// This one.
    pub(crate) fn this() -> Self {
        Self { version: env!("CARGO_PKG_VERSION"), commit: crate::COMMIT }
    }
}

/// The document of `version -o json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Version`.
    kind: &'static str,
    #[serde(flatten)]
    tool: Tool,
}

impl Version {
    /// This one's.
    pub(crate) fn this() -> Self {
        Self { api_version: API_VERSION, kind: "Version", tool: Tool::this() }
    }
}

/// The document of `backup -o json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupReport {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `BackupReport`.
    kind: &'static str,
    /// Where the copies are.
    directory: String,
    /// How many files.
    files: usize,
}

impl BackupReport {
    /// Of a finished backup.
    pub(crate) fn new(directory: String, files: usize) -> Self {
        Self { api_version: API_VERSION, kind: "BackupReport", directory, files }
    }
}

/// The document of any verb that could not give its answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureReport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Failure`.
    kind: &'static str,
    /// The exit code.
    exit_code: u8,
    /// One sentence.
    message: &'a str,
    /// Facts that explain it.
    details: &'a [String],
    /// What to do.
    hints: &'a [String],
}

impl<'a> FailureReport<'a> {
    /// Of a failure whose texts are English.
    pub(crate) fn new(failure: &'a Failure) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "Failure",
            exit_code: failure.exit.number(),
            message: &failure.message,
            details: &failure.details,
            hints: &failure.hints,
        }
    }
}

/// The schema of a code: one of the list.
#[cfg(test)]
fn code_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let codes: Vec<_> = perennial_core::assess::Code::ALL.iter().map(ToString::to_string).collect();
    schemars::json_schema!({ "type": "string", "enum": codes })
}

/// The schema of a code that may be absent.
#[cfg(test)]
fn optional_code_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let code = code_schema(generator);
    schemars::json_schema!({ "anyOf": [code, { "type": "null" }] })
}

/// RFC 3339, UTC.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_string()
}

/// A document as it is written: indented, with a newline at its end.
pub(crate) fn render(document: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| escape_json(text) + "\n")
        .map_err(|error| Failure::new(crate::exit::Exit::Bug, error.to_string()))
}

/// A document as one line, ended.
pub(crate) fn render_line(document: &impl Serialize) -> String {
    serde_json::to_string(document).map_or_else(|_| String::new(), |text| escape_json(text) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;

    /// `INSTA_UPDATE=always cargo test` writes the files anew.
    fn compare<T: JsonSchema>(name: &str) {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(T)).unwrap() + "\n";
        let path = format!("{}/../../docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
            std::fs::write(&path, &schema).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), schema, "{path} is not up to date");
    }

    #[test]
    fn the_committed_schemas_are_those_of_the_code() {
        compare::<check::CheckReport<'_>>("CheckReport");
        compare::<config::ConfigView>("Config");
        compare::<saved::SavedPlan<'_>>("SavedPlan");
        compare::<event::EventLine<'_>>("Event");
        compare::<csr::CsrExport<'_>>("CsrExport");
        compare::<kubeconfig::KubeconfigRequest<'_>>("KubeconfigRequest");
        compare::<kubeconfig::KubeconfigSignature<'_>>("KubeconfigSignature");
        compare::<kubeconfig::KubeconfigInstallation<'_>>("KubeconfigInstallation");
        compare::<plan::PlanDocument<'_>>("Plan");
        compare::<run::RunReport<'_>>("RunReport");
        compare::<diagnose::DiagnoseReport<'_>>("DiagnoseReport");
        compare::<list::CertificateList<'_>>("CertificateList");
        compare::<graph::TrustGraph<'_>>("TrustGraph");
        compare::<inspect::InspectionView>("Inspection");
        compare::<verify::VerifyReport>("VerifyReport");
        compare::<evidence::Evidence>("Evidence");
        compare::<standing::EvidenceReport>("EvidenceReport");
        compare::<explain::Explanation>("Explanation");
        compare::<BackupReport>("BackupReport");
        compare::<Version>("Version");
        compare::<FailureReport<'_>>("Failure");
    }
}
