//! What `renew` and `reload` do on unusual ground: right, or nothing at all.

use crate::control_plane::{control_plane, now, until};
use crate::{days, decide, request};
use perennial_core::inventory::{Chain, Credential, FileKind, Looked, Node, Place, Trouble};
use perennial_core::plan::Refusal;

fn edit(node: &mut Node, name: &str, change: impl FnOnce(&mut Credential)) {
    change(node.credentials.iter_mut().find(|credential| credential.name == name).unwrap());
}

#[test]
fn a_directory_in_the_place_of_a_key_is_never_exchanged_for_a_file() {
    let mut node = control_plane(days(30));
    edit(&mut node, "etcd-peer", |credential| {
        let Place::Pair { key, .. } = &mut credential.place else { panic!() };
        key.facts = Looked::Unusable(Trouble::NotRegular(FileKind::Directory));
        credential.key = Looked::Unusable(Trouble::NotRegular(FileKind::Directory));
    });
    let refusal = decide(&node, &request()).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::CredentialUnusable { path, .. } if path.as_str().ends_with("peer.key")),
        "{refusal:?}"
    );
}

#[test]
fn a_running_kubelet_restarts_what_it_must_whatever_kubelet_conf_says() {
    // kubelet.conf holds what has ended; the kubelet has long since gone on to its store's certificate.
    let mut node = control_plane(days(30));
    let mut old = node.credentials.iter().find(|one| one.name == "kubelet-client").unwrap().clone();
    let mut new = old.clone();
    old.certificate = Looked::Seen(Chain::new(vec![until(now() - days(1))]).unwrap());
    new.name = "kubelet-client-current.pem".to_owned();
    node.credentials.retain(|one| one.name != "kubelet-client");
    node.credentials.push(old);
    assert!(matches!(decide(&node, &request()), Err(Refusal::KubeletClientExpired { .. })));
    node.credentials.push(new);
    assert!(decide(&node, &request()).unwrap().restarts().count() > 0);
}
