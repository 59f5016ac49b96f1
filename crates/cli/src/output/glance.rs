//! The screen of bare `perennial`: what is dead, what dies next, what memory holds, the one command.

use super::board::names;
use super::check::{Report, healthy};
use super::findings;
use super::groups::{Group, groups};
use super::{Line, Mark, Paint, Screen, date, exact, left};
use crate::language::{Language, screen as say, trouble::trouble};
use jiff::Timestamp;
use perennial_core::assess::{Finding, Memory, Severity, State, processes};
use unicode_width::UnicodeWidthStr;

/// Four lines, or one where all is well.
pub(crate) fn screen(language: Language, report: &Report<'_>) -> Screen {
    let mut screen = Screen::default();
    let counts = report.counts();
    let groups = groups(report.assessment, &report.scene());
    if counts.critical + counts.warnings + counts.not_looked_at == 0 {
        screen.line(healthy(language, report));
        return screen;
    }
    let width = [say::dead(language), say::next(language), say::holds(language), say::label_do(language)]
        .iter()
        .map(|label| label.width())
        .max()
        .unwrap_or_default();
    let mut row = |mark: Mark, label: &str, text: &str, paint: Paint| {
        let padding = " ".repeat(width.saturating_sub(label.width()) + 2);
        let first = Line::new().mark(mark).text(" ").painted(label, Paint::Faint).text(&padding);
        screen.wrapped(first, &Line::new().text(&" ".repeat(width + 4)), text, paint);
    };
    let (mark, text) = dead(language, report, &groups);
    row(mark, say::dead(language), &text, Paint::Strong);
    let (mark, text) = next(language, report);
    row(mark, say::next(language), &text, Paint::Plain);
    let (mark, text) = in_memory(language, report);
    row(mark, say::holds(language), &text, Paint::Plain);
    match act(language, report, &groups) {
        Act::Advice(text) => row(Mark::Skip, say::label_do(language), &text, Paint::Strong),
        Act::Command(command) => {
            let padding = " ".repeat(width.saturating_sub(say::label_do(language).width()) + 2);
            let label = Line::new().mark(Mark::Skip).text(" ").painted(say::label_do(language), Paint::Faint);
            screen.line(label.text(&padding).painted(&command, Paint::Strong));
        }
    }
    screen
}

/// What does not work now: certificates that are over, and then the gravest other finding.
fn dead(language: Language, report: &Report<'_>, groups: &[Group<'_>]) -> (Mark, String) {
    let mut over: Vec<(Timestamp, usize, &str)> = Vec::new();
    for finding in report.assessment.findings() {
        match finding {
            Finding::CertificateExpired { credential: name, at, critical: true }
            | Finding::AuthorityExpired { authority: name, at } => {
                over.push((*at, rank(report, name), name));
            }
            Finding::KubeletClientExpired { at, .. } => over.push((*at, 0, say::kubelet_client(language))),
            _ => {}
        }
    }
    over.sort_unstable();
    if let Some((since, ..)) = over.first() {
        let all = names(language, over.iter().map(|(.., name)| *name));
        return (Mark::Bad, say::since(language, &all, &exact(*since)));
    }
    let critical = groups.iter().find(|group| group.severity() == Severity::Critical && broken(group));
    match critical {
        Some(group) => (Mark::Bad, findings::tell(language, &report.scene(), group).title),
        None if report.counts().not_looked_at > 0 => {
            (Mark::Unknown, say::nothing_seen_dead(language).to_owned())
        }
        None => (Mark::Good, say::nothing_dead(language).to_owned()),
    }
}

/// CAs before what they have signed, then kubeadm's order of roles: what serves the API before what asks it.
fn rank(report: &Report<'_>, name: &str) -> usize {
    report.node.credential(name).map_or(0, |credential| 1 + credential.role as usize)
}

/// Broken now, and not told by one of the other lines.
fn broken(group: &Group<'_>) -> bool {
    !matches!(
        group.first,
        Finding::CertificateEndsSoon { .. }
            | Finding::AuthorityEndsSoon { .. }
            | Finding::ProcessStale { .. }
    )
}

fn next(language: Language, report: &Report<'_>) -> (Mark, String) {
    let Some((at, _)) = report.next_expiry() else {
        return (Mark::Skip, say::none_here(language).to_owned());
    };
    let same_day = report
        .node
        .credentials
        .iter()
        .filter(|credential| report.node.same_pair(credential).is_none())
        .filter(|credential| credential.leaf().is_some_and(|leaf| date(leaf.not_after()) == date(at)))
        .map(|credential| credential.name.as_str());
    let authorities = report.node.authorities.iter().filter(|authority| {
        let ends = authority.certificates.seen();
        ends.is_some_and(|all| all.iter().any(|certificate| date(certificate.not_after()) == date(at)))
    });
    let all = names(language, same_day.chain(authorities.map(|authority| authority.name.as_str())));
    let mark = report
        .assessment
        .findings()
        .iter()
        .filter_map(|finding| match finding {
            Finding::CertificateEndsSoon { .. } | Finding::AuthorityEndsSoon { .. } => {
                Some(findings::mark(finding.severity()))
            }
            _ => None,
        })
        .max()
        .unwrap_or(Mark::Good);
    (mark, say::next_is(language, &all, &date(at), &left(language, report.now, at)))
}

fn in_memory(language: Language, report: &Report<'_>) -> (Mark, String) {
    let processes = processes(report.node);
    let of = |wanted: fn(Memory) -> bool| -> Vec<&str> {
        let holders = processes.iter().filter(|process| wanted(process.judgement.memory));
        holders.map(|process| process.component.name()).collect()
    };
    let stale = of(|memory| matches!(memory, Memory::Stale(_)));
    let unproven = of(|memory| matches!(memory, Memory::Unproven(_)));
    if !stale.is_empty() {
        (Mark::Bad, say::holds_old(language, &stale.join(language.comma())))
    } else if !unproven.is_empty() {
        (Mark::Unknown, say::holds_unknown(language, &unproven.join(language.comma())))
    } else if processes.is_empty() {
        (Mark::Skip, say::none_here(language).to_owned())
    } else {
        (Mark::Good, say::all_fresh(language).to_owned())
    }
}

/// What to do.
enum Act {
    /// On one line, however long it is: it is there to be copied.
    Command(String),
    /// Where no single command helps.
    Advice(String),
}

/// The command of the first cause; what could not be looked at comes last.
fn act(language: Language, report: &Report<'_>, groups: &[Group<'_>]) -> Act {
    if !report.node.as_root && !report.node.copied_tree {
        return Act::Command(say::with_root(language, "perennial"));
    }
    // That a CA signs elsewhere is no fault: what ends of it has a finding of its own.
    let standing = |group: &&Group<'_>| matches!(group.first, Finding::ExternalAuthority { .. });
    let told = groups.iter().filter(|group| !standing(group));
    let told: Vec<_> = told.map(|group| findings::tell(language, &report.scene(), group)).collect();
    let first = told.iter().find_map(|told| {
        let command = told.command.clone().map(Act::Command);
        command.or_else(|| told.advice.map(|advice| Act::Advice(advice.to_owned())))
    });
    let blind = report.assessment.checks.iter().find_map(|check| match &check.state {
        State::CouldNotLook(why) => {
            Some(Act::Advice(say::not_seen_because(language, &trouble(language, &check.object, why))))
        }
        _ => None,
    });
    first.or(blind).unwrap_or_else(|| Act::Advice(say::nothing_to_do(language).to_owned()))
}
