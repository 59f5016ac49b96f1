//! Tells the stories in their order, says how long each took, and takes the cluster down at the end.

use super::Stage;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A story: its name and what happens.
pub(crate) type Story = (&'static str, fn(&mut Stage));

/// Tells those whose name contains one of the words on the command line; without words all of them.
pub(crate) fn tell(stories: &[Story]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        stories.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let _alone = match prepared() {
        Ok(lock) => lock,
        Err(why) => {
            eprintln!("stories: {why}");
            return ExitCode::FAILURE;
        }
    };
    let words: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let (mut passed, mut failed) = (0, Vec::new());
    let mut stage = Stage::default();
    for (name, story) in stories.iter().filter(|(name, _)| wanted(name)) {
        if perennial_lab::interrupted() {
            break;
        }
        println!("\nstory {name}");
        let began = Instant::now();
        let told = catch_unwind(AssertUnwindSafe(|| story(&mut stage)));
        let seconds = began.elapsed().as_secs_f64();
        match told {
            Ok(()) => {
                println!("story {name} passed in {seconds:.1} s");
                passed += 1;
            }
            Err(_) => {
                println!("story {name} FAILED after {seconds:.1} s");
                failed.push(*name);
                stage.clear();
            }
        }
    }
    stage.clear();
    println!("\nstories: {passed} passed, {} failed {}", failed.len(), failed.join(" "));
    let complete = failed.is_empty() && !perennial_lab::interrupted();
    if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Looks for what the stories need, and takes the lock that keeps two tellers out of each other's cluster.
fn prepared() -> Result<File, String> {
    perennial_lab::listen_for_signals().map_err(|error| format!("cannot listen for signals: {error}"))?;
    if !binary().is_file() {
        return Err(format!(
            "no binary to test at {}: build it with `cargo static -p perennial`, or name one in PERENNIAL_BINARY",
            binary().display()
        ));
    }
    let path = std::env::temp_dir().join("perennial-stories.lock");
    let lock = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    lock.try_lock().map_err(|_| format!("they are being told already: {} is locked", path.display()))?;
    Ok(lock)
}

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target")
        .join(format!("{}-unknown-linux-gnu/release/perennial", std::env::consts::ARCH));
    std::env::var_os("PERENNIAL_BINARY").map_or(built, PathBuf::from)
}
