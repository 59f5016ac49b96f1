//! Findings about what processes hold in memory.

use super::{Scene, Told, quoted};
use crate::language::{Language, finding as say, memory as words};
use crate::output::evidence::worth;
use crate::output::groups::Group;
use crate::output::{date, exact};
use jiff::SignedDuration;
use perennial_core::assess::{Basis, Finding};
use perennial_core::inventory::{Component, Credential};

/// Puts a group of them into words.
pub(super) fn tell(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    match group.first {
        Finding::ProcessStale { component: Component::Kubelet, .. } => kubelet(language, scene, group),
        Finding::ProcessStale { .. } => stale(language, group),
        Finding::ProcessUnproven { .. } => unproven(language, group),
        Finding::PodStale { pod, container, file, basis, strength, started, file_changed, .. } => {
            let changed = file_changed.map_or_else(|| "?".to_owned(), exact);
            let why = worth(language, words::basis(language, *basis), *strength);
            Told {
                title: words::pod_stale(language, pod, file.as_str()),
                evidence: vec![
                    words::pod_and_file(language, pod, &exact(*started), &changed),
                    say::because(language, pod, &why),
                ],
                left_alone: Some(words::pod_effect(language).to_owned()),
                command: Some(format!("crictl stop {}", quoted(short_id(container)))),
                note: Some(words::pod_note(language)),
                ..Told::default()
            }
        }
        _ => Told::default(),
    }
}

/// As much of a container's id as crictl itself shows.
fn short_id(id: &str) -> &str {
    id.get(..13).unwrap_or(id)
}

fn stale(language: Language, group: &Group<'_>) -> Told {
    let (names, evidence, latest) = seen(language, group);
    Told {
        title: match names.as_slice() {
            [name] => say::stale(language, name),
            _ => say::many_stale(language, names.len(), &names.join(language.comma())),
        },
        evidence,
        left_alone: latest.map(|latest| say::stale_effect(language, &date(latest))),
        command: Some("perennial reload".to_owned()),
        ..Told::default()
    }
}

/// perennial does not restart the kubelet; and one that can't start with its file must go on with what it has.
fn kubelet(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    let (names, evidence, _) = seen(language, group);
    let starts = scene.node.kubelet_starts_with().and_then(Credential::leaf);
    let starts = starts.is_some_and(|leaf| leaf.not_after() > scene.now);
    Told {
        title: say::stale(language, names.first().copied().unwrap_or_default()),
        evidence,
        left_alone: Some(words::kubelet_effect(language).to_owned()),
        command: starts.then(|| "systemctl restart kubelet".to_owned()),
        advice: (!starts).then(|| words::kubelet_waits(language)),
        note: starts.then(|| words::kubelet_note(language)),
    }
}

/// The names, what was seen of each, and until when the oldest certificate lasts.
fn seen<'a>(language: Language, group: &Group<'a>) -> (Vec<&'a str>, Vec<String>, Option<jiff::Timestamp>) {
    let (mut names, mut evidence, mut latest) = (Vec::new(), Vec::new(), None);
    for finding in group.all() {
        let Finding::ProcessStale { component, file, basis, strength, started, file_changed } = finding
        else {
            continue;
        };
        names.push(component.name());
        let started_at = started.map_or_else(|| "?".to_owned(), exact);
        evidence.push(say::process_and_file(
            language,
            component.name(),
            &started_at,
            file.as_str(),
            &exact(*file_changed),
        ));
        let why = worth(language, words::basis(language, *basis), *strength);
        evidence.push(say::because(language, component.name(), &why));
        // A certificate of a year that it read at its start can't end later than a year after that.
        let end = started.unwrap_or(*file_changed) + SignedDuration::from_hours(24 * 365);
        latest = latest.max(Some(end));
    }
    (names, evidence, latest)
}

fn unproven(language: Language, group: &Group<'_>) -> Told {
    let (mut names, mut evidence, mut running, mut between) = (Vec::new(), Vec::new(), false, true);
    for finding in group.all() {
        let Finding::ProcessUnproven { component, basis, .. } = finding else { continue };
        names.push(component.name());
        evidence.push(say::because(language, component.name(), words::basis(language, *basis)));
        running |= *basis != Basis::NotRunning;
        between &= matches!(basis, Basis::InBetween | Basis::Contradicted);
    }
    let pattern = names.join("|");
    let command = if between {
        "perennial reload".to_owned()
    } else if running {
        format!("crictl stop $(crictl ps -q --name '{pattern}')")
    } else {
        format!("crictl ps -a --name '{pattern}'")
    };
    Told {
        title: say::unproven(language, &names.join(language.comma())),
        evidence,
        left_alone: Some(say::unproven_effect(language).to_owned()),
        command: Some(command),
        ..Told::default()
    }
}
