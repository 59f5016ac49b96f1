//! The linters that the public web's certificates are judged by: zlint (Go) and pkilint (Python).

use std::path::PathBuf;
use std::process::Command;

use super::{Cache, key_of};
use crate::error::Result;
use crate::tools::command::Run;
use crate::tools::files;

/// Asks it about many certificates in one process.
const SCRIPT: &str = include_str!("../../modules/pkilint/lint.py");

/// Its version, and those of all that it needs.
const REQUIREMENTS: &str = include_str!("../../modules/pkilint/requirements.txt");

/// Where they are.
#[derive(Clone, Debug)]
pub struct Linters {
    /// zlint's program.
    pub zlint: PathBuf,
    pub(super) pkilint: PathBuf,
}

impl Linters {
    /// pkilint's judgement by RFC 5280 of the certificates whose files follow: a line of JSON for each,
    /// `{"findings": ["CODE at PLACE"]}`.
    pub fn pkilint(&self) -> Command {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", &self.pkilint).args(["-c", SCRIPT]);
        command
    }
}

/// The folder of its packages: a virtual environment could not be moved to its place in the cache.
pub(super) fn pkilint(cache: &Cache) -> Result<PathBuf> {
    let entry = cache.entry("pkilint", key_of([REQUIREMENTS.as_bytes()]), "pkilint with pip", |dir| {
        let requirements = dir.join("requirements.txt");
        files::write(&requirements, REQUIREMENTS)?;
        Run::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
            .arg(dir.join("packages"))
            .arg("--requirement")
            .arg(&requirements)
            .what("installing pkilint with pip")
            .done()
    })?;
    Ok(entry.path.join("packages"))
}
