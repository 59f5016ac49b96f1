//! A29: people's kubeconfigs that get a key of their own. Only this cluster's entries, only who holds the key, never a
//! machine's identity; and the way over a paste, where what comes back must be for the very entry that waits.

use crate::schema::faults;
use crate::seen::perennial;
use crate::{Leaf, Seen, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::leaf;
use perennial_pki::key::PrivateKey;
use perennial_pki::reissue::{Authority, Validity, reissue};
use perennial_pki::request::Vouched;
use perennial_testdata::{Issued, KeyKind};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

const CONFIG: &str = "root/.kube/config";
const DEV: &str = "/O=dev/CN=ada";

/// A kubeconfig of three clusters, commented, whose current context is not ours.
fn kubeconfig(tree: &Tree, ours: &Issued) -> String {
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
fn tree(subject: &str) -> Tree {
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

/// Ada's own machine.
struct Laptop(tempfile::TempDir);

impl Laptop {
    /// With a kubeconfig at `.kube/config`.
    fn new(text: &str) -> Self {
        let laptop = Self(tempfile::tempdir().unwrap());
        fs::create_dir(laptop.path(".kube")).unwrap();
        laptop.write(".kube/config", text);
        laptop
    }

    fn path(&self, name: &str) -> String {
        self.0.path().canonicalize().unwrap().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o640)).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path(".kube"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn refresh(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
        command.args(["kubeconfig", "refresh"]).args(more).env_clear().env("HOME", self.path(""));
        let output = command.output().unwrap();
        // Whatever is said, no key is in it: the kubeconfig's base64 and every PEM body.
        let said = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        assert!(!said.contains("PRIVATE KEY"), "{said}");
        for line in self.read(".kube/config").lines().filter(|line| line.contains("client-key-data")) {
            let data = line.trim().trim_start_matches("client-key-data: ").trim_matches('\'');
            assert!(data.len() < 40 || !said.contains(&data[20..40]));
        }
        output
    }

    fn request(&self) -> Vouched {
        let asked = self.refresh(&["--request", "--context", "ours"]);
        assert!(asked.status.success(), "{asked:?}");
        assert!(asked.stdout.len() <= 2048, "{} bytes are too many to paste", asked.stdout.len());
        Vouched::from_pem(&asked.stdout).unwrap()
    }
}

/// What a control plane answers.
fn signed(tree: &Tree, request: &Vouched) -> String {
    let Issued { certificate, key } = tree.authority("ca");
    let key = PrivateKey::from_pem(key.as_bytes()).unwrap();
    let authority = Authority::new(leaf(certificate.as_bytes()).unwrap(), key).unwrap();
    let year = SignedDuration::from_hours(24 * 365);
    let (validity, _) = Validity::from_now(Timestamp::now(), year, authority.certificate()).unwrap();
    reissue(request.old(), &authority, request.spki_der(), &validity).unwrap().to_pem()
}

#[test]
fn a_key_is_made_asked_for_and_installed_where_it_lives() {
    let tree = tree(DEV);
    let before = tree.read(CONFIG);
    let laptop = Laptop::new(&before);
    let request = laptop.request();
    assert_eq!(request.old().subject(), "CN=ada,O=dev");
    let pending = ".config.perennial-key-ada";
    assert_eq!(laptop.names(), [pending, "config"]);
    let mode = |name: &str| {
        fs::metadata(laptop.path(&format!(".kube/{name}"))).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(pending), 0o600);
    // Asked again, as after a crash: the same key waits.
    assert_eq!(laptop.request().spki_der(), request.spki_der());
    let certificate = laptop.write("ada.crt", &signed(&tree, &request));
    let looked = laptop.refresh(&["--install", &certificate, "--dry-run"]);
    assert_eq!((looked.status.code(), laptop.read(".kube/config") == before), (Some(0), true), "{looked:?}");
    let installed = laptop.refresh(&["--install", &certificate, "-o", "json"]);
    let document: Value = serde_json::from_slice(&installed.stdout).unwrap();
    assert_eq!(faults(&document), Vec::<String>::new());
    assert_eq!((installed.status.code(), &document["changed"]), (Some(0), &true.into()), "{document:#}");
    // Nobody answers at that address: not proven, and said.
    assert_eq!(document["proof"]["notProven"], 1);
    assert_eq!(laptop.names(), ["config", "config.before-perennial"]);
    assert_eq!((mode("config"), mode("config.before-perennial")), (0o600, 0o600));
    assert_eq!(laptop.read(".kube/config.before-perennial"), before);
    let after = laptop.read(".kube/config");
    let differing = before.lines().zip(after.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((differing, before.lines().count()), (2, after.lines().count()));
    assert!(after.contains(&format!("\"{}\"", STANDARD.encode(laptop.read("ada.crt")))));
    // Once more: nothing to do.
    let again = laptop.refresh(&["--install", &certificate]);
    assert_eq!((again.status.code(), laptop.read(".kube/config") == after), (Some(0), true), "{again:?}");
}

#[test]
fn what_comes_back_must_be_for_the_entry_that_waits() {
    let tree = tree(DEV);
    let before = tree.read(CONFIG);
    let laptop = Laptop::new(&before);
    let request = laptop.request();
    let key = laptop.read(".kube/.config.perennial-key-ada");
    let for_key = |tree: &Tree, leaf: &Leaf| {
        let issued = Issued { certificate: String::new(), key: key.clone() };
        tree.authority("ca").renew(leaf, &issued).certificate
    };
    let other = Tree::control_plane_at("x1", "10.9.9.9");
    let refusals = [
        (for_key(&tree, &Leaf::client("/O=dev/CN=bob")), "the certificate names CN=bob,O=dev"),
        (for_key(&tree, &Leaf::both(DEV)), "not for clients alone"),
        (for_key(&tree, &Leaf::client(DEV).days(-20, -2)), "the certificate expired on"),
        (for_key(&tree, &Leaf::client(DEV).days(2, 20)), "valid from"),
        (for_key(&other, &Leaf::client(DEV)), "which is not the CA of this entry's cluster"),
        (tree.issue("ca", &Leaf::client(DEV)).certificate, "no key waits for this certificate"),
        ("nothing\n".to_owned(), "PEM"),
    ];
    for (certificate, said) in refusals {
        let file = laptop.write("bad.crt", &certificate);
        let refused = laptop.refresh(&["--install", &file]);
        let text = String::from_utf8_lossy(&refused.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(refused.status.code(), Some(4), "{text}");
        assert!(text.contains(said), "{said}: {text}");
        assert_eq!(laptop.read(".kube/config"), before);
    }
    // The key waits on, and the right one fits.
    let file = laptop.write("good.crt", &signed(&tree, &request));
    assert!(laptop.refresh(&["--install", &file]).status.success());
}

#[test]
fn files_that_an_entry_names_are_replaced_as_a_pair() {
    let tree = tree(DEV);
    let ours = tree.issue("ca", &Leaf::client(DEV).days(-300, 3));
    let text = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://10.0.0.11:6443', certificate-authority: ca.crt}}]\n\
        contexts: [{name: ours, context: {cluster: c, user: ada}}]\nusers: [{name: ada, user: {client-certificate: ada.crt, client-key: ada.key}}]\n";
    let laptop = Laptop::new(text);
    laptop.write(".kube/ca.crt", &tree.authority("ca").certificate);
    laptop.write(".kube/ada.crt", &ours.certificate);
    laptop.write(".kube/ada.key", &ours.key);
    let certificate = laptop.write("new.crt", &signed(&tree, &laptop.request()));
    let installed = laptop.refresh(&["--install", &certificate]);
    assert!(installed.status.success(), "{installed:?}");
    assert_eq!(
        (laptop.read(".kube/config").as_str(), laptop.read(".kube/ada.crt")),
        (text, laptop.read("new.crt"))
    );
    let new = leaf(laptop.read(".kube/ada.crt").as_bytes()).unwrap();
    assert!(PrivateKey::from_pem(laptop.read(".kube/ada.key").as_bytes()).unwrap().matches(&new));
    assert_eq!(laptop.read(".kube/ada.key.before-perennial"), ours.key);
    assert!(laptop.names().iter().all(|name| !name.starts_with('.')), "{:?}", laptop.names());
}

#[test]
fn a_link_is_written_through_and_stays_one() {
    let tree = tree(DEV);
    let laptop = Laptop::new("");
    fs::create_dir(laptop.path("real")).unwrap();
    laptop.write("real/prod", &tree.read(CONFIG));
    fs::remove_file(laptop.path(".kube/config")).unwrap();
    std::os::unix::fs::symlink("../real/prod", laptop.path(".kube/config")).unwrap();
    let certificate = laptop.write("new.crt", &signed(&tree, &laptop.request()));
    assert!(laptop.refresh(&["--install", &certificate]).status.success());
    assert!(fs::symlink_metadata(laptop.path(".kube/config")).unwrap().is_symlink());
    assert!(laptop.read("real/prod").contains(&STANDARD.encode(laptop.read("new.crt"))));
    assert!(fs::exists(laptop.path("real/prod.before-perennial")).unwrap());
}

/// What `kubeconfig sign` would do on the tree with a request of this leaf.
fn judged(tree: &Tree, issued: &Issued, more: &[&str]) -> (Option<i32>, String) {
    let old = leaf(issued.certificate.as_bytes()).unwrap();
    let key = PrivateKey::from_pem(issued.key.as_bytes()).unwrap();
    let new = PrivateKey::generate(&key.kind(), key.form()).unwrap();
    let laptop = Laptop::new("");
    let file = laptop.write("request", &perennial_pki::request::vouch(&old, &key, &new).unwrap());
    let root = tree.root().as_str();
    let arguments = [&["kubeconfig", "sign", &file, "--root", root, "--dry-run"], more].concat();
    let before = tree.inventory();
    let json = perennial(tree, &[&arguments[..], &["-o", "json"]].concat());
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(faults(&document), Vec::<String>::new());
    for language in ["en", "zh"] {
        let people = perennial(tree, &[&arguments[..], &["--lang", language]].concat());
        assert_eq!(people.status.code(), json.status.code(), "{people:?}");
    }
    assert_eq!(before, tree.inventory(), "a dry run has changed something");
    (json.status.code(), document.to_string())
}

#[test]
fn a_control_plane_signs_for_its_own_people_alone() {
    let tree = Tree::control_plane("cp1");
    let other = Tree::control_plane_at("x1", "10.9.9.9");
    let soon = |subject: &str| Leaf::client(subject).days(-300, 3);
    let (status, said) = judged(&tree, &tree.issue("ca", &soon(DEV)), &[]);
    assert_eq!(status, Some(0), "{said}");
    let month = |days| tree.issue("ca", &Leaf::client(DEV).days(-400, days));
    assert_eq!(judged(&tree, &month(-20), &[]).0, Some(0), "one that ended lately");
    for (issued, flag, said) in [
        (other.issue("ca", &soon(DEV)), None, "another cluster's"),
        (tree.issue("etcd-ca", &soon(DEV)), None, "another cluster's"),
        (tree.issue("front-proxy-ca", &soon("/CN=front-proxy-client")), None, "another cluster's"),
        (tree.issue("ca", &soon("/O=system:nodes/CN=system:node:w1")), None, "a node or component"),
        (tree.issue("ca", &Leaf::both(DEV).days(-300, 3)), None, "a CA, a server, or no client"),
        (
            tree.issue("ca", &soon("/O=system:masters/CN=boss")),
            Some("--allow-system-masters"),
            "system:masters",
        ),
        (month(-40), Some("--allow-expired"), "more than 30 days ago"),
    ] {
        let (status, text) = judged(&tree, &issued, &[]);
        assert_eq!(status, Some(4), "{text}");
        assert!(text.contains(said), "{said}: {text}");
        // No flag but its own helps.
        for given in ["--allow-system-masters", "--allow-expired"] {
            let expected = if flag == Some(given) { Some(0) } else { Some(4) };
            assert_eq!(judged(&tree, &issued, &[given]).0, expected, "{given}: {text}");
        }
    }
}

#[test]
fn nothing_is_signed_without_a_key_or_for_a_torn_paste() {
    let tree = Tree::control_plane("cp1");
    let ada = tree.issue("ca", &Leaf::client(DEV).days(-300, 3));
    tree.remove("etc/kubernetes/pki/ca.key");
    let (status, text) = judged(&tree, &ada, &[]);
    assert_eq!(status, Some(4), "{text}");
    assert!(text.contains("the key of the CA ca is not on this node"), "{text}");
    let laptop = Laptop::new("");
    for (torn, said) in [
        ("", "no block"),
        (
            "-----BEGIN PERENNIAL REFRESH REQUEST-----\nAAAA\n-----END PERENNIAL REFRESH REQUEST-----\n",
            "can't be read",
        ),
    ] {
        let file = laptop.write("request", torn);
        let root = tree.root().as_str();
        let refused = perennial(&tree, &["kubeconfig", "sign", &file, "--root", root, "--dry-run"]);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(4), "{text}");
        assert!(text.contains(said), "{text}");
    }
}
