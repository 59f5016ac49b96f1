//! `evidence verify`: a document beside a node that has gone on since, and files that are no evidence at all.

use crate::schema;
use crate::seen::perennial;
use perennial_pki::digest::sha256_hex;
use perennial_testdata::{Issued, Leaf, Tree};
use serde_json::{Value, json};

const PAIR: &str = "etc/kubernetes/pki/front-proxy-client";

fn leaf(tree: &Tree, from: i64, to: i64) -> Issued {
    tree.issue("front-proxy-ca", &Leaf::client("/CN=front-proxy-client").days(from, to))
}

/// The document of a run that has put the pair there, as its reader takes it.
fn document(tree: &Tree) -> Value {
    let certificate = perennial_pki::certificate::leaf(tree.read(&format!("{PAIR}.crt")).as_bytes()).unwrap();
    let authority = tree.authority("front-proxy-ca").parsed();
    let key = sha256_hex(authority.spki_der());
    sealed(json!({
        "apiVersion": "perennial.dev/v1", "kind": "Evidence", "version": "0.1.0",
        "run": "r-20261125-020131", "node": "cp1", "command": "perennial renew --yes", "planDigest": "00",
        "began": null, "ended": null, "observedAt": "2026-11-25T02:01:36Z",
        "outcome": "done", "exitCode": 0, "failedStep": null, "reason": null, "journal": null,
        "authorities": [{"name": "front-proxy-ca", "subject": authority.subject(), "publicKey": key,
            "fingerprint": authority.fingerprint_sha256(), "notAfter": authority.not_after()}],
        "credentials": [{"name": "front-proxy-client", "files": [], "changed": true, "before": null,
            "after": {"subject": certificate.subject(), "serial": certificate.serial_hex(), "publicKey": null,
                "fingerprint": certificate.fingerprint_sha256(), "notBefore": certificate.not_before(),
                "notAfter": certificate.not_after(), "authorityKey": key}}],
        "edges": [], "restarts": [], "steps": [],
    }))
}

/// A good one in which every text is `hostile`, of the node cp1 or of one that is called so.
pub(crate) fn full_of(hostile: &str, of_cp1: bool) -> String {
    let mut document = document(&Tree::control_plane("cp1"));
    for name in ["run", "command", "outcome", "version"] {
        document[name] = hostile.into();
    }
    document["node"] = if of_cp1 { "cp1" } else { hostile }.into();
    document["authorities"][0]["name"] = hostile.into();
    document["credentials"][0]["name"] = hostile.into();
    sealed(document).to_string()
}

fn sealed(mut document: Value) -> Value {
    document.as_object_mut().unwrap().remove("digest");
    document["digest"] = sha256_hex(document.to_string().as_bytes()).into();
    document
}

/// What is said of a file in both languages and as a document; the tree stays as it is.
fn verify(tree: &Tree, content: &str) -> (i32, Value, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("e.json");
    std::fs::write(&file, content).unwrap();
    verify_file(tree, file.to_str().unwrap())
}

