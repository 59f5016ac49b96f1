//! A29: people's kubeconfigs that get a key of their own on a control plane. Only this cluster's entries, only who holds
//! the key, never a machine's identity.

use crate::schema::faults;
use crate::seen::perennial;
use crate::{Leaf, Seen, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_testdata::{Issued, KeyKind};
use serde_json::Value;

pub(crate) const CONFIG: &str = "root/.kube/config";
pub(crate) const DEV: &str = "/O=dev/CN=ada";

/// A kubeconfig of three clusters, commented, whose current context is not ours.
pub(crate) fn kubeconfig(tree: &Tree, ours: &Issued) -> String {
    let other = Tree::control_plane_at("x1", "10.9.9.9");
    let theirs = other.issue("ca", &Leaf::client(DEV).days(-300, 3));
    let data = |text: &str| STANDARD.encode(text);
    format!(
        "# mine\napiVersion: v1\nkind: Config\ncurrent-context: theirs # not ours\nclusters:\n\
         - name: ours\n  cluster: {{server: 'https://10.0.0.11:6443', certificate-authority-data: {}}}\n\
         - name: theirs\n  cluster: {{server: 'https://10.9.9.9:6443', certificate-authority-data: {}}}\n\
         - name: third\n  cluster: {{server: 'https://third'}}\n\
         contexts:\n- {{name: ours, context: {{cluster: ours, user: ada}}}}\n\
         - {{name: theirs, context: {{cluster: theirs, user: kubernetes-admin}}}}\n\
         users:\n- name: kubernetes-admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n\
         - name: ada # ours\n  user:\n    client-certificate-data: \"{}\"\n    client-key-data: '{}'\n",
        data(&tree.authority("ca").certificate),
        data(&other.authority("ca").certificate),
        data(&theirs.certificate),
        data(&theirs.key),
        data(&ours.certificate),
        data(&ours.key),
    )
}

/// A tree with it: ours ends in three days.
pub(crate) fn tree(subject: &str) -> Tree {
    let tree = Tree::control_plane("cp1");
    let ours = tree.issue("ca", &Leaf::client(subject).days(-300, 3));
    tree.write_secret(CONFIG, &kubeconfig(&tree, &ours));
    tree
}

/// What would be done, in all forms.
fn planned(tree: &Tree, more: &[&str]) -> (Option<i32>, Value) {
    let before = tree.inventory();
    let root = tree.root().as_str();
    let arguments = [&["kubeconfig", "refresh", "--dry-run", "--root", root], more].concat();
    let json = perennial(tree, &[&arguments[..], &["-o", "json"]].concat());
    for language in ["en", "zh"] {
        let people = perennial(tree, &[&arguments[..], &["--lang", language]].concat());
        assert_eq!(people.status.code(), json.status.code(), "{people:?}");
    }
    assert_eq!(before, tree.inventory(), "a dry run has changed something");
    let document = serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{error}: {json:?}"));
    assert_eq!(faults(&document), Vec::<String>::new());
    (json.status.code(), document)
}

fn renewed(plan: &Value) -> Vec<&str> {
    let renewals = plan["renewals"].as_array().unwrap_or_else(|| panic!("{plan:#}"));
    renewals.iter().map(|one| one["credential"].as_str().unwrap()).collect()
}

fn why_kept<'a>(plan: &'a Value, name: &str) -> &'a str {
    let kept = plan["kept"].as_array().unwrap().iter().find(|one| one["name"] == name);
    kept.unwrap_or_else(|| panic!("{plan:#}"))["reason"].as_str().unwrap()
}

#[test]
fn only_the_entry_of_this_cluster_that_ends_soon_is_refreshed() {
    let tree = tree(DEV);
    let (status, plan) = planned(&tree, &[]);
    assert_eq!((status, renewed(&plan)), (Some(0), vec!["/root/.kube/config (ada)"]));
    let renewal = &plan["renewals"][0];
    assert_eq!((&renewal["entry"], &renewal["identity"]), (&"ada".into(), &"CN=ada,O=dev".into()));
    assert_eq!(renewal["files"], serde_json::json!(["/root/.kube/config"]));
    let actions: Vec<_> = plan["steps"].as_array().unwrap().iter().map(|step| &step["action"]).collect();
    assert_eq!(actions, ["backup", "stage", "swap"], "nothing of the node's own is touched");
    // The command that check names is this one.
    let seen = Seen::by_check(&tree);
    let command = seen.one("PRN1201")["command"].as_str().unwrap().to_owned();
    assert_eq!(command, "perennial kubeconfig refresh /root/.kube/config", "{:#}", seen.json["findings"]);
}

#[test]
fn what_is_fresh_is_left_alone_unless_it_is_forced() {
    let tree = Tree::control_plane("cp1");
    let ours = tree.issue("ca", &Leaf::client(DEV).days(-10, 355));
    tree.write_secret(CONFIG, &kubeconfig(&tree, &ours));
    let (status, plan) = planned(&tree, &[]);
    assert_eq!((status, renewed(&plan).len(), &plan["changes"]), (Some(0), 0, &false.into()));
    assert_eq!(why_kept(&plan, "/root/.kube/config (ada)"), "not due");
    let (_, plan) = planned(&tree, &["--force", "/root/.kube/config"]);
    assert_eq!(renewed(&plan), ["/root/.kube/config (ada)"]);
}

