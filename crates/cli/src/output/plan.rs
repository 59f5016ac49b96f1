//! A plan as a person reads it before saying yes.

use super::{Column, Fit, Line, Paint, Row, Screen, Table, date};
use crate::language::{Language, plan as say};
use perennial_core::inventory::Component;
use perennial_core::plan::{Action, Kept, Plan, Reason, Renewal, Source};

/// The whole plan.
pub(crate) fn screen(language: Language, plan: &Plan) -> Screen {
    let mut screen = Screen::default();
    screen.line(Line::new().painted(&say::heading(language, &plan.node, plan.steps.len()), Paint::Strong));
    let mut table = Table::new([Column::new(""), Column::new(""), Column::last("", Fit::Wrap)]);
    for renewal in plan.renewals() {
        table.row(renewal_row(language, renewal));
    }
    for step in &plan.steps {
        match &step.action {
            Action::Restart { component } => table.row(restart_row(language, *component)),
            Action::ReleaseLease { component } => {
                table.row(other_row("↻", component.name(), say::lease_released(language)));
            }
            Action::Workload => table.row(other_row("+", "Deployment", say::workload(language))),
            Action::Backup { .. } | Action::Stage { .. } | Action::Swap(_) => {}
        }
    }
    for (names, text) in still(language, plan) {
        table.row(other_row("=", &names, &text));
    }
    screen.table(table);
    let untouched = not_touched(language, plan);
    if !untouched.is_empty() {
        let indent = Line::new().text("  ");
        screen.wrapped(Line::new(), &indent, &say::not_touched(language, &untouched), Paint::Plain);
    }
    if !plan.other_control_planes.is_empty() {
        let names = plan.other_control_planes.join(", ");
        let text = say::other_control_planes(language, &names, plan.other_control_planes.len());
        screen.wrapped(Line::new(), &Line::new().text("  "), &text, Paint::Plain);
    }
    screen.wrapped(Line::new(), &Line::new().text("  "), &totals(language, plan), Paint::Strong);
    screen
}

fn renewal_row(language: Language, renewal: &Renewal) -> Row {
    let old = renewal.old_not_after.map_or_else(|| say::none(language).to_owned(), date);
    let dates = format!("{old} → {}", date(renewal.new_not_after));
    let how = match &renewal.source {
        Source::Reissue { key_kind, .. } if renewal.names > 0 => {
            format!("{} {key_kind}  {}", say::new_key(language), say::names_same(language, renewal.names))
        }
        Source::Reissue { key_kind, .. } => format!("{} {key_kind}", say::new_key(language)),
        Source::CopyOf { credential, .. } => say::copy_of(language, credential),
    };
    Row::new(None, [format!("  ~ {}", renewal.credential), dates, how])
}

fn restart_row(language: Language, component: Component) -> Row {
    let text = match component {
        Component::KubeApiserver => say::restarted_loopback(language),
        _ => say::stopped_over_cri(language),
    };
    other_row("↻", component.name(), text)
}

fn other_row(sign: &str, name: &str, text: &str) -> Row {
    Row::new(None, [format!("  {sign} {name}"), String::new(), text.to_owned()])
}

/// What was considered and stays: what is good already, and what re-reads by itself.
fn still(language: Language, plan: &Plan) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for kept in &plan.kept {
        let text = match (kept.reason, kept.until) {
            (Reason::JustInstalled | Reason::NotDue, Some(until)) => {
                format!("{} ({})", say::already_good(language, &date(until)), say::reason(language, kept))
            }
            (Reason::ReloadsItself, _) => say::no_restart(language).to_owned(),
            (Reason::RestartForbidden, _) => say::restart_forbidden(language).to_owned(),
            (Reason::ExternalAuthority, _) => say::reason(language, kept).to_owned(),
            _ => continue,
        };
        match lines.iter_mut().find(|(_, known)| *known == text) {
            // Names that share a line stay narrow enough for the column.
            Some((names, _)) if names.len() + kept.name.len() < 24 => {
                *names = format!("{names}, {}", kept.name)
            }
            _ => lines.push((kept.name.clone(), text)),
        }
    }
    lines
}

/// Everything else that stays, in one sentence.
fn not_touched(language: Language, plan: &Plan) -> String {
    let told = |kept: &&Kept| {
        matches!(kept.reason, Reason::Authority | Reason::RotatesItself | Reason::NotAsked)
            || (kept.reason == Reason::NotDue && kept.until.is_none())
    };
    let mut groups: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for kept in plan.kept.iter().filter(told) {
        let reason = say::reason(language, kept);
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&kept.name),
            None => groups.push((reason, vec![&kept.name])),
        }
    }
    let parts = groups.iter().map(|(reason, names)| say::with_reason(language, &names.join(", "), reason));
    parts.collect::<Vec<_>>().join("; ")
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
    match language {
        Language::En => format!("{totals} {} {pause}", say::undo_every_step(language)),
        Language::Zh => format!("{totals}{}{pause}", say::undo_every_step(language)),
    }
}
