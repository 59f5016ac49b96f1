//! Findings about files of which several are one matter.

use crate::language::{Language, finding as say};
use crate::output::groups::Group;
use perennial_core::assess::Finding;

pub(super) fn missing(language: Language, group: &Group<'_>) -> String {
    match (group.first, group.len()) {
        (Finding::FileMissing { path }, 1) => say::file_missing(language, path.as_str()),
        (_, n) => say::many_missing(language, n),
    }
}

/// The files of a group, one a line.
pub(super) fn paths(group: &Group<'_>) -> Vec<String> {
    let path = |finding: &Finding| match finding {
        Finding::FileMissing { path } => Some(path.to_string()),
        Finding::KubeconfigOutdated { credential, .. } => Some(credential.clone()),
        _ => None,
    };
    group.all().filter_map(path).collect()
}
