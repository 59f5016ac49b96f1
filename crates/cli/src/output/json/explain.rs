//! `Explanation`.

use super::API_VERSION;
use crate::language::Language;
use crate::pages::{Page, Section};
use perennial_core::assess::Code;
use serde::Serialize;

/// What `explain -o json` prints. English, as every document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Explanation`.
    kind: &'static str,
    codes: Vec<PageView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PageView {
    /// `PRN####`.
    #[cfg_attr(test, schemars(schema_with = "super::code_schema"))]
    code: String,
    /// Stable, as the code is.
    name: &'static str,
    title: &'static str,
    seen: String,
    means: String,
    if_ignored: String,
    #[serde(rename = "do")]
    what_to_do: String,
    undo: String,
    how_it_is_tested: String,
}

impl Explanation {
    /// Of these codes.
    pub(crate) fn new(codes: &[Code]) -> Self {
        let codes = codes.iter().map(|code| {
            let page = Page::of(*code, Language::En);
            let plain = |section| page.plain(section, Language::En);
            PageView {
                code: code.to_string(),
                name: code.name(),
                title: page.title,
                seen: plain(Section::Seen),
                means: plain(Section::Means),
                if_ignored: plain(Section::Ignored),
                what_to_do: plain(Section::Do),
                undo: plain(Section::Undo),
                how_it_is_tested: plain(Section::Tested),
            }
        });
        Self { api_version: API_VERSION, kind: "Explanation", codes: codes.collect() }
    }
}
