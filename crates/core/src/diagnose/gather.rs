//! Equal facts are one, with a count: a log of a gigabyte gives a handful, in bounded memory.

use super::lines::{Fact, Judged, Reading, Symptom};
use super::speaker::Speaker;
use super::token::Peer;
use camino::Utf8PathBuf;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// No log has more different complaints; who writes more wants our memory.
const MOST: usize = 2000;

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file, or the journal, by its name.
    pub source: String,
    /// Counted from 1.
    pub line: u64,
}

/// How often, when and where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Lines.
    pub lines: u64,
    /// The first and the last one's time, where lines say it.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The first line in reading order.
    pub spot: Spot,
}

impl Evidence {
    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.lines = self.lines.saturating_add(other.lines);
        self.span = match (self.span, other.span) {
            (Some((first, last)), Some((begin, end))) => Some((first.min(begin), last.max(end))),
            (one, other) => one.or(other),
        };
    }
}

/// A fact and its evidence.
#[derive(Clone, Debug)]
pub struct Group {
    /// What was said; the last line's times.
    pub fact: Fact,
    /// How often.
    pub evidence: Evidence,
}

type Key = (
    Speaker,
    Symptom,
    Judged,
    Option<Peer>,
    Option<String>,
    Option<String>,
    Option<Utf8PathBuf>,
    Option<String>,
    Option<String>,
);

/// What was read so far.
#[derive(Debug, Default)]
pub struct Gathering {
    groups: BTreeMap<Key, Group>,
    /// Lines in all.
    pub lines: u64,
    /// Lines of strangers that hung up.
    pub harmless: u64,
    /// Complaints beyond what is kept.
    pub left_out: u64,
}

impl Gathering {
    /// Adds a line that was read.
    pub fn add(&mut self, reading: Reading, source: &str, line: u64) {
        self.lines += 1;
        let fact = match reading {
            Reading::Fact(fact) => *fact,
            Reading::Harmless => {
                self.harmless += 1;
                return;
            }
            Reading::Nothing => return,
        };
        let key = (
            fact.speaker.clone(),
            fact.symptom.clone(),
            fact.judged,
            fact.peer.clone(),
            fact.serial.clone(),
            fact.authority_key_id.clone(),
            fact.path.clone(),
            fact.caller.clone(),
            fact.pin.clone(),
        );
        let span = fact.at.map(|at| (at, at));
        let full = self.groups.len() >= MOST;
        match self.groups.get_mut(&key) {
            Some(group) => {
                let spot = group.evidence.spot.clone();
                group.evidence.add(&Evidence { lines: 1, span, spot });
                group.fact.judged_at = group.fact.judged_at.max(fact.judged_at);
            }
            None if full => self.left_out += 1,
            None => {
                let spot = Spot { source: source.to_owned(), line };
                self.groups.insert(key, Group { fact, evidence: Evidence { lines: 1, span, spot } });
            }
        }
    }

    /// The facts, those that began first before the others.
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<_> = self.groups.values().collect();
        groups.sort_by_key(|group| group.evidence.span.map(|(first, _)| first));
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{Context, read};

    #[test]
    fn a_flood_of_different_lines_stays_within_bounds() {
        let context = Context { speaker: Speaker::Unknown, now: Timestamp::UNIX_EPOCH };
        let mut gathering = Gathering::default();
        for serial in 0..3000_u64 {
            let line = format!(
                "Unable to authenticate the request: verifying certificate SN={serial}, SKID=, AKID= failed: x509: \
                 certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z is after \
                 2026-11-20T02:00:14Z"
            );
            for _ in 0..2 {
                gathering.add(read(&line, &context), "flood", serial + 1);
            }
        }
        assert_eq!((gathering.groups().len(), gathering.lines), (MOST, 6000));
        assert_eq!(gathering.left_out, 2 * (3000 - MOST as u64));
        assert!(gathering.groups().iter().all(|group| group.evidence.lines == 2));
    }
}
