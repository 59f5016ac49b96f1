//! The journal: one JSON line a record, numbered and chained by hash. A torn last line is expected.

use super::Outcome;
use crate::plan::Plan;
use jiff::Timestamp;
use perennial_pki::digest::sha256_hex;
use serde::{Deserialize, Serialize};

/// The format of [`Record`].
pub const FORMAT: u32 = 1;

/// One line of the journal. It is on disk before the effect that it announces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`].
    pub v: u32,
    /// From 0.
    pub seq: u64,
    /// SHA-256 of the line before, without its newline; empty for the first.
    pub previous: String,
    /// The run's id.
    pub run: String,
    /// The node's clock.
    pub at: Timestamp,
    /// What happened or is about to happen.
    #[serde(flatten)]
    pub body: Body,
}

/// What a record says. The names are those of the states in docs/run-states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// The run begins; the plan is part of its journal.
    Begun {
        /// The whole plan.
        plan: Box<Plan>,
        /// perennial's version.
        tool: String,
    },
    /// The step's action is about to be performed.
    Intent {
        /// Index of the step.
        step: usize,
        /// The container that is about to be stopped.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        container: Option<String>,
    },
    /// The step's action was performed.
    Done {
        /// Index of the step.
        step: usize,
        /// What it gave.
        outcome: Outcome,
    },
    /// What the step had to show was seen.
    Proven {
        /// Index of the step.
        step: usize,
        /// What was seen, in English, one line each.
        evidence: Vec<String>,
    },
    /// The step failed, or its proof did not come within its limit.
    Failed {
        /// Index of the step.
        step: usize,
        /// Why.
        reason: String,
        /// Whether the run may be undone: every old certificate is good for ten more minutes.
        undo: bool,
    },
    /// A new process takes the run up after a crash.
    Resumed {
        /// Where it goes.
        direction: Direction,
    },
    /// The step is about to be taken back.
    UndoIntent {
        /// Index of the step.
        step: usize,
        /// The container that is about to be stopped.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        container: Option<String>,
    },
    /// The step was taken back.
    Undone {
        /// Index of the step.
        step: usize,
    },
    /// The decision is final; only staged names are left to be removed.
    Decided {
        /// How the run ends.
        end: End,
    },
    /// Nothing of the run is left beside the live files.
    Closed {
        /// How it ended.
        end: End,
    },
}

/// Where a run goes that is taken up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// On, from the step that was cut off or failed.
    Forward,
    /// Back.
    Back,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Everything done and proven.
    Committed,
    /// Every file is as before.
    Undone,
    /// Stopped before the first live file was touched.
    Abandoned,
    /// Given up by the operator: the live files stay as they were found.
    GivenUp,
}

/// Writes records as lines: numbers and chains them.
#[derive(Clone, Debug)]
pub struct Writer {
    run: String,
    next: u64,
    previous: String,
}

impl Writer {
    /// For a new run.
    pub fn new(run: &str) -> Self {
        Self { run: run.to_owned(), next: 0, previous: String::new() }
    }

    /// For a run whose journal holds `records` already. `lines` is its text.
    pub fn after(run: &str, records: &[Record]) -> Result<Self, serde_json::Error> {
        let previous = match records.last() {
            Some(record) => sha256_hex(serde_json::to_string(record)?.as_bytes()),
            None => String::new(),
        };
        Ok(Self { run: run.to_owned(), next: records.len() as u64, previous })
    }

    /// The next record and its line, without newline.
    pub fn record(&mut self, at: Timestamp, body: Body) -> Result<(Record, String), serde_json::Error> {
        let record = Record {
            v: FORMAT,
            seq: self.next,
            previous: self.previous.clone(),
            run: self.run.clone(),
            at,
            body,
        };
        let line = serde_json::to_string(&record)?;
        self.previous = sha256_hex(line.as_bytes());
        self.next += 1;
        Ok((record, line))
    }
}

/// Why a journal can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A line in the middle is damaged: only the last may be torn.
    #[error("line {line} is damaged")]
    Damaged {
        /// From 1.
        line: usize,
    },
    /// Written by a newer perennial.
    #[error("line {line} has format {format}; this perennial reads {FORMAT}")]
    Newer {
        /// From 1.
        line: usize,
        /// The line's format.
        format: u32,
    },
    /// The chain of hashes or numbers is broken.
    #[error("line {line} does not follow the line before it")]
    Unchained {
        /// From 1.
        line: usize,
    },
}

/// Reads a journal. A torn last line (no newline, or not JSON) is dropped; anything else wrong is an error.
/// The second value is the length in bytes of what was understood: a writer truncates to it first.
pub fn read(text: &[u8]) -> Result<(Vec<Record>, usize), JournalError> {
    #[derive(Deserialize)]
    struct Format {
        v: u32,
    }
    let mut records: Vec<Record> = Vec::new();
    let (mut previous, mut understood) = (String::new(), 0);
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let last = understood + line.len() == text.len();
        let Some(content) = line.strip_suffix(b"\n") else { break };
        if let Ok(Format { v }) = serde_json::from_slice(content)
            && v > FORMAT
        {
            return Err(JournalError::Newer { line: number, format: v });
        }
        let record: Record = match serde_json::from_slice(content) {
            Ok(record) => record,
            Err(_) if last => break,
            Err(_) => return Err(JournalError::Damaged { line: number }),
        };
        if record.previous != previous || record.seq != index as u64 {
            return Err(JournalError::Unchained { line: number });
        }
        previous = sha256_hex(content);
        understood += line.len();
        records.push(record);
    }
    Ok((records, understood))
}
