//! Settings: a flag wins over a variable, that over the file, that over the default; what can't be used is told in one
//! sentence and never left out.

use crate::schema;
use crate::seen::{perennial, perennial_in};
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;
use std::os::unix::fs::{PermissionsExt, chown};

const VIEW: [&str; 4] = ["config", "view", "-o", "json"];

fn tree() -> Tree {
    Tree::control_plane("cp1")
}

/// A file of settings in a tree, where nobody looks for one.
fn file(tree: &Tree, text: &str) -> String {
    let path = tree.path("settings.yaml");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    path.to_string()
}

fn view(tree: &Tree, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let output = perennial_in(tree, &[&VIEW, arguments].concat(), variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema::faults(&document), Vec::<String>::new());
    document
}

/// A value and where it comes from.
fn of(document: &Value, name: &str) -> (String, String, Value) {
    let all = document["settings"].as_array().unwrap();
    let one = all.iter().find(|setting| setting["name"] == name).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&one["value"]), text(&one["origin"]["kind"]), one["origin"]["line"].clone())
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let tree = tree();
    for (name, default, in_file, variable, in_variable, flag) in [
        ("output", "table", "yaml", "PERENNIAL_OUTPUT", "wide", None),
        ("warn", "30d,20%", "60d", "PERENNIAL_WARN", "45d,15%", Some(("--warn", "10%"))),
        ("crit", "7d,5%", "36h", "PERENNIAL_CRIT", "3d", Some(("--crit", "1%"))),
        ("failOn", "critical", "warning", "PERENNIAL_FAIL_ON", "never", Some(("--fail-on", "critical"))),
        ("lang", "en", "zh", "PERENNIAL_LANG", "zh", Some(("--lang", "en"))),
        ("color", "auto", "never", "PERENNIAL_COLOR", "always", Some(("--color", "auto"))),
        ("ascii", "false", "true", "PERENNIAL_ASCII", "false", Some(("--ascii", "true"))),
        ("noProgress", "false", "true", "PERENNIAL_NO_PROGRESS", "false", Some(("--no-progress", "true"))),
        ("validity", "1y", "180d", "PERENNIAL_VALIDITY", "90d", None),
        ("restartApiserver", "auto", "never", "PERENNIAL_RESTART_APISERVER", "always", None),
    ] {
        let path = file(&tree, &format!("# a file\n\n{name}: {in_file}\n"));
        let config = ["--config", &path];
        let set = [(variable, in_variable)];
        let is = |value: &str, kind: &str, line: Value| (value.to_owned(), kind.to_owned(), line);
        assert_eq!(of(&view(&tree, &[], &[]), name), is(default, "default", Value::Null));
        assert_eq!(of(&view(&tree, &config, &[]), name), is(in_file, "file", 3.into()));
        assert_eq!(of(&view(&tree, &config, &set), name), is(in_variable, "variable", Value::Null));
        // An empty variable is none.
        assert_eq!(of(&view(&tree, &config, &[(variable, "")]), name), is(in_file, "file", 3.into()));
        if let Some((flag, value)) = flag {
            let flags = if value == "true" { vec![flag] } else { vec![flag, value] };
            let seen = view(&tree, &[&config[..], &flags].concat(), &set);
            assert_eq!(of(&seen, name), is(value, "flag", Value::Null));
        }
        let named = view(&tree, &[], &[("PERENNIAL_CONFIG", &path)]);
        assert_eq!((of(&named, name).1, &named["file"]), ("file".to_owned(), &path.as_str().into()));
    }
}

