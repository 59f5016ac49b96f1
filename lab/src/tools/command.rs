//! Running a command of the host: what it was for, its output, an early end on Ctrl-C.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::interrupt;
use crate::error::{LabError, Result};

/// How long an interrupted command may take to clean up after itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many of the last lines of a failed command are shown.
const TAIL: usize = 12;

/// A command that is about to run.
pub(crate) struct Run {
    program: OsString,
    command: Command,
    what: Option<String>,
    stdin: Option<Vec<u8>>,
    log: Option<PathBuf>,
}

/// What a command that ran has left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref().to_os_string();
        let command = Command::new(&program);
        Self { program, command, what: None, stdin: None, log: None }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Says what the command is for; errors begin with it.
    pub(crate) fn what(mut self, what: impl Into<String>) -> Self {
        self.what = Some(what.into());
        self
    }

    pub(crate) fn stdin(mut self, bytes: &[u8]) -> Self {
        self.stdin = Some(bytes.to_vec());
        self
    }

    /// Sends both outputs to a file instead of keeping them.
    pub(crate) fn log(mut self, path: &Path) -> Self {
        self.log = Some(path.to_path_buf());
        self
    }

    fn name(&self) -> String {
        self.what.clone().unwrap_or_else(|| self.program.to_string_lossy().into_owned())
    }

    fn fail(&self, why: String, tail: &[u8]) -> LabError {
        let text = String::from_utf8_lossy(tail);
        let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let tail =
            lines.iter().skip(lines.len().saturating_sub(TAIL)).fold(String::new(), |a, l| a + "\n  | " + l);
        LabError::Command { what: self.name(), why, tail }
    }

    /// Runs it and gives what it left, whatever its status.
    pub(crate) fn ended(mut self) -> Result<Ended> {
        self.run()
    }

    fn run(&mut self) -> Result<Ended> {
        interrupt::check()?;
        self.command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        if let Some(path) = &self.log {
            let fail = |source| LabError::File { what: "write", path: path.clone(), source };
            let file = File::options().create(true).append(true).open(path).map_err(fail)?;
            self.command.stdout(file.try_clone().map_err(fail)?).stderr(file);
        } else {
            self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        // A group of its own, so that an early end reaches what the command has started.
        self.command.process_group(0);
        let mut child = match self.command.spawn() {
            Ok(child) => child,
            Err(error) => {
                return Err(
                    self.fail(format!("cannot start {}: {error}", self.program.to_string_lossy()), b"")
                );
            }
        };
        let feeder = child.stdin.take().zip(self.stdin.take()).map(|(mut pipe, bytes)| {
            // A command that ends without reading all of its input is judged by its status.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)))
        });
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        let status = wait(&mut child).map_err(|e| self.fail(e.to_string(), b""))?;
        interrupt::check()?;
        if let Some(feeder) = feeder {
            drop(feeder.join());
        }
        let text =
            |handle: Option<JoinHandle<Vec<u8>>>| handle.and_then(|h| h.join().ok()).unwrap_or_default();
        Ok(Ended { status, stdout: text(stdout), stderr: text(stderr) })
    }

    /// Runs it; an error status is an error. Gives its standard output.
    pub(crate) fn text(mut self) -> Result<String> {
        let ended = self.run()?;
        if ended.status.success() {
            return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
        }
        let tail = match &self.log {
            Some(path) => std::fs::read(path).unwrap_or_default(),
            None => [ended.stdout, ended.stderr].concat(),
        };
        Err(self.fail(ended.status.to_string(), &tail))
    }

    /// Runs it; an error status is an error.
    pub(crate) fn done(self) -> Result<()> {
        self.text().map(drop)
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is still worth showing.
        drop(pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// Waits for the end of a child; on a signal its whole group is ended first, if need be by force.
fn wait(child: &mut Child) -> std::io::Result<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        match asked {
            None if interrupt::raised() => {
                asked = Some(Instant::now());
                end(child, Signal::TERM);
            }
            Some(since) if since.elapsed() > PATIENCE => {
                end(child, Signal::KILL);
                return child.wait();
            }
            _ => {}
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn end(child: &Child, signal: Signal) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself just now.
        let _ended = rustix::process::kill_process_group(group, signal);
    }
}
