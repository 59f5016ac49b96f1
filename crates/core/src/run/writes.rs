//! What a client sees of the API while a run lasts: writes, one after another, each by itself, are counted.

use jiff::{SignedDuration, Timestamp};

/// What came of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// It is in etcd.
    Done,
    /// It is not, or nobody has said so in time. With the reason, in English.
    Failed(String),
    /// A rule of the cluster does not let it through: somebody has answered. With the answer.
    Refused(String),
}

/// A time without a successful write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When the first write that failed began.
    pub from: Timestamp,
    /// When the next one was done; where none was, when the last one had failed.
    pub until: Timestamp,
}

impl Outage {
    /// How long it was.
    pub fn length(self) -> SignedDuration {
        self.until.duration_since(self.from)
    }
}

/// What was seen, from the first write that was done on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Writes that were done.
    pub ok: u64,
    /// Writes that failed.
    pub failed: u64,
    /// Writes that the cluster has refused; they have not failed.
    pub refused: u64,
    /// Since when it was watched; `None`: no write was ever done, and none has counted.
    pub from: Option<Timestamp>,
    /// Whether the API did not answer at first: it was watched from its first answer on.
    pub late: bool,
    /// The longest outage.
    pub longest: Option<Outage>,
    /// Why the first write failed that counts; where none was ever done, why the last one was not.
    pub error: Option<String>,
    /// The first refusal.
    pub refusal: Option<String>,
    /// The Lease that could not be removed afterwards.
    pub left: Option<String>,
}

impl Writes {
    /// Nothing could be watched at all.
    pub fn unwatched(reason: String) -> Self {
        Self { error: Some(reason), ..Self::default() }
    }

    /// Whether anything was seen that counts.
    pub fn watched(&self) -> bool {
        self.from.is_some()
    }
}

/// Counts.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    writes: Writes,
    /// The beginning of the outage that lasts.
    out_since: Option<Timestamp>,
    /// What was refused since its last failure.
    undecided: Option<Undecided>,
}

/// An API server that has just started refuses what it has not read the rules for yet (403 before RBAC is loaded), and
/// a webhook may come back later than it. Such a refusal is part of the outage before it if a write is done in the end;
/// otherwise it is the cluster's rule.
#[derive(Clone, Debug)]
struct Undecided {
    refused: u64,
    /// When the first one was answered.
    answered: Timestamp,
    reason: String,
}

impl Tally {
    /// Notes a write, in the order in which they were made. Where nothing answers at first that is what the run is
    /// there to mend, no outage: it does not count.
    pub fn note(&mut self, began: Timestamp, ended: Timestamp, write: Write) {
        let writes = &mut self.writes;
        match write {
            Write::Done => {
                if writes.from.is_none() {
                    writes.late = writes.error.take().is_some();
                    writes.from = Some(if writes.late { ended } else { began });
                }
                writes.ok += 1;
                self.lasts(ended);
                self.out_since = None;
            }
            Write::Refused(reason) if self.out_since.is_some() => {
                let undecided = Undecided { refused: 0, answered: ended, reason };
                self.undecided.get_or_insert(undecided).refused += 1;
            }
            Write::Refused(reason) => {
                writes.refused += 1;
                writes.refusal.get_or_insert(reason);
            }
            Write::Failed(reason) if writes.from.is_none() => writes.error = Some(reason),
            Write::Failed(reason) => {
                writes.failed += 1;
                writes.error.get_or_insert(reason);
                self.out_since.get_or_insert(began);
                self.lasts(ended);
            }
        }
    }

    /// What was seen so far.
    pub fn writes(&self) -> &Writes {
        &self.writes
    }

    /// What was seen; `left` is the Lease that could not be removed.
    pub fn end(mut self, left: Option<String>) -> Writes {
        if let Some(Undecided { refused, answered, reason }) = self.undecided.take() {
            self.writes.refused += refused;
            self.writes.refusal.get_or_insert(reason);
            self.lasts(answered);
        }
        Writes { left, ..self.writes }
    }

    /// The outage, if there is one, has gone on until then.
    fn lasts(&mut self, until: Timestamp) {
        let Some(from) = self.out_since else { return };
        if let Some(undecided) = self.undecided.take() {
            self.writes.failed += undecided.refused;
        }
        let outage = Outage { from, until };
        if self.writes.longest.is_none_or(|longest| outage.length() > longest.length()) {
            self.writes.longest = Some(outage);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_764_000_000_000 + millis).unwrap()
    }

