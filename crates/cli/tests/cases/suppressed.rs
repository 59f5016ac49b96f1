//! Findings that are known already: silenced by code and object, with a reason and an end, and never out of sight.

use crate::jail;
use crate::schema;
use crate::seen::{perennial, perennial_in};
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;
use std::process::Output;

/// The front proxy's certificate is over: PRN1101, exit code 2, and nothing else.
fn tree() -> Tree {
    let tree = Tree::control_plane("cp1");
    let old = Leaf::client("/CN=front-proxy-client").days(-400, -35);
    tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &old));
    tree
}

fn check(tree: &Tree, more: &[&str]) -> Output {
    perennial(tree, &[&["check", "--root", tree.root().as_str()], more].concat())
}

/// The document, which is what its schema says, and the exit code.
fn document(tree: &Tree, more: &[&str]) -> (Option<i32>, Value) {
    let output = check(tree, &[&["-o", "json"], more].concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema::faults(&document), Vec::<String>::new());
    assert_eq!(document["summary"]["exitCode"].as_i64(), output.status.code().map(i64::from));
    (output.status.code(), document)
}

/// A file of settings outside of the tree.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.yaml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

fn entry(code: &str, object: &str, until: &str) -> String {
    format!(
        "suppress:\n- code: {code}\n  object: {object}\n  reason: moved to the new proxy, CHG-4711\n  until: {until}\n"
    )
}

#[test]
fn a_code_is_silenced_for_one_call_under_every_name_of_its_object() {
    let tree = tree();
    for object in [
        "",
        "=front-proxy-client",
        "=/etc/kubernetes/pki/front-proxy-client.crt",
        "=*/pki/front-proxy-*",
        "=cp1",
        "=*",
    ] {
        let (status, document) = document(&tree, &["--suppress", &format!("PRN1101{object}")]);
        let summary = &document["summary"];
        assert_eq!((status, &summary["critical"], &summary["suppressed"]), (Some(0), &0.into(), &1.into()));
        let finding = &document["findings"][0];
        assert_eq!((&finding["code"], &finding["severity"]), (&"PRN1101".into(), &"critical".into()));
        assert_eq!(finding["suppressed"]["origin"]["name"], "--suppress", "{finding:#}");
        assert_eq!(finding["suppressed"]["until"], Value::Null);
        assert_eq!(document["suppressions"][0]["state"], "active");
    }
}

#[test]
fn what_is_not_meant_counts_and_a_suppression_that_fits_nothing_is_told() {
    let tree = tree();
    for other in ["PRN1101=apiserver", "PRN1101=front-proxy", "PRN1201", "PRN1101=cp2"] {
        let (status, document) = document(&tree, &["--suppress", other]);
        assert_eq!((status, &document["suppressions"][0]["findings"]), (Some(2), &0.into()), "{other}");
        assert_eq!(document["findings"][0]["suppressed"], Value::Null);
        for (language, said) in [("en", "fits nothing here"), ("zh", "此处没有与该抑制对应的问题")]
        {
            let output = check(&tree, &["--suppress", other, "--lang", language]);
            assert!(String::from_utf8_lossy(&output.stdout).contains(said), "{output:?}");
        }
    }
}

