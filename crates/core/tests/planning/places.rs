//! What `renew` and `reload` do on unusual ground: right, or nothing at all.

use crate::control_plane::{control_plane, now, until};
use crate::{days, decide, request};
use perennial_core::inventory::{Chain, Component, Credential, FileKind, Looked, Node, Place, Trouble};
use perennial_core::plan::{Action, Plan, Proof, Refusal, Verb, reload};

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

#[test]
fn two_manifests_for_one_pod_stop_renew_and_reload_before_anything_is_done() {
    let mut node = control_plane(days(30));
    let mut second =
        node.static_pods.iter().find(|pod| pod.component == Component::KubeApiserver).unwrap().clone();
    second.manifest.path = "/etc/kubernetes/manifests/kube-apiserver.yaml.bak".into();
    second.flags.insert("--tls-cert-file".to_owned(), "/old.crt".to_owned());
    node.static_pods.push(second);
    let mut only = request();
    only.verb = Verb::Reload;
    for refusal in [decide(&node, &request()).unwrap_err(), reload(&node, &only, now()).unwrap_err()] {
        let Refusal::ManifestsCollide(collision) = refusal else { panic!("{refusal:?}") };
        assert_eq!(collision.pod, "kube-apiserver");
        assert_eq!(
            collision.files,
            [
                "/etc/kubernetes/manifests/kube-apiserver.yaml",
                "/etc/kubernetes/manifests/kube-apiserver.yaml.bak"
            ]
        );
        assert_eq!(collision.flags[0].0, "--tls-cert-file");
    }
}

/// Puts the files of one credential under another's name.
fn share(node: &mut Node, one: &str, other: &str, key_too: bool) {
    let place = node.credentials.iter().find(|known| known.name == one).unwrap().place.clone();
    edit(node, other, |credential| match (&mut credential.place, place) {
        (Place::Pair { certificate, key }, Place::Pair { certificate: theirs, key: their_key }) => {
            *certificate = theirs;
            if key_too {
                *key = their_key;
            }
        }
        _ => panic!(),
    });
}

#[test]
fn one_pair_for_two_purposes_is_renewed_once_and_proven_at_both_listeners() {
    let mut node = control_plane(days(30));
    let before = decide(&node, &request()).unwrap();
    share(&mut node, "etcd-server", "etcd-peer", true);
    let plan = decide(&node, &request()).unwrap();
    assert_eq!(plan.renewals().count() + 1, before.renewals().count());
    let swaps = |plan: &Plan| {
        let of_pair = plan.steps.iter().filter(|step| match &step.action {
            Action::Swap(swap) => swap.credential == "etcd-server",
            _ => false,
        });
        of_pair
            .map(|step| step.proofs.iter().filter(|proof| matches!(proof, Proof::Served(_))).count())
            .sum::<usize>()
    };
    assert_eq!(swaps(&plan), swaps(&before) + 1, "the peers' listener shows the same certificate");
}

#[test]
fn pairs_that_share_only_a_file_are_not_renewed() {
    let mut node = control_plane(days(30));
    share(&mut node, "etcd-server", "etcd-peer", false);
    assert!(matches!(decide(&node, &request()), Err(Refusal::FileShared { .. })));
}
