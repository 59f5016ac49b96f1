//! The evidence of a run, as a file: beside its journal (0600 in 0700), and where the operator wants a copy.

use super::journal::runs;
use super::requests::{read_returned, replace};
use camino::{Utf8Path, Utf8PathBuf};
use std::{fs, io};

/// Beside the journal.
const NAME: &str = "evidence.json";

/// Keeps the evidence of a run beside its journal; an earlier one of the same run is replaced.
///
/// # Errors
/// As the operating system, with the file.
pub fn keep(state: &Utf8Path, run: &str, text: &str) -> Result<Utf8PathBuf, (Utf8PathBuf, io::Error)> {
    let file = runs(state).join(run).join(NAME);
    match replace(&file, text.as_bytes(), 0o600) {
        Ok(()) => Ok(file),
        Err(error) => Err((file, error)),
    }
}

/// What this node keeps of a run: its evidence and its journal. `run` may be anybody's text: it must be the id of one.
pub fn kept(state: &Utf8Path, run: &str) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let is_id = run.strip_prefix("r-").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    });
    if !is_id {
        return (None, None);
    }
    let directory = runs(state).join(run);
    (read_returned(&directory.join(NAME)).ok(), fs::read(directory.join("journal")).ok())
}
