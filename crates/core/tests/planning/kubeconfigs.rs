//! People's kubeconfigs: which follow admin.conf.

use crate::control_plane::{control_plane, credential, file, kubeconfig, now};
use crate::{days, decide, in_directory, renewed, request};
use perennial_core::inventory::{Directory, Looked, Node, Place, Role};
use perennial_core::plan::{Action, Reason, Request, Source};

fn with_user_kubeconfig(node: &mut Node, end: jiff::Timestamp, path: &str) {
    node.credentials.push(credential(path, Role::UserKubeconfig, kubeconfig(path), end, Vec::new()));
}

#[test]
fn a_persons_copy_of_admin_conf_follows_it() {
    let mut node = control_plane(days(12));
    let path = "/root/.kube/config";
    with_user_kubeconfig(&mut node, now() + days(3), path);
    let plan = decide(&node, &request()).unwrap();
    let copy = plan.renewals().find(|renewal| renewal.credential == path).unwrap();
    assert!(matches!(&copy.source, Source::CopyOf { credential, .. } if credential == "admin.conf"));
    let Action::Backup { directories } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert!(directories.iter().any(|source| source == path), "what is changed is backed up: {directories:?}");
    let only = Request { only: vec!["apiserver".into()], ..request() };
    assert_eq!(renewed(&decide(&node, &only).unwrap()), ["apiserver"], "admin.conf was not asked for");
}

#[test]
fn an_exact_copy_follows_even_to_a_shorter_life() {
    let mut node = control_plane(days(400));
    let path = "/root/.kube/config";
    let mut copy = node.credential("admin.conf").unwrap().clone();
    (copy.name, copy.role, copy.place) = (path.to_owned(), Role::UserKubeconfig, kubeconfig(path));
    node.credentials.push(copy);
    assert!(renewed(&decide(&node, &request()).unwrap()).contains(&path));
}

#[test]
fn a_link_to_admin_conf_is_no_copy() {
    let mut node = control_plane(days(12));
    let path = "/root/.kube/config";
    let mut link = file(path);
    if let Looked::Seen(facts) = &mut link.facts {
        facts.link_target = Some("/etc/kubernetes/admin.conf".into());
    }
    with_user_kubeconfig(&mut node, now() + days(3), path);
    let user = node.credentials.last_mut().unwrap();
    if let Place::Kubeconfig { file, .. } = &mut user.place {
        *file = link;
    }
    assert!(!renewed(&decide(&node, &request()).unwrap()).contains(&path));
}

#[test]
fn a_kubeconfig_that_cannot_be_written_safely_is_told_and_stands_in_nobodys_way() {
    let path = "/home/bob/.kube/config";
    for (directory, reason) in
        [(Directory::Open, Reason::DirectoryOpen), (Directory::ReadOnly, Reason::DirectoryReadOnly)]
    {
        let mut node = control_plane(days(12));
        with_user_kubeconfig(&mut node, now() + days(3), path);
        in_directory(&mut node, path, directory);
        let plan = decide(&node, &request()).unwrap();
        assert!(!renewed(&plan).contains(&path) && renewed(&plan).contains(&"admin.conf"));
        assert!(plan.kept.iter().any(|kept| kept.name == path && kept.reason == reason), "{reason:?}");
        assert!(!plan.leaves_something_due());
    }
}

#[test]
fn a_newer_kubeconfig_of_a_person_is_left_alone() {
    let mut node = control_plane(days(365));
    with_user_kubeconfig(&mut node, now() + days(400), "/root/.kube/config");
    let only = Request { due: true, ..request() };
    assert!(decide(&node, &only).unwrap().is_empty());
}
