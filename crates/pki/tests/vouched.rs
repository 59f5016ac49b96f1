//! A request that the present key vouches for: it fits into a chat, and whoever does not hold that key can't make one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use jiff::SignedDuration;
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::pem;
use perennial_pki::reissue::{Authority, Validity, reissue};
use perennial_pki::request::{VOUCHED_LABEL, VouchError, Vouched, vouch};

const CA: &[u8] = include_bytes!("../testdata/rsa-ca.pem");
const LEAF: &[u8] = include_bytes!("../testdata/rsa-leaf.pem");

const KINDS: [(KeyKind, KeyForm); 5] = [
    (KeyKind::Rsa(2048), KeyForm::Pkcs1),
    (KeyKind::EcdsaP256, KeyForm::Sec1),
    (KeyKind::EcdsaP384, KeyForm::Sec1),
    (KeyKind::EcdsaP521, KeyForm::Sec1),
    (KeyKind::Ed25519, KeyForm::Pkcs8),
];

fn key(kind: &KeyKind, form: KeyForm) -> PrivateKey {
    PrivateKey::generate(kind, form).unwrap()
}

/// A certificate for a key.
fn held(key: &PrivateKey) -> Certificate {
    let authority = Authority::new(leaf(CA).unwrap(), PrivateKey::from_pem(CA).unwrap()).unwrap();
    let now = authority.certificate().not_before() + SignedDuration::from_hours(1);
    let (validity, _) =
        Validity::from_now(now, SignedDuration::from_hours(24), authority.certificate()).unwrap();
    reissue(&leaf(LEAF).unwrap(), &authority, &key.spki_der(), &validity).unwrap()
}

fn p256() -> PrivateKey {
    key(&KeyKind::EcdsaP256, KeyForm::Sec1)
}

fn der(request: &str) -> Vec<u8> {
    pem::blocks(request.as_bytes()).remove(0).der.to_vec()
}

fn read(der: &[u8]) -> Result<Vouched, VouchError> {
    Vouched::from_pem(pem::encode(VOUCHED_LABEL, der).as_bytes())
}

#[test]
fn what_is_vouched_for_is_read_again_for_every_kind_of_key() {
    for (kind, form) in &KINDS {
        let (old_key, new_key) = (key(kind, *form), key(kind, *form));
        let old = held(&old_key);
        let request = vouch(&old, &old_key, &new_key).unwrap();
        let read = Vouched::from_pem(format!("see below\n{request}thanks\n").as_bytes()).unwrap();
        assert_eq!((read.old(), read.spki_der()), (&old, new_key.spki_der().as_slice()), "{kind}");
        assert!(!request.contains("PRIVATE KEY"));
    }
}

#[test]
fn who_does_not_hold_the_old_key_can_not_ask() {
    let (old_key, other) = (p256(), p256());
    let old = held(&old_key);
    assert_eq!(vouch(&old, &other, &p256()), Err(VouchError::NotVouched));
    // A certificate is public. Somebody who has seen one puts it in the place of his own.
    let same_length = |mine: &Certificate| mine.der().len() == old.der().len();
    let mine = std::iter::repeat_with(|| held(&other)).find(same_length).unwrap();
    let request = der(&vouch(&mine, &other, &p256()).unwrap());
    let at = request.windows(mine.der().len()).position(|window| window == mine.der()).unwrap();
    let swapped = [&request[..at], old.der(), &request[at + mine.der().len()..]].concat();
    assert_eq!(read(&swapped).unwrap_err(), VouchError::NotVouched);
}

#[test]
fn another_new_key_than_the_one_vouched_for_is_refused() {
    let (old_key, new_key, other) = (p256(), p256(), p256());
    let request = der(&vouch(&held(&old_key), &old_key, &new_key).unwrap());
    let (from, to) = (new_key.spki_der(), other.spki_der());
    let at = request.windows(from.len()).position(|window| window == from).unwrap();
    let swapped = [&request[..at], &to, &request[at + to.len()..]].concat();
    assert_eq!(read(&swapped).unwrap_err(), VouchError::NotVouched);
}

#[test]
fn the_same_key_again_is_no_new_one() {
    let old_key = p256();
    assert_eq!(vouch(&held(&old_key), &old_key, &old_key), Err(VouchError::SameKey));
}

#[test]
fn every_bit_counts_and_no_cut_is_a_request() {
    let old_key = p256();
    let request = der(&vouch(&held(&old_key), &old_key, &p256()).unwrap());
    assert!(read(&request).is_ok());
    for at in 0..request.len() {
        let mut changed = request.clone();
        changed[at] ^= 1;
        assert!(read(&changed).is_err(), "byte {at}");
        assert!(read(&request[..at]).is_err(), "cut at {at}");
    }
    assert_eq!(Vouched::from_pem(LEAF).unwrap_err(), VouchError::NoRequest);
}
