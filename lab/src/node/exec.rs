//! Commands inside a node.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, Signal};

use super::{Machine, runc};
use crate::error::{LabError, Result};
use crate::tools::files;

/// What a command in a node left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The exit status; 128 + n if a signal ended it.
    pub status: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Output {
    /// Whether the status is 0.
    pub fn success(&self) -> bool {
        self.status == 0
    }
}

impl Machine {
    /// Runs a command to its end.
    pub(crate) fn exec(&self, argv: &[&str], stdin: Option<&[u8]>) -> Result<Output> {
        self.must_be_on()?;
        let mut run = runc::run(&self.ground.runc()).args(["exec", &self.name]).args(argv).what(format!(
            "{} on {}",
            argv.join(" "),
            self.name
        ));
        if let Some(bytes) = stdin {
            run = run.stdin(bytes);
        }
        let ended = run.ended()?;
        Ok(Output {
            status: code(ended.status),
            stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
        })
    }

    /// Runs a command to its end; an error status is an error. Gives its standard output.
    pub(crate) fn must(&self, argv: &[&str], stdin: Option<&[u8]>) -> Result<String> {
        let out = self.exec(argv, stdin)?;
        if out.success() {
            return Ok(out.stdout);
        }
        let all = format!("{}{}", out.stdout, out.stderr);
        let lines: Vec<&str> = all.lines().collect();
        Err(LabError::Command {
            what: format!("{} on {}", argv.join(" "), self.name),
            why: format!("exit status {}", out.status),
            tail: lines.iter().skip(lines.len().saturating_sub(12)).map(|l| format!("\n  | {l}")).collect(),
        })
    }

    fn must_be_on(&self) -> Result<()> {
        if self.ground.runc().join(&self.name).exists() {
            return Ok(());
        }
        Err(LabError::refused(format!("{} is off", self.name)))
    }

    /// Runs a command with the caller's own standard streams, on a terminal if `terminal`.
    pub(crate) fn attach(&self, argv: &[&str], terminal: bool) -> Result<i32> {
        self.must_be_on()?;
        let term = format!("TERM={}", std::env::var("TERM").unwrap_or_else(|_| "dumb".into()));
        let options: &[&str] = if terminal { &["--tty", "--env", &term] } else { &[] };
        let status = runc::exec(&self.ground.runc(), options, &self.name, argv).status();
        status.map(code).map_err(|e| LabError::refused(format!("cannot start runc: {e}")))
    }

    /// Starts a command and gives a handle to it.
    pub(crate) fn spawn(&self, argv: &[&str]) -> Result<Running> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        self.must_be_on()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let pid_file = self.dir().join(format!("pid-{}-{number}", std::process::id()));
        let options = ["--pid-file", &pid_file.to_string_lossy()];
        let child = runc::exec(&self.ground.runc(), &options, &self.name, argv)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| LabError::refused(format!("cannot start runc: {e}")))?;
        Ok(Running { child, pid_file })
    }
}

fn code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|s| 128 + s)).unwrap_or(-1)
}

/// A command that runs in a node. When it is dropped, the command is killed.
#[derive(Debug)]
pub struct Running {
    /// The process on the host that stands for the command: its pipes are the command's.
    pub child: Child,
    pid_file: PathBuf,
}

impl Running {
    /// The command's PID as the host sees it; `None` until it has started.
    pub fn pid(&self) -> Option<i32> {
        std::fs::read_to_string(&self.pid_file).ok()?.trim().parse().ok()
    }

    /// Sends SIGKILL to the command itself.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Sends SIGTERM to the command itself.
    pub fn terminate(&mut self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return Ok(());
        }
        let pid = self.pid().and_then(Pid::from_raw);
        let sent = match pid {
            Some(pid) => rustix::process::kill_process(pid, signal).map_err(std::io::Error::from),
            None => self.child.kill(),
        };
        sent.map_err(|e| LabError::refused(format!("cannot signal the command: {e}")))
    }

    /// Closes its input and waits for its end.
    pub fn wait(mut self) -> Result<Output> {
        drop(self.child.stdin.take());
        let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(mut pipe) = pipe {
                    // What came before an error is still worth having.
                    drop(pipe.read_to_end(&mut bytes));
                }
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let stdout = read(self.child.stdout.take().map(|p| Box::new(p) as _));
        let stderr = read(self.child.stderr.take().map(|p| Box::new(p) as _));
        let status =
            self.child.wait().map_err(|e| LabError::refused(format!("cannot wait for the command: {e}")))?;
        let text = |handle: std::thread::JoinHandle<String>| handle.join().unwrap_or_default();
        Ok(Output { status: code(status), stdout: text(stdout), stderr: text(stderr) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing can be reported from here; a command that has ended already is the usual case.
        drop(self.kill());
        drop(self.child.wait());
        drop(files::remove_file(&self.pid_file));
    }
}