    fn failed(reason: &str) -> Write {
        Write::Failed(reason.to_owned())
    }

    fn refused(reason: &str) -> Write {
        Write::Refused(reason.to_owned())
    }

    /// Each with the moments of its beginning and its end.
    fn seen(writes: &[(i64, i64, Write)]) -> Writes {
        let mut tally = Tally::default();
        writes.iter().for_each(|(began, ended, write)| tally.note(at(*began), at(*ended), write.clone()));
        tally.end(None)
    }

    #[test]
    fn without_a_failure_there_is_no_outage() {
        let seen = seen(&[(0, 9, Write::Done), (100, 108, Write::Done)]);
        assert_eq!(seen, Writes { ok: 2, from: Some(at(0)), ..Writes::default() });
        assert!(seen.watched());
    }

    #[test]
    fn an_outage_lasts_from_the_first_that_failed_to_the_next_answer() {
        let seen = seen(&[
            (0, 9, Write::Done),
            (100, 101, failed("refused")),
            (200, 209, Write::Done),
            (300, 301, failed("reset")),
            (400, 2400, failed("not within 2 s")),
            (2400, 2410, Write::Done),
            (2500, 2501, failed("reset")),
            (2600, 2610, Write::Done),
        ]);
        assert_eq!((seen.ok, seen.failed), (4, 4));
        assert_eq!(seen.longest, Some(Outage { from: at(300), until: at(2410) }));
        assert_eq!(seen.error.as_deref(), Some("refused"), "the first one");
    }

    #[test]
    fn an_outage_that_has_no_end_lasts_to_the_last_failure() {
        let seen = seen(&[(0, 9, Write::Done), (100, 101, failed("a")), (200, 250, failed("b"))]);
        assert_eq!(seen.longest.map(Outage::length), Some(SignedDuration::from_millis(150)));
    }

    #[test]
    fn what_did_not_answer_at_first_is_watched_from_its_first_answer_on() {
        let seen = seen(&[
            (0, 1, failed("expired")),
            (100, 101, failed("expired")),
            (200, 210, Write::Done),
            (300, 301, failed("reset")),
            (400, 405, Write::Done),
        ]);
        assert_eq!((seen.ok, seen.failed, seen.from, seen.late), (2, 1, Some(at(210)), true));
        assert_eq!(seen.error.as_deref(), Some("reset"), "the one before does not count");
        assert_eq!(seen.longest, Some(Outage { from: at(300), until: at(405) }));
    }

    #[test]
    fn what_never_answers_was_not_watched() {
        let seen = seen(&[(0, 1, failed("a")), (100, 101, failed("b"))]);
        assert_eq!(seen, Writes::unwatched("b".to_owned()));
        assert!(!seen.watched());
    }

    #[test]
    fn a_refusal_is_no_failure() {
        let all = seen(&[(0, 5, refused("no")), (100, 105, refused("never"))]);
        assert_eq!((all.refused, all.failed, all.watched()), (2, 0, false));
        assert_eq!((all.refusal.as_deref(), all.error), (Some("no"), None));
        let first = seen(&[(0, 5, refused("no")), (100, 105, Write::Done), (200, 205, refused("no"))]);
        assert_eq!((first.from, first.late), (Some(at(100)), false), "it had answered before");
        assert_eq!((first.ok, first.failed, first.refused, first.longest), (1, 0, 2, None));
    }

    #[test]
    fn a_refusal_within_an_outage_is_part_of_it() {
        let done = (0, 5, Write::Done);
        let out = (100, 101, failed("connection refused"));
        let within = [(200, 203, refused("no rules yet")), (300, 303, refused("no rules yet"))];
        let until = |last: (i64, i64, Write)| {
            seen(&[done.clone(), out.clone(), within[0].clone(), within[1].clone(), last])
        };
        for last in [(400, 405, Write::Done), (400, 405, failed("reset"))] {
            let failures = 3 + u64::from(last.2 != Write::Done);
            let seen = until(last);
            assert_eq!((seen.failed, seen.refused, seen.refusal), (failures, 0, None));
            assert_eq!(seen.longest, Some(Outage { from: at(100), until: at(405) }));
        }
        // Nothing was done any more: somebody does not want it.
        let seen = until((400, 405, refused("never")));
        assert_eq!((seen.failed, seen.refused, seen.refusal.as_deref()), (1, 3, Some("no rules yet")));
        assert_eq!(seen.longest, Some(Outage { from: at(100), until: at(203) }));
    }
}
