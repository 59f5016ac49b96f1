//! `check -o nagios` as the Monitoring Plugins' guidelines want a plugin: whatever happens, one line that begins with
//! the status, numbers that can be read, and an exit code from 0 to 3.

use crate::seen::{perennial, perennial_in};
use crate::trees::KINDS;
use perennial_testdata::{Leaf, Tree};
use std::fs::OpenOptions;
use std::process::{Command, Output};

const STATUS: [&str; 4] = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

/// What is wrong with the output of a plugin.
fn faults(output: &Output) -> Vec<String> {
    let mut faults = Vec::new();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let first = text.lines().next().unwrap_or_default();
    let code = output.status.code().unwrap();
    let status = STATUS.get(usize::try_from(code).unwrap()).copied().unwrap_or("none of the four");
    let Some(rest) = first.strip_prefix(&format!("PERENNIAL {status} - ")) else {
        return vec![format!("exit {code}, and the line is {first:?}")];
    };
    let (said, numbers) =
        rest.split_once(" | ").map_or((rest, None), |(said, numbers)| (said, Some(numbers)));
    if said.trim().is_empty() || !text.ends_with('\n') || first.len() > 1000 {
        faults.push(format!("not a line: {first:?}"));
    }
    if text.matches('|').count() > usize::from(numbers.is_some()) {
        faults.push(format!("a bar that begins no numbers: {text:?}"));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        faults.push(format!("a control character: {text:?}"));
    }
    if code < 3 && numbers.is_none() {
        faults.push("no numbers".to_owned());
    }
    for number in numbers.into_iter().flat_map(|numbers| numbers.split(' ')) {
        if !is_number(number) {
            faults.push(format!("{number:?} is not label=value[UOM];warn;crit;min;max"));
        }
    }
    faults
}

/// `label=value[UOM];[warn];[crit];[min];[max]` (guidelines, 2.6).
fn is_number(text: &str) -> bool {
    let Some((label, rest)) = text.split_once('=') else { return false };
    let mut parts = rest.split(';');
    let value = parts.next().unwrap_or_default();
    let unit = value.trim_start_matches(|letter: char| letter.is_ascii_digit() || "-.".contains(letter));
    let bare = value.strip_suffix(unit).unwrap_or_default();
    let limits: Vec<&str> = parts.collect();
    let ranges = limits.iter().take(2).all(|range| range.is_empty() || is_range(range));
    let ends = limits.iter().skip(2).all(|end| end.is_empty() || end.parse::<f64>().is_ok());
    !label.is_empty()
        && !label.contains(['\'', '"'])
        && (value == "U" || (bare.parse::<f64>().is_ok() && ["", "%", "s", "B", "c"].contains(&unit)))
        && limits.len() <= 4
        && ranges
        && ends
}

/// `[@][start:][end]` (guidelines, 2.5).
fn is_range(text: &str) -> bool {
    let text = text.strip_prefix('@').unwrap_or(text);
    let number = |text: &str| text.parse::<f64>().is_ok();
    match text.split_once(':') {
        Some((start, end)) => (start == "~" || number(start)) && (end.is_empty() || number(end)),
        None => number(text),
    }
}

fn check(tree: &Tree, more: &[&str]) -> Output {
    let root = tree.root().as_str();
    perennial(tree, &[&["check", "-o", "nagios", "--root", root], more].concat())
}

fn first_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

fn ends_in(days: i64) -> Tree {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::client("/CN=front-proxy-client").days(days - 365, days);
    tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &leaf));
    tree
}

