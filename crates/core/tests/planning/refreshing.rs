//! People's kubeconfigs with keys of their own: which entries, in which steps, and what is never in such a plan.

use crate::control_plane::{control_plane, credential, kubeconfig, now};
use crate::{days, in_directory};
use jiff::Timestamp;
use perennial_core::assess::Policy;
use perennial_core::inventory::{Chain, Directory, Entry, Looked, Node, Place, Role};
use perennial_core::plan::{Action, Plan, Reason, Refusal, Request, Source, Target, Verb, lint, refresh};
use perennial_testdata::{Issued, Leaf};

const YEAR: i64 = 365 * 24 * 3600;
const PATH: &str = "/home/ada/.kube/config";

/// One more entry in ada's file.
fn with_entry(node: &mut Node, user: &str, subject: &str, end: Timestamp) {
    let name = format!("{PATH} ({user})");
    let mut one = credential(&name, Role::UserKubeconfig, kubeconfig(PATH), end, Vec::new());
    if let Place::Kubeconfig { user: named, entry, .. } = &mut one.place {
        *named = user.to_owned();
        *entry = Entry::Other { context: None };
    }
    let pem = include_str!("../../../pki/testdata/p256-ca.pem");
    let certificate = node.authority("ca").unwrap().certificates.seen().unwrap()[0].to_pem();
    let authority = Issued { certificate, key: pem.to_owned() };
    let begin = end.min(now()) - days(180);
    let leaf = authority.issue(&Leaf::client(subject).valid(begin, end)).parsed();
    one.certificate = Looked::Seen(Chain::new(vec![leaf]).unwrap());
    node.credentials.push(one);
}

fn decide(node: &Node, request: &Request) -> Plan {
    let plan = refresh(node, &[], request, &Policy::default(), now()).unwrap();
    assert_eq!(lint(&plan), []);
    plan
}

fn request() -> Request {
    Request::new(Verb::Refresh, YEAR)
}

#[test]
fn entries_of_one_file_share_a_swap_that_ends_with_the_first_of_them() {
    let mut node = control_plane(days(300));
    with_entry(&mut node, "ada", "/O=dev/CN=ada", now() + days(9));
    with_entry(&mut node, "eve", "/O=dev/CN=eve", now() + days(3));
    let plan = decide(&node, &request());
    let [Action::Backup { .. }, Action::Stage { renewals }, Action::Swap(swap)] =
        &plan.steps.iter().map(|step| step.action.clone()).collect::<Vec<_>>()[..]
    else {
        panic!("{:?}", plan.steps)
    };
    let users: Vec<_> = renewals
        .iter()
        .map(|one| match &one.target {
            Target::Kubeconfig { user: Some(user), .. } => (user.as_str(), one.identity.as_deref().unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(users, [("ada", "CN=ada,O=dev"), ("eve", "CN=eve,O=dev")]);
    assert!(renewals.iter().all(|one| matches!(&one.source, Source::Reissue { reuse_key: false, .. })));
    assert_eq!((swap.files.len(), swap.old_not_after), (1, Some(now() + days(3))));
    assert!(plan.restarts().next().is_none() && !plan.leaves_something_due());
}

#[test]
fn a_plan_that_forgets_to_swap_an_entry_has_a_fault() {
    let mut node = control_plane(days(300));
    with_entry(&mut node, "ada", "/O=dev/CN=ada", now() + days(9));
    let mut plan = decide(&node, &request());
    plan.steps.retain(|step| !matches!(step.action, Action::Swap(_)));
    assert_eq!(lint(&plan).len(), 1, "{:?}", lint(&plan));
}

#[test]
fn a_copy_of_admin_conf_follows_no_more_but_gets_a_key_of_its_own() {
    let mut node = control_plane(days(300));
    let subject = "/O=system:masters/CN=kubernetes-admin";
    with_entry(&mut node, "admin", subject, now() + days(200));
    // Not due by its date, but admin.conf is newer.
    let plan = decide(&node, &request());
    assert_eq!((plan.is_empty(), plan.kept[0].reason), (true, Reason::SystemMasters));
    assert!(plan.leaves_something_due());
    let plan = decide(&node, &Request { system_masters: true, ..request() });
    assert_eq!(plan.renewals().count(), 1);
    assert!(plan.renewals().all(|one| matches!(one.source, Source::Reissue { .. })));
}

#[test]
fn what_is_not_done_to_a_persons_file_is_something_left_out() {
    let mut node = control_plane(days(300));
    with_entry(&mut node, "ada", "/O=dev/CN=ada", now() + days(9));
    in_directory(&mut node, &format!("{PATH} (ada)"), Directory::Open);
    let plan = decide(&node, &request());
    assert_eq!((plan.is_empty(), plan.kept[0].reason), (true, Reason::DirectoryOpen));
    assert!(plan.leaves_something_due());
}

#[test]
fn a_ca_that_has_ended_signs_nothing() {
    let mut node = control_plane(days(300));
    with_entry(&mut node, "ada", "/O=dev/CN=ada", now() + days(9));
    let end = node.authority("ca").unwrap().certificates.seen().unwrap()[0].not_after();
    let why = refresh(&node, &[], &request(), &Policy::default(), end + days(1)).unwrap_err();
    assert!(matches!(why, Refusal::AuthorityExpired { .. }), "{why:?}");
}