#[test]
fn what_is_set_is_what_check_does() {
    let tree = tree();
    let leaf = Leaf::client("/CN=front-proxy-client").days(-345, 20);
    tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &leaf));
    let path = file(&tree, "failOn: warning\noutput: json\nlang: zh\nascii: true\n");
    let root = tree.root().as_str();
    let check = |more: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["check", "--root", root, "--config", &path], more].concat();
        let output = perennial_in(&tree, &arguments, variables);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, text) = check(&[], &[]);
    assert_eq!((status, text.starts_with('{')), (Some(1), true), "{text}");
    let (status, text) =
        check(&["-o", "table"], &[("PERENNIAL_FAIL_ON", "critical"), ("LANG", "en_US.UTF-8")]);
    assert_eq!((status, text.contains("WARN"), text.contains("警告")), (Some(0), true, true), "{text}");
    let (status, text) =
        check(&["-o", "short", "--fail-on", "warning", "--lang", "en"], &[("PERENNIAL_FAIL_ON", "never")]);
    assert_eq!((status, text.contains("1 warning")), (Some(1), true), "{text}");
    assert_eq!(check(&[], &[("PERENNIAL_WARN", "10d")]).0, Some(0));
    assert_eq!(check(&["--warn", "30d"], &[("PERENNIAL_WARN", "10d")]).0, Some(1));
    assert_eq!(check(&["--config", "/dev/null"], &[]).0, Some(64), "a flag is given once");
}

/// A certificate of a day is not ending soon from its birth, whichever kind of limit is set.
#[test]
fn a_form_that_is_set_for_all_calls_is_used_where_a_verb_has_it() {
    let tree = tree();
    let root = ["--root", tree.root().as_str()];
    let said = |arguments: &[&str], form: &str| {
        let output = perennial_in(&tree, &[arguments, &root].concat(), &[("PERENNIAL_OUTPUT", form)]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let usual = said(&["list"], "table");
    assert_eq!(said(&["list"], "nagios"), usual, "list has no such form");
    assert!(said(&["check"], "nagios").1.starts_with("PERENNIAL "));
    assert!(said(&["csr", "export"], "json").1.starts_with('{'));
    let asked = said(&["csr", "export", "-o", "json"], "yaml");
    assert!(asked.1.starts_with('{'), "a flag wins behind a second verb, too: {asked:?}");
    let refused = said(&["list", "-o", "nagios"], "table");
    assert_eq!(refused.0, Some(3), "what a flag asks for is told: {refused:?}");
}

#[test]
fn a_certificate_that_lives_a_day_is_judged_by_its_life() {
    for (hours_ago, limit, codes) in [
        (1, "30d", &[][..]),
        (1, "20%", &[]),
        (1, "30d,20%", &[]),
        (21, "30d", &["PRN1201"]),
        (21, "20%", &["PRN1201"]),
        (21, "30d,20%", &["PRN1201"]),
        (13, "12h", &["PRN1201"]),
        (11, "12h", &[]),
    ] {
        let tree = tree();
        let begin = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours_ago);
        let leaf =
            Leaf::client("/CN=front-proxy-client").valid(begin, begin + jiff::SignedDuration::from_hours(24));
        tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &leaf));
        let root = tree.root().as_str();
        let output =
            perennial(&tree, &["check", "-o", "json", "--root", root, "--warn", limit, "--crit", "1h"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = document["findings"].as_array().unwrap().iter();
        let found: Vec<_> = found.map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes, "{hours_ago} h old, {limit}");
    }
}

#[test]
fn what_is_shown_as_a_file_is_one_that_sets_the_same() {
    let tree = tree();
    let text = "warn: 60d,10%\nfailOn: warning\nnoProgress: true\nvalidity: 180d\noutput: short\nsuppress:\n\
        - code: PRN7102\n  object: \"/home/*/.kube/config\"\n  reason: \"people's own: CHG-4711 #x\"\n  until: 2099-03-01\n\
        - {code: PRN1201, reason: 换新集群, until: 2099-03-01T08:00:00+08:00}\n";
    let path = file(&tree, text);
    let before = view(&tree, &["--config", &path], &[]);
    for more in [&[][..], &["--origin"]] {
        let arguments = [&["config", "view", "-o", "yaml", "--config", &path], more].concat();
        let shown = perennial_in(&tree, &arguments, &[("PERENNIAL_CRIT", "3d")]);
        let again = tree.path("again.yaml");
        std::fs::write(&again, &shown.stdout).unwrap();
        let after = view(&tree, &["--config", again.as_str()], &[]);
        let values = |document: &Value| -> Vec<(Value, Value)> {
            let settings = document["settings"].as_array().unwrap().iter();
            settings.map(|one| (one["name"].clone(), one["value"].clone())).collect()
        };
        let mut expected = values(&before);
        expected.iter_mut().filter(|(name, _)| name == "crit").for_each(|(_, value)| *value = "3d".into());
        assert_eq!(values(&after), expected);
        let silences = |document: &Value| -> Vec<Value> {
            let mut all = document["suppressions"].as_array().unwrap().clone();
            all.iter_mut().for_each(|one| one["origin"] = Value::Null);
            all
        };
        assert_eq!((silences(&after), silences(&after).len()), (silences(&before), 2));
    }
}

