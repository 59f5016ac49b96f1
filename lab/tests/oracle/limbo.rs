//! Corpora of chains in x509-limbo's format (C2SP/x509-limbo; BetterTLS converted to it). Their expected results are
//! RFC 5280's and are not looked at: the judge is Go.

use jiff::Timestamp;
use perennial_testdata::corpus::{Case, Kind};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// For the cases that leave the time open.
const NOW: i64 = 1_780_000_000;

#[derive(Deserialize)]
struct Limbo {
    testcases: Vec<Testcase>,
}

#[derive(Deserialize)]
struct Testcase {
    id: String,
    validation_kind: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<Timestamp>,
    expected_peer_name: Option<Name>,
}

#[derive(Deserialize)]
struct Name {
    value: String,
}

/// The corpus that `CORPUS` names, else the small one beside the checkout, if it is there.
pub(crate) fn path() -> Option<PathBuf> {
    // A relative path counts from the checkout, not from this package.
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::var_os("CORPUS").filter(|path| !path.is_empty()) {
        Some(path) => {
            let path = checkout.join(path);
            assert!(path.is_file(), "no corpus at {}", path.display());
            Some(path)
        }
        None => Some(checkout.join("../shared/corpora/limbo-208.json.xz")).filter(|path| path.is_file()),
    }
}

/// The cases of a corpus, plain or compressed with xz.
pub(crate) fn cases(path: &Path) -> Vec<Case> {
    let text = if path.extension().is_some_and(|extension| extension == "xz") {
        let out = Command::new("xz").arg("-dc").arg(path).output().unwrap();
        assert!(out.status.success(), "xz -dc {} failed", path.display());
        out.stdout
    } else {
        std::fs::read(path).unwrap()
    };
    let limbo: Limbo = serde_json::from_slice(&text).unwrap();
    limbo.testcases.into_iter().map(case).collect()
}

fn case(test: Testcase) -> Case {
    let usage = match test.validation_kind.as_str() {
        "SERVER" => "server",
        "CLIENT" => "client",
        other => panic!("validation of {other}"),
    };
    let mut case = Case::new(Kind::Chain, test.id, "")
        .file("leaf", test.peer_certificate)
        .file("intermediates", test.untrusted_intermediates.join("\n"))
        .file("roots", test.trusted_certs.join("\n"))
        .list("usage", &[usage]);
    case.files.remove("");
    if let Some(name) = test.expected_peer_name {
        case = case.list("name", &[name.value.as_str()]);
    }
    case.now = test.validation_time.map_or(NOW, Timestamp::as_second);
    case
}
