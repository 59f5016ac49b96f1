//! Every kind of certificate that kubeadm makes, with every kind of key, under an RSA and an ECDSA CA: renewed by
//! perennial, and laid before those who will have to accept it (Go's own code, kubeadm, openssl) and before the
//! linters of the public web's certificates, who may find nothing that they had not found before.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod go;
mod judges;
mod pki;
#[expect(dead_code, reason = "the cases use all of it")]
#[path = "../cases/planned.rs"]
mod planned;
mod renewed;

use pki::{Algorithm, CREDENTIALS, Pki};
use std::collections::BTreeSet;
use std::thread;

/// One square of the matrix: all eleven, with one kind of key, under one kind of CA.
fn square(authority: Algorithm, leaf: Algorithm, issuer: Issuer) -> String {
    let context = format!("{leaf:?} under {authority:?} by {issuer:?}");
    let pki = Pki::new(authority, leaf);
    let before = pki.read();
    pki.kubeadm_accepts().unwrap();
    renewed::renew(&pki.tree, (issuer == Issuer::Kubeadm).then(|| pki.kubeadm()));
    let after = pki.read();
    pki.kubeadm_accepts().unwrap();
    judges::kubeadm_reads_the_dates(&pki, &after);

    judges::go_accepts(&pki, &after, &context);
    for ((credential, before), after) in CREDENTIALS.iter().zip(&before).zip(&after) {
        let context = format!("{} ({context})", credential.name);
        assert_ne!(before.certificate, after.certificate, "{context}");
        assert_ne!(before.key, after.key, "{context}");
        judges::same_but_for_key_and_dates(before, after, &context);
        judges::openssl_accepts(&pki, credential, after, &context);
    }
    let (found, found_after) = (judges::findings(&before), judges::findings(&after));
    for ((credential, found), found_after) in CREDENTIALS.iter().zip(&found).zip(&found_after) {
        let new: Vec<_> = found_after.difference(found).collect();
        assert!(new.is_empty(), "{} ({context}): {new:?}", credential.name);
    }
    let [found, found_after] = [found, found_after].map(|each| each.iter().map(BTreeSet::len).sum::<usize>());
    format!(
        "{context}: {} accepted by all; {found} findings of the linters before, {found_after} after",
        after.len()
    )
}

/// Who makes the new certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Issuer {
    Perennial,
    Kubeadm,
}

fn column(authority: Algorithm, leaves: &'static [Algorithm], issuer: Issuer) {
    // Two squares at once: making RSA keys and the linters want the processors.
    let (one, other) = leaves.split_at(leaves.len().div_ceil(2));
    thread::scope(|scope| {
        let side = |leaves: &'static [Algorithm]| {
            scope.spawn(move || {
                for leaf in leaves {
                    println!("{}", square(authority, *leaf, issuer));
                }
            })
        };
        for done in [side(one), side(other)] {
            done.join().unwrap();
        }
    });
}

#[test]
fn under_an_rsa_ca() {
    column(Algorithm::Rsa2048, Algorithm::ALL, Issuer::Perennial);
}

#[test]
fn under_an_ecdsa_ca() {
    column(Algorithm::P256, Algorithm::ALL, Issuer::Perennial);
}

#[test]
fn by_kubeadm() {
    column(Algorithm::Rsa2048, &[Algorithm::P256, Algorithm::Rsa4096], Issuer::Kubeadm);
    column(Algorithm::P256, &[Algorithm::P384, Algorithm::Rsa2048], Issuer::Kubeadm);
}
