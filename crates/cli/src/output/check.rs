//! The screen of `check`.

use super::findings::{self, Scene};
use super::groups::groups;
use super::suppressed::{self, Suppressed};
use super::{Line, Mark, Paint, Screen, board, date, details, left};
use crate::language::{Language, explain, graph, screen as say, suppress, trouble::trouble};
use jiff::Timestamp;
use perennial_core::assess::{Assessment, Policy, Severity, State};
use perennial_core::inventory::{Layout, Node, Trouble};
use std::time::Duration;

/// Everything that a look has given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report<'a> {
    /// What was seen.
    pub(crate) node: &'a Node,
    /// What follows from it.
    pub(crate) assessment: &'a Assessment,
    /// As of when.
    pub(crate) now: Timestamp,
    /// How long the look took.
    pub(crate) took: Duration,
    /// Whether `now` is a moment to come.
    pub(crate) future: bool,
    /// From when on the end of a certificate is told.
    pub(crate) policy: Policy,
    /// What does not count.
    pub(crate) suppressed: Suppressed<'a>,
}

/// How many checks ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Critical findings.
    pub(crate) critical: usize,
    /// Warnings.
    pub(crate) warnings: usize,
    /// Worth knowing.
    pub(crate) notices: usize,
    /// As they should be.
    pub(crate) passed: usize,
    /// Not used here.
    pub(crate) not_applicable: usize,
    /// Nothing known.
    pub(crate) not_looked_at: usize,
    /// Found, and known already.
    pub(crate) suppressed: usize,
}

impl<'a> Report<'a> {
    /// What findings are told about.
    pub(crate) fn scene(&self) -> Scene<'a> {
        Scene { node: self.node, now: self.now }
    }

    /// The node's name for people.
    pub(crate) fn name(&self, language: Language) -> String {
        let name = self.node.name.as_deref().or(self.node.host_name.as_deref());
        name.unwrap_or_else(|| say::this_node(language)).to_owned()
    }

    /// The counts.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for check in &self.assessment.checks {
            match &check.state {
                State::Pass => counts.passed += 1,
                State::NotApplicable => counts.not_applicable += 1,
                State::CouldNotLook(_) => counts.not_looked_at += 1,
                State::Suppressed { .. } => counts.suppressed += 1,
                State::Fail(finding) => match finding.severity() {
                    Severity::Critical => counts.critical += 1,
                    Severity::Warning => counts.warnings += 1,
                    Severity::Notice => counts.notices += 1,
                },
            }
        }
        counts
    }

    /// The next end of a certificate or CA, and whose.
    pub(crate) fn next_expiry(&self) -> Option<(Timestamp, &'a str)> {
        let credentials = self
            .node
            .credentials
            .iter()
            .filter(|credential| !self.assessment.is_foreign(credential))
            .filter_map(|credential| Some((credential.leaf()?.not_after(), credential.name.as_str())));
        let authorities = self.node.authorities.iter().filter_map(|authority| {
            let ends =
                authority.certificates.seen()?.iter().map(|certificate| certificate.not_after()).min()?;
            Some((ends, authority.name.as_str()))
        });
        credentials.chain(authorities).filter(|(at, _)| *at > self.now).min()
    }
}

/// The whole screen.
pub(crate) fn screen(language: Language, report: &Report<'_>) -> Screen {
    let mut screen = Screen::default();
    screen.line(header(language, report));
    board::show(&mut screen, language, report);
    for table in details::tables(language, report) {
        if !table.is_empty() {
            screen.blank();
            screen.table(table);
        }
    }
    screen.blank();
    for group in groups(report.assessment, &report.scene()) {
        findings::show(&mut screen, language, &report.scene(), &group);
    }
    blind(&mut screen, language, report);
    suppressed::show(&mut screen, language, report, true);
    screen.append(ending(language, report, false));
    screen
}

