//! `SavedPlan`: what `plan --out` writes and `apply` reads.

use super::{API_VERSION, Tool};
use perennial_core::plan::{FORMAT, Plan, digest};
use serde::Serialize;
use serde_json::Value;

const KIND: &str = "SavedPlan";

/// A plan, to be carried out later. `apply` decides anew and compares: what is carried out is never read from here.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedPlan<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `SavedPlan`.
    kind: &'static str,
    tool: Tool,
    /// The plan, as perennial itself has it: not a part of what is promised for `perennial.dev/v1`.
    #[cfg_attr(test, schemars(with = "Value"))]
    plan: &'a Plan,
}

/// Why a file is no plan that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotSaved {
    /// No JSON, or not what a plan consists of.
    Malformed(String),
    /// Another document of perennial's.
    OtherKind(String),
    /// Of a format that is not known yet.
    Newer(String),
    /// Its digest is not the one of its content.
    Edited,
}

impl<'a> SavedPlan<'a> {
    /// To be written.
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { api_version: API_VERSION, kind: KIND, tool: Tool::this(), plan }
    }
}

impl SavedPlan<'_> {
    /// What was written.
    pub(crate) fn read(content: &[u8]) -> Result<Plan, NotSaved> {
        let malformed = |error: serde_json::Error| NotSaved::Malformed(error.to_string());
        let mut value: Value = serde_json::from_slice(content).map_err(malformed)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("kind") != KIND {
            return Err(NotSaved::OtherKind(text("kind")));
        }
        if text("apiVersion") != API_VERSION {
            return Err(NotSaved::Newer(text("apiVersion")));
        }
        let plan = value.get_mut("plan").map(Value::take).unwrap_or_default();
        let format = plan.get("format").and_then(Value::as_u64).unwrap_or_default();
        if format > u64::from(FORMAT) {
            return Err(NotSaved::Newer(format.to_string()));
        }
        let plan: Plan = serde_json::from_value(plan).map_err(malformed)?;
        if digest(&plan) == plan.digest { Ok(plan) } else { Err(NotSaved::Edited) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::json::render;
    use crate::output::tests::plan_of_renew;

    fn saved(change: impl FnOnce(String) -> String) -> Result<Plan, NotSaved> {
        let plan = plan_of_renew();
        let text = change(render(&SavedPlan::new(&plan)).unwrap());
        let read = SavedPlan::read(text.as_bytes());
        if let Ok(read) = &read {
            assert_eq!(*read, plan);
        }
        read
    }

    #[test]
    fn what_is_written_is_read() {
        assert!(saved(|text| text).is_ok());
    }

    #[test]
    fn what_is_no_plan_or_another_one_is_told() {
        assert!(matches!(saved(|text| text[..100].to_owned()), Err(NotSaved::Malformed(_))));
        assert!(matches!(saved(|_| "{}".to_owned()), Err(NotSaved::OtherKind(_))));
        assert!(matches!(saved(|_| "[]".to_owned()), Err(NotSaved::OtherKind(_))));
        let other = |text: String| text.replace("\"SavedPlan\"", "\"CheckReport\"");
        assert_eq!(saved(other), Err(NotSaved::OtherKind("CheckReport".to_owned())));
        let later = |text: String| text.replace("perennial.dev/v1", "perennial.dev/v2");
        assert_eq!(saved(later), Err(NotSaved::Newer("perennial.dev/v2".to_owned())));
        let format = |text: String| text.replace("\"format\": 1", "\"format\": 99");
        assert_eq!(saved(format), Err(NotSaved::Newer("99".to_owned())));
        let longer =
            |text: String| text.replace("\"validity_seconds\": 31536000", "\"validity_seconds\": 315360000");
        assert_eq!(saved(longer), Err(NotSaved::Edited));
    }
}
