//! A plan as a person reads it before saying yes.

use super::findings::quoted;
use super::{Line, Paint, Screen, date, escape};
use crate::language::{Language, plan as say};
use perennial_core::inventory::Component;
use perennial_core::plan::{Action, Kept, Plan, Reason, Renewal, Source};
use perennial_pki::reissue::Amendments;
use unicode_width::UnicodeWidthStr;

/// The whole plan.
pub(crate) fn screen(language: Language, plan: &Plan) -> Screen {
    let mut screen = Screen::default();
    let mut heading = say::heading(language, &plan.node, plan.steps.len());
    if plan.renewals().next().is_some() {
        let new = plan.renewals().filter(|one| !matches!(one.source, Source::CopyOf { .. }));
        let (mut stay, mut go) = (false, false);
        for renewal in new {
            *(if renewal.source.key_stays() { &mut stay } else { &mut go }) = true;
        }
        heading = match (stay, go) {
            (true, true) => heading,
            (true, false) => say::heading_keys_stay(language, &heading),
            (false, _) => match &plan.request.kubeadm {
                Some(kubeadm) => say::heading_by_kubeadm(language, &heading, &escape(&kubeadm.version)),
                None => say::heading_renewals(language, &heading),
            },
        };
    }
    screen.line(Line::new().painted(&heading, Paint::Strong));
    let restarts: Vec<_> = plan.restarts().collect();
    let still = still(language, plan);
    let names = plan
        .renewals()
        .filter(|renewal| renewal.identity.is_none())
        .map(|renewal| renewal.credential.as_str())
        .chain(restarts.iter().map(|component| component.name()));
    let width = names.map(|name| escape(name).width()).max().unwrap_or_default();
    for renewal in plan.renewals() {
        match &renewal.identity {
            None => row(&mut screen, width, "~", &renewal.credential, &renewed(language, renewal)),
            Some(identity) => {
                let first = Line::new().text("  ~ ");
                screen.wrapped(first, &Line::new().text("    "), &renewal.credential, Paint::Plain);
                screen.indented(6, &renewed(language, renewal));
                screen.indented(6, identity);
            }
        }
    }
    for component in restarts {
        row(&mut screen, width, "↻", component.name(), &restarted(language, plan, component));
    }
    if plan.steps.iter().any(|step| step.action == Action::Workload) {
        row(&mut screen, width, "+", "Deployment", say::workload(language));
    }
    for (names, text) in &still {
        let all = names.join(language.comma());
        let (first, rest) = (Line::new().text("  = "), Line::new().text("    "));
        screen.wrapped(first, &rest, &say::about(language, &all, text), Paint::Plain);
    }
    let untouched = not_touched(language, plan);
    if !untouched.is_empty() {
        let indent = Line::new().text("  ");
        screen.wrapped(Line::new(), &indent, &say::not_touched(language, &untouched), Paint::Plain);
    }
    if !plan.other_control_planes.is_empty() {
        let names = plan.other_control_planes.join(language.comma());
        let text = say::other_control_planes(language, &names, plan.other_control_planes.len());
        screen.wrapped(Line::new(), &Line::new().text("  "), &text, Paint::Plain);
    }
    let totals =
        if plan.is_empty() { say::nothing_to_do(language).to_owned() } else { totals(language, plan) };
    screen.wrapped(Line::new(), &Line::new().text("  "), &totals, Paint::Strong);
    screen
}

/// `  ~ apiserver   …`: a sign, a name, and what is said about it.
fn row(screen: &mut Screen, width: usize, sign: &str, name: &str, text: &str) {
    let padding = " ".repeat(width.saturating_sub(escape(name).width()) + 2);
    let first = Line::new().text("  ").text(sign).text(" ").text(name).text(&padding);
    screen.wrapped(first, &Line::new().text(&" ".repeat(width + 6)), text, Paint::Plain);
}

fn renewed(language: Language, renewal: &Renewal) -> String {
    let old = renewal.old_not_after.map_or_else(|| say::none(language).to_owned(), date);
    let how = match &renewal.source {
        Source::Reissue { key_kind, reuse_key, amendments, .. } => {
            let kind = key_kind.to_string();
            let key = if *reuse_key { say::key_stays(language, &kind) } else { kind };
            let key = match renewal.names {
                0 => key,
                _ if amendments.drop_names => key,
                names => say::key_and_names(language, &key, names),
            };
            let key = match &renewal.identity {
                Some(_) => say::own_key(language, &key),
                None => key,
            };
            let parts = std::iter::once(key).chain(amended(language, amendments));
            parts.collect::<Vec<_>>().join(language.semicolon())
        }
        Source::Import { file, key_kind, key, .. } => {
            let kind = key_kind.to_string();
            let key = if key.is_none() { say::key_stays(language, &kind) } else { kind };
            let key = match renewal.names {
                0 => key,
                names => say::key_and_all_names(language, &key, names),
            };
            [key, say::from_file(language, file.as_str())].join(language.semicolon())
        }
        Source::CopyOf { credential, .. } => say::copy_of(language, credential),
    };
    format!("{old} → {}  {how}", date(renewal.new_not_after))
}

