//! `DiagnoseReport`.

use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::language::Language;
use crate::output::diagnose::{Diagnosis, tell};
use perennial_core::assess::{About, Severity};
use perennial_core::diagnose::{Answer, Cause, Client, Held};
use perennial_core::inventory::Looked;
use serde::Serialize;

/// What `diagnose -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagnoseReport<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `DiagnoseReport`.
    kind: &'static str,
    tool: Tool,
    node: Option<&'a str>,
    observed_at: String,
    exit_code: u8,
    /// Lines that were read.
    lines: u64,
    /// Lines of strangers that hung up, or came without a certificate.
    harmless_lines: u64,
    /// Complaints that were too many to keep.
    left_out_lines: u64,
    /// What is behind the lines, causes first.
    answers: Vec<AnswerView<'a>>,
    logs: Vec<LogView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct LogView<'a> {
    /// A path, `journalctl`, or `-` for stdin.
    name: &'a str,
    /// `seen`, `absent` or `unusable`.
    state: &'static str,
    lines: Option<u64>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AnswerView<'a> {
    /// A stable word for the kind of cause, e.g. `expired`, `heldInMemory`, `unknownClient`, `over`.
    cause: &'static str,
    /// `critical`, `warning` or `notice`.
    severity: &'static str,
    /// The code of the finding that `check` has for the same, if it has one.
    code: Option<String>,
    message: String,
    evidence: Vec<String>,
    /// The one command that helps.
    command: Option<String>,
    /// Where no single command helps.
    advice: Option<&'static str>,
    /// What to know about the command.
    note: Option<&'static str>,
    /// Lines that say so.
    lines: u64,
    first: Option<String>,
    last: Option<String>,
    /// Where the first of them stands.
    source: SourceView<'a>,
    /// Who wrote them.
    speakers: Vec<String>,
    /// The other ends of the connections.
    peers: Vec<&'a str>,
    certificate: Option<CertificateView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct SourceView<'a> {
    name: &'a str,
    line: u64,
}

/// The certificate that the lines are about, as far as it is known.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CertificateView<'a> {
    /// The credentials of this node that it is or was; empty if it is none.
    names: Vec<&'a str>,
    /// The file that holds it, or a copy of it.
    file: Option<&'a str>,
    identity: Option<&'a str>,
    /// Decimal.
    serial: Option<&'a str>,
    ended: Option<String>,
    /// When another one took its place.
    replaced: Option<String>,
}

impl<'a> DiagnoseReport<'a> {
    /// Of a diagnosis.
    pub(crate) fn new(diagnosis: &Diagnosis<'a>, exit: Exit) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "DiagnoseReport",
            tool: Tool::this(),
            node: diagnosis.scene.node.name.as_deref(),
            observed_at: time(diagnosis.scene.node.observed_at),
            exit_code: exit.number(),
            lines: diagnosis.lines,
            harmless_lines: diagnosis.harmless,
            left_out_lines: diagnosis.left_out,
            answers: diagnosis.answers.iter().map(|answer| answer_view(diagnosis, answer)).collect(),
            logs: diagnosis
                .logs
                .iter()
                .map(|log| {
                    let (state, lines, reason) = match &log.lines {
                        Looked::Seen(lines) => ("seen", Some(*lines), None),
                        Looked::Absent => ("absent", None, None),
                        Looked::Unusable(trouble) => ("unusable", None, Some(trouble.to_string())),
                    };
                    LogView { name: &log.name, state, lines, reason }
                })
                .collect(),
        }
    }
}

fn answer_view<'a>(diagnosis: &Diagnosis<'_>, answer: &'a Answer) -> AnswerView<'a> {
    let told = tell(Language::En, &diagnosis.scene, answer);
    let evidence = &answer.evidence;
    AnswerView {
        cause: answer.cause.name(),
        severity: match answer.cause.severity() {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        },
        code: answer.cause.code().map(|code| code.to_string()),
        message: told.title,
        evidence: told.evidence,
        command: told.command,
        advice: told.advice,
        note: told.note,
        lines: evidence.lines,
        first: evidence.span.map(|(first, _)| time(first)),
        last: evidence.span.map(|(_, last)| time(last)),
        source: SourceView { name: &evidence.spot.source, line: evidence.spot.line },
        speakers: answer.speakers.iter().map(ToString::to_string).collect(),
        peers: answer.peers.iter().map(String::as_str).collect(),
        certificate: certificate(&answer.cause),
    }
}

fn certificate(cause: &Cause) -> Option<CertificateView<'_>> {
    let none = CertificateView::default;
    Some(match cause {
        Cause::Held(Held { name, path, old, ended, at, .. }) => CertificateView {
            names: vec![name],
            file: Some(old.as_ref().map_or(path, |(_, _, copy)| copy).as_str()),
            identity: old.as_ref().map(|(identity, _, _)| identity.as_str()),
            serial: old.as_ref().map(|(_, serial, _)| serial.as_str()),
            ended: ended.map(time),
            replaced: at.map(time),
        },
        Cause::Replaced { names, paths, identity, serial, ended, at, .. } => CertificateView {
            names: names.iter().map(String::as_str).collect(),
            file: paths.first().map(|path| path.as_str()),
            identity: Some(identity),
            serial: serial.as_deref(),
            ended: Some(time(*ended)),
            replaced: at.map(time),
        },
        Cause::UnknownClient(Client { serial, ended, .. }) => {
            CertificateView { serial: serial.as_deref(), ended: ended.map(time), ..none() }
        }
        Cause::StrangeClient { serial: Some(serial), .. } => {
            CertificateView { serial: Some(serial), ..none() }
        }
        Cause::Found(finding) => match finding.about() {
            About::Credential(name) => CertificateView { names: vec![name], ..none() },
            About::File(path) => CertificateView { file: Some(path.as_str()), ..none() },
            _ => return None,
        },
        Cause::Expired { names, ended } => CertificateView {
            names: names.iter().map(String::as_str).collect(),
            ended: Some(time(*ended)),
            ..none()
        },
        Cause::AuthorityExpired { name, path, ended } => CertificateView {
            names: vec![name],
            file: Some(path.as_str()),
            ended: Some(time(*ended)),
            ..none()
        },
        Cause::KubeletLockedOut { path, ended } => {
            CertificateView { file: Some(path.as_str()), ended: ended.map(time), ..none() }
        }
        Cause::ServedOld { name, ended, .. } => {
            CertificateView { names: vec![name], ended: Some(time(*ended)), ..none() }
        }
        Cause::Over { name, path, .. } => {
            CertificateView { names: vec![name], file: Some(path.as_str()), ..none() }
        }
        Cause::WrongName { name, path, .. } | Cause::WrongUsage { name, path, .. } => CertificateView {
            names: name.iter().map(String::as_str).collect(),
            file: path.as_ref().map(|path| path.as_str()),
            ..none()
        },
        _ => return None,
    })
}