/// `cp1  v1.36.3  control plane  looked in 0.06s`.
fn header(language: Language, report: &Report<'_>) -> Line {
    let node = report.node;
    let mut parts = Vec::new();
    parts.extend(node.kubernetes.map(|version| version.to_string()));
    match node.layout {
        Layout::ControlPlane => parts.push(say::control_plane(language).to_owned()),
        Layout::Worker => parts.push(say::worker(language).to_owned()),
        Layout::Etcd => parts.push(say::etcd_alone(language).to_owned()),
        Layout::Foreign(_) | Layout::Nothing => {}
    }
    if node.copied_tree {
        parts.push(say::copied_tree(language).to_owned());
    }
    if report.future {
        parts.push(graph::as_of(language, &date(report.now)));
    }
    parts.push(say::looked_in(language, &format!("{:.2}s", report.took.as_secs_f64())));
    Line::new().painted(&report.name(language), Paint::Strong).text("  ").text(&parts.join("  "))
}

/// What could not be looked at, by the reason.
pub(super) fn blind(screen: &mut Screen, language: Language, report: &Report<'_>) {
    let mut told: Vec<(&Trouble, Vec<&str>)> = Vec::new();
    for check in &report.assessment.checks {
        let State::CouldNotLook(why) = &check.state else { continue };
        let object = match report.node.credential(&check.object) {
            Some(credential) => credential.place.file().path.as_str(),
            None => check.object.as_str(),
        };
        match told.iter_mut().find(|(known, _)| *known == why) {
            Some((_, objects)) if objects.contains(&object) => {}
            Some((_, objects)) => objects.push(object),
            None => told.push((why, vec![object])),
        }
    }
    for (why, objects) in told {
        let sentence = trouble(language, &objects.join(language.comma()), why);
        let first = Line::new().mark(Mark::Unknown).text(" ");
        screen.wrapped(first, &Line::new().text("    "), &sentence, Paint::Plain);
    }
}

/// The count line, or the one sentence of a healthy node. `alone`: it is all that tells which node this is.
pub(super) fn ending(language: Language, report: &Report<'_>, alone: bool) -> Screen {
    let counts = report.counts();
    let mut screen = Screen::default();
    let told = counts.critical + counts.warnings + counts.notices + counts.not_looked_at;
    if told + counts.suppressed == 0 {
        screen.line(healthy(language, report));
        return screen;
    }
    let mut parts = vec![say::critical(language, counts.critical), say::warnings(language, counts.warnings)];
    if counts.notices > 0 {
        parts.push(say::notices(language, counts.notices));
    }
    parts.push(say::passed(language, counts.passed));
    parts.push(say::not_applicable(language, counts.not_applicable));
    parts.push(say::not_looked_at(language, counts.not_looked_at));
    if counts.suppressed > 0 {
        let end = report.suppressed.first_end().map(|end| suppress::until(language, &end));
        let counted = suppress::counted(language, counts.suppressed);
        parts.push(end.map_or_else(|| counted.clone(), |end| say::with(language, &counted, &end)));
    }
    let mut line = parts.join(language.comma());
    if alone {
        line = say::of_node(language, &report.name(language), &line);
    }
    screen.wrapped(Line::new(), &Line::new(), &line, Paint::Strong);
    let codes = codes(report);
    if !codes.is_empty() && !alone {
        let line = Line::new().painted(explain::more(language), Paint::Faint).text("  ");
        screen.line(line.text(&format!("perennial explain {}", codes.join(" "))));
    }
    screen
}

/// The codes of the findings in the order of the screen, each once, the first few.
fn codes(report: &Report<'_>) -> Vec<String> {
    const SHOWN: usize = 5;
    let mut codes = Vec::new();
    for group in groups(report.assessment, &report.scene()) {
        let code = group.first.code().to_string();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.truncate(SHOWN);
    codes
}

/// `√ cp1: 41 checks passed, next expiry 2027-11-25 (364 days)`.
pub(crate) fn healthy(language: Language, report: &Report<'_>) -> Line {
    let (name, passed) = (report.name(language), report.counts().passed);
    let sentence = match report.next_expiry() {
        Some((at, _)) => say::healthy(language, &name, passed, &date(at), &left(language, report.now, at)),
        None => say::healthy_without_date(language, &name, passed),
    };
    Line::new().mark(Mark::Good).text(" ").text(&sentence)
}
