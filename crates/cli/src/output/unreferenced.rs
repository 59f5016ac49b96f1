//! The table of certificate files that nothing names: of many in one directory one row tells.

use super::check::Report;
use super::{Column, Fit, Mark, Row, Table, date, short_left};
use crate::language::{Language, screen as say};
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::inventory::UnreferencedFile;
use std::collections::BTreeMap;

/// How many files of one directory have a row each.
const EACH: usize = 6;

/// The table; empty where everything is named.
pub(super) fn table(language: Language, report: &Report<'_>) -> Table {
    let mut table = Table::new([
        Column::new(say::col_ends(language)),
        Column::new(say::col_left(language)),
        Column::last(say::col_unreferenced(language), Fit::CutLeft),
    ]);
    let unreferenced = &report.node.beside.unreferenced;
    let mut directories: BTreeMap<&Utf8Path, Vec<&UnreferencedFile>> = BTreeMap::new();
    for file in &unreferenced.files {
        let directory = file.path.parent().unwrap_or(&file.path);
        directories.entry(directory).or_default().push(file);
    }
    for (directory, files) in directories {
        if files.len() > EACH {
            let first = files.iter().filter_map(|file| ends(file)).min();
            let all = say::files_in(language, files.len(), under_etc(directory.as_str()));
            table.row(row(language, report, first, all));
        } else {
            for file in files {
                table.row(row(language, report, ends(file), under_etc(file.path.as_str()).to_owned()));
            }
        }
    }
    if unreferenced.left_out > 0 {
        let more = say::more_files(language, unreferenced.left_out);
        table.row(Row::new(Mark::Unknown, [String::new(), String::new(), more]));
    }
    table
}

fn row(language: Language, report: &Report<'_>, at: Option<Timestamp>, what: String) -> Row {
    let (ends, left) = match at {
        Some(at) => (date(at), short_left(language, report.now, at)),
        None => (say::unreadable(language).to_owned(), String::new()),
    };
    Row::new(Mark::Skip, [ends, left, what])
}

fn ends(file: &UnreferencedFile) -> Option<Timestamp> {
    file.holds.seen().map(|glimpse| glimpse.not_after)
}

fn under_etc(path: &str) -> &str {
    path.strip_prefix("/etc/kubernetes/").unwrap_or(path)
}
