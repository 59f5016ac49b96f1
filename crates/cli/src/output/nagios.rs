//! `check -o nagios`: one line with its numbers, as the Monitoring Plugins' guidelines want it
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>): status word, text, `|`, `label=value[UOM];warn;crit`.
//! Limits are ranges: `30:` alerts below 30. Lines behind the first are what Nagios calls long output.

use super::check::Report;
use super::findings::tell;
use super::groups::{Group, groups};
use super::{date, escape, left};
use crate::exit::Exit;
use crate::language::{Language, screen as say, suppress, trouble::trouble};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::{About, Finding, State, Threshold};
use std::collections::BTreeSet;

/// NRPE hands on 1024 bytes of old, and the numbers must be among them.
const TEXT: usize = 400;
/// Bytes of a line of the long output.
const LINE: usize = 500;
/// Lines of the long output.
const LINES: usize = 20;

/// The whole output for an exit code that is already [`Exit::for_nagios`]'s.
pub(crate) fn text(report: &Report<'_>, exit: Exit, partial: bool) -> String {
    let groups = groups(report.assessment, &report.scene());
    let summary = cut(&plain(&summary(report, &groups, partial)), TEXT);
    let mut out = format!("PERENNIAL {} - {summary} | {}\n", word(exit), numbers(report).join(" "));
    for line in long(report, &groups).into_iter().take(LINES) {
        out.push_str(&cut(&plain(&line), LINE));
        out.push('\n');
    }
    out
}

/// Why there is no answer.
pub(crate) fn unknown(message: &str) -> String {
    format!("PERENNIAL UNKNOWN - {}\n", cut(&plain(message), TEXT))
}

fn word(exit: Exit) -> &'static str {
    match exit.for_nagios() {
        Exit::Good => "OK",
        Exit::Attention => "WARNING",
        Exit::Critical => "CRITICAL",
        _ => "UNKNOWN",
    }
}

fn summary(report: &Report<'_>, groups: &[Group<'_>], partial: bool) -> String {
    let language = Language::En;
    let counts = report.counts();
    let mut parts = Vec::new();
    if counts.critical + counts.warnings == 0 {
        parts.push(match report.next_expiry() {
            Some((at, _)) => {
                let (node, left) = (report.name(language), left(language, report.now, at));
                say::healthy(language, &node, counts.passed, &date(at), &left)
            }
            None => say::healthy_without_date(language, &report.name(language), counts.passed),
        });
    } else {
        parts.push(say::critical(language, counts.critical));
        parts.push(say::warnings(language, counts.warnings));
    }
    if counts.not_looked_at > 0 {
        parts.push(say::not_looked_at(language, counts.not_looked_at));
    }
    if counts.suppressed > 0 {
        let end = report.suppressed.first_end().map(|end| format!(" (until {end})"));
        parts.push(suppress::counted(language, counts.suppressed) + &end.unwrap_or_default());
    }
    let mut text = parts.join(", ");
    if let Some(first) =
        groups.iter().find(|group| group.severity() > perennial_core::assess::Severity::Notice)
    {
        let title = tell(language, &report.scene(), first).title;
        text.push_str(&format!("; first: {} {title}", first.first.code()));
    } else if let Some((object, why)) = blind(report).next() {
        text.push_str(&format!("; first: {}", trouble(language, object, why)));
    }
    if partial {
        text.push_str(&format!("; {}", say::without_root(language)));
    }
    text
}

/// Each finding, each blind spot, and what does not count.
fn long(report: &Report<'_>, groups: &[Group<'_>]) -> Vec<String> {
    let language = Language::En;
    let findings = groups.iter().map(|group| {
        let told = tell(language, &report.scene(), group);
        let act = told.command.or_else(|| told.advice.map(str::to_owned));
        // A command that can't be copied as it stands is none.
        let act = act.filter(|act| plain(act) == *act).map(|act| format!("; do: {act}")).unwrap_or_default();
        format!("{} {}{act}", group.first.code(), told.title)
    });
    let blind = blind(report).map(|(object, why)| trouble(language, object, why));
    findings.chain(blind).collect()
}

fn blind<'a>(report: &Report<'a>) -> impl Iterator<Item = (&'a str, &'a perennial_core::inventory::Trouble)> {
    report.assessment.checks.iter().filter_map(|check| match &check.state {
        State::CouldNotLook(why) => Some((check.object.as_str(), why)),
        _ => None,
    })
}

