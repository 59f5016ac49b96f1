//! A11, as a renewal: the CA's key stays in its safe's wrapping, and `renew` opens it in memory.

use crate::encrypted_ca_key::{ENCODINGS, encrypt};
use crate::jail::{self, perennial, typing};
use perennial_pki::certificate::leaf;
use perennial_pki::key::PrivateKey;
use perennial_testdata::Tree;
use std::collections::BTreeMap;
use std::process::Output;

/// The passphrase that `encrypt` gives. No sentence of perennial's has it in it.
const RIGHT: &str = crate::encrypted_ca_key::PASSPHRASE;
const WRONG: &str = "Tr0ub4dor";

/// Renews one certificate whose component re-reads it: nothing else of a cluster is needed.
const RENEW: [&str; 7] =
    ["renew", "--yes", "--only", "front-proxy-client", "--no-workload", "--restart-apiserver", "never"];
const KEY: &str = "etc/kubernetes/pki/front-proxy-ca.key";
const LEAF: &str = "etc/kubernetes/pki/front-proxy-client.crt";

fn tree(how: &[&str]) -> Tree {
    let tree = Tree::control_plane("cp1");
    encrypt(&tree, KEY, how);
    jail::prepare(&tree);
    tree
}

fn renew(tree: &Tree, more: &[&str], input: &str) -> Output {
    let output = perennial(tree, &[&RENEW[..], more].concat(), input.as_bytes());
    no_secret(tree, &format!("{}{}", said(&output.stdout), said(&output.stderr)));
    output
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Neither a passphrase nor the CA's key in the clear is in what was said, or in any file of the node.
fn no_secret(tree: &Tree, output: &str) {
    let plain = tree.authority("front-proxy-ca").key;
    let secrets = [RIGHT, WRONG, plain.lines().nth(1).unwrap()];
    assert!(secrets.iter().all(|secret| !output.contains(secret)), "{output}");
    for path in tree.inventory().into_keys().filter(|path| !path.starts_with("run")) {
        let text = said(&std::fs::read(tree.path(&path)).unwrap_or_default());
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{path}");
    }
}

/// Whether the pair was renewed by the CA; its key's file is as it was, byte for byte, whatever happens.
struct Before {
    key: String,
    leaf: String,
}

impl Before {
    fn of(tree: &Tree) -> Self {
        Self { key: tree.read(KEY), leaf: tree.read(LEAF) }
    }

    fn renewed(&self, tree: &Tree) -> bool {
        assert_eq!(self.key, tree.read(KEY), "the encrypted key was written");
        let new = leaf(tree.read(LEAF).as_bytes()).unwrap();
        let authority = leaf(tree.authority("front-proxy-ca").certificate.as_bytes()).unwrap();
        assert!(perennial_pki::chain::signed_by(&new, &authority));
        let key = PrivateKey::from_pem(tree.read("etc/kubernetes/pki/front-proxy-client.key").as_bytes());
        assert!(key.unwrap().matches(&new));
        self.leaf != tree.read(LEAF)
    }
}

/// Whether a sentence is in a text, however its lines are broken.
fn says(text: &str, sentence: &str) -> bool {
    let unbroken = |text: &str| text.split_whitespace().collect::<String>();
    unbroken(text).contains(&unbroken(sentence))
}

/// Everything was done; that nobody answers in a jail, and so nothing is proven, is no part of this.
fn done(code: Option<i32>, screen: &str) -> bool {
    code == Some(6) && (says(screen, "all steps were done") || says(screen, "所有步骤已完成"))
}

#[test]
fn a_passphrase_from_a_file_a_descriptor_or_standard_input_opens_it_in_both_encodings() {
    for how in ENCODINGS {
        for (more, input) in [
            (&["--ca-passphrase-file", "/run/pass"][..], ""),
            (&["--ca-passphrase-file", "front-proxy-ca=/run/pass", "--ca-passphrase-file", "/run/wrong"], ""),
            (&["--ca-passphrase-file", "etcd-ca=/run/wrong", "--ca-passphrase-file", "/run/pass"], ""),
            (&["--ca-passphrase-file", "-"], RIGHT),
            (&["--ca-passphrase-fd", "0"], RIGHT),
        ] {
            let tree = tree(how);
            tree.write_secret("run/pass", &format!("{RIGHT}\n"));
            tree.write_secret("run/wrong", WRONG);
            let before = Before::of(&tree);
            let output = renew(&tree, more, input);
            assert!(
                done(output.status.code(), &said(&output.stdout)) && before.renewed(&tree),
                "{how:?} {more:?} {output:?}"
            );
        }
    }
}

#[test]
fn a_wrong_passphrase_refuses_before_anything_is_touched() {
    for (language, sentence) in [
        ("en", "the passphrase does not open the key of the CA front-proxy-ca"),
        ("zh", "该口令无法解开证书机构 front-proxy-ca 的密钥"),
    ] {
        let tree = tree(ENCODINGS[1]);
        for (file, content) in [("run/wrong", WRONG), ("run/empty", ""), ("run/two", "x\n\n")] {
            tree.write_secret(file, content);
            let before = tree.inventory();
            let path = format!("/{file}");
            let output = renew(&tree, &["--ca-passphrase-file", &path, "--lang", language], "");
            assert_eq!(output.status.code(), Some(4), "{output:?}");
            assert!(says(&said(&output.stderr), sentence), "{output:?}");
            unchanged(&tree, &before);
        }
    }
}

/// But for perennial's lock.
fn unchanged(tree: &Tree, before: &BTreeMap<String, String>) {
    let mut now = tree.inventory();
    let own: Vec<_> = now.keys().filter(|path| path.starts_with("var/lib/perennial/")).cloned().collect();
    assert!(own.iter().all(|path| path.ends_with("/lock")), "{own:?}");
    // The directory above has another time for it.
    let others = |path: &str| path != "var/lib" && !path.starts_with("var/lib/perennial");
    now.retain(|path, _| others(path));
    let mut before = before.clone();
    before.retain(|path, _| others(path));
    assert_eq!(before, now);
}

#[test]
fn without_a_terminal_and_without_a_flag_it_refuses_and_names_the_flags() {
    for (language, sentences) in [
        (
            "en",
            [
                "front-proxy-ca.key holds an encrypted private key",
                "--ca-passphrase-file FILE or --ca-passphrase-fd N",
            ],
        ),
        ("zh", ["front-proxy-ca.key", "请用 --ca-passphrase-file FILE 或 --ca-passphrase-fd N 提供口令"]),
    ] {
        let tree = tree(ENCODINGS[0]);
        let before = tree.inventory();
        let output = renew(&tree, &["--lang", language], "");
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        for sentence in sentences {
            assert!(says(&said(&output.stderr), sentence), "{output:?}");
        }
        unchanged(&tree, &before);
    }
}

#[test]
fn what_can_not_be_read_or_is_named_wrong_is_told_as_that() {
    let tree = tree(ENCODINGS[1]);
    let before = tree.inventory();
    for (more, code, sentence) in [
        (
            ["--ca-passphrase-file", "/run/none"],
            4,
            "the passphrase can't be read from /run/none: No such file",
        ),
        (["--ca-passphrase-fd", "9"], 64, "9 is not a file descriptor that is open for reading"),
        (
            ["--ca-passphrase-file", "front-proxy=/run/none"],
            64,
            "there is no CA called front-proxy on this node",
        ),
        (["--ca-passphrase-file", "=/run/none"], 64, "=/run/none is neither FILE nor NAME=FILE"),
    ] {
        let output = renew(&tree, &more, "");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(says(&said(&output.stderr), sentence), "{output:?}");
        unchanged(&tree, &before);
    }
}

#[test]
fn a_dry_run_and_a_run_with_nothing_due_ask_for_nothing() {
    let tree = tree(ENCODINGS[1]);
    let before = tree.inventory();
    let dry = |more: &[&str]| {
        let arguments =
            ["renew", "--dry-run", "--only", "front-proxy-client", "--restart-apiserver", "never"];
        let output = perennial(&tree, &[&arguments[..], more].concat(), b"");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        said(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told =
        "1 CA key is encrypted: /etc/kubernetes/pki/front-proxy-ca.key. Its passphrase will be asked for";
    assert!(dry(&[]).contains(told), "{}", dry(&[]));
    assert!(dry(&["--lang", "zh"]).contains("1 个 CA 密钥已加密"));
    let json: serde_json::Value = serde_json::from_str(&dry(&["-o", "json"])).unwrap();
    assert_eq!(json["lockedKeys"], serde_json::json!(["/etc/kubernetes/pki/front-proxy-ca.key"]));
    let due = renew(&tree, &["--due"], "");
    assert_eq!(due.status.code(), Some(0), "{due:?}");
    unchanged(&tree, &before);
}

#[test]
fn the_terminal_is_asked_three_times_without_an_echo() {
    for language in ["en", "zh"] {
        let tree = tree(ENCODINGS[1]);
        let before = Before::of(&tree);
        let arguments = [&RENEW[..], &["--lang", language]].concat();
        let (code, screen) = typing(&tree, &arguments, &[WRONG, "", RIGHT]);
        no_secret(&tree, &screen);
        assert!(done(code, &screen) && before.renewed(&tree), "{screen}");
    }
    let tree = tree(ENCODINGS[0]);
    let before = tree.inventory();
    let (code, screen) = typing(&tree, &RENEW, &[WRONG, WRONG, WRONG, RIGHT]);
    assert_eq!(
        (code, screen.matches("Passphrase of the CA front-proxy-ca").count()),
        (Some(4), 3),
        "{screen}"
    );
    let (code, screen) = typing(&tree, &RENEW, &["\u{3}"]);
    assert_eq!(code, Some(130), "{screen}");
    assert!(says(&screen, "stopped before anything was changed"), "{screen}");
    unchanged(&tree, &before);
}

#[test]
fn one_passphrase_that_was_typed_is_tried_for_the_next_ca_too() {
    let tree = tree(ENCODINGS[1]);
    encrypt(&tree, "etc/kubernetes/pki/etcd/ca.key", ENCODINGS[0]);
    let arguments = [&RENEW[..], &["--only", "apiserver-etcd-client"]].concat();
    let (code, screen) = typing(&tree, &arguments, &[RIGHT]);
    assert!(done(code, &screen), "{screen}");
    assert_eq!(screen.matches("Passphrase of the CA").count(), 1, "{screen}");
}

#[test]
fn a_key_of_another_ca_behind_the_right_passphrase_refuses() {
    let tree = Tree::control_plane("cp1");
    tree.write_secret(KEY, &tree.authority("etcd-ca").key);
    encrypt(&tree, KEY, ENCODINGS[1]);
    jail::prepare(&tree);
    let before = tree.inventory();
    let output = renew(&tree, &["--ca-passphrase-file", "-"], RIGHT);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(says(&said(&output.stderr), "front-proxy-ca.key is not the key of"), "{output:?}");
    unchanged(&tree, &before);
}

#[test]
fn a_run_that_was_cut_off_is_finished_without_the_passphrase() {
    let tree = tree(ENCODINGS[1]);
    let output = renew(&tree, &["--ca-passphrase-file", "-"], RIGHT);
    assert!(done(output.status.code(), &said(&output.stdout)), "{output:?}");
    let runs = tree.path("var/lib/perennial/runs");
    let run = runs.read_dir_utf8().unwrap().next().unwrap().unwrap().into_path();
    let journal = std::fs::read_to_string(run.join("journal")).unwrap();
    let (key, new) = (tree.read(KEY), tree.read(LEAF));
    // Behind the intent to exchange, and behind the intent to make keys.
    for (lines, code) in [(8, 6), (5, 4)] {
        let cut: String = journal.split_inclusive('\n').take(lines).collect();
        std::fs::write(run.join("journal"), cut).unwrap();
        let output = renew(&tree, &[], "");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(says(&said(&output.stderr), "is taken up first"), "{output:?}");
        let asked = says(&said(&output.stderr), "holds an encrypted private key");
        assert_eq!(asked, code == 4, "new keys need it: {output:?}");
        assert_eq!((&key, &new), (&tree.read(KEY), &tree.read(LEAF)));
    }
}