/// What `config view` shows to people.
#[test]
fn origins_are_shown_in_both_languages() {
    let tree = tree();
    let path = file(&tree, "warn: 60d\nsuppress:\n- {code: PRN7102, reason: known, until: 2099-03-01}\n");
    for (language, default) in [("en", "default"), ("zh", "默认值")] {
        let arguments = ["config", "view", "--origin", "--config", &path, "--lang", language, "--crit", "3d"];
        let output = perennial_in(&tree, &arguments, &[("PERENNIAL_COLOR", "never")]);
        let text = String::from_utf8(output.stdout).unwrap();
        for said in
            [default, "--crit", "PERENNIAL_COLOR", &format!("{path}:1"), "PRN7102", &format!("{path}:3")]
        {
            assert!(text.replace('\n', "").contains(said), "{said}: {text}");
        }
    }
}

#[test]
fn what_can_not_be_used_is_one_sentence_with_its_place() {
    let tree = tree();
    let entry = |fields: &str| format!("suppress:\n- {{{fields}}}\n");
    for (text, en, zh) in [
        (
            "warn: 30\n",
            ":1: warn: 30 can't be used here; allowed: a time or a share of life",
            ":1：warn：不能使用 30；允许的值：时间",
        ),
        (
            "\nwarm: 30d\n",
            ":2: there is no setting warm; did you mean warn?",
            ":2：没有名为 warm 的设置；您是否想写 warn？",
        ),
        ("fail-on: never\n", ":1: there is no setting fail-on; did you mean failOn?", "您是否想写 failOn？"),
        (
            "threads: 8\n",
            ":1: there is no setting threads; there is output, warn,",
            "没有名为 threads 的设置；可用的有 output、warn",
        ),
        (
            "failOn: error\n",
            ":1: failOn: error can't be used here; allowed: warning, critical, never",
            "允许的值：warning、critical、never",
        ),
        ("lang: no\n", ":1: lang: false can't be used here; allowed: en, zh", "允许的值：en、zh"),
        ("ascii: maybe\n", "allowed: true, false", "允许的值：true、false"),
        ("crit:\n", ":1: crit has no value; allowed:", ":1：crit 没有值；允许的值："),
        (
            "validity: 6m\n",
            ":1: validity: 6m can't be used here; allowed: a number and a unit, at least 1h",
            "至少 1h",
        ),
        ("warn: [30d]\n", ":1: warn: [...] can't be used here", "不能使用 [...]"),
        ("warn: 30d\nwarn: 60d\n", ":2: warn is written twice", ":2：warn 出现了两次"),
        ("warn: 30d\n---\ncrit: 7d\n", ":2: a second document begins here", ":2：此处开始了第二个文档"),
        ("- warn\n", ":1: settings are names with values", ":1：设置由名称和值组成"),
        ("warn: [\n", " is malformed: not YAML at line 2", "的内容有误"),
        ("suppress: PRN1101\n", ":1: suppress is a list", ":1：suppress 是一个列表"),
        ("suppress:\n- PRN1101\n", ":2: an entry of suppress has the names", ":2：suppress 的每一项由"),
        (
            &entry("code: PRN1101, until: 2099-01-01"),
            ":2: this entry of suppress lacks reason",
            ":2：suppress 的这一项缺少 reason",
        ),
        (&entry("code: PRN1101, reason: x"), ":2: this entry of suppress lacks until", "缺少 until"),
        (&entry("reason: x, until: 2099-01-01"), "lacks code", "缺少 code"),
        (
            &entry("code: PRN1101, reason: '', until: 2099-01-01"),
            ":2: the reason is empty",
            ":2：reason 为空",
        ),
        (
            &entry("code: PRN1101, reason: x, until: 90d"),
            ":2: until: 90d is no date",
            ":2：until：90d 不是日期",
        ),
        (&entry("code: PRN1101, reason: x, until: never"), "until: never is no date", "never 不是日期"),
        (
            &entry("code: PRN9999, reason: x, until: 2099-01-01"),
            ":2: PRN9999 is no code",
            ":2：PRN9999 不是问题代码",
        ),
        (
            &entry("code: 1101, reason: x, until: 2099-01-01"),
            ":2: the value of code is no text",
            ":2：code 的值不是文本",
        ),
        (
            &entry("code: PRN8101, reason: x, until: 2099-01-01"),
            ":2: PRN8101 can't be suppressed",
            "PRN8101 不能被抑制",
        ),
        (
            &entry("code: PRN1101, reasn: x, until: 2099-01-01"),
            "no setting reasn; did you mean reason?",
            "您是否想写 reason？",
        ),
        (
            "warn: \"x\\e[2J\\nFORGED\"\n",
            "x\\u{1b}[2J\\nFORGED can't be used here",
            "不能使用 x\\u{1b}[2J\\nFORGED",
        ),
    ] {
        let path = file(&tree, text);
        for (language, said) in [("en", en), ("zh", zh)] {
            for verb in ["check", "renew", "version"] {
                let output = perennial(&tree, &[verb, "--config", &path, "--lang", language]);
                let told = String::from_utf8(output.stderr).unwrap();
                assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{text}: {told}");
                let joined = told.replace("\n  ", if language == "en" { " " } else { "" });
                let (joined, said) = (joined.replace(' ', ""), said.replace(' ', ""));
                assert!(joined.contains(&said) && joined.contains("settings.yaml"), "{text}: {told}");
            }
        }
    }
    for (variable, value, said) in [
        ("PERENNIAL_WARN", "30", "PERENNIAL_WARN: 30 can't be used here"),
        ("PERENNIAL_OUTPUT", "xml", "PERENNIAL_OUTPUT: xml can't be used here"),
        ("PERENNIAL_ASCII", "1", "PERENNIAL_ASCII: 1 can't be used here; allowed: true, false"),
        ("PERENNIAL_SUPPRESS", "all", "PERENNIAL_SUPPRESS: all is no code"),
        ("PERENNIAL_CONFIG", "/no/such/file", "/no/such/file is not there"),
    ] {
        let output = perennial_in(&tree, &["version"], &[(variable, value)]);
        let told = String::from_utf8(output.stderr).unwrap().replace("\n  ", " ");
        assert_eq!(output.status.code(), Some(64), "{told}");
        assert!(told.contains(said), "{told}");
    }
    // Help is help, and a file that is left out is none.
    let path = file(&tree, "warm: 30d\n");
    assert_eq!(perennial(&tree, &["check", "--help", "--config", &path]).status.code(), Some(0));
    assert_eq!(perennial(&tree, &["version", "--config", "/dev/null"]).status.code(), Some(0));
}

/// Whoever can write the file could hide a finding with it. Root is who runs these cases.
#[test]
fn a_file_that_others_can_write_is_not_read() {
    let tree = tree();
    let version = |path: &str| {
        let output = perennial(&tree, &["version", "--config", path]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap().replace("\n  ", " "))
    };
    let path = file(&tree, "warn: 30d\n");
    assert_eq!(version(&path).0, Some(0));
    for mode in [0o646, 0o664, 0o666] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let (status, told) = version(&path);
        assert_eq!(status, Some(64), "{told}");
        assert!(told.contains(&format!("(mode {mode:04o}), who could hide findings")), "{told}");
    }
    let path = file(&tree, "warn: 30d\n");
    chown(&path, Some(1000), None).unwrap();
    let (status, told) = version(&path);
    assert!(status == Some(64) && told.contains("belongs to the user 1000"), "{told}");
    let (status, told) = version(tree.root().as_str());
    assert!(status == Some(64) && told.contains("is not a regular file but a directory"), "{told}");
    let fifo = tree.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let (status, told) = version(fifo.as_str());
    assert!(status == Some(64) && told.contains("is not a regular file but a FIFO"), "{told}");
}
