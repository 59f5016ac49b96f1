//! Every verb on every kind of tree: the exit code is a documented one and the same in every form of the answer, a
//! document is what its schema says, nothing is changed, no key is shown, and no name steers the terminal.

use crate::schema;
use crate::seen::perennial;
use crate::trees::{KINDS, Kind};
use perennial_testdata::Tree;
use serde_json::Value;
use std::process::Output;

/// The exit codes of verbs that look, as `perennial --help` lists them.
const LOOKS: [i32; 5] = [0, 1, 2, 3, 4];

fn root<'a>(tree: &'a Tree, verb: &[&'a str]) -> Vec<&'a str> {
    [verb, &["--root", tree.root().as_str(), "--no-progress"]].concat()
}

/// Nothing that a name could have brought in steers a terminal or begins a line of its own.
fn harmless(output: &Output, what: &str) {
    for said in [&output.stdout, &output.stderr] {
        let said = String::from_utf8(said.clone()).unwrap();
        let hostile = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!said.contains(hostile), "{what}: {:?}", said.chars().find(|c| hostile(*c)));
        assert!(!said.lines().any(|line| line.trim_start().starts_with("FORGED")), "{what}: {said}");
        assert!(!said.contains("panicked"), "{what}: {said}");
    }
}

/// Runs a verb in all its forms; gives back the exit code and the document.
fn every_form(kind: &Kind, verb: &[&str]) -> (i32, Value) {
    let tree = (kind.make)();
    let before = tree.inventory();
    let what = format!("{} {verb:?}", kind.name);
    let json = perennial(&tree, &root(&tree, &[verb, &["-o", "json"]].concat()));
    harmless(&json, &what);
    let status = json.status.code().unwrap();
    let document: Value =
        serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(schema::faults(&document), Vec::<String>::new(), "{what}: {document:#}");
    for language in ["en", "zh"] {
        let said = perennial(&tree, &root(&tree, &[verb, &["--lang", language]].concat()));
        harmless(&said, &what);
        assert_eq!(said.status.code(), Some(status), "{what} {language}: {said:?}");
    }
    assert_eq!(before, tree.inventory(), "{what} has changed something");
    (status, document)
}

#[test]
fn check() {
    for kind in KINDS {
        let (status, document) = every_form(kind, &["check"]);
        other_forms(kind, &["check"], &["short", "yaml", "junit"], status);
        if status == 4 {
            assert_eq!((&document["kind"], kind.check), (&"Failure".into(), 4), "{}", kind.name);
            continue;
        }
        let summary = &document["summary"];
        assert_eq!(summary["exitCode"], status, "{}", kind.name);
        let critical = summary["critical"].as_u64().unwrap();
        assert_eq!((status, critical > 0), (kind.check, kind.check == 2), "{}: {document:#}", kind.name);
        for finding in document["findings"].as_array().unwrap() {
            let objects = finding["objects"].as_array().unwrap();
            assert!(!objects.is_empty() && objects.iter().all(|one| one["name"] != ""), "{finding:#}");
            // A sentence in the advice, a command, or nothing that anybody could do.
            assert!(finding["command"].is_null() || finding["advice"].is_null(), "{finding:#}");
        }
    }
}

/// Forms that are neither a document nor in a language.
fn other_forms(kind: &Kind, verb: &[&str], forms: &[&str], status: i32) {
    let tree = (kind.make)();
    for form in forms {
        let said = perennial(&tree, &root(&tree, &[verb, &["-o", form]].concat()));
        harmless(&said, kind.name);
        let code = said.status.code().unwrap();
        // For kubeadm's readers what is there and can't be read is not looked at.
        assert!(code == status || (*form == "kubeadm" && code == 3), "{} {form}: {said:?}", kind.name);
    }
}

#[test]
fn list() {
    for kind in KINDS {
        let (status, _) = every_form(kind, &["list"]);
        assert!([0, 3, 4].contains(&status), "{}: {status}", kind.name);
        other_forms(kind, &["list"], &["wide", "yaml", "name", "kubeadm"], status);
    }
}

#[test]
fn graph() {
    for kind in KINDS {
        let verb = ["graph", "--as-of", "90d"];
        let (status, _) = every_form(kind, &verb);
        assert!(LOOKS.contains(&status), "{}: {status}", kind.name);
        other_forms(kind, &verb, &["dot"], status);
    }
}

#[test]
fn inspect() {
    for kind in KINDS {
        for file in ["pki/apiserver.crt", "scheduler.conf"] {
            let (status, document) = every_form(kind, &["inspect", &format!("/etc/kubernetes/{file}")]);
            let shown = document["kind"] == "Inspection";
            assert_eq!(status, if shown { 0 } else { 3 }, "{} {file}: {document:#}", kind.name);
        }
    }
}

#[test]
fn kubeconfig_refresh() {
    for kind in KINDS {
        let (status, document) = every_form(kind, &["kubeconfig", "refresh", "--dry-run"]);
        assert!([0, 1, 4].contains(&status), "{}: {status}", kind.name);
        let expected = if status == 4 { "Failure" } else { "Plan" };
        assert_eq!(document["kind"], expected, "{}: {document:#}", kind.name);
    }
}

#[test]
fn diagnose() {
    let logs = tempfile::tempdir().unwrap();
    let log = logs.path().join("a\u{1b}[31m\nFORGED\u{202e}.log");
    std::fs::write(&log, "x509: certificate has expired or is not yet valid: current time 2099-01-01T00:00:00Z is after 2020-01-01T00:00:00Z\n").unwrap();
    for kind in KINDS {
        let (status, _) = every_form(kind, &["diagnose", log.to_str().unwrap()]);
        assert!(LOOKS.contains(&status), "{}: {status}", kind.name);
    }
}

#[test]
fn evidence_verify() {
    let directory = tempfile::tempdir().unwrap();
    for of_cp1 in [true, false] {
        let file = directory.path().join("e.json");
        std::fs::write(&file, crate::evidence::full_of("x\u{1b}[2J\nFORGED\u{202e}", of_cp1)).unwrap();
        for kind in KINDS {
            let (status, document) = every_form(kind, &["evidence", "verify", file.to_str().unwrap()]);
            let here = document["kind"] == "EvidenceReport";
            // What it names is nowhere.
            assert_eq!(status, if here { 2 } else { 4 }, "{}: {document:#}", kind.name);
        }
    }
}

#[test]
fn what_needs_a_live_node_refuses_a_copied_tree() {
    for kind in KINDS {
        for verb in [
            &["verify"][..],
            &["renew", "--dry-run"],
            &["renew", "--yes"],
            &["reload", "--dry-run"],
            &["backup"],
        ] {
            let tree = (kind.make)();
            let before = tree.inventory();
            for form in [&["-o", "json"][..], &["--lang", "zh"]] {
                let output = perennial(&tree, &root(&tree, &[verb, form].concat()));
                harmless(&output, kind.name);
                assert_eq!(output.status.code(), Some(64), "{} {verb:?}: {output:?}", kind.name);
            }
            assert_eq!(before, tree.inventory(), "{} {verb:?}", kind.name);
        }
    }
}
