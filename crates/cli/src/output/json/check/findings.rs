//! The findings of a `CheckReport`, and the checks behind them.

use crate::config::Silence;
use crate::language::Language;
use crate::output::check::Report;
use crate::output::config::end;
use crate::output::findings::tell;
use crate::output::groups::{Group, groups};
use crate::output::json::config::OriginView;
use crate::output::suppressed::silenced;
use camino::Utf8Path;
use perennial_core::assess::{About, Check, Severity, State, Use, Using};
use perennial_core::inventory::{Credential, Node};
use perennial_pki::certificate::Certificate;
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingView {
    /// `PRN####`.
    #[cfg_attr(test, schemars(schema_with = "crate::output::json::code_schema"))]
    code: String,
    /// `critical`, `warning` or `notice`.
    severity: &'static str,
    /// How many findings of the same kind, cause and remedy these are.
    count: usize,
    /// What it is about: one entry for each of them.
    objects: Vec<ObjectView>,
    message: String,
    evidence: Vec<String>,
    /// What happens if nothing is done.
    left_alone: Option<String>,
    /// The one command that helps.
    command: Option<String>,
    /// What helps where no single command does.
    advice: Option<&'static str>,
    /// What to know about the command.
    note: Option<&'static str>,
    /// Why it does not count, where it does not.
    suppressed: Option<SuppressedView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SuppressedView {
    /// Absent for one call.
    reason: Option<String>,
    /// A date or a moment. Absent for one call.
    until: Option<String>,
    origin: OriginView,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct SuppressionView {
    #[cfg_attr(test, schemars(schema_with = "crate::output::json::code_schema"))]
    code: String,
    /// Which objects. Absent: all of them.
    object: Option<String>,
    reason: Option<String>,
    until: Option<String>,
    origin: OriginView,
    /// `active` or `ended`.
    state: &'static str,
    /// How many findings it silences; once it has ended, how many count again.
    findings: usize,
    /// How many more it fits, which another one silences.
    silenced_by_others: usize,
}

impl SuppressionView {
    pub(super) fn new((silence, using): (&Silence, Using)) -> Self {
        let suppression = &silence.suppression;
        Self {
            code: suppression.code.to_string(),
            object: suppression.object.clone(),
            reason: suppression.reason.clone(),
            until: end(suppression),
            origin: OriginView::new(&silence.origin),
            state: match using.state {
                Use::Active => "active",
                Use::Ended => "ended",
            },
            findings: using.findings,
            silenced_by_others: using.by_others,
        }
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ObjectView {
    /// The credential's or CA's name, the path, the component, the run.
    name: String,
    /// The node's name.
    node: Option<String>,
    /// Its file, where it has one.
    file: Option<String>,
    /// The subject of its certificate, where it could be read.
    identity: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct NotLookedAt<'a> {
    object: &'a str,
    reason: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckView<'a> {
    object: &'a str,
    /// `passed`, `failed`, `suppressed`, `notApplicable` or `notLookedAt`.
    state: &'static str,
    /// What was found, where it failed or is suppressed.
    #[cfg_attr(test, schemars(schema_with = "crate::output::json::optional_code_schema"))]
    code: Option<String>,
}

impl<'a> CheckView<'a> {
    pub(super) fn new(check: &'a Check) -> Self {
        let (state, code) = match &check.state {
            State::Pass => ("passed", None),
            State::Fail(finding) => ("failed", Some(finding.code().to_string())),
            State::Suppressed { finding, .. } => ("suppressed", Some(finding.code().to_string())),
            State::NotApplicable => ("notApplicable", None),
            State::CouldNotLook(_) => ("notLookedAt", None),
        };
        Self { object: &check.object, state, code }
    }
}

/// What counts, in the order of the screen, and then what does not.
pub(super) fn findings(report: &Report<'_>) -> Vec<FindingView> {
    let counts = groups(report.assessment, &report.scene());
    let mut views: Vec<_> = counts.iter().map(|group| finding(report, group, None)).collect();
    for (by, (silence, _)) in report.suppressed.each().enumerate() {
        views.extend(silenced(report, by).iter().map(|group| finding(report, group, Some(silence))));
    }
    views
}

fn finding(report: &Report<'_>, group: &Group<'_>, silence: Option<&Silence>) -> FindingView {
    let told = tell(Language::En, &report.scene(), group);
    FindingView {
        code: group.first.code().to_string(),
        severity: match group.severity() {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        },
        count: group.len(),
        objects: group.all().map(|finding| object(report.node, finding.about())).collect(),
        message: told.title,
        evidence: told.evidence,
        left_alone: told.left_alone,
        command: told.command,
        advice: told.advice,
        note: told.note,
        suppressed: silence.map(|silence| SuppressedView {
            reason: silence.suppression.reason.clone(),
            until: end(&silence.suppression),
            origin: OriginView::new(&silence.origin),
        }),
    }
}

fn object(node: &Node, about: About<'_>) -> ObjectView {
    let of_path = |path: &Utf8Path| node.credentials.iter().find(|one| one.place.file().path == path);
    let credential = match about {
        About::Credential(name) => node.credential(name),
        About::File(path) => of_path(path),
        _ => None,
    };
    // Findings about dates name CAs and credentials alike.
    let authority = match about {
        About::Credential(name) | About::Authority(name) if credential.is_none() => node.authority(name),
        _ => None,
    };
    let file = credential.map(|one| &one.place.file().path).or_else(|| authority.map(|one| &one.file.path));
    let first = authority.and_then(|one| one.certificates.seen()?.first());
    let name = match about {
        About::Credential(name) | About::Authority(name) | About::Object(name) | About::Run(name) => {
            name.to_owned()
        }
        About::Node => node.name.clone().unwrap_or_default(),
        About::File(path) => path.to_string(),
        About::Component(component) => component.to_string(),
    };
    ObjectView {
        node: node.name.clone(),
        file: match about {
            About::File(path) => Some(path.to_string()),
            _ => file.map(ToString::to_string),
        },
        identity: credential.and_then(Credential::leaf).or(first).map(Certificate::subject),
        name,
    }
}

pub(super) fn not_looked_at<'a>(report: &Report<'a>) -> Vec<NotLookedAt<'a>> {
    let checks = report.assessment.checks.iter();
    let blind = checks.filter_map(|check| match &check.state {
        State::CouldNotLook(why) => Some(NotLookedAt { object: &check.object, reason: why.to_string() }),
        _ => None,
    });
    blind.collect()
}
