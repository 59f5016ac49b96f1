//! Progress lines on standard error: what is being done, and how long it took.

use std::io::Write as _;
use std::time::Instant;

/// Prints one line per step. Cheap to pass around; silent if so asked.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    start: Instant,
    quiet: bool,
}

impl Progress {
    /// Progress lines on standard error.
    pub fn shown() -> Self {
        Self { start: Instant::now(), quiet: false }
    }

    /// No progress lines.
    pub fn quiet() -> Self {
        Self { start: Instant::now(), quiet: true }
    }

    pub(crate) fn line(&self, text: &str) {
        if !self.quiet {
            // Progress is a courtesy: a closed standard error must not end the work.
            drop(writeln!(std::io::stderr(), "{:>6.1}s  {text}", self.start.elapsed().as_secs_f64()));
        }
    }

    /// Says what begins, does it, and says how long it took if that was long.
    pub(crate) fn step<T, E>(&self, text: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.line(text);
        let began = Instant::now();
        let done = work();
        let took = began.elapsed().as_secs_f64();
        if took > 5.0 && done.is_ok() {
            self.line(&format!("  … {took:.1} s"));
        }
        done
    }
}
