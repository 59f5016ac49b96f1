//! `--events FILE|-`: what a run tells, line by line, while it lasts. A thread writes it: a full disk or a reader
//! that does not read must never hold up or end a run in the middle.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, events as say};
use crate::output::escape;
use crate::output::json::event::{EventLine, Outcome, Scope};
use crate::world;
use camino::Utf8Path;
use jiff::SignedDuration;
use perennial_core::plan::Plan;
use perennial_core::prove::Edge;
use perennial_core::run::{Event, Phase};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a run that has ended waits for a slow reader.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often a step that waits is told of.
const INTERVAL: SignedDuration = SignedDuration::from_secs(1);

/// Where the events of one call go; nowhere without `--events`.
#[derive(Debug)]
pub(crate) struct Events {
    writer: Option<Writer>,
    language: Language,
    run: Option<String>,
    node: Option<String>,
    outcome: Option<Outcome>,
    /// How far into the step the last waiting was told.
    waited: Option<SignedDuration>,
}

#[derive(Debug)]
struct Writer {
    target: String,
    lines: Sender<String>,
    /// How the thread has ended.
    end: Receiver<io::Result<()>>,
}

impl Events {
    /// Opens the stream and tells the version. Nothing was changed yet.
    ///
    /// # Errors
    /// The file can't be opened.
    pub(crate) fn open(
        target: Option<&Utf8Path>,
        verb: &'static str,
        language: Language,
        spoken: Language,
    ) -> Result<Self, Failure> {
        let mut events = Self { writer: None, language, run: None, node: None, outcome: None, waited: None };
        let Some(target) = target else { return Ok(events) };
        let file = if target == "-" { stdout() } else { appended(target) };
        let writer = file.and_then(|file| Writer::start(target.as_str(), file));
        events.writer = Some(writer.map_err(|error| {
            let text = say::not_opened(spoken, target.as_str(), &error.to_string());
            Failure::new(Exit::Refused, text).detail(crate::language::refusal::nothing_changed(spoken))
        })?);
        let _first = events.send(&EventLine::version(verb, world::now()).render());
        Ok(events)
    }

    /// What the driver of a run tells. A sentence comes back, once, when the stream is lost.
    #[must_use]
    pub(crate) fn on(&mut self, event: &Event<'_>) -> Option<String> {
        self.writer.as_ref()?;
        if self.run.as_deref() != Some(event.run) {
            self.run = Some(event.run.to_owned());
            self.node = Some(event.node.to_owned());
        }
        match event.phase {
            Phase::Waiting if self.waited.is_some_and(|told| event.elapsed - told < INTERVAL) => return None,
            Phase::Waiting => self.waited = Some(event.elapsed),
            _ => self.waited = None,
        }
        self.send(&EventLine::of(event, world::now()).render())
    }

    /// A run that was cut off is taken up.
    #[must_use]
    pub(crate) fn resumed(&mut self, run: &str) -> Option<String> {
        self.run = Some(run.to_owned());
        let line = EventLine::resumed(self.scope(), world::now()).render();
        self.send(&line)
    }

    /// What was decided.
    #[must_use]
    pub(crate) fn plan(&mut self, plan: &Plan) -> Option<String> {
        self.run = None;
        self.node = Some(plan.node.clone());
        self.send(&EventLine::plan(plan, world::now()).render())
    }

    /// What was proven afterwards.
    #[must_use]
    pub(crate) fn proofs(&mut self, node: Option<&str>, edges: &[Edge]) -> Option<String> {
        if let Some(node) = node {
            self.node = Some(node.to_owned());
        }
        let mut trouble = None;
        for edge in edges {
            let line = EventLine::proof(self.scope(), edge, world::now()).render();
            trouble = trouble.or_else(|| self.send(&line));
        }
        trouble
    }

    /// How it will have ended.
    pub(crate) fn ends(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }

    /// The last line. Waits until everything is written, but not for long.
    #[must_use]
    pub(crate) fn end(mut self, exit: Exit) -> Option<String> {
        let outcome = self.outcome.take().unwrap_or_else(|| Outcome::without_run("failed"));
        let line = EventLine::end(self.scope(), exit.number(), &outcome, world::now()).render();
        let trouble = self.send(&line);
        let Some(Writer { target, lines, end }) = self.writer.take() else { return trouble };
        drop(lines);
        match end.recv_timeout(LAST_WAIT) {
            Ok(Ok(())) | Err(RecvTimeoutError::Disconnected) => trouble,
            Ok(Err(error)) => Some(say::lost(self.language, &escape(&target), &error.to_string())),
            Err(RecvTimeoutError::Timeout) => Some(say::not_read(self.language, &escape(&target))),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { run: self.run.as_deref(), node: self.node.as_deref() }
    }

    fn send(&mut self, line: &str) -> Option<String> {
        let writer = self.writer.as_ref()?;
        if writer.lines.send(line.to_owned()).is_ok() {
            return None;
        }
        let Writer { target, end, .. } = self.writer.take()?;
        match end.recv() {
            Ok(Err(error)) => Some(say::lost(self.language, &escape(&target), &error.to_string())),
            _ => None,
        }
    }
}

impl Writer {
    fn start(target: &str, mut file: File) -> io::Result<Self> {
        let (lines, queue) = channel::<String>();
        let (tell, end) = channel();
        let write = move || {
            // One call for a line: whoever appends at the same time does not tear it.
            let written = queue.iter().try_for_each(|line| file.write_all(line.as_bytes()));
            drop(queue);
            let _nobody = tell.send(written);
        };
        std::thread::Builder::new().name("events".to_owned()).spawn(write)?;
        Ok(Self { target: target.to_owned(), lines, end })
    }
}

fn stdout() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// What an earlier run has told stays: a run that was cut off and the one that took it up are one story. Of a FIFO
/// the other end is awaited, as any writer of one does.
fn appended(path: &Utf8Path) -> io::Result<File> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let about = file.metadata()?;
    if about.is_file() && about.len() > 0 {
        // A line that a full disk has cut off must not swallow the next one.
        let mut earlier = File::open(path)?;
        earlier.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        earlier.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use perennial_core::plan::{Action, Step, Undo};

    fn open(target: &str) -> Events {
        Events::open(Some(Utf8Path::new(target)), "renew", Language::En, Language::En).unwrap()
    }

    fn event(events: &mut Events, phase: Phase<'_>, seconds: i64) -> Option<String> {
        let step = Step {
            guards: Vec::new(),
            action: Action::Workload,
            undo: Undo::RemoveStaged,
            proofs: Vec::new(),
            limit_seconds: 60,
        };
        let elapsed = SignedDuration::from_secs(seconds);
        events.on(&Event { run: "r-1", node: "cp-1", index: 0, total: 1, step: &step, phase, elapsed })
    }

    fn types(text: &str) -> Vec<String> {
        let kind = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].clone();
        text.lines().map(|line| kind(line).as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_stream_begins_with_its_version_and_ends_with_the_exit_code() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("events");
        // A disk that was full has cut the last line of an earlier call.
        std::fs::write(&file, "{\"type\":\"version\"}\n{\"ty").unwrap();
        let mut events = open(file.to_str().unwrap());
        assert_eq!(event(&mut events, Phase::Started, 0), None);
        for second in 0..3 {
            assert_eq!(event(&mut events, Phase::Waiting, second), None);
            assert_eq!(event(&mut events, Phase::Waiting, second), None);
        }
        events.ends(Outcome::without_run("done"));
        assert_eq!(events.end(Exit::PutBack), None);
        let text = std::fs::read_to_string(&file).unwrap();
        let ours = text.strip_prefix("{\"type\":\"version\"}\n{\"ty\n").unwrap();
        let expected = ["version", "stepStarted", "stepWaiting", "stepWaiting", "stepWaiting", "end"];
        assert_eq!(types(ours), expected);
        let last: serde_json::Value = serde_json::from_str(ours.lines().last().unwrap()).unwrap();
        assert_eq!((&last["exitCode"], &last["run"]), (&5.into(), &"r-1".into()));
    }

    #[test]
    fn a_full_disk_is_told_once_and_never_again() {
        let mut events = open("/dev/full");
        let mut told = Vec::new();
        for _ in 0..100_000 {
            told.extend(event(&mut events, Phase::Started, 0));
            if !told.is_empty() {
                break;
            }
        }
        told.extend(event(&mut events, Phase::Started, 0));
        told.extend(events.end(Exit::Good));
        let why = "No space left on device (os error 28)";
        let once = format!(
            "the events can't be written to /dev/full any more ({why}); the work goes on without them"
        );
        assert_eq!(told, [once]);
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nothing_up() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
            .unwrap();
        // Open for both, it never ends and never reads.
        let _reader = OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
        let mut events = open(fifo.to_str().unwrap());
        for _ in 0..10_000 {
            assert_eq!(event(&mut events, Phase::Started, 0), None);
        }
        let told = events.end(Exit::Good).unwrap();
        assert!(told.starts_with("not all events were written to "), "{told}");
    }

    #[test]
    fn what_can_not_be_opened_is_refused_before_anything_is_done() {
        let failure =
            Events::open(Some(Utf8Path::new("/nowhere/x")), "renew", Language::En, Language::En).unwrap_err();
        assert_eq!(failure.exit, Exit::Refused);
        assert!(failure.message.starts_with("--events /nowhere/x can't be opened: "), "{}", failure.message);
    }
}
