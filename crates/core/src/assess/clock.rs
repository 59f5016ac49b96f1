//! One finding about the clock, where most certificates are not valid yet.

use super::{Check, Finding, State};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A clock that is wrong makes many certificates look wrong: below this it is the certificates.
const MANY: usize = 3;

/// Puts one finding in the place of many, where more than half of the certificates seem to begin in the future.
pub(super) fn check(now: Timestamp, dated: usize, checks: &mut Vec<Check>) {
    let early = |check: &Check| match &check.state {
        State::Fail(Finding::NotYetValid { from, .. }) => Some(*from),
        _ => None,
    };
    let objects: BTreeSet<&str> =
        checks.iter().filter(|check| early(check).is_some()).map(|check| check.object.as_str()).collect();
    let latest = checks.iter().filter_map(early).max();
    let not_yet = objects.len();
    let Some(latest) = latest.filter(|_| not_yet >= MANY && not_yet * 2 > dated) else { return };
    checks.retain(|check| early(check).is_none());
    let state = State::Fail(Finding::ClockBehind { now, latest, not_yet, dated });
    checks.insert(0, Check { object: "clock".to_owned(), state });
}
