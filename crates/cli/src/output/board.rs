//! The overview: one line for each kind of thing, good or bad at a glance.

use super::check::Report;
use super::{Line, Mark, Paint, Screen, left};
use crate::language::{Language, screen as say};
use jiff::Timestamp;
use perennial_core::assess::{Memory, State, processes};
use perennial_core::inventory::{Looked, Place, Role};
use unicode_width::UnicodeWidthStr;

/// One line of the overview.
struct Entry {
    label: &'static str,
    mark: Mark,
    verdict: String,
    detail: String,
}

/// Adds the overview to a screen.
pub(super) fn show(screen: &mut Screen, language: Language, report: &Report<'_>) {
    let entries = entries(language, report);
    let widest =
        |text: fn(&Entry) -> &str| entries.iter().map(|entry| text(entry).width()).max().unwrap_or_default();
    let (label, verdict) = (widest(|entry| entry.label), widest(|entry| &entry.verdict));
    let pad =
        |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width()) + 2));
    for entry in &entries {
        let first = Line::new()
            .text(&format!("  {}", pad(entry.label, label)))
            .mark(entry.mark)
            .text(" ")
            .text(&pad(&entry.verdict, verdict));
        let rest = Line::new().text(&" ".repeat(label + verdict + 8));
        screen.wrapped(first, &rest, &entry.detail, Paint::Plain);
    }
}

fn entries(language: Language, report: &Report<'_>) -> Vec<Entry> {
    let node = report.node;
    let of_role = |wanted: fn(Role, &Place) -> bool| -> Vec<Member<'_>> {
        node.credentials
            .iter()
            .filter(|credential| wanted(credential.role, &credential.place))
            .filter(|credential| node.same_pair(credential).is_none())
            .filter(|credential| !report.assessment.is_foreign(credential))
            .filter(|credential| {
                !matches!(credential.certificate, Looked::Absent) || !credential.used_by.is_empty()
            })
            .map(|credential| Member {
                name: &credential.name,
                ends: credential.leaf().map(|leaf| leaf.not_after()),
                mark: mark_of(report, &credential.name),
            })
            .collect()
    };
    let authorities = node.authorities.iter().map(|authority| Member {
        name: &authority.name,
        ends: authority
            .certificates
            .seen()
            .and_then(|all| all.iter().map(|certificate| certificate.not_after()).min()),
        mark: mark_of(report, &authority.name),
    });
    let leaves = of_role(|role, place| {
        matches!(place, Place::Pair { .. }) && !matches!(role, Role::KubeletClient | Role::KubeletServing)
    });
    let mut kubeconfigs =
        of_role(|role, place| matches!(place, Place::Kubeconfig { .. }) && role != Role::KubeletClient);
    kubeconfigs.extend(stale_plugins(report));
    vec![
        dated(language, report, say::leaves(language), leaves),
        dated(language, report, say::authorities(language), authorities.collect()),
        dated(
            language,
            report,
            say::kubelet_client(language),
            of_role(|role, _| role == Role::KubeletClient),
        ),
        dated(
            language,
            report,
            say::kubelet_serving(language),
            of_role(|role, _| role == Role::KubeletServing),
        ),
        served(language, report),
        in_memory(language, report),
        dated(language, report, say::kubeconfigs(language), kubeconfigs),
    ]
}

/// Tokens of plugins live for hours: they are told where one is stale.
fn stale_plugins<'a>(report: &Report<'a>) -> impl Iterator<Item = Member<'a>> {
    let of_plugins = report.node.beside.cni.iter().map(|found| {
        let name = found.file.path.as_str();
        Member { name, ends: None, mark: mark_of(report, name) }
    });
    of_plugins.filter(|member| member.mark > Mark::Note)
}

struct Member<'a> {
    name: &'a str,
    ends: Option<Timestamp>,
    mark: Mark,
}

/// The worst that was said about an object.
fn mark_of(report: &Report<'_>, object: &str) -> Mark {
    let about = report.assessment.checks.iter().filter(|check| check.object == object);
    about.map(|check| mark(&check.state)).max().unwrap_or(Mark::Skip)
}

