//! What a client saw of the API while a run lasted: on the screen, in the RunReport, in the Evidence.

use super::*;
use perennial_core::run::{Outage, Writes};

/// Each with its name.
fn seen() -> [(&'static str, Writes); 5] {
    let from = time("2026-11-24T02:30:00.100Z");
    let good = Writes { ok: 87, from: Some(from), ..Writes::default() };
    let outage = Outage { from: time("2026-11-24T02:30:03.200Z"), until: time("2026-11-24T02:30:04.412Z") };
    let error = Some("no answer: Connection refused (os error 111)".to_owned());
    let failed = Writes { ok: 84, failed: 3, longest: Some(outage), error, ..good.clone() };
    let late = Writes { ok: 12, late: true, from: Some(time("2026-11-24T02:30:07Z")), ..Writes::default() };
    let refusal =
        Some("admission webhook \"deny.example.com\" denied the request: no (403 Forbidden)".to_owned());
    let refused = Writes { refused: 50, refusal, ..Writes::default() };
    let lost = Writes {
        left: Some("perennial-watch-cp1".to_owned()),
        ..Writes::unwatched("the API server does not accept the client certificate".to_owned())
    };
    [("good", good), ("failed", failed), ("late", late), ("refused", refused), ("lost", lost)]
}

#[test]
fn writes_during_a_run() {
    for (name, writes) in seen() {
        for (language, code) in LANGUAGES {
            let mut screen = Screen::default();
            crate::output::writes::lines(&mut screen, language, &writes);
            snapshot(&format!("writes_{name}_{code}"), &screen);
        }
    }
}

#[test]
fn writes_are_told_by_the_report_and_its_documents_and_change_no_exit_code() {
    let (node, edges) = (three(), prove(&healthy(), None));
    let plan = renewal(&node);
    let documents = |writes: Option<Writes>| {
        let run = Run { writes, ..run(Ended::Committed) };
        let report = report::Report { plan: &plan, run: Some(&run), edges: Some(&edges), evidence: None };
        let screen = report::screen(Language::En, &report).render(&terminal(false));
        let run_report = serde_json::to_value(json::run::RunReport::new(&report)).unwrap();
        let evidence = json::evidence::of_run("perennial renew".to_owned(), &report, &run, None, &node);
        (report.exit(), screen, run_report, serde_json::to_value(evidence.sealed().unwrap()).unwrap())
    };
    let (exit, screen, run_report, evidence) = documents(None);
    assert!(!screen.contains("writes"), "{screen}");
    assert_eq!((run_report.get("writes"), evidence.get("writes")), (None, None));
    for (name, writes) in seen() {
        let (same, screen, run_report, evidence) = documents(Some(writes.clone()));
        assert_eq!(same, exit, "{name}");
        assert_eq!(run_report["writes"], evidence["writes"], "{name}");
        let told = &evidence["writes"];
        assert_eq!((&told["ok"], &told["failed"]), (&writes.ok.into(), &writes.failed.into()), "{name}");
        assert_eq!(told["watched"], name != "refused" && name != "lost");
        assert_eq!(told["longestOutageMs"], if name == "failed" { 1212 } else { 0 }, "{name}");
        assert_eq!(screen.contains("‼ 87 writes during the run, 3 failed"), name == "failed", "{screen}");
        let text = evidence.to_string();
        assert!(json::evidence::Evidence::read(text.as_bytes()).is_ok(), "{name}: its digest fits");
    }
}
