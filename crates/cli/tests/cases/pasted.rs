//! A29, from the operator's own machine: a key is made there, a request goes over a paste, and what comes back must be for
//! the very entry that waits; a control plane signs for its own people alone.

use crate::refreshed::{CONFIG, DEV, kubeconfig, tree};
use crate::schema::faults;
use crate::seen::perennial;
use crate::{Leaf, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::leaf;
use perennial_pki::key::PrivateKey;
use perennial_pki::reissue::{Authority, Validity, reissue};
use perennial_pki::request::Vouched;
use perennial_testdata::Issued;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

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

#[test]
fn of_a_list_of_kubeconfigs_the_file_with_the_user_is_changed() {
    let tree = tree(DEV);
    let text = tree.read(CONFIG);
    let users = text.find("users:").unwrap();
    let laptop = Laptop::new(&format!("apiVersion: v1\nkind: Config\n{}", &text[users..]));
    // The context and the cluster are in the other file, which comes first.
    let first = laptop.write("contexts", &text[..users]);
    let second = laptop.path(".kube/config");
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
        command.args(["kubeconfig", "refresh"]).args(more).env_clear();
        command.env("KUBECONFIG", format!("{first}::{second}")).output().unwrap()
    };
    let asked = run(&["--request", "--context", "ours", "-o", "json"]);
    let document: Value =
        serde_json::from_slice(&asked.stdout).unwrap_or_else(|error| panic!("{error}: {asked:?}"));
    assert_eq!(faults(&document), Vec::<String>::new());
    assert_eq!((&document["file"], &document["user"]), (&second.as_str().into(), &"ada".into()));
    assert_eq!(document["server"], "https://10.0.0.11:6443");
    let request = Vouched::from_pem(document["request"].as_str().unwrap().as_bytes()).unwrap();
    let certificate = laptop.write("new.crt", &signed(&tree, &request));
    let before = fs::read_to_string(&first).unwrap();
    let installed = run(&["--install", &certificate]);
    assert!(installed.status.success(), "{installed:?}");
    assert!(laptop.read(".kube/config").contains(&STANDARD.encode(laptop.read("new.crt"))));
    assert_eq!(fs::read_to_string(&first).unwrap(), before);
    let unknown = run(&["--request", "--context", "nowhere"]);
    assert_eq!(unknown.status.code(), Some(64), "{unknown:?}");
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is: ours, theirs"), "{unknown:?}");
}

#[test]
fn no_key_is_made_where_others_may_write_or_for_who_may_not_ask() {
    let tree = tree(DEV);
    let laptop = Laptop::new(&tree.read(CONFIG));
    let refused = |said: &str| {
        let asked = laptop.refresh(&["--request", "--context", "ours"]);
        let text = String::from_utf8_lossy(&asked.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((asked.status.code(), asked.stdout.len()), (Some(4), 0), "{text}");
        assert!(text.contains(said), "{said}: {text}");
        assert_eq!(laptop.names(), ["config"]);
    };
    let open = |mode| fs::set_permissions(laptop.path(".kube"), fs::Permissions::from_mode(mode)).unwrap();
    open(0o777);
    refused("may be written by others");
    open(0o700);
    let machine = tree.issue("ca", &Leaf::client("/O=system:nodes/CN=system:node:w1"));
    laptop.write(".kube/config", &kubeconfig(&tree, &machine));
    refused("a node or component");
    let (one, other) = (tree.issue("ca", &Leaf::client(DEV)), tree.issue("ca", &Leaf::client(DEV)));
    laptop
        .write(".kube/config", &kubeconfig(&tree, &Issued { certificate: one.certificate, key: other.key }));
    refused("its key is not the certificate's");
    laptop
        .write(".kube/config", &tree.read(CONFIG).replace("current-context: theirs", "current-context: ''"));
    let asked = laptop.refresh(&["--request"]);
    assert_eq!(asked.status.code(), Some(64), "{asked:?}");
}
