//! Waiting for a condition, never for a number of seconds.

use std::time::{Duration, Instant};

use super::interrupt;
use crate::error::{LabError, Result};

/// What a look at a condition found.
pub(crate) enum Seen<T> {
    /// It holds.
    Yes(T),
    /// Not yet, with what stands in the way.
    NotYet(String),
}

/// Looks again and again until the condition holds, at most for `limit`.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<Seen<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        let last = match look()? {
            Seen::Yes(value) => return Ok(value),
            Seen::NotYet(why) => why,
        };
        interrupt::check()?;
        if start.elapsed() > limit {
            return Err(LabError::Timeout { what: what.into(), seconds: limit.as_secs(), last });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
