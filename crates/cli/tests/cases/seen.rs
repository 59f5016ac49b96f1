//! What perennial says of a tree.

use perennial_testdata::Tree;
use serde_json::Value;
use std::process::{Command, Output};

/// What `perennial check -o json` said.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: i32,
    pub(crate) json: Value,
}

impl Seen {
    /// Looks at a tree: as JSON, and as a person would in both languages. Whatever is found, looking changes nothing,
    /// no key is in any output, and no finding is without words and help.
    pub(crate) fn by_check(tree: &Tree) -> Self {
        let before = tree.inventory();
        let root = tree.root().as_str();
        let json = perennial(tree, &["check", "--root", root, "-o", "json"]);
        let status = json.status.code().unwrap();
        for language in ["en", "zh"] {
            let said = perennial(tree, &["check", "--root", root, "--lang", language]);
            assert_eq!(said.status.code(), Some(status), "{said:?}");
        }
        assert_eq!(before, tree.inventory(), "looking has changed something");
        let json = serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{error}: {json:?}"));
        let seen = Self { status, json };
        let helps = ["command", "advice", "note"];
        // Where nothing was looked at there is no list of findings.
        for finding in json_list(&seen.json) {
            // A family of findings that does not know one of its own would tell nothing of it.
            assert!(!finding["message"].as_str().unwrap().is_empty(), "{finding:#}");
            let helped = helps.iter().any(|help| !finding[help].is_null());
            assert!(helped || finding["severity"] == "notice", "nothing is advised: {finding:#}");
        }
        seen
    }

    /// The codes of the findings, in their order.
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.findings().map(|finding| finding["code"].as_str().unwrap()).collect()
    }

    /// The findings of a code.
    pub(crate) fn of(&self, code: &str) -> Vec<&Value> {
        self.findings().filter(|finding| finding["code"] == code).collect()
    }

    /// The only finding of a code.
    pub(crate) fn one(&self, code: &str) -> &Value {
        let all = self.of(code);
        let [one] = all[..] else { panic!("{} of {code}: {:#}", all.len(), self.json) };
        one
    }

    fn findings(&self) -> impl Iterator<Item = &Value> {
        json_list(&self.json)
    }
}

fn json_list(json: &Value) -> impl Iterator<Item = &Value> {
    json["findings"].as_array().into_iter().flatten()
}

/// Runs perennial; no piece of any private key of the tree may be in what it says.
pub(crate) fn perennial(tree: &Tree, arguments: &[&str]) -> Output {
    perennial_in(tree, arguments, &[])
}

/// The same in an environment.
pub(crate) fn perennial_in(tree: &Tree, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
    command.args(arguments).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(!tree.leaks(&said), "a private key is in the output of {arguments:?}");
    output
}