/// The sign of a check's state.
pub(super) fn mark(state: &State) -> Mark {
    match state {
        State::Pass => Mark::Good,
        State::NotApplicable => Mark::Skip,
        State::CouldNotLook(_) => Mark::Unknown,
        // The overview shows what is, whether it counts or not.
        State::Fail(finding) | State::Suppressed { finding, .. } => super::findings::mark(finding.severity()),
    }
}

/// Things that have an end: the time that is left, unless only some of them are bad.
fn dated(
    language: Language,
    report: &Report<'_>,
    label: &'static str,
    mut members: Vec<Member<'_>>,
) -> Entry {
    if members.is_empty() {
        return Entry {
            label,
            mark: Mark::Skip,
            verdict: say::none_here(language).to_owned(),
            detail: String::new(),
        };
    }
    members.sort_by_key(|member| (std::cmp::Reverse(member.mark), member.ends));
    let mark = members.first().map_or(Mark::Skip, |member| member.mark);
    let bad: Vec<_> = members.iter().filter(|member| member.mark > Mark::Note).collect();
    let ends = members.iter().filter_map(|member| member.ends).min();
    if !bad.is_empty() && (bad.len() < members.len() || bad.iter().any(|member| member.ends.is_none())) {
        let verdict = say::of(language, bad.len(), members.len());
        return Entry { label, mark, verdict, detail: names(language, bad.iter().map(|member| member.name)) };
    }
    let verdict = match ends {
        Some(at) if at <= report.scene().now => say::expired(language).to_owned(),
        Some(at) => left(language, report.scene().now, at),
        None => say::not_seen(language).to_owned(),
    };
    let same = members.iter().all(|member| member.ends.map(super::date) == ends.map(super::date));
    let first = members.iter().find(|member| member.ends == ends).map(|member| member.name);
    let detail = match (members.len(), first) {
        (1, _) => String::new(),
        (n, Some(first)) if !same => format!("{n}  {}", say::first(language, first)),
        (n, _) => n.to_string(),
    };
    Entry { label, mark, verdict, detail }
}

fn served(language: Language, report: &Report<'_>) -> Entry {
    let label = say::served_is_disk(language);
    let listeners: Vec<_> =
        report.node.listeners.iter().filter(|listener| listener.credential.is_some()).collect();
    if listeners.is_empty() {
        return nothing_runs(language, report, label);
    }
    let judged: Vec<_> = listeners
        .iter()
        .map(|listener| {
            let object = format!("{} {}", listener.component, listener.address);
            (format!("{} {}", listener.component, listener.address.port()), mark_of(report, &object))
        })
        .collect();
    counted(language, label, &judged)
}

fn in_memory(language: Language, report: &Report<'_>) -> Entry {
    let label = say::in_memory(language);
    let judged: Vec<_> = processes(report.node)
        .into_iter()
        .map(|process| {
            let mark = match process.judgement.memory {
                Memory::Fresh(_) => Mark::Good,
                Memory::Stale(_) => Mark::Bad,
                Memory::Unproven(_) => Mark::Unknown,
            };
            (process.component.to_string(), mark)
        })
        .collect();
    if judged.is_empty() {
        return nothing_runs(language, report, label);
    }
    counted(language, label, &judged)
}

fn nothing_runs(language: Language, report: &Report<'_>, label: &'static str) -> Entry {
    let why = if report.node.copied_tree { say::not_in_a_copy(language) } else { say::none_here(language) };
    Entry { label, mark: Mark::Skip, verdict: why.to_owned(), detail: String::new() }
}

fn counted(language: Language, label: &'static str, judged: &[(String, Mark)]) -> Entry {
    let good = judged.iter().filter(|(_, mark)| *mark <= Mark::Note).count();
    let mark = judged.iter().map(|(_, mark)| *mark).max().unwrap_or(Mark::Skip);
    let bad = judged.iter().filter(|(_, mark)| *mark > Mark::Note).map(|(name, _)| name.as_str());
    Entry { label, mark, verdict: say::of(language, good, judged.len()), detail: names(language, bad) }
}

/// The first names, and how many more there are.
pub(super) fn names<'a>(language: Language, names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 2;
    let names: Vec<_> = names.collect();
    if names.len() <= SHOWN + 1 {
        return names.join(language.comma());
    }
    say::and_more(language, &names[..SHOWN].join(language.comma()), names.len() - SHOWN)
}
