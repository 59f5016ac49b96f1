//! The screen of `diagnose`: answers, causes first.

mod causes;
mod commands;
mod parties;
mod words;

use super::findings::{Scene, Told, mark};
use super::{Line, Mark, Paint, Screen, exact};
use crate::language::{Language, diagnose as say, screen as label, trouble::trouble};
use causes::cause;
use perennial_core::assess::Severity;
use perennial_core::diagnose::{Answer, Cause, Evidence};
use perennial_core::inventory::{Looked, Trouble};
use perennial_host::observe::logs::Log;
use words::speaker;

/// What was read, and what is behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Diagnosis<'a> {
    /// The node, and as of when.
    pub(crate) scene: Scene<'a>,
    /// The logs.
    pub(crate) logs: &'a [Log],
    /// Lines in all.
    pub(crate) lines: u64,
    /// Lines of strangers that hung up.
    pub(crate) harmless: u64,
    /// Complaints beyond what is kept.
    pub(crate) left_out: u64,
    /// Old certificates that were compared, if there were more.
    pub(crate) cut: Option<usize>,
    /// The answers.
    pub(crate) answers: &'a [Answer],
}

impl Diagnosis<'_> {
    /// Logs that could not be read, and why.
    pub(crate) fn unread(&self, language: Language) -> Vec<String> {
        let mut unread = Vec::new();
        for log in self.logs {
            match &log.lines {
                Looked::Seen(_) => {}
                Looked::Absent => unread.push(absent(language, &log.name)),
                Looked::Unusable(Trouble::Io(why)) => {
                    unread.push(say::log_unreadable(language, &log.name, why));
                }
                Looked::Unusable(why) => unread.push(trouble(language, &log.name, why)),
            }
        }
        unread
    }

    /// Whether something that should be read was not.
    pub(crate) fn blind(&self) -> bool {
        let absent = self.logs.iter().filter(|log| matches!(log.lines, Looked::Absent)).count();
        let unusable = self.logs.iter().any(|log| matches!(log.lines, Looked::Unusable(_)));
        // A copied tree holds what somebody has copied.
        unusable || absent > 0 && (absent == self.logs.len() || !self.scene.node.copied_tree)
    }

    /// The gravest.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.answers.iter().map(|answer| answer.cause.severity()).max()
    }
}

fn absent(language: Language, name: &str) -> String {
    match name {
        "journalctl" => say::no_journal(language).to_owned(),
        "/var/log/pods" => say::log_unreadable(language, name, say::pods_absent(language)),
        name => say::log_unreadable(language, name, say::log_not_there(language)),
    }
}

/// The whole screen.
pub(crate) fn screen(language: Language, diagnosis: &Diagnosis<'_>) -> Screen {
    let mut screen = Screen::default();
    for answer in diagnosis.answers {
        show(&mut screen, language, &diagnosis.scene, answer);
    }
    for unread in diagnosis.unread(language) {
        note(&mut screen, Mark::Unknown, &unread);
    }
    if let Some(compared) = diagnosis.cut {
        note(&mut screen, Mark::Unknown, &say::not_all_backups(language, compared));
    }
    if diagnosis.left_out > 0 {
        note(&mut screen, Mark::Unknown, &say::left_out(language, diagnosis.left_out));
    }
    let read = diagnosis.logs.iter().filter(|log| matches!(log.lines, Looked::Seen(_))).count();
    // Of what could not be read nothing good can be said.
    if diagnosis.answers.is_empty() && read > 0 {
        let found = if diagnosis.harmless > 0 { say::only_harmless } else { say::nothing_found };
        note(&mut screen, Mark::Good, found(language));
    }
    let mut parts = vec![say::read_lines(language, diagnosis.lines, read)];
    if diagnosis.harmless > 0 {
        parts.push(say::harmless(language, diagnosis.harmless));
    }
    if !diagnosis.answers.is_empty() {
        let critical =
            diagnosis.answers.iter().filter(|answer| answer.cause.severity() == Severity::Critical).count();
        parts.insert(0, say::summary(language, diagnosis.answers.len(), critical));
    }
    screen.wrapped(Line::new(), &Line::new(), &parts.join(language.semicolon()), Paint::Strong);
    screen
}

fn note(screen: &mut Screen, sign: Mark, text: &str) {
    screen.wrapped(Line::new().mark(sign).text(" "), &Line::new().text("    "), text, Paint::Plain);
}

fn show(screen: &mut Screen, language: Language, scene: &Scene<'_>, answer: &Answer) {
    let told = tell(language, scene, answer);
    let first = Line::new().mark(mark(answer.cause.severity())).text(" ");
    let first = match answer.cause.code() {
        Some(code) => first.painted(&code.to_string(), Paint::Faint).text(" "),
        None => first,
    };
    screen.wrapped(first, &Line::new().text("    "), &told.title, Paint::Strong);
    for evidence in &told.evidence {
        screen.indented(4, evidence);
    }
    screen.labelled(say::lines_label(language), &said(language, answer), Paint::Plain);
    let act = label::label_do(language);
    match (&told.command, told.advice) {
        (Some(command), _) => screen.command(act, command),
        (None, Some(advice)) => screen.labelled(act, advice, Paint::Plain),
        (None, None) => {}
    }
    if let Some(note) = told.note {
        screen.labelled("", note, Paint::Plain);
    }
}

/// How often, when, by whom, where.
pub(crate) fn said(language: Language, answer: &Answer) -> String {
    let Evidence { lines, span, spot } = &answer.evidence;
    let speakers: Vec<String> = answer.speakers.iter().map(|it| speaker(language, it)).collect();
    let speakers = speakers.join(language.comma());
    let spot = say::spot(language, &spot.source, spot.line);
    match span {
        Some((first, _)) if *lines == 1 => say::once(language, &exact(*first), &speakers, &spot),
        Some((first, last)) => say::times(language, *lines, &exact(*first), &exact(*last), &speakers, &spot),
        None => say::undated(language, *lines, &speakers, &spot),
    }
}

/// Puts an answer into words.
pub(crate) fn tell(language: Language, scene: &Scene<'_>, answer: &Answer) -> Told {
    let mut told = cause(language, scene, &answer.cause);
    if !answer.peers.is_empty() && tells_peers(&answer.cause) {
        let peers: Vec<&str> = answer.peers.iter().map(String::as_str).collect();
        told.evidence.push(say::with_peers(language, &peers.join(language.comma())));
    }
    told
}

fn tells_peers(cause: &Cause) -> bool {
    !matches!(cause, Cause::OtherServer { .. } | Cause::Distrust { .. } | Cause::Over { .. })
}
