//! `--issuer kubeadm`: which kubeadm may make the certificates, how, and what it can not keep.

use crate::control_plane::control_plane;
use crate::{days, decide, request};
use perennial_core::inventory::Version;
use perennial_core::plan::{CanNot, Kubeadm, Refusal, Request, Source};
use perennial_pki::reissue::AlternativeName;

fn asked(version: &str) -> Request {
    let kubeadm = Kubeadm { program: "/usr/bin/kubeadm".into(), version: version.to_owned() };
    Request { kubeadm: Some(kubeadm), ..request() }
}

#[test]
fn its_version_may_be_the_control_planes_or_one_newer() {
    let mut node = control_plane(days(12));
    for (control_plane, kubeadm, fits) in [
        ("v1.36.3", "v1.36.0", true),
        ("v1.36.3", "v1.37.1", true),
        ("v1.36.3", "v1.35.9", false),
        ("v1.36.3", "v1.38.0", false),
        ("v1.30.9", "v1.31.0", true),
        ("v1.30.9", "v1.30.9", false),
        ("v1.36.3", "v2.36.3", false),
        ("v1.36.3", "", false),
    ] {
        let version = Version::parse(control_plane);
        node.static_pods.iter_mut().for_each(|pod| pod.version = version);
        let plan = decide(&node, &asked(kubeadm));
        assert_eq!(plan.is_ok(), fits, "{kubeadm} for {control_plane}");
        if !fits {
            assert!(matches!(plan, Err(Refusal::KubeadmDoesNotFit { .. })), "{plan:?}");
        }
    }
}

#[test]
fn pairs_are_renewed_by_name_and_clients_made_as_users() {
    let node = control_plane(days(12));
    let plan = decide(&node, &asked("v1.36.3")).unwrap();
    let by = |name: &str| {
        let renewal = plan.renewals().find(|renewal| renewal.credential == name).unwrap();
        match &renewal.source {
            Source::Reissue { by_kubeadm: Some(by), .. } => by.pair.clone(),
            other => panic!("{other:?}"),
        }
    };
    let etcd = by("etcd-server").unwrap();
    assert_eq!((etcd.name.as_str(), etcd.base.as_str()), ("etcd-server", "etcd/server"));
    assert_eq!(etcd.authority, "etcd/ca");
    assert_eq!(by("scheduler.conf"), None);
    let ours = decide(&node, &request()).unwrap();
    assert_ne!(plan.digest, ours.digest, "who makes them is a part of what is agreed to");
}

#[test]
fn what_it_can_not_keep_is_refused() {
    let node = control_plane(days(12));
    let request = Request { reuse_keys: true, ..asked("v1.36.3") };
    assert!(matches!(decide(&node, &request), Err(Refusal::KubeadmCanNot { why: CanNot::Keep, .. })));
    let add_names = vec![AlternativeName::parse("api.example.com").unwrap()];
    let request = Request { add_names, ..asked("v1.36.3") };
    assert!(matches!(decide(&node, &request), Err(Refusal::KubeadmCanNot { why: CanNot::Keep, .. })));
}
