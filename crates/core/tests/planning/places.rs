//! What `renew` and `reload` do on unusual ground: right, or nothing at all.

use crate::control_plane::control_plane;
use crate::{days, decide, request};
use perennial_core::inventory::{Credential, FileKind, Looked, Node, Place, Trouble};
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
