//! The document of `config view -o json`.

use super::{API_VERSION, Tool};
use crate::config::{Origin, Settings, Silence};
use crate::language::{Language, config};
use crate::output::config::{end, shown};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigView {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Config`.
    kind: &'static str,
    tool: Tool,
    /// The file that was read.
    file: Option<String>,
    /// Every setting, for a call like this one.
    settings: Vec<SettingView>,
    /// What shall not count.
    suppressions: Vec<SilenceView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SettingView {
    /// Its name in the file.
    name: &'static str,
    /// Its value, in the words of the flag.
    value: String,
    origin: OriginView,
}

/// Who has set something.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct OriginView {
    /// `flag`, `variable`, `file`, `implied` (by another value) or `default`.
    kind: &'static str,
    /// The flag, the variable, or the file.
    name: Option<String>,
    /// Of a file, from 1.
    line: Option<usize>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SilenceView {
    /// `PRN####`.
    #[cfg_attr(test, schemars(schema_with = "crate::output::json::code_schema"))]
    code: String,
    /// Which objects; `*` stands for any text. Absent: all of them.
    object: Option<String>,
    /// Absent for what a flag or a variable asks for.
    reason: Option<String>,
    /// A date, or a moment. Absent as the reason.
    until: Option<String>,
    origin: OriginView,
}

impl ConfigView {
    /// Of this call.
    pub(crate) fn new(settings: &Settings) -> Self {
        let setting = |(key, value, origin): (crate::config::Key, String, &Origin)| SettingView {
            name: key.name(),
            value,
            origin: OriginView::new(origin),
        };
        let silence = |silence: &Silence| SilenceView {
            code: silence.suppression.code.to_string(),
            object: silence.suppression.object.clone(),
            reason: silence.suppression.reason.clone(),
            until: end(&silence.suppression),
            origin: OriginView::new(&silence.origin),
        };
        Self {
            api_version: API_VERSION,
            kind: "Config",
            tool: Tool::this(),
            file: settings.file.as_ref().map(ToString::to_string),
            settings: shown(settings).into_iter().map(setting).collect(),
            suppressions: settings.silences.iter().map(silence).collect(),
        }
    }
}

impl OriginView {
    /// Of a value.
    pub(crate) fn new(origin: &Origin) -> Self {
        let (kind, line) = match origin {
            Origin::Flag(_) => ("flag", None),
            Origin::Variable(_) => ("variable", None),
            Origin::File { line, .. } => ("file", Some(*line)),
            Origin::Implied(_) => ("implied", None),
            Origin::Default => ("default", None),
        };
        let name = match origin {
            Origin::File { path, .. } => Some(path.to_string()),
            Origin::Default => None,
            other => Some(config::origin(Language::En, other)),
        };
        Self { kind, name, line }
    }
}
