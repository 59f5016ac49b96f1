//! What `renew` and `reload` do on unusual ground: right, or nothing at all.

use crate::control_plane::{control_plane, kubeconfig, now, until};
use crate::{days, decide, request};
use camino::Utf8Path;
use perennial_core::assess::Policy;
use perennial_core::inventory::{
    Attribute, Chain, Component, Credential, FileKind, Fixed, Looked, Node, Place, Role, Trouble,
};
use perennial_core::plan::{Action, Plan, Proof, Reason, Refusal, Request, Verb, key_can_be_made, reload};

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

/// `chattr +i` (or `+a`) on the file itself or on its directory.
fn fix(node: &mut Node, name: &str, path: &str, attribute: Attribute) {
    edit(node, name, |credential| {
        let (Place::Kubeconfig { file, .. } | Place::Pair { certificate: file, .. }) = &mut credential.place
        else {
            panic!("{credential:?}");
        };
        let Looked::Seen(facts) = &mut file.facts else { panic!("{file:?}") };
        facts.fixed = Some(Fixed { path: path.into(), attribute });
    });
}

#[test]
fn what_root_itself_cannot_exchange_is_refused_before_a_run() {
    for (name, path, attribute) in [
        ("etcd-server", "/etc/kubernetes/pki/etcd/server.crt", Attribute::Immutable),
        ("scheduler.conf", "/etc/kubernetes", Attribute::AppendOnly),
    ] {
        let mut node = control_plane(days(30));
        fix(&mut node, name, path, attribute);
        let refusal = decide(&node, &request()).unwrap_err();
        assert_eq!(refusal, Refusal::AttributeSet { path: path.into(), attribute });
        // What is not touched may stay as it is.
        assert!(decide(&node, &Request { only: vec!["apiserver".into()], ..request() }).is_ok());
    }
}

#[test]
fn a_persons_kubeconfig_with_an_attribute_stands_in_nobodys_way() {
    let mut node = control_plane(days(30));
    let mut copy = node.credentials.iter().find(|one| one.name == "admin.conf").unwrap().clone();
    copy.name = "/root/.kube/config".to_owned();
    copy.role = Role::UserKubeconfig;
    copy.place = kubeconfig("/root/.kube/config");
    node.credentials.push(copy);
    fix(&mut node, "/root/.kube/config", "/root/.kube/config", Attribute::Immutable);
    let plan = decide(&node, &request()).unwrap();
    assert!(plan.renewals().all(|renewal| renewal.credential != "/root/.kube/config"));
    let kept = plan.kept.iter().find(|kept| kept.name == "/root/.kube/config").unwrap();
    assert_eq!(kept.reason, Reason::AttributeSet);
}

#[test]
fn a_lost_key_is_made_anew_and_advice_says_the_same() {
    let mut node = control_plane(days(200));
    edit(&mut node, "apiserver", |credential| {
        let Place::Pair { key, .. } = &mut credential.place else { panic!() };
        key.facts = Looked::Absent;
        credential.key = Looked::Absent;
    });
    let path = Utf8Path::new("/etc/kubernetes/pki/apiserver.key");
    let advised = |node: &Node| key_can_be_made(node, path, now()).map(|one| one.name.clone());
    let planned = |node: &Node| {
        let only = Request { only: vec!["apiserver".into()], ..request() };
        decide(node, &only).is_ok_and(|plan| plan.renewals().any(|one| one.credential == "apiserver"))
    };
    assert_eq!(advised(&node).as_deref(), Some("apiserver"));
    assert!(planned(&node));
    assert!(key_can_be_made(&node, Utf8Path::new("/etc/kubernetes/pki/apiserver.crt"), now()).is_none());
    // Without its certificate, or without the CA's key, neither.
    let mut without = node.clone();
    edit(&mut without, "apiserver", |credential| credential.certificate = Looked::Absent);
    assert_eq!((advised(&without), planned(&without)), (None, false));
    let mut without = node.clone();
    without.authorities.iter_mut().for_each(|authority| authority.key = Looked::Absent);
    assert_eq!((advised(&without), planned(&without)), (None, false));
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
    for refusal in
        [decide(&node, &request()).unwrap_err(), reload(&node, &only, &Policy::default(), now()).unwrap_err()]
    {
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
