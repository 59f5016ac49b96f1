//! Documents that an operator takes along and brings back: a saved plan, a copy of the evidence. No secret is in them.

use super::requests::{read_returned, replace};
use camino::Utf8Path;
use std::{fs, io};

/// Writes a document (0644). What lies under that name is replaced, not written: it may be a symbolic
/// link.
///
/// # Errors
/// As the operating system.
pub fn write(file: &Utf8Path, text: &str) -> io::Result<()> {
    replace(file, text.as_bytes(), 0o644)
}

/// Whether a document could be written there, tried with an empty file beside it.
///
/// # Errors
/// As the operating system.
pub fn writable(file: &Utf8Path) -> io::Result<()> {
    let probe = perennial_core::run::twin(file, "try");
    replace(&probe, b"", 0o600)?;
    fs::remove_file(&probe)
}

/// Reads a file that should be a document: at most 1 MiB, nothing that would make a reader wait.
///
/// # Errors
/// As the operating system; `InvalidInput` for what is no file, `FileTooLarge`.
pub fn read(file: &Utf8Path) -> io::Result<Vec<u8>> {
    read_returned(file)
}
