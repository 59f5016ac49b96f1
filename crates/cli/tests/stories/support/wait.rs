//! Waiting for what shall happen, and watching that something does not.

use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_millis(100);

/// Looks again and again until `look` gives something; fails after `limit`.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(!perennial_lab::interrupted(), "interrupted while waiting for {what}");
        assert!(began.elapsed() < limit, "{what}: not within {} s", limit.as_secs());
        std::thread::sleep(INTERVAL);
    }
}

/// Watches for `time`; fails as soon as `look` gives something.
pub(crate) fn never<T>(what: &str, time: Duration, mut look: impl FnMut() -> Option<T>) {
    let began = Instant::now();
    while began.elapsed() < time {
        assert!(look().is_none(), "{what}: seen after {:.1} s", began.elapsed().as_secs_f64());
        std::thread::sleep(INTERVAL);
    }
}
