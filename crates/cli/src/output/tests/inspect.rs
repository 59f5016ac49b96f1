//! The screens of `inspect`.

use super::{LANGUAGES, normal, snapshot, snapshot_text, terminal};
use crate::exit::Exit;
use crate::language::Language;
use crate::output::inspect::{Content, Inspection, screen};
use crate::output::json;
use crate::output::samples::{LATE, certificate, chain, healthy, time};
use perennial_core::inspect::{Part, parts};
use perennial_core::inventory::{Handshake, Key, Looked, Served, TokenClaims, Trouble};
use perennial_host::observe::inspect::{Access, Beside, Proof};
use perennial_pki::key::{KeyForm, KeyKind};

fn access(user: &str, proof: Proof) -> Access {
    Access {
        user: user.to_owned(),
        context: format!("{user}@cluster"),
        current: user == "admin",
        server: "https://10.0.0.11:6443".to_owned(),
        trusts: Looked::Seen(vec![certificate("ca")]),
        proof,
    }
}

fn contents() -> Vec<(&'static str, Content)> {
    let request = parts(include_bytes!("../../../../pki/testdata/kubelet-serving.csr")).remove(0);
    let several = vec![
        Part::Certificate(certificate("apiserver")),
        Part::Certificate(certificate("ca")),
        request,
        Part::Broken { label: "RSA PRIVATE KEY".to_owned(), why: Trouble::EncryptedKey },
        Part::Other("X509 CRL".to_owned()),
    ];
    let beside = Beside { path: "/etc/kubernetes/pki/apiserver.key".into(), fits: Looked::Seen(false) };
    let key = Key { kind: KeyKind::EcdsaP256, form: KeyForm::Sec1, fits: true };
    let shown = Proof::Certificate { chain: Looked::Seen(chain("admin.conf")), key: Looked::Seen(key) };
    let ends = TokenClaims { ends: Some(time("2026-11-25T00:00:00Z")), ..TokenClaims::default() };
    let users = vec![
        access("admin", shown),
        access("cloud", Proof::Plugin("aws".to_owned())),
        access("robot", Proof::Token(Some(ends))),
        access("mounted", Proof::TokenFile("/run/token".into())),
    ];
    let served = Served {
        chain: chain("config-old"),
        handshake: Handshake::Failed("received fatal alert: CertificateRequired".to_owned()),
        client_authorities: vec!["CN=kubernetes".to_owned()],
    };
    vec![
        ("parts", Content::Parts(several, Some(beside))),
        ("kubeconfig", Content::Kubeconfig(users)),
        ("server", Content::Server("[::1]:6443".parse().unwrap(), served)),
    ]
}

#[test]
fn whatever_is_inspected() {
    let node = healthy();
    for (name, content) in contents() {
        let inspection = Inspection { what: "x", content, node: &node, now: time(LATE) };
        for (language, code) in LANGUAGES {
            snapshot(&format!("inspect_{name}_{code}"), &screen(language, &inspection));
        }
        let text = screen(Language::En, &inspection).render(&terminal(true));
        assert!(text.is_ascii(), "{text}");
        let document = json::inspect::InspectionView::new(&inspection, Exit::Good);
        snapshot_text(&format!("inspect_{name}_json"), &normal(&json::render(&document).unwrap()));
    }
}
