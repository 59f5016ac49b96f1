//! Kubernetes' own code, asked through the lab's oracle.

use crate::pki::{Credential, Pair, Pki};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use perennial_lab::Progress;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What Go has to say yes to: the pair belongs together, kube-apiserver can serve it, each use is one that its CA's
/// chain allows, under the name by which it is dialled.
pub(crate) fn questions(pki: &Pki, credential: &Credential, pair: &Pair) -> Vec<Value> {
    let (certificate, key) = (STANDARD.encode(&pair.certificate), STANDARD.encode(&pair.key));
    let files = json!({ "certificate": certificate, "key": key });
    let mut questions = vec![json!({ "kind": "pair", "files": files })];
    if credential.usages.contains(&"server") {
        questions.push(json!({ "kind": "serving", "files": files }));
    }
    let roots = STANDARD.encode(pki.authority(credential));
    for usage in credential.usages {
        let name = credential.dialled.filter(|_| *usage == "server");
        questions.push(json!({
            "kind": "chain",
            "files": { "leaf": certificate, "roots": roots },
            "lists": { "usage": [usage], "name": name.into_iter().collect::<Vec<_>>() },
            "now": Timestamp::now().as_second(),
        }));
    }
    questions
}

/// Every question's answer; an empty text is a yes.
pub(crate) fn ask(questions: &[Value]) -> Vec<String> {
    let program = perennial_lab::oracle(Progress::shown()).unwrap();
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // It answers when the questions are over.
    let mut stdin = child.stdin.take().unwrap();
    questions.iter().for_each(|question| writeln!(stdin, "{question}").unwrap());
    drop(stdin);
    let answers = child.wait_with_output().unwrap().stdout;
    let answers = String::from_utf8(answers).unwrap();
    let answers = answers.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    answers.map(|answer| answer["error"].as_str().unwrap().to_owned()).collect()
}
