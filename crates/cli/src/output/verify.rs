//! The table of `verify`.

use super::evidence::worth;
use super::findings::short;
use super::{Column, Fit, Line, Mark, Paint, Row, Screen, Table};
use crate::language::{Language, memory, verify as say};
use jiff::Timestamp;
use perennial_core::assess::Basis;
use perennial_core::prove::{Edge, Shown, Verdict};
use perennial_core::run::WorkloadOutcome;

/// The table and its last line.
pub(crate) fn screen(language: Language, edges: &[Edge]) -> Screen {
    let mut screen = Screen::default();
    let mut table =
        Table::new([Column::new(say::col_edge(language)), Column::last(say::col_proof(language), Fit::Wrap)]);
    for edge in edges {
        let ends = format!("{} → {}", say::party(language, edge.from), say::party(language, edge.to));
        let proof = worth(language, &proof(language, edge), edge.strength);
        table.row(Row::new(mark(edge.verdict), [ends, proof]));
    }
    if !table.is_empty() {
        screen.table(table);
    }
    screen.wrapped(Line::new(), &Line::new(), &summary(language, edges), Paint::Strong);
    screen
}

/// `48 of 48 edges proven.` and what is not.
pub(crate) fn summary(language: Language, edges: &[Edge]) -> String {
    let count = |wanted| edges.iter().filter(|edge| edge.verdict == wanted).count();
    let mut parts = vec![say::summary(language, count(Verdict::Proven), edges.len())];
    if count(Verdict::Refuted) > 0 {
        parts.push(say::refuted(language, count(Verdict::Refuted)));
    }
    if count(Verdict::NotProven) > 0 {
        parts.push(say::not_proven(language, count(Verdict::NotProven)));
    }
    parts.join(language.space())
}

/// The sign of a verdict.
pub(crate) fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Proven => Mark::Good,
        Verdict::NotProven => Mark::Unknown,
        Verdict::Refuted => Mark::Bad,
    }
}

/// What was seen of an edge, and what follows where it is not good.
pub(crate) fn proof(language: Language, edge: &Edge) -> String {
    let seen = say::about(language, &edge.credential, &shown(language, &edge.proof));
    match (&edge.proof, edge.verdict) {
        (_, Verdict::Proven) | (Shown::Nothing { .. }, Verdict::NotProven) => seen,
        (_, verdict) => say::followed(language, &seen, say::verdict(language, verdict)),
    }
}

fn shown(language: Language, proof: &Shown) -> String {
    match proof {
        Shown::Served { address, served, on_disk } => {
            let seen = match on_disk {
                Some(disk) if disk == served => say::served_equal(language, &short(served)),
                Some(disk) => say::served_other(language, &short(served), &short(disk)),
                None => say::served_other(language, &short(served), say::not_on_disk(language)),
            };
            format!("{address} {seen}")
        }
        Shown::Accepted { address } => say::accepted(language, &address.to_string()),
        Shown::Process { started, file_changed, lease_renewed, basis } => {
            let mut seen = match (started, file_changed) {
                (Some(started), Some(changed)) if started > changed => {
                    say::process_after(language, &clock(*started), &clock(*changed))
                }
                (Some(started), Some(changed)) => {
                    say::process_before(language, &clock(*started), &clock(*changed))
                }
                _ => say::start_unknown(language).to_owned(),
            };
            // The two times say it all.
            if let Some(basis) = basis.filter(|basis| *basis != Basis::StartedAfterChange) {
                seen = [seen.as_str(), memory::basis(language, basis)].join(language.semicolon());
            }
            if let (Some(renewed), Some(started)) = (lease_renewed, started) {
                let lease =
                    if renewed > started { say::lease_is_new(language) } else { say::lease_is_old(language) };
                seen = [seen.as_str(), lease].join(language.semicolon());
            }
            seen
        }
        Shown::Answered => say::answered(language).to_owned(),
        Shown::Recognized { user, groups } if groups.is_empty() => say::recognized(language, user),
        Shown::Recognized { user, groups } => {
            say::recognized_in(language, user, &groups.join(language.comma()))
        }
        Shown::NodeLease { renewed, basis } => {
            let lease = say::node_lease(language, &super::exact(*renewed));
            // What the kubelet does by itself says nothing of this time.
            match basis.filter(|basis| ![Basis::RotatesItself, Basis::StartedAfterChange].contains(basis)) {
                Some(basis) => [lease.as_str(), memory::basis(language, basis)].join(language.semicolon()),
                None => lease,
            }
        }
        Shown::Workload(WorkloadOutcome::Proven { running_ms, .. }) => {
            say::workload_ran(language, &format!("{}.{}", running_ms / 1000, running_ms % 1000 / 100))
        }
        Shown::Workload(WorkloadOutcome::NotProven { reason }) => say::workload_not_proven(language, reason),
        Shown::Workload(WorkloadOutcome::Failed { reason }) => say::workload_failed(language, reason),
        Shown::Nothing { reason } => say::nothing_seen(language, reason),
    }
}

/// Month, day and time: enough beside each other.
fn clock(at: Timestamp) -> String {
    at.strftime("%m-%d %H:%M:%S").to_string()
}
