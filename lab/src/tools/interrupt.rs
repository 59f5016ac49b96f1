//! Ctrl-C and termination signals: long work looks here and ends early, so that its caller can clean up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::{LabError, Result};

static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Turns SIGINT, SIGTERM and SIGHUP into an early, clean end. A library user who does not call this keeps its
/// own handling of signals.
pub fn listen_for_signals() -> std::io::Result<()> {
    let flag = RAISED.get_or_init(|| Arc::new(AtomicBool::new(false)));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag))?;
    }
    Ok(())
}

/// Whether a signal came in.
pub fn raised() -> bool {
    RAISED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// `Err(Interrupted)` once a signal came in.
pub(crate) fn check() -> Result<()> {
    if raised() { Err(LabError::Interrupted) } else { Ok(()) }
}

/// Forgets a signal: the clean-up that follows it must not be interrupted by it.
pub(crate) fn clear() {
    if let Some(flag) = RAISED.get() {
        flag.store(false, Ordering::Relaxed);
    }
}