fn verify_file(tree: &Tree, file: &str) -> (i32, Value, String) {
    let verb = ["evidence", "verify", file, "--root", tree.root().as_str()];
    let before = tree.inventory();
    let said = perennial(tree, &[&verb[..], &["-o", "json"]].concat());
    let status = said.status.code().unwrap();
    let report: Value =
        serde_json::from_slice(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    assert_eq!(schema::faults(&report), Vec::<String>::new(), "{report:#}");
    assert_eq!(report["exitCode"], status);
    let mut words = String::new();
    for language in ["zh", "en"] {
        let said = perennial(tree, &[&verb[..], &["--lang", language]].concat());
        assert_eq!(said.status.code(), Some(status), "{said:?}");
        words = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    }
    assert_eq!(before, tree.inventory(), "looking has changed something");
    (status, report, words)
}

fn on_disk(report: &Value) -> (&str, &str) {
    let one = &report["credentials"][0];
    (one["onDisk"].as_str().unwrap(), one["grade"].as_str().unwrap())
}

#[test]
fn what_has_become_of_a_certificate_is_told() {
    let tree = Tree::control_plane("cp1");
    tree.pair(PAIR, &leaf(&tree, -10, 355));
    let then = document(&tree).to_string();
    let (status, report, words) = verify(&tree, &then);
    assert_eq!((status, on_disk(&report)), (0, ("same", "stands")), "{report:#}");
    assert_eq!(schema::faults(&document(&tree)), Vec::<String>::new(), "the case is an evidence");
    assert!(words.contains("2 of 2 as the file says."), "{words}");

    tree.pair(PAIR, &leaf(&tree, -1, 364));
    let (status, report, words) = verify(&tree, &then);
    assert_eq!((status, on_disk(&report)), (1, ("newer", "replaced")), "{report:#}");
    assert!(words.contains("replaced since: "), "{words}");

    tree.pair(PAIR, &leaf(&tree, -100, 265));
    let (status, report, words) = verify(&tree, &then);
    assert_eq!((status, on_disk(&report)), (2, ("older", "broken")), "{report:#}");
    assert!(words.contains("an older one is back"), "{words}");

    tree.remove(&format!("{PAIR}.crt"));
    let (status, report, _) = verify(&tree, &then);
    assert_eq!((status, on_disk(&report)), (2, ("missing", "broken")), "{report:#}");
}

#[test]
fn another_ca_under_the_same_name_is_not_as_proven() {
    let tree = Tree::control_plane("cp1");
    let then = document(&tree).to_string();
    let other = tree.add_authority("front-proxy-ca", &Leaf::authority("/CN=front-proxy-ca"));
    tree.pair("etc/kubernetes/pki/front-proxy-ca", &other);
    let (status, report, _) = verify(&tree, &then);
    assert_eq!((status, &report["authorities"][0]["grade"]), (2, &"broken".into()), "{report:#}");
}

#[test]
fn what_was_proven_in_use_is_not_proven_by_a_copied_tree() {
    let tree = Tree::control_plane("cp1");
    let mut then = document(&tree);
    then["edges"] = json!([{"from": "kube-apiserver", "to": "aggregated API", "credential": "front-proxy-client",
        "verdict": "proven", "strength": "weak", "by": "answered", "seen": "request answered", "address": null,
        "served": null, "processStarted": null, "fileChanged": null, "leaseRenewed": null}]);
    let (status, report, _) = verify(&tree, &sealed(then).to_string());
    assert_eq!((status, on_disk(&report)), (3, ("same", "unseen")), "{report:#}");
}

#[test]
fn the_nodes_own_copy_shows_a_file_that_was_sealed_again() {
    let tree = Tree::control_plane("cp1");
    let then = document(&tree);
    let own = "var/lib/perennial/runs/r-20261125-020131/evidence.json";
    tree.write(own, then.to_string());
    assert_eq!(verify(&tree, &then.to_string()).1["ownCopy"], "same");
    let mut forged = then.clone();
    forged["command"] = "perennial renew --only apiserver".into();
    let (status, report, _) = verify(&tree, &sealed(forged).to_string());
    assert_eq!((status, &report["ownCopy"]), (2, &"differs".into()));
    // An id that leads somewhere else is none.
    let mut elsewhere = then;
    elsewhere["run"] = "r-20261125-020131/../r-20261125-020131".into();
    assert_eq!(verify(&tree, &sealed(elsewhere).to_string()).1["ownCopy"], "absent");
}

#[test]
fn what_is_no_evidence_is_refused_in_one_sentence() {
    let tree = Tree::control_plane("cp1");
    let good = document(&tree);
    let with = |name: &str, value: &str| {
        let mut changed = good.clone();
        changed[name] = value.into();
        changed
    };
    let text = good.to_string();
    let cases = [
        (text[..text.len() / 2].to_owned(), 64, "ends in the middle"),
        (String::new(), 64, "ends in the middle"),
        (with("command", "perennial renew").to_string(), 4, "was changed after it was written"),
        (sealed(with("apiVersion", "perennial.dev/v7")).to_string(), 4, "newer perennial (perennial.dev/v7)"),
        (sealed(with("node", "cp2")).to_string(), 4, "is of the node cp2, this is cp1"),
        (sealed(with("kind", "Plan")).to_string(), 64, "that has kind Evidence"),
        (tree.read("etc/kubernetes/admin.conf"), 64, "is no evidence of a run: line 1"),
        (format!("{{\"x\": \"{}\"}}", "x".repeat(2 << 20)), 64, "larger than any evidence"),
        (
            sealed(json!({"apiVersion": "perennial.dev/v1", "kind": "Evidence"})).to_string(),
            64,
            "missing field",
        ),
    ];
    for (content, exit, sentence) in cases {
        let (status, _, words) = verify(&tree, &content);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(status == exit && words.contains(sentence), "{exit} {sentence}: {status} {words}");
        assert!(!words.contains(". ") && words.matches("FAIL").count() == 1, "one sentence: {words}");
    }
    for (file, sentence) in [("/nowhere/e.json", "is not there"), ("/dev/zero", "not a regular file")] {
        let (status, _, words) = verify_file(&tree, file);
        assert!(status == 64 && words.contains(sentence), "{status} {words}");
    }
}