/// `min_days` and `min_percent`: of the certificate that ends next, or has ended; then the counts.
fn numbers(report: &Report<'_>) -> Vec<String> {
    let counts = report.counts();
    let lives = lives(report);
    let least = |value: fn(&Life, Timestamp) -> f64| {
        lives.iter().map(|life| value(life, report.now)).min_by(f64::total_cmp)
    };
    // A time that does not judge this certificate is no limit of its days.
    let next = lives.iter().min_by_key(|life| life.to);
    let judges = |limit: Threshold| match limit {
        Threshold::TimeOrShare(time, _) => next.is_none_or(|life| life.to.duration_since(life.from) > time),
        _ => true,
    };
    let limit = |of: fn(Threshold) -> Option<f64>, limit: Threshold| {
        of(limit).filter(|_| judges(limit)).map(|value| format!("{}:", decimal(value))).unwrap_or_default()
    };
    let dated = |label: &str, unit: &str, least: Option<f64>, of: fn(Threshold) -> Option<f64>| {
        let value = least.map_or_else(|| "U".to_owned(), |value| format!("{}{unit}", decimal(value)));
        format!("{label}={value};{};{}", limit(of, report.policy.warn), limit(of, report.policy.critical))
    };
    let count = |label: &str, n: usize| format!("{label}={n};;;0");
    vec![
        dated("min_days", "", least(Life::days), days),
        dated("min_percent", "%", least(Life::percent), percent),
        count("critical", counts.critical),
        count("warnings", counts.warnings),
        count("passed", counts.passed),
        count("unknown", counts.not_looked_at),
        count("suppressed", counts.suppressed),
    ]
}

struct Life {
    from: Timestamp,
    to: Timestamp,
}

impl Life {
    fn days(&self, now: Timestamp) -> f64 {
        self.to.duration_since(now).as_secs_f64() / 86_400.0
    }

    /// Of its life, what is left: none once it is over.
    fn percent(&self, now: Timestamp) -> f64 {
        let life = self.to.duration_since(self.from).as_secs_f64().max(1.0);
        (self.to.duration_since(now).as_secs_f64() * 100.0 / life).clamp(0.0, 100.0)
    }
}

/// Of everything that has a date here and counts.
fn lives(report: &Report<'_>) -> Vec<Life> {
    let silenced: BTreeSet<&str> = report.assessment.checks.iter().filter_map(silenced).collect();
    let counts = |name: &str| !silenced.contains(name);
    let credentials = report.node.credentials.iter().filter(|one| !report.assessment.is_foreign(one));
    let credentials = credentials.filter(|one| counts(&one.name)).filter_map(|one| one.leaf());
    let authorities = report.node.authorities.iter().filter(|one| counts(&one.name));
    let authorities = authorities.filter_map(|one| one.certificates.seen()).flatten();
    let all = credentials.chain(authorities);
    all.map(|one| Life { from: one.not_before(), to: one.not_after() }).collect()
}

/// Whose date is silenced.
fn silenced(check: &perennial_core::assess::Check) -> Option<&str> {
    let State::Suppressed { finding, .. } = &check.state else { return None };
    let dated = matches!(
        finding,
        Finding::CertificateExpired { .. }
            | Finding::CertificateEndsSoon { .. }
            | Finding::AuthorityExpired { .. }
            | Finding::AuthorityEndsSoon { .. }
    );
    match finding.about() {
        About::Credential(name) | About::Authority(name) if dated => Some(name),
        _ => None,
    }
}

fn days(limit: Threshold) -> Option<f64> {
    let days = |time: SignedDuration| time.as_secs_f64() / 86_400.0;
    match limit {
        Threshold::Time(time) | Threshold::TimeOrShare(time, _) | Threshold::Both(time, _) => {
            Some(days(time))
        }
        Threshold::Percent(_) => None,
    }
}

fn percent(limit: Threshold) -> Option<f64> {
    match limit {
        Threshold::Percent(percent) | Threshold::Both(_, percent) => Some(f64::from(percent)),
        Threshold::Time(_) | Threshold::TimeOrShare(..) => None,
    }
}

/// One digit behind the point, and that only where it says something.
fn decimal(value: f64) -> String {
    let text = format!("{:.1}", (value * 10.0).trunc() / 10.0);
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}

/// Neither a line's end, nor what steers a terminal, nor the bar before the numbers: all of it may be a stranger's.
fn plain(text: &str) -> String {
    escape(text).replace('|', "\\u{7c}")
}

/// At most so many bytes.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most.saturating_sub(3)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    format!("{}...", text.get(..end).unwrap_or_default())
}
