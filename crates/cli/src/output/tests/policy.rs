//! The forms for chats, tickets, monitoring and continuous integration; what does not count.

use super::*;
use crate::config::{Origin, Silence, suppress as asked};
use crate::exit::{FailOn, of_assessment};
use crate::output::suppressed::Suppressed;
use crate::output::{junit, nagios, short};
use perennial_core::assess::{Threshold, suppress};

fn from_file(object: &str, until: &str, line: usize) -> Silence {
    let mut suppression = asked::parse(object).unwrap();
    suppression.reason = Some("the old copy goes with this machine, CHG-4711".to_owned());
    suppression.until = Some(asked::until(until).unwrap());
    Silence { suppression, origin: Origin::File { path: "/etc/perennial/config.yaml".into(), line } }
}

fn with_silences<T>(
    node: &Node,
    now: Timestamp,
    silences: &[Silence],
    then: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let mut assessment = assess(node, &Policy::default(), now);
    let wanted: Vec<_> = silences.iter().map(|silence| silence.suppression.clone()).collect();
    let uses = suppress(&mut assessment, node, &wanted, now);
    let suppressed = Suppressed { silences, uses: &uses, left_out: 0, file: None };
    then(&Report { suppressed, ..report_of(node, &assessment, now) })
}

/// One that silences, one for this call, one that has ended, one that fits nothing.
fn silences() -> Vec<Silence> {
    vec![
        from_file("PRN1201", "2027-03-01", 12),
        Silence {
            suppression: asked::parse("PRN4103=*scheduler*").unwrap(),
            origin: Origin::Flag("--suppress"),
        },
        from_file("PRN7102", "2026-01-01", 16),
        from_file("PRN6101=w-07", "2027-01-01", 20),
        from_file("PRN6102", "2026-01-01", 24),
    ]
}

#[test]
fn the_short_form() {
    for (name, node, now) in nodes() {
        for (language, code) in LANGUAGES {
            with_report(&node, now, |report| {
                snapshot(&format!("short_{name}_{code}"), &short::screen(language, report));
            });
        }
    }
}

#[test]
fn what_does_not_count_is_told() {
    let node = ageing();
    for (language, code) in LANGUAGES {
        with_silences(&node, time(LATE), &silences(), |report| {
            snapshot(&format!("suppressed_check_{code}"), &check::screen(language, report));
            snapshot(&format!("suppressed_short_{code}"), &short::screen(language, report));
        });
    }
    let document = with_silences(&node, time(LATE), &silences(), |report| {
        json::render(&json::check::CheckReport::new(report, Exit::Critical)).unwrap()
    });
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let told = serde_json::to_string_pretty(&serde_json::json!({
        "summary": document["summary"], "suppressions": document["suppressions"],
        "findings": document["findings"],
    }));
    snapshot_text("suppressed_json", &told.unwrap());
}

#[test]
fn one_line_for_nagios() {
    let mut all = String::new();
    for (_, node, now) in nodes() {
        with_report(&node, now, |report| {
            let exit = of_assessment(report.assessment, FailOn::Warning, false);
            all.push_str(&nagios::text(report, exit, false));
            all.push('\n');
        });
    }
    with_silences(&ageing(), time(LATE), &silences(), |report| {
        let exit = of_assessment(report.assessment, FailOn::Warning, false);
        all.push_str(&nagios::text(report, exit, true));
    });
    snapshot_text("nagios", &all);
    assert!(all.is_ascii(), "a monitoring host may have any locale: {all}");
}

#[test]
fn limits_are_ranges_for_nagios_in_their_own_unit() {
    let node = healthy();
    let assessment = assess(&node, &Policy::default(), time(QUIET));
    for (warn, crit, days, percent) in [
        ("30d", "7d", ";30:;7:", ";;"),
        ("20%", "5%", ";;", ";20:;5:"),
        // Longer than the whole life of what ends next.
        ("400d", "7d", ";;7:", ";;"),
        ("30d,20%", "12h", ";30:;0.5:", ";20:;"),
    ] {
        let limit = |text: &str| text.parse::<Threshold>().unwrap();
        let policy = Policy::new(limit(warn), limit(crit));
        let report = Report { policy, ..report_of(&node, &assessment, time(QUIET)) };
        let text = nagios::text(&report, Exit::Good, false);
        let value = |label: &str| {
            let word = text.split(' ').find(|word| word.starts_with(label)).unwrap();
            word.split_once(';').map(|(_, limits)| format!(";{limits}")).unwrap()
        };
        assert_eq!((value("min_days=").as_str(), value("min_percent=").as_str()), (days, percent), "{text}");
    }
}

#[test]
fn a_document_for_continuous_integration() {
    let without_time = |text: String| {
        let mut out = String::new();
        for (index, part) in text.split(" time=\"").enumerate() {
            out.push_str(if index == 0 { part } else { part.split_once('"').unwrap().1 });
        }
        out
    };
    let text = with_silences(&ageing(), time(LATE), &silences(), |report| {
        junit::text(report, FailOn::Critical).unwrap()
    });
    snapshot_text("junit", &without_time(text));
    let warnings = with_report(&ageing(), time(LATE), |report| {
        junit::text(report, FailOn::Warning).unwrap().matches("<failure").count()
    });
    let critical = with_report(&ageing(), time(LATE), |report| {
        junit::text(report, FailOn::Critical).unwrap().matches("<failure").count()
    });
    let counts = with_report(&ageing(), time(LATE), |report| report.counts());
    assert_eq!((critical, warnings), (counts.critical, counts.critical + counts.warnings));
}
