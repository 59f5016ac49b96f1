//! What `evidence verify` says of a credential that was proven once.

use crate::control_plane::{control_plane, now, other_authority, until};
use crate::days;
use jiff::SignedDuration;
use perennial_core::inventory::{Chain, Credential, Key, Looked, Node, Trouble};
use perennial_core::standing::{
    Grade, OnDisk, Recorded, RecordedAuthority, Standing, authorities, authority_key, credentials, public_key,
};
use perennial_pki::certificate::Certificate;

const NAME: &str = "front-proxy-client";

fn of(node: &mut Node) -> &mut Credential {
    node.credentials.iter_mut().find(|credential| credential.name == NAME).unwrap()
}

fn node() -> Node {
    control_plane(days(200))
}

fn recorded(node: &Node) -> Recorded {
    let credential = node.credential(NAME).unwrap();
    let leaf = credential.leaf().unwrap();
    Recorded {
        credential: NAME.to_owned(),
        before: Some("an older one".to_owned()),
        after: leaf.fingerprint_sha256(),
        not_before: leaf.not_before(),
        authority_key: authority_key(node, credential),
        proven: 0,
    }
}

fn standing(recorded: &Recorded, node: &Node) -> Standing {
    credentials(std::slice::from_ref(recorded), node, Vec::new()).remove(0)
}

fn put(node: &mut Node, certificate: Certificate) {
    of(node).certificate = Looked::Seen(Chain::new(vec![certificate]).unwrap());
}

#[test]
fn what_was_installed_stands() {
    let node = node();
    let one = standing(&recorded(&node), &node);
    assert_eq!((one.on_disk, one.grade), (OnDisk::Same, Grade::Stands));
}

#[test]
fn a_later_one_of_the_same_ca_has_replaced_it_and_an_earlier_one_is_back() {
    let mut node = node();
    let recorded = recorded(&node);
    put(&mut node, until(now() + days(365)));
    let one = standing(&recorded, &node);
    assert!(matches!(one.on_disk, OnDisk::Newer(_)) && one.grade == Grade::Replaced, "{one:?}");
    // The same, had the run replaced it: it was there before.
    let fingerprint = of(&mut node).leaf().unwrap().fingerprint_sha256();
    let before = Recorded { before: Some(fingerprint), ..recorded.clone() };
    let one = standing(&before, &node);
    assert!(matches!(one.on_disk, OnDisk::Older(_)) && one.grade == Grade::Broken, "{one:?}");
    // Or were it made before what was installed.
    let later = Recorded { not_before: now() - SignedDuration::from_hours(1), ..recorded };
    let one = standing(&later, &node);
    assert!(matches!(one.on_disk, OnDisk::Older(_)) && one.grade == Grade::Broken, "{one:?}");
}

#[test]
fn another_ca_another_key_and_an_end_are_not_as_proven() {
    let mut node = node();
    let recorded = recorded(&node);
    put(&mut node, other_authority().1);
    let elder = Recorded { not_before: of(&mut node).leaf().unwrap().not_before(), ..recorded.clone() };
    let one = standing(&elder, &node);
    assert!(matches!(one.on_disk, OnDisk::OtherAuthority(_)) && one.grade == Grade::Broken, "{one:?}");

    let mut node = control_plane(days(200));
    let recorded = Recorded { after: of(&mut node).leaf().unwrap().fingerprint_sha256(), ..recorded };
    let Looked::Seen(key) = of(&mut node).key.clone() else { panic!() };
    of(&mut node).key = Looked::Seen(Key { fits: false, ..key });
    let one = standing(&recorded, &node);
    assert!(matches!(one.on_disk, OnDisk::OtherKey(_)) && one.grade == Grade::Broken, "{one:?}");

    let mut node = control_plane(days(200));
    let recorded = Recorded { after: of(&mut node).leaf().unwrap().fingerprint_sha256(), ..recorded };
    node.observed_at = now() + days(201);
    let one = standing(&recorded, &node);
    assert_eq!((one.on_disk, one.grade), (OnDisk::Same, Grade::Broken), "it has ended");
    assert!(one.ended.is_some());
}

#[test]
fn gone_is_broken_and_not_seen_is_unseen() {
    let mut node = node();
    let recorded = recorded(&node);
    of(&mut node).certificate = Looked::Absent;
    assert_eq!(standing(&recorded, &node).on_disk, OnDisk::Missing);
    of(&mut node).certificate = Looked::Unusable(Trouble::PermissionDenied);
    assert_eq!(standing(&recorded, &node).grade, Grade::Unseen);
    of(&mut node).certificate = Looked::Unusable(Trouble::Empty);
    assert_eq!(standing(&recorded, &node).grade, Grade::Broken);
    node.credentials.retain(|credential| credential.name != NAME);
    let one = standing(&recorded, &node);
    assert_eq!((one.on_disk, one.grade), (OnDisk::Missing, Grade::Broken));
}

#[test]
fn what_was_proven_in_use_and_is_not_now_does_not_stand() {
    let mut node = node();
    let recorded = |node: &Node| {
        let leaf = node.credential("etcd-server").unwrap().leaf().unwrap().clone();
        Recorded {
            credential: "etcd-server".to_owned(),
            before: None,
            after: leaf.fingerprint_sha256(),
            not_before: leaf.not_before(),
            authority_key: None,
            proven: 1,
        }
    };
    let one = standing(&recorded(&node), &node);
    assert_eq!((one.grade, one.proven_now()), (Grade::Stands, 1), "{one:?}");
    // Nothing is asked in a copied tree.
    let listeners = std::mem::take(&mut node.listeners);
    assert_eq!(standing(&recorded(&node), &node).grade, Grade::Unseen);
    // It serves what it has served before the file was exchanged.
    node.listeners = listeners;
    let credential = node.credentials.iter_mut().find(|one| one.name == "etcd-server").unwrap();
    credential.certificate = Looked::Seen(Chain::new(vec![until(now() + days(300))]).unwrap());
    let one = standing(&recorded(&node), &node);
    assert_eq!(one.grade, Grade::Broken, "{one:?}");
}

#[test]
fn a_ca_is_known_by_its_key() {
    let node = node();
    let ca = node.authority("ca").unwrap().certificates.seen().unwrap()[0].clone();
    let same = RecordedAuthority {
        name: "ca".to_owned(),
        fingerprint: ca.fingerprint_sha256(),
        key: public_key(&ca),
    };
    let renewed = RecordedAuthority { fingerprint: "its older certificate".to_owned(), ..same.clone() };
    let other = RecordedAuthority { key: "another key".to_owned(), ..renewed.clone() };
    let gone = RecordedAuthority { name: "no-ca".to_owned(), ..same.clone() };
    let grades: Vec<_> =
        authorities(&[same, renewed, other, gone], &node).iter().map(|one| one.grade).collect();
    assert_eq!(grades, [Grade::Stands, Grade::Replaced, Grade::Broken, Grade::Broken]);
}
