//! Who has to accept what was issued, and who looks for faults in it.

use crate::go;
use crate::pki::{CREDENTIALS, Credential, Pair, Pki, output};
use perennial_lab::Progress;
use perennial_pki::certificate::leaf;
use perennial_pki::key::PrivateKey;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// The extensions that name keys.
const KEY_IDENTIFIERS: [&str; 2] = ["2.5.29.14", "2.5.29.35"];

/// Subject, kind of key, and every extension are as they were.
pub(crate) fn same_but_for_key_and_dates(before: &Pair, after: &Pair, context: &str) {
    let read = |pair: &Pair| leaf(pair.certificate.as_bytes()).unwrap();
    let kind = |pair: &Pair| PrivateKey::from_pem(pair.key.as_bytes()).unwrap().kind();
    let (old, new) = (read(before), read(after));
    assert_eq!(old.subject_der(), new.subject_der(), "{context}");
    assert_eq!(old.issuer_der(), new.issuer_der(), "{context}");
    assert_eq!(kind(before), kind(after), "{context}");
    let extensions = |pair| {
        let mut extensions = read(pair).extensions();
        extensions.retain(|(oid, ..)| !KEY_IDENTIFIERS.contains(&oid.as_str()));
        extensions
    };
    assert_eq!(extensions(before), extensions(after), "{context}");
}

/// Go: crypto/tls, crypto/x509, and the loader of kube-apiserver's serving pair.
pub(crate) fn go_accepts(pki: &Pki, pairs: &[Pair], context: &str) {
    let mut questions = Vec::new();
    let mut about = Vec::new();
    for (credential, pair) in CREDENTIALS.iter().zip(pairs) {
        for question in go::questions(pki, credential, pair) {
            about.push(format!("{} {} ({context})", credential.name, question["kind"]));
            questions.push(question);
        }
    }
    let answers = go::ask(&questions);
    assert_eq!(answers.len(), questions.len(), "the oracle has ended early ({context})");
    for (about, answer) in about.iter().zip(answers) {
        assert_eq!(answer, "", "{about}");
    }
}

/// openssl: the chain for each purpose, the name, and that the key is the certificate's.
pub(crate) fn openssl_accepts(pki: &Pki, credential: &Credential, pair: &Pair, context: &str) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (certificate, key) = (write("leaf.crt", &pair.certificate), write("leaf.key", &pair.key));
    let authority = write("ca.crt", &pki.authority(credential));
    for usage in credential.usages {
        let mut verify = Command::new("openssl");
        verify
            .args(["verify", "-x509_strict", "-purpose", &format!("ssl{usage}"), "-CAfile"])
            .arg(&authority);
        if let Some(name) = credential.dialled.filter(|_| *usage == "server") {
            verify.args(["-verify_hostname", name]);
        }
        // kubeadm's leaves have no subject key identifier, which the strict check wants of CAs alone.
        output(verify.arg(&certificate)).unwrap_or_else(|said| panic!("{context}: {said}"));
    }
    let public = |words: &[&str], file: &PathBuf| {
        output(Command::new("openssl").args(words).arg(file))
            .unwrap_or_else(|said| panic!("{context}: {said}"))
    };
    let of_certificate = public(&["x509", "-noout", "-pubkey", "-in"], &certificate);
    assert_eq!(of_certificate, public(&["pkey", "-pubout", "-in"], &key), "{context}");
}

/// kubeadm's own list has each pair with the new date. It looks for kubeconfigs in /etc/kubernetes alone.
pub(crate) fn kubeadm_reads_the_dates(pki: &Pki, after: &[Pair]) {
    let said = pki.kubeadm_expiration();
    let listed = said["certificates"].as_array().unwrap();
    for (credential, pair) in CREDENTIALS.iter().zip(after) {
        let listed = listed.iter().find(|listed| listed["name"] == credential.name);
        let listed = listed.unwrap_or_else(|| panic!("kubeadm does not list {}", credential.name));
        if !credential.name.ends_with(".conf") {
            let end = leaf(pair.certificate.as_bytes()).unwrap().not_after();
            assert_eq!(listed["expirationDate"], end.to_string(), "{}", credential.name);
        }
    }
}

/// What zlint and pkilint find in each certificate; pkilint also says where in it.
pub(crate) fn findings(pairs: &[Pair]) -> Vec<BTreeSet<String>> {
    let linters = perennial_lab::linters(Progress::shown()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = pairs.iter().enumerate().map(|(number, pair)| {
        let file = folder.path().join(format!("{number}.crt"));
        std::fs::write(&file, &pair.certificate).unwrap();
        file
    });
    let files: Vec<PathBuf> = files.collect();
    let zlint = output(Command::new(&linters.zlint).args(&files)).unwrap();
    let pkilint = output(linters.pkilint().args(&files)).unwrap();
    assert_eq!((zlint.lines().count(), pkilint.lines().count()), (pairs.len(), pairs.len()));
    let lines = zlint.lines().zip(pkilint.lines());
    let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    lines.map(|(zlint, pkilint)| found(&read(zlint), &read(pkilint))).collect()
}

fn found(zlint: &Value, pkilint: &Value) -> BTreeSet<String> {
    let lints = zlint.as_object().unwrap();
    assert!(lints.len() > 100, "zlint has {} lints", lints.len());
    let of_zlint = lints.iter().filter_map(|(lint, verdict)| {
        let result = verdict["result"].as_str().unwrap();
        (!["pass", "NA", "NE"].contains(&result)).then(|| format!("zlint: {lint}: {result}"))
    });
    let of_pkilint = pkilint["findings"].as_array().unwrap();
    let of_pkilint = of_pkilint.iter().map(|finding| format!("pkilint: {}", finding.as_str().unwrap()));
    of_zlint.chain(of_pkilint).collect()
}

/// What is PEM anyway, as text.
pub(crate) fn pem(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
