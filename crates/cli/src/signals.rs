//! What the signals do: before a run begins, ending at once is safe; from then on only the next safe point is.

use crate::exit::Exit;
use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_default, register_conditional_shutdown};
use signal_hook::low_level::{pipe, unregister};
use std::io::{self, PipeReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The signals of this process.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    at_once: Arc<AtomicBool>,
}

/// Signals that end a question.
#[derive(Debug)]
pub(crate) struct Asking {
    came: PipeReader,
    registered: Vec<SigId>,
    at_once: Arc<AtomicBool>,
    before: bool,
}

impl Asking {
    /// Readable as soon as a signal has come.
    pub(crate) fn came(&self) -> BorrowedFd<'_> {
        self.came.as_fd()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.at_once.store(self.before, Ordering::SeqCst);
        for one in self.registered.drain(..) {
            unregister(one);
        }
    }
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

    /// Somebody is asked for what is not shown: SIGTERM and SIGINT end the question instead of the process, which
    /// would leave the terminal without its echo. As long as the answer lives, a byte can be read from it as soon as
    /// one of them has come.
    pub(crate) fn asking(&self) -> io::Result<Asking> {
        let (came, tell) = io::pipe()?;
        // Afterwards Ctrl-C has to end the process again: once a handler was there, that is ours to do. It is asked before
        // the pipe is written to (handlers run in the order of their registration): another thread may end the question
        // while this signal is still being handled.
        register_conditional_default(SIGINT, Arc::clone(&self.at_once))?;
        let mut registered = Vec::new();
        for signal in [SIGINT, SIGTERM] {
            registered.push(pipe::register(signal, tell.try_clone()?)?);
        }
        let before = self.at_once.swap(false, Ordering::SeqCst);
        Ok(Asking { came, registered, at_once: Arc::clone(&self.at_once), before })
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
