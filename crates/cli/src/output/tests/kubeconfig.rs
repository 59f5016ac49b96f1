//! People's kubeconfigs: what would be refreshed and what is left, and a signature for somebody's own machine.

use super::*;
use crate::output::kubeconfig::{self as screens, Signature};
use perennial_core::plan::{Signing, refresh};
use perennial_pki::key::PrivateKey;
use perennial_pki::reissue::Validity;
use perennial_pki::request::{Vouched, vouch};
use perennial_testdata::{Issued, KeyKind, Leaf, self_signed};

#[test]
fn what_is_refreshed_and_what_is_left() {
    let node = super::super::samples_kubeconfigs::stale();
    let request = Request { force: true, ..Request::new(Verb::Refresh, 365 * 24 * 3600) };
    let plan = refresh(&node, &[], &request, &Policy::default(), time(LATE)).unwrap();
    for (language, code) in LANGUAGES {
        snapshot(&format!("plan_refresh_{code}"), &plan::screen(language, &plan));
    }
}

#[test]
fn a_signature_for_somebodys_own_machine() {
    let day = |text: &str| time(&format!("{text}T02:00:14Z"));
    let held = |subject: &str, from: &str, to: &str| -> Issued {
        let authority = self_signed(&Leaf::authority("/CN=kubernetes").key(KeyKind::EcdsaP256), None);
        authority.issue(&Leaf::client(subject).key(KeyKind::EcdsaP256).valid(day(from), day(to)))
    };
    for (subject, system_masters, name) in
        [("/O=dev/CN=ada", false, "person"), ("/O=system:masters/CN=boss", true, "master")]
    {
        let (old, new) =
            (held(subject, "2025-12-06", "2026-12-06"), held(subject, "2026-11-25", "2027-03-01"));
        let key = |issued: &Issued| PrivateKey::from_pem(issued.key.as_bytes()).unwrap();
        let request = vouch(&old.parsed(), &key(&old), &key(&new)).unwrap();
        let request = Vouched::from_pem(request.as_bytes()).unwrap();
        let signing = Signing {
            authority_certificate: "/etc/kubernetes/pki/ca.crt".into(),
            authority_key: "/etc/kubernetes/pki/ca.key".into(),
            locked: None,
            authority_fingerprint: String::new(),
            validity: Validity { not_before: day("2026-11-25"), not_after: day("2027-03-01") },
            clamped: system_masters,
        };
        let chain = [new.parsed()];
        let asked = Signature { request: &request, signing: &signing, system_masters, signed: None };
        let done = Signature { request: &request, signing: &signing, system_masters, signed: Some(&chain) };
        for (language, code) in LANGUAGES {
            let mut screen = screens::to_sign(language, &asked);
            screen.append(screens::signed(language, &done));
            snapshot(&format!("kubeconfig_sign_{name}_{code}"), &screen);
        }
    }
}
