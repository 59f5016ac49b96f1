//! A run while it lasts, on stderr: drawn over on a terminal, else a line where a step begins and ends and every
//! half minute between.

use super::{Line, Mark, Paint, Screen};
use crate::language::{Language, run as say, writes};
use crate::terminal::Terminal;
use crate::world::{self, Counts};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use jiff::SignedDuration;
use perennial_core::run::{Event, Phase};
use std::fmt::Write;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long nothing may be heard of a step where lines can't be drawn over.
const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// Shows the events of a run.
pub(crate) struct Progress {
    language: Language,
    terminal: Terminal,
    mode: Mode,
    stop: Arc<AtomicBool>,
    /// Whether the operator knows that the request to stop was heard.
    heard: bool,
    /// The writes to the API, where it is watched.
    counts: Option<Counts>,
}

enum Mode {
    Silent,
    /// Plain lines. They are logs: English.
    Lines {
        told: SignedDuration,
    },
    Live {
        bar: Option<ProgressBar>,
    },
}

impl Progress {
    /// For stderr as it is. `silent`: `--no-progress`; `stop`: set when the operator asks to stop.
    pub(crate) fn new(
        language: Language,
        terminal: Terminal,
        silent: bool,
        stop: &Arc<AtomicBool>,
        counts: Option<Counts>,
    ) -> Self {
        let mode = match (silent, terminal.live) {
            (true, _) => Mode::Silent,
            (false, true) => {
                write(&format!("{}\n", say::ctrl_c(language)));
                Mode::Live { bar: None }
            }
            (false, false) => Mode::Lines { told: SignedDuration::ZERO },
        };
        Self { language, terminal, mode, stop: Arc::clone(stop), heard: false, counts }
    }

    /// Says something that is no event, without spoiling what is drawn.
    pub(crate) fn say(&self, text: &str) {
        let mut screen = Screen::default();
        let indent = Line::new().text("  ");
        screen.wrapped(Line::new().mark(Mark::Warn).text(" "), &indent, text, Paint::Plain);
        let text = screen.render(&self.terminal);
        match &self.mode {
            Mode::Live { bar: Some(bar) } => bar.suspend(|| write(&text)),
            _ => write(&text),
        }
    }

    /// Shows one event.
    pub(crate) fn on(&mut self, event: &Event<'_>) {
        if self.stop.load(Ordering::Relaxed) && !self.heard {
            self.heard = true;
            let text = format!("{}\n", say::stopping(self.language));
            match &self.mode {
                Mode::Live { bar: Some(bar) } => bar.suspend(|| write(&text)),
                _ => write(&text),
            }
        }
        match &mut self.mode {
            Mode::Silent => {}
            Mode::Lines { told } => {
                if let Some(line) = plain(event, told) {
                    write(&format!("{} {line}\n", world::now().strftime("%Y-%m-%dT%H:%M:%SZ")));
                }
            }
            Mode::Live { bar } => {
                live(self.language, &self.terminal, self.counts.as_ref(), bar, event);
            }
        }
    }
}

/// Whatever can't be written to stderr is not worth ending a run for.
fn write(text: &str) {
    let _ignored = std::io::stderr().write_all(text.as_bytes());
}

/// The plain line of an event, if it has one.
fn plain(event: &Event<'_>, told: &mut SignedDuration) -> Option<String> {
    let step = say::step(Language::En, event.step);
    let seconds = event.elapsed.as_secs();
    let text = match event.phase {
        Phase::Started => {
            *told = SignedDuration::ZERO;
            format!("start {step}")
        }
        Phase::Waiting if event.elapsed - *told < SILENCE => return None,
        Phase::Waiting => {
            *told = event.elapsed;
            let waits = say::waits(Language::En, event.step);
            format!("wait {step}: {waits} {seconds}s/{}s", event.step.limit_seconds)
        }
        Phase::Proven { evidence } => {
            format!("done {step} {:.1}s: {}", event.elapsed.as_secs_f64(), evidence.join("; "))
        }
        // The beginning and the end of the step say as much.
        Phase::Guarded { .. } | Phase::Stopped { .. } => return None,
        Phase::Failed { reason } => format!("failed {step} {seconds}s: {reason}"),
        Phase::Undoing => format!("undo {step}"),
        Phase::Undone => format!("undone {step}"),
    };
    Some(
        super::escape(&format!(
            "{} {} step={}/{} {text}",
            event.run,
            event.node,
            event.index + 1,
            event.total
        ))
        .into_owned(),
    )
}