#[test]
fn the_status_is_the_exit_code() {
    for (days, code, said) in [
        (300, 0, "PERENNIAL OK - cp1: "),
        (20, 1, "PERENNIAL WARNING - 0 critical, 1 warning; first: PRN1201 "),
        (-3, 2, "PERENNIAL CRITICAL - 1 critical, 0 warnings; first: PRN1101 "),
    ] {
        let output = check(&ends_in(days), &[]);
        assert_eq!((output.status.code(), faults(&output)), (Some(code), vec![]), "{output:?}");
        assert!(first_line(&output).starts_with(said), "{output:?}");
    }
    let line = first_line(&check(&ends_in(-3), &[]));
    assert!(line.contains(" min_days=-3;30:;7: min_percent=0%;20:;5: critical=1;;;0 "), "{line}");
    // Warnings are what such a plugin is for; whoever doesn't want them says so.
    let tree = ends_in(20);
    assert_eq!(check(&tree, &["--fail-on", "critical"]).status.code(), Some(0));
    assert_eq!(check(&tree, &["--fail-on", "never"]).status.code(), Some(0));
    let variable = [("PERENNIAL_OUTPUT", "nagios")];
    let output = perennial_in(&tree, &["check", "--root", tree.root().as_str()], &variable);
    assert_eq!((output.status.code(), faults(&output)), (Some(1), vec![]), "{output:?}");
}

#[test]
fn whatever_keeps_the_answer_away_is_unknown() {
    let (tree, empty) = (Tree::control_plane("cp1"), Tree::empty("x", "10.0.0.1"));
    let (here, nothing) = (tree.root().as_str(), empty.root().as_str());
    let bad = tree.path("bad.yaml");
    std::fs::write(&bad, "warm: 30d\n").unwrap();
    for (arguments, said) in [
        // 4: nothing here.
        (&["check", "-o", "nagios", "--root", nothing][..], "no Kubernetes on "),
        // 64: the command line, in whatever order; a form that the verb does not have; a bad file of settings.
        (&["check", "--nonsense", "-o", "nagios"], "--nonsense is not known here"),
        (&["chek", "--output=nagios"], "there is no verb chek"),
        (&["check", "-onagios", "--warn", "30"], "--warn <LIMIT>: 30 can't be understood"),
        (&["-o", "nagios", "--root", here], "-o nagios is no form of this verb"),
        (&["renew", "-o", "nagios"], "nagios is none of table, json, yaml"),
        (&["check", "-o", "nagios", "--root", here, "--config", bad.as_str()], "did you mean warn?"),
        (&["--lang", "zh", "chek", "-o", "nagios"], "there is no verb chek"),
    ] {
        let output = perennial(&tree, arguments);
        assert_eq!((output.status.code(), faults(&output)), (Some(3), vec![]), "{arguments:?} {output:?}");
        assert!(first_line(&output).contains(said), "{arguments:?} {output:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

/// 70: the answer can't be written.
#[test]
fn a_bug_has_no_code_of_its_own() {
    let tree = Tree::control_plane("cp1");
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
    command.args(["check", "-o", "nagios", "--root", tree.root().as_str()]).stdout(full);
    assert_eq!(command.output().unwrap().status.code(), Some(3));
}

#[test]
fn every_kind_of_tree_gives_a_line() {
    for kind in KINDS {
        let output = check(&(kind.make)(), &["--fail-on", "critical"]);
        assert_eq!(faults(&output), Vec::<String>::new(), "{}: {output:?}", kind.name);
        assert_eq!(output.status.code(), Some(kind.check.min(3)), "{}: {output:?}", kind.name);
    }
}

#[test]
fn no_name_forges_numbers_or_a_line() {
    let tree = Tree::control_plane("cp1");
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        text.replace(
            "--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
            "\"--etcd-cafile=/etc/x|min_days=900\\nPERENNIAL OK - fine|y=1\\r.crt\"",
        )
    });
    let output = check(&tree, &[]);
    assert_eq!((output.status.code(), faults(&output)), (Some(2), vec![]), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("/etc/x\\u{7c}min_days=900\\nPERENNIAL OK - fine\\u{7c}y=1\\r.crt"), "{text}");
    assert!(!text.lines().skip(1).any(|line| line.starts_with("PERENNIAL")), "{text}");
}

#[test]
fn an_output_that_is_none_is_noticed() {
    for good in
        ["min_days=-3;30:;7:", "min_percent=0%;20:;5:", "critical=2;;;0", "x=U;;", "a=1.5s;@1:2;~:3;0;9"]
    {
        assert!(is_number(good), "{good}");
    }
    for bad in
        ["min_days", "=1", "a=x", "a=1 d", "a=1;x", "a=1;;;;;", "a=1days;2", "a=;1", "a=1;1:2:3", "a='1'"]
    {
        assert!(!is_number(bad), "{bad}");
    }
}