#[test]
fn a_file_silences_with_a_reason_until_a_day_and_all_of_it_is_told() {
    let tree = tree();
    let (_kept, path) = file(&entry("PRN1101", "front-proxy-client", "2099-03-01"));
    let (status, document) = document(&tree, &["--config", &path]);
    assert_eq!(status, Some(0));
    let suppressed = &document["findings"][0]["suppressed"];
    assert_eq!(suppressed["reason"], "moved to the new proxy, CHG-4711");
    assert_eq!(suppressed["until"], "2099-03-01");
    assert_eq!(
        suppressed["origin"],
        serde_json::json!({"kind": "file", "name": path, "line": 2}),
        "{document:#}"
    );
    assert!(document["checks"].as_array().unwrap().iter().any(|check| check["state"] == "suppressed"));
    for (language, words) in [
        ("en", ["1 finding suppressed until 2099-03-01", "1 suppressed (until 2099-03-01)"]),
        ("zh", ["已抑制 1 项问题，至 2099-03-01 为止", "1 项已抑制（至 2099-03-01 为止）"]),
    ] {
        for form in ["table", "short"] {
            let output = check(&tree, &["--config", &path, "--lang", language, "-o", form]);
            // However it is broken into lines.
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            for word in words.iter().chain(&["CHG-4711"]) {
                assert!(bare(&said).contains(&bare(word)), "{form}: {said}");
            }
        }
    }
    let junit = check(&tree, &["--config", &path, "-o", "junit"]);
    let junit = String::from_utf8_lossy(&junit.stdout).into_owned();
    assert!(
        junit.contains("<skipped message=\"suppressed (PRN1101=front-proxy-client until 2099-03-01"),
        "{junit}"
    );
    assert!(!junit.contains("<failure"), "{junit}");
}

#[test]
fn after_its_day_it_counts_again_and_that_is_said() {
    let tree = tree();
    let (_kept, path) = file(&entry("PRN1101", "'*'", "2020-03-01"));
    let (status, document) = document(&tree, &["--config", &path]);
    assert_eq!((status, &document["suppressions"][0]["state"]), (Some(2), &"ended".into()));
    assert_eq!(document["suppressions"][0]["findings"], 1);
    for (language, said) in
        [("en", "has ended on 2020-03-01, and 1 finding counts"), ("zh", "已于 2020-03-01 结束")]
    {
        let output = check(&tree, &["--config", &path, "--lang", language]);
        let text = String::from_utf8_lossy(&output.stdout).replace("\n    ", " ");
        assert!(text.contains(said), "{text}");
    }
    // What will be so is judged as of that day.
    let (_kept, path) = file(&entry("PRN1101", "front-proxy-client", "2099-03-01"));
    assert_eq!(check(&tree, &["--config", &path, "--as-of", "2099-02-28"]).status.code(), Some(2));
    let ended = check(&tree, &["--config", &path, "--as-of", "2099-03-01", "-o", "short"]);
    assert!(String::from_utf8_lossy(&ended.stdout).contains("has ended on 2099-03-01"), "{ended:?}");
}

#[test]
fn what_is_dead_is_dead_for_bare_perennial() {
    let tree = tree();
    let (_kept, path) = file(&entry("PRN1101", "front-proxy-client", "2099-03-01"));
    let output = perennial(&tree, &["--root", tree.root().as_str(), "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("front-proxy-client"), "{output:?}");
    let output = perennial(&tree, &["--root", tree.root().as_str(), "--suppress", "PRN1101"]);
    assert_eq!(output.status.code(), Some(64), "only check takes it: {output:?}");
}

#[test]
fn a_variable_silences_too_and_the_first_that_fits_counts() {
    let tree = tree();
    let variable = [("PERENNIAL_SUPPRESS", "PRN1201 PRN1101=front-proxy-client")];
    let root = tree.root().as_str();
    let output = perennial_in(&tree, &["check", "--root", root, "-o", "json"], &variable);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(document["findings"][0]["suppressed"]["origin"]["name"], "PERENNIAL_SUPPRESS");
    let output =
        perennial_in(&tree, &["check", "--root", root, "--suppress", "PRN1101", "-o", "json"], &variable);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["findings"][0]["suppressed"]["origin"]["name"], "--suppress");
}

/// What another one silences is neither "nothing here" nor counting again.
#[test]
fn of_several_for_the_same_the_first_silences_and_the_others_are_told_as_that() {
    let tree = tree();
    for (until, said) in
        [("2099-03-01", "another suppression of the same comes first"), ("2020-03-01", "it can go")]
    {
        let (_kept, path) = file(&entry("PRN1101", "front-proxy-client", until));
        let both = ["--config", &path, "--suppress", "PRN1101=cp1"];
        let (status, document) = document(&tree, &both);
        let counts: Vec<_> = document["suppressions"].as_array().unwrap().iter().collect();
        assert_eq!(status, Some(0));
        for (one, expected) in counts.iter().zip([(1, 0), (0, 1)]) {
            assert_eq!(
                (&one["findings"], &one["silencedByOthers"]),
                (&expected.0.into(), &expected.1.into())
            );
        }
        let output = check(&tree, &both);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.replace("\n    ", " ").contains(said) && !text.contains("counts again"), "{text}");
    }
}

