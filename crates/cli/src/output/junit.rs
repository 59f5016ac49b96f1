//! `check -o junit`: one test case for each check, for continuous integration. In English, as every document.

use super::check::Report;
use super::config::{end, what};
use super::escape;
use super::findings::tell;
use super::groups::groups_of;
use crate::exit::{Exit, FailOn};
use crate::failure::Failure;
use crate::language::Language;
use perennial_core::assess::{Check, Finding, Severity, State};
use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

/// The document. A finding fails its test case where it would fail the call; other ones are told in its output.
pub(crate) fn text(report: &Report<'_>, fail_on: FailOn) -> Result<String, Failure> {
    let mut document = Document::new("perennial");
    document.set_time(report.took);
    let mut suite = TestSuite::new(escape(&report.name(Language::En)));
    suite.set_time(report.took);
    for check in &report.assessment.checks {
        suite.add_test_case(case(report, check, fail_on));
    }
    document.add_test_suite(suite);
    written(&document)
}

/// The document of a call that could not give its answer.
pub(crate) fn failure(failure: &Failure) -> Result<String, Failure> {
    let mut document = Document::new("perennial");
    let mut suite = TestSuite::new("perennial");
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(escape(&failure.message)).set_type(format!("exit {}", failure.exit.number()));
    let mut case = TestCase::new("perennial check", status);
    case.set_classname("perennial");
    suite.add_test_case(case);
    document.add_test_suite(suite);
    written(&document)
}

fn written(document: &Document) -> Result<String, Failure> {
    let text = document.to_string();
    text.map(|text| text + "\n").map_err(|error| Failure::new(Exit::Bug, error.to_string()))
}

fn case(report: &Report<'_>, check: &Check, fail_on: FailOn) -> TestCase {
    let (status, code, output) = match &check.state {
        State::Pass => (TestCaseStatus::success(), None, None),
        State::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("not applicable");
            (status, None, None)
        }
        State::CouldNotLook(why) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(escape(&format!("not looked at: {} {why}", check.object)));
            status.set_type("notLookedAt");
            (status, None, None)
        }
        State::Suppressed { finding, by } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(escape(&silenced(report, finding, *by)));
            (status, Some(finding.code()), None)
        }
        State::Fail(finding) => {
            let (title, more) = words(report, finding);
            if fails(finding.severity(), fail_on) {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(title).set_type(finding.code().to_string()).set_description(more);
                (status, Some(finding.code()), None)
            } else {
                (TestCaseStatus::success(), Some(finding.code()), Some(format!("{title}\n{more}")))
            }
        }
    };
    let mut case = TestCase::new(escape(&check.object), status);
    case.set_classname(code.map_or_else(|| "perennial".to_owned(), |code| format!("perennial.{code}")));
    if let Some(output) = output {
        case.set_system_out(output);
    }
    case
}

fn fails(severity: Severity, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Never => false,
        FailOn::Critical => severity == Severity::Critical,
        FailOn::Warning => severity >= Severity::Warning,
    }
}

/// The sentence, and everything that is told below it.
fn words(report: &Report<'_>, finding: &Finding) -> (String, String) {
    let groups = groups_of(vec![finding], &report.scene());
    let Some(group) = groups.first() else { return Default::default() };
    let told = tell(Language::En, &report.scene(), group);
    let mut lines = told.evidence;
    lines.extend(told.left_alone.map(|text| format!("left alone: {text}")));
    lines.extend(told.command.map(|text| format!("do: {text}")));
    lines.extend(told.advice.map(|text| format!("do: {text}")));
    let lines: Vec<_> = lines.iter().map(|line| escape(line).into_owned()).collect();
    (escape(&told.title).into_owned(), lines.join("\n"))
}

/// Why it does not count.
fn silenced(report: &Report<'_>, finding: &Finding, by: usize) -> String {
    let title = words(report, finding).0;
    let Some(silence) = report.suppressed.silences.get(by) else { return title };
    let suppression = &silence.suppression;
    let mut text = format!("suppressed ({}", what(suppression));
    if let Some(end) = end(suppression) {
        text.push_str(&format!(" until {end}"));
    }
    if let Some(reason) = &suppression.reason {
        text.push_str(&format!(": {reason}"));
    }
    format!("{text}): {title}")
}