#[test]
fn system_masters_is_signed_only_where_that_was_asked_for() {
    let tree = tree("/O=system:masters/CN=boss");
    let (status, plan) = planned(&tree, &[]);
    assert_eq!((status, renewed(&plan).len()), (Some(1), 0));
    assert!(why_kept(&plan, "/root/.kube/config (ada)").contains("--allow-system-masters"));
    let (status, plan) = planned(&tree, &["--allow-system-masters"]);
    assert_eq!((status, renewed(&plan)), (Some(0), vec!["/root/.kube/config (ada)"]));
    let seen = Seen::by_check(&tree);
    let command = "perennial kubeconfig refresh /root/.kube/config --allow-system-masters";
    assert_eq!(seen.one("PRN1201")["command"], command);
}

#[test]
fn a_machines_identity_is_never_signed_for_a_person() {
    let machines = [
        "/O=system:nodes/CN=system:node:w1",
        "/CN=system:kube-scheduler",
        "/O=kubeadm:cluster-admins/CN=kube-apiserver-kubelet-client",
        "/O=system:nodes/CN=ada",
    ];
    for subject in machines {
        let tree = tree(subject);
        let (status, plan) = planned(&tree, &["--allow-system-masters", "--force"]);
        assert_eq!((status, renewed(&plan).len()), (Some(1), 0), "{subject}");
        assert!(why_kept(&plan, "/root/.kube/config (ada)").contains("kubeadm kubeconfig user"), "{subject}");
    }
}

#[test]
fn who_has_a_certificate_and_not_its_key_is_given_nothing() {
    let tree = Tree::control_plane("cp1");
    let seen = tree.issue("ca", &Leaf::client("/O=kubeadm:cluster-admins/CN=kubernetes-admin").days(-300, 3));
    let own = tree.issue("ca", &Leaf::client(DEV));
    let stolen = Issued { certificate: seen.certificate, key: own.key };
    tree.write_secret(CONFIG, &kubeconfig(&tree, &stolen));
    let (status, plan) = planned(&tree, &["--force"]);
    assert_eq!((status, renewed(&plan).len()), (Some(1), 0));
    assert!(why_kept(&plan, "/root/.kube/config (ada)").contains("its key is not the certificate's"));
}

#[test]
fn servers_and_authorities_are_no_persons() {
    for bad in [Leaf::both(DEV), Leaf::server(DEV), Leaf::authority("/CN=ada")] {
        let tree = Tree::control_plane("cp1");
        let ours = tree.issue("ca", &bad.days(-300, 3));
        tree.write_secret(CONFIG, &kubeconfig(&tree, &ours));
        let (status, plan) = planned(&tree, &[]);
        assert_eq!((status, renewed(&plan).len()), (Some(1), 0), "{plan:#}");
    }
}

#[test]
fn several_entries_of_one_file_go_in_at_once() {
    let tree = tree(DEV);
    let second = tree.issue("ca", &Leaf::client("/O=ops/CN=eve").key(KeyKind::EcdsaP256).days(-300, 3));
    tree.edit(CONFIG, |text| {
        format!(
            "{text}- name: eve\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            STANDARD.encode(&second.certificate),
            STANDARD.encode(&second.key)
        )
    });
    let (status, plan) = planned(&tree, &[]);
    let names = ["/root/.kube/config (ada)", "/root/.kube/config (eve)"];
    assert_eq!((status, renewed(&plan)), (Some(0), names.to_vec()));
    let swaps = plan["steps"].as_array().unwrap().iter().filter(|step| step["action"] == "swap").count();
    assert_eq!(swaps, 1);
    assert_eq!(plan["renewals"][1]["key"], "P-256");
}

#[test]
fn a_file_that_can_not_be_changed_safely_is_left_and_told() {
    let tree = tree(DEV);
    tree.mode(CONFIG, 0o400);
    let (status, plan) = planned(&tree, &[]);
    assert_eq!(status, Some(1));
    assert!(why_kept(&plan, "/root/.kube/config (ada)").contains("chmod u+w"));
    tree.mode(CONFIG, 0o600);
    // The key is anchored for another user.
    tree.edit(CONFIG, |text| {
        text.replace("    client-key-data: '", "    client-key-data: &key '")
            + "- name: z\n  user: {token: *key}\n"
    });
    let (status, plan) = planned(&tree, &[]);
    assert_eq!(status, Some(1));
    assert!(why_kept(&plan, "/root/.kube/config (ada)").contains("YAML anchors"), "{plan:#}");
}

#[test]
fn a_named_file_without_anything_of_this_cluster_is_refused() {
    let tree = Tree::control_plane("cp1");
    let other = Tree::control_plane_at("x1", "10.9.9.9");
    tree.kubeconfig("srv/theirs", "ada", &other.issue("ca", &Leaf::client(DEV).days(-300, 3)));
    tree.kubeconfig("srv/ours", "ada", &tree.issue("ca", &Leaf::client(DEV).days(-300, 3)));
    let (status, plan) = planned(&tree, &["/srv/ours"]);
    assert_eq!((status, renewed(&plan)), (Some(0), vec!["/srv/ours"]));
    for (file, said) in [
        ("/srv/theirs", "has no client certificate that this cluster's CA has signed"),
        ("/srv/nothing", "is not there"),
        ("/etc/kubernetes/admin.conf", "is no person's kubeconfig"),
    ] {
        let (status, failure) = planned(&tree, &[file]);
        assert_eq!(status, Some(4), "{failure:#}");
        assert!(failure["message"].as_str().unwrap().contains(said), "{failure:#}");
    }
}