#[test]
fn a_run_that_was_cut_off_and_what_is_no_code_can_not_be_silenced() {
    let tree = tree();
    for (wrong, en, zh) in [
        ("PRN8101", "PRN8101 can't be suppressed", "PRN8101 不能被抑制"),
        ("PRN0001", "PRN0001 is no code of a finding", "PRN0001 不是问题代码"),
        ("expired", "expired is no code of a finding", "expired 不是问题代码"),
        ("PRN1101=", "the object is empty", "对象为空"),
    ] {
        for (language, said) in [("en", en), ("zh", zh)] {
            let output = check(&tree, &["--suppress", wrong, "--lang", language]);
            assert_eq!(output.status.code(), Some(64), "{output:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{output:?}");
        }
    }
}

/// The usual file, in a tree that is the whole file system of perennial.
#[test]
fn the_machines_own_file_is_for_the_machine_alone_and_no_plan_heeds_it() {
    let with = |config: &str| {
        let tree = tree();
        jail::prepare(&tree);
        tree.write("etc/perennial/config.yaml", config);
        tree
    };
    let silent = with(&(entry("PRN1101", "front-proxy-client", "2099-03-01") + "validity: 180d\n"));
    let said = |tree: &Tree, arguments: &[&str]| {
        let output = jail::perennial(tree, arguments, b"");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let count = |text: &str| -> Vec<Value> {
        let document: Value = serde_json::from_str(text).unwrap();
        let findings = document["findings"].as_array().unwrap().iter();
        findings
            .filter(|one| one["code"] == "PRN1101")
            .map(|one| one["suppressed"]["until"].clone())
            .collect()
    };
    let (_, own) = said(&silent, &["check", "-o", "json"]);
    assert_eq!(count(&own), ["2099-03-01"], "{own}");
    // A copied tree is another machine's.
    let (status, copy) = said(&silent, &["check", "-o", "json", "--root", "/"]);
    assert_eq!((status, count(&copy)), (Some(2), vec![Value::Null]), "{copy}");
    let (_, told) = said(&silent, &["check", "--root", "/"]);
    assert!(told.contains("1 suppression in /etc/perennial/config.yaml"), "{told}");
    let (_, asked) =
        said(&silent, &["check", "-o", "json", "--root", "/", "--config", "/etc/perennial/config.yaml"]);
    assert_eq!(count(&asked), ["2099-03-01"], "{asked}");

    // The tree's own file says nothing to who looks at it from elsewhere.
    assert_eq!(check(&silent, &[]).status.code(), Some(2));

    // What is renewed is the same, silenced or not; for how long is a setting.
    let plan = |tree: &Tree| -> Vec<(Value, Value)> {
        let (_, text) = said(tree, &["renew", "--dry-run", "-o", "json", "--due"]);
        let document: Value = serde_json::from_str(&text).unwrap();
        let renewals = document["renewals"].as_array().unwrap_or_else(|| panic!("{document:#}")).iter();
        renewals.map(|one| (one["credential"].clone(), one["newNotAfter"].clone())).collect()
    };
    let (silenced, plain) = (plan(&silent), plan(&with("")));
    let names = |plan: &[(Value, Value)]| plan.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&silenced), names(&plain));
    assert_eq!(names(&plain), ["front-proxy-client"]);
    assert!(silenced[0].1.as_str().unwrap() < plain[0].1.as_str().unwrap(), "{silenced:?} {plain:?}");
}