/// What a new certificate says otherwise than the old one.
fn amended(language: Language, amendments: &Amendments) -> Vec<String> {
    let joined = |names: Vec<String>| names.join(language.comma());
    let names = joined(amendments.names.iter().map(ToString::to_string).collect());
    let usages = joined(amendments.usages.iter().map(|usage| usage.name().to_owned()).collect());
    let mut parts = Vec::new();
    parts.extend(amendments.extensions.then(|| say::version_3(language).to_owned()));
    parts.extend(amendments.common_name.as_ref().map(|name| say::named_instead(language, name)));
    if !names.is_empty() {
        parts.push(match amendments.drop_names {
            true => say::names_instead(language, &names),
            false => say::names_added(language, &names),
        });
    }
    if !usages.is_empty() {
        parts.push(say::usages_added(language, &usages));
    }
    parts
}

fn restarted(language: Language, plan: &Plan, component: Component) -> String {
    let text = match component {
        Component::KubeApiserver => say::restarted_loopback(language),
        _ => say::stopped_over_cri(language),
    };
    if plan.steps.iter().any(|step| step.action == Action::ReleaseLease { component }) {
        return [text, say::lease_released(language)].join(language.semicolon());
    }
    text.to_owned()
}

/// What was considered and stays, by the reason: what is good already, and what re-reads by itself.
fn still(language: Language, plan: &Plan) -> Vec<(Vec<&str>, String)> {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for kept in &plan.kept {
        let reason = say::reason(language, plan.request.verb, kept);
        let text = match (kept.reason, kept.until) {
            (Reason::JustInstalled | Reason::Installed | Reason::NotDue, Some(until)) => {
                say::already_good(language, &date(until), reason)
            }
            (Reason::NotDue, None) => reason.to_owned(),
            (Reason::ReloadsItself, _) => say::no_restart(language).to_owned(),
            (Reason::RestartForbidden, _) => say::restart_forbidden(language).to_owned(),
            (Reason::ExternalAuthority, Some(until)) => {
                let command = format!("perennial csr export {}", quoted(&kept.name));
                say::external_until(language, &date(until), reason, &command)
            }
            (
                Reason::ExternalAuthority
                | Reason::ForeignIdentity
                | Reason::OtherNode
                | Reason::ChainOutOfOrder
                | Reason::DirectoryOpen
                | Reason::DirectoryReadOnly
                | Reason::AttributeSet
                | Reason::NoCertificate
                | Reason::ReloadUnknown
                | Reason::SystemMasters
                | Reason::MachineIdentity
                | Reason::KeyDoesNotFit
                | Reason::NotOnlyAClients
                | Reason::LeadsElsewhere
                | Reason::Unreadable
                | Reason::NodesOwn
                | Reason::NoKeyHere
                | Reason::FileReadOnly
                | Reason::NotInPlace,
                _,
            ) => reason.to_owned(),
            _ => continue,
        };
        match lines.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => names.push(&kept.name),
            None => lines.push((vec![&kept.name], text)),
        }
    }
    lines
}

/// Everything else that stays, in one sentence.
fn not_touched(language: Language, plan: &Plan) -> String {
    let told =
        |kept: &&Kept| matches!(kept.reason, Reason::Authority | Reason::RotatesItself | Reason::NotAsked);
    let mut groups: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for kept in plan.kept.iter().filter(told) {
        let reason = say::reason(language, plan.request.verb, kept);
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&kept.name),
            None => groups.push((reason, vec![&kept.name])),
        }
    }
    let parts = groups
        .iter()
        .map(|(reason, names)| say::with_reason(language, &names.join(language.comma()), reason));
    parts.collect::<Vec<_>>().join(language.semicolon())
}

fn totals(language: Language, plan: &Plan) -> String {
    let copies = plan.renewals().filter(|renewal| matches!(renewal.source, Source::CopyOf { .. })).count();
    let restarts: Vec<_> = plan.restarts().collect();
    let pause = if restarts.contains(&Component::KubeApiserver) {
        say::pause(language)
    } else {
        say::no_pause(language)
    };
    let totals = say::totals(language, plan.renewals().count() - copies, restarts.len(), copies);
    [totals.as_str(), say::undo_every_step(language), pause].join(language.space())
}
