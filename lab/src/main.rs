//! The command `perennial-lab`.

mod command;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    let done = perennial_lab::listen_for_signals()
        .map_err(|e| perennial_lab::LabError::refused(format!("cannot listen for signals: {e}")))
        .and_then(|()| command::run(arguments));
    match done {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // There is nowhere else to say it.
            drop(writeln!(std::io::stderr(), "perennial-lab: {error}"));
            ExitCode::FAILURE
        }
    }
}
