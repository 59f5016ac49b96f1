//! The oracle's process: questions in, answers out, both a line of JSON.

use crate::ours::Verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_core::formats::flags::flags;
use perennial_lab::Progress;
use perennial_testdata::corpus::Case;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

/// What the component would say.
#[derive(Deserialize, Debug)]
pub(crate) struct Answer {
    /// Empty if it would go on.
    pub(crate) error: String,
    pub(crate) facts: Map<String, Value>,
}

impl Answer {
    /// A container of a static pod; of two with one name the first.
    pub(crate) fn container(&self, name: &str) -> Option<&Value> {
        self.facts.get("containers")?.as_array()?.iter().find(|container| container["name"] == name)
    }

    /// A static pod's facts as ours are named: of the container with that name.
    fn of_container(&mut self, name: &str) {
        let Some(container) = self.container(name).cloned() else { return };
        let words: Vec<String> = serde_json::from_value(container["words"].clone()).unwrap();
        self.facts.insert("container".to_owned(), container["name"].clone());
        self.facts.insert("image".to_owned(), container["image"].clone());
        self.facts.insert("flags".to_owned(), json!(flags(&words)));
        self.facts.insert("mounts".to_owned(), container["mounts"].clone());
    }

    /// Made comparable with ours.
    pub(crate) fn comparable(&mut self, ours: &Verdict) {
        if let Some(Value::String(name)) = ours.facts.get("container") {
            self.of_container(name);
        }
        if let Some(Value::String(endpoint)) = self.facts.get_mut("containerRuntimeEndpoint") {
            // Ours is the path, and without a scheme that is what the runtime's client takes it for.
            let path = endpoint.strip_prefix("unix://").or_else(|| endpoint.strip_prefix("unix:"));
            *endpoint = path.unwrap_or(endpoint).to_owned();
        }
    }
}

pub(crate) struct Oracle;

impl Oracle {
    /// One answer for each case, in their order.
    pub(crate) fn ask(cases: &[Case]) -> Vec<Answer> {
        let program = perennial_lab::oracle(Progress::shown()).unwrap();
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let answers = std::thread::scope(|scope| {
            scope.spawn(move || {
                for case in cases {
                    writeln!(stdin, "{}", question(case)).unwrap();
                }
            });
            stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
        });
        assert!(child.wait().unwrap().success());
        answers
    }
}

fn question(case: &Case) -> Value {
    let files: Map<String, Value> =
        case.files.iter().map(|(name, content)| (name.clone(), STANDARD.encode(content).into())).collect();
    json!({ "kind": case.kind.name(), "files": files, "lists": case.lists, "now": case.now })
}