fn live(
    language: Language,
    terminal: &Terminal,
    counts: Option<&Counts>,
    bar: &mut Option<ProgressBar>,
    event: &Event<'_>,
) {
    let step = say::step(language, event.step);
    match event.phase {
        Phase::Started | Phase::Undoing => {
            let text = match event.phase {
                Phase::Undoing => format!("{step}: {}", say::undoing(language)),
                _ => step,
            };
            *bar = Some(spinner(language, terminal, &text, event.step.limit_seconds, counts.cloned()));
        }
        Phase::Waiting => {
            if let Some(bar) = bar {
                bar.set_message(
                    super::escape(&format!("{step}: {}", say::waits(language, event.step))).into_owned(),
                );
            }
        }
        Phase::Guarded { .. } | Phase::Stopped { .. } => {}
        Phase::Proven { .. } => end(terminal, bar, Mark::Good, &timed(&step, event)),
        Phase::Undone => end(terminal, bar, Mark::Good, &format!("{step}: {}", say::undone(language))),
        Phase::Failed { reason } => {
            end(terminal, bar, Mark::Bad, &format!("{}: {reason}", timed(&step, event)));
        }
    }
}

fn timed(step: &str, event: &Event<'_>) -> String {
    format!("{step}  {:.1}s", event.elapsed.as_secs_f64())
}

fn spinner(
    language: Language,
    terminal: &Terminal,
    text: &str,
    limit: u32,
    counts: Option<Counts>,
) -> ProgressBar {
    // Built whole before it is drawn for the first time.
    let bar = ProgressBar::new_spinner()
        .with_prefix(format!("{limit}s"))
        .with_message(super::escape(text).into_owned());
    // Read anew whenever it is drawn.
    let so_far = move |_: &ProgressState, out: &mut dyn Write| {
        let Some((ok, failed)) = counts.as_ref().map(Counts::now) else { return };
        let _drawn = write!(out, "  {}", writes::so_far(language, ok, failed));
    };
    let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}/{prefix}{writes}");
    let bar = match style.map(|style| style.with_key("writes", so_far)) {
        Ok(style) if terminal.ascii => bar.with_style(style.tick_chars("|/-\\ ")),
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn end(terminal: &Terminal, bar: &mut Option<ProgressBar>, mark: Mark, text: &str) {
    if let Some(bar) = bar.take() {
        bar.finish_and_clear();
    }
    let mut screen = Screen::default();
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, Paint::Plain);
    write(&screen.render(terminal));
}

#[cfg(test)]
mod tests {
    use super::*;
    use perennial_core::inventory::Component;
    use perennial_core::plan::{Action, Guard, Proof, Step, Undo};

    fn line(phase: Phase<'_>, seconds: i64, told: &mut SignedDuration) -> Option<String> {
        let component = Component::KubeScheduler;
        let step = Step {
            guards: vec![Guard::KubeletRuns],
            action: Action::Restart { component },
            undo: Undo::RestartAgain,
            proofs: vec![Proof::NewContainer { component }],
            limit_seconds: 330,
        };
        let elapsed = SignedDuration::from_secs(seconds);
        plain(&Event { run: "r-1", node: "cp-1", index: 5, total: 11, step: &step, phase, elapsed }, told)
    }

    #[test]
    fn without_a_terminal_a_waiting_step_is_heard_of_every_half_minute() {
        let mut told = SignedDuration::ZERO;
        assert!(line(Phase::Started, 0, &mut told).is_some());
        let heard: Vec<_> = (0..100).filter_map(|s| line(Phase::Waiting, s, &mut told).map(|_| s)).collect();
        assert_eq!(heard, [30, 60, 90]);
        let end = line(Phase::Failed { reason: "a\u{1b}b" }, 100, &mut told).unwrap();
        assert_eq!(end, "r-1 cp-1 step=6/11 failed kube-scheduler: restart 100s: a\\u{1b}b");
    }
}
