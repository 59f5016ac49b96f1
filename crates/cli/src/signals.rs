//! What the signals do: before a run begins, ending at once is safe; from then on only the next safe point is.

use crate::exit::Exit;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The signals of this process.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    at_once: Arc<AtomicBool>,
}

impl Signals {
    /// SIGTERM ends at once from now on, with Ctrl-C's exit code. Ctrl-C itself does that without us, and SIGHUP
    /// stays as it is: it may be ignored (nohup).
    pub(crate) fn new() -> Self {
        let at_once = Arc::new(AtomicBool::new(true));
        let code = i32::from(Exit::Stopped.number());
        // Where no handler can be set the signal ends the process all the same.
        let _default = register_conditional_shutdown(SIGTERM, code, Arc::clone(&at_once));
        Self { at_once }
    }

    /// A run begins: Ctrl-C, SIGTERM and SIGHUP set `stop` from now on.
    pub(crate) fn stop_at_a_safe_point(&self, stop: &Arc<AtomicBool>) -> io::Result<()> {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            register(signal, Arc::clone(stop))?;
        }
        self.at_once.store(false, Ordering::SeqCst);
        Ok(())
    }
}
