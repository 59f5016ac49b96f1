//! A08, A09: what an external CA signs. The requests say what the old certificates say, what comes back is judged by
//! everybody who is shown it, and the trees stay as they are.

use crate::schema::faults;
use crate::seen::perennial;
use crate::{Seen, external_etcd};
use perennial_pki::certificate::leaf;
use perennial_pki::key::PrivateKey;
use perennial_pki::request::Request;
use perennial_testdata::{Issued, KeyKind, Leaf, Tree, Usage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

const SIGNED_BY_CA: [&str; 6] = [
    "apiserver",
    "apiserver-kubelet-client",
    "admin.conf",
    "super-admin.conf",
    "controller-manager.conf",
    "scheduler.conf",
];
const APISERVER: &str = "/CN=kube-apiserver";
const NAMES: [&str; 7] = [
    "DNS:cp1",
    "DNS:kubernetes",
    "DNS:kubernetes.default",
    "DNS:kubernetes.default.svc",
    "DNS:kubernetes.default.svc.cluster.local",
    "IP:10.96.0.1",
    "IP:10.0.0.11",
];

/// A control plane whose CA's key is gone.
fn tree() -> Tree {
    let tree = Tree::control_plane("cp1");
    tree.remove("etc/kubernetes/pki/ca.key");
    tree
}

/// A directory of the operator's, outside of the tree.
struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn openssl(&self, arguments: &str) -> Output {
        let output =
            Command::new("openssl").args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{arguments}: {output:?}");
        output
    }

    /// Has every request in it signed by a CA of the tree, as openssl does it.
    fn sign(&self, tree: &Tree, authority: &str, days: &str) {
        let Issued { certificate, key } = tree.authority(authority);
        fs::create_dir_all(self.path("signed")).unwrap();
        let all: Vec<_> =
            fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        // The CA's files are kept where nobody looks for what came back.
        self.write("office.crt", &certificate);
        self.write("office.key", &key);
        for name in all.iter().filter_map(|name| name.to_str()?.strip_suffix(".csr")) {
            self.openssl(&format!(
                "x509 -req -in {name}.csr -CA office.crt -CAkey office.key -days {days} -copy_extensions copy -out signed/{name}.crt"
            ));
        }
    }
}

fn export(tree: &Tree, office: &Office, more: &[&str]) -> (Option<i32>, Value) {
    let (root, dir) = (tree.root().as_str(), office.path(""));
    let json =
        perennial(tree, &[&["csr", "export", "--root", root, "--dir", &dir, "-o", "json"], more].concat());
    let document: Value =
        serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{error}: {json:?}"));
    assert_eq!(faults(&document), Vec::<String>::new());
    (json.status.code(), document)
}

fn names_of(document: &Value) -> Vec<&str> {
    document["requests"].as_array().unwrap().iter().map(|one| one["credential"].as_str().unwrap()).collect()
}

/// Looks at what an import would do, in all forms; nothing is changed by it.
fn import(tree: &Tree, files: &[&str]) -> (Option<i32>, Value, String) {
    let before = tree.inventory();
    let arguments = [&["csr", "import", "--dry-run", "--root", tree.root().as_str()], files].concat();
    let json = perennial(tree, &[&arguments[..], &["-o", "json"]].concat());
    let mut said = String::new();
    for language in ["en", "zh"] {
        let people = perennial(tree, &[&arguments[..], &["--lang", language]].concat());
        assert_eq!(people.status.code(), json.status.code(), "{people:?}");
        said.push_str(&String::from_utf8_lossy(&people.stdout));
        said.push_str(&String::from_utf8_lossy(&people.stderr));
    }
    assert_eq!(before, tree.inventory(), "a look has changed something");
    let document: Value =
        serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{error}: {json:?}"));
    assert_eq!(faults(&document), Vec::<String>::new());
    (json.status.code(), document, said)
}

/// The key that waits for a certificate.
fn waiting(tree: &Tree, name: &str) -> Issued {
    let key = tree.read(&format!("var/lib/perennial/requests/{name}/key.pem"));
    Issued { certificate: String::new(), key }
}

fn live(tree: &Tree) -> BTreeMap<String, String> {
    // A directory changes with what is made in it.
    let own = |path: &str| path == "var/lib" || path.starts_with("var/lib/perennial");
    tree.inventory().into_iter().filter(|(path, _)| !own(path)).collect()
}

#[test]
fn each_certificate_of_the_external_ca_gets_a_request() {
    let (tree, office) = (tree(), Office::new());
    let before = live(&tree);
    let (status, document) = export(&tree, &office, &[]);
    assert_eq!(status, Some(0));
    assert_eq!(names_of(&document), SIGNED_BY_CA);
    assert_eq!(live(&tree), before);
    let old = leaf(tree.read("etc/kubernetes/pki/apiserver.crt").as_bytes()).unwrap();
    let text = fs::read(office.path("apiserver.csr")).unwrap();
    let request = Request::from_pem(&text).unwrap();
    assert_eq!((request.dns_names, request.ip_addresses), (old.dns_names(), old.ip_addresses()));
    office.openssl("req -in apiserver.csr -verify -noout");
    let mode = |path: String| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(office.path("apiserver.csr")), 0o644);
    let requests = tree.path("var/lib/perennial/requests").to_string();
    assert_eq!(
        [
            mode(requests.clone()),
            mode(format!("{requests}/apiserver")),
            mode(format!("{requests}/apiserver/key.pem"))
        ],
        [0o700, 0o700, 0o600]
    );
    let files: Vec<_> =
        document["requests"].as_array().unwrap().iter().map(|one| one["file"].clone()).collect();
    assert!(
        files.iter().all(|file| file.as_str().is_some_and(|file| fs::metadata(file).is_ok())),
        "{files:?}"
    );
}

#[test]
fn the_key_of_an_earlier_request_waits_on_unless_another_is_asked_for() {
    let (tree, office) = (tree(), Office::new());
    let key = || waiting(&tree, "apiserver").key;
    let flags = |document: &Value| {
        let one = &document["requests"][0];
        (one["newKey"].as_bool().unwrap(), one["keyKept"].as_bool().unwrap())
    };
    assert_eq!(flags(&export(&tree, &office, &["apiserver"]).1), (true, false));
    let first = key();
    assert_eq!(flags(&export(&tree, &office, &["apiserver"]).1), (true, true));
    assert_eq!(key(), first);
    assert_eq!(flags(&export(&tree, &office, &["apiserver", "--force"]).1), (true, false));
    assert_ne!(key(), first);
    // One that was installed meanwhile is not used again.
    let installed =
        tree.authority("ca").renew(&Leaf::server(APISERVER).names(&NAMES), &waiting(&tree, "apiserver"));
    tree.pair("etc/kubernetes/pki/apiserver", &installed);
    let live = key();
    assert_eq!(flags(&export(&tree, &office, &["apiserver"]).1), (true, false));
    assert_ne!(key(), live);
}

#[test]
fn a_key_that_stays_signs_its_own_request() {
    let (tree, office) = (tree(), Office::new());
    let (_, document) = export(&tree, &office, &["apiserver", "admin.conf", "--reuse-keys"]);
    assert_eq!(document["requests"][0]["newKey"], false);
    assert!(!tree.path("var/lib/perennial/requests").exists());
    office.sign(&tree, "ca", "30");
    let new = leaf(&fs::read(office.path("signed/apiserver.crt")).unwrap()).unwrap();
    assert!(
        PrivateKey::from_pem(tree.read("etc/kubernetes/pki/apiserver.key").as_bytes()).unwrap().matches(&new)
    );
    let (status, plan, said) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(0), "{plan:#}");
    let renewals = plan["renewals"].as_array().unwrap();
    assert_eq!(renewals.len(), 2, "{plan:#}");
    assert!(renewals.iter().all(|one| one["keyStays"] == true), "{plan:#}");
    assert!(said.contains("the keys stay as they are"), "{said}");
}

#[test]
fn what_openssl_signs_is_planned_in_one_go() {
    let (tree, office) = (tree(), Office::new());
    export(&tree, &office, &[]);
    office.sign(&tree, "ca", "365");
    // What else lies in such a directory.
    office.write("signed/ca.crt", &tree.authority("ca").certificate);
    office.write("signed/README", "as agreed");
    let (status, plan, said) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(0), "{plan:#}");
    assert_eq!(plan["verb"], "csr import");
    let renewals = plan["renewals"].as_array().unwrap();
    let mut renewed: Vec<_> = renewals.iter().map(|one| one["credential"].as_str().unwrap()).collect();
    let mut wanted = SIGNED_BY_CA.to_vec();
    renewed.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(renewed, wanted);
    assert!(
        renewals.iter().all(|one| one["importedFrom"].is_string() && one["keyStays"] == false),
        "{plan:#}"
    );
    let restarts = plan["restarts"].to_string();
    assert!(restarts.contains("kube-scheduler") && restarts.contains("kube-controller-manager"), "{plan:#}");
    assert!(said.contains("signed/apiserver.crt"), "{said}");
    // One of them alone, by its file.
    let (status, plan, _) = import(&tree, &[&office.path("signed/apiserver.crt")]);
    assert_eq!((status, plan["renewals"].as_array().unwrap().len()), (Some(0), 1), "{plan:#}");
}

#[test]
fn the_subject_of_an_external_etcds_client_stays_byte_for_byte() {
    let (tree, office) = (external_etcd::tree(), Office::new());
    let (_, document) = export(&tree, &office, &[]);
    assert_eq!(names_of(&document), ["apiserver-etcd-client"]);
    office.sign(&tree, "etcd", "365");
    let old = leaf(tree.read("etc/kubernetes/pki/etcd/apiserver-etcd-client.crt").as_bytes()).unwrap();
    let new = leaf(&fs::read(office.path("signed/apiserver-etcd-client.crt")).unwrap()).unwrap();
    assert_eq!(new.subject_der(), old.subject_der());
    let (status, plan, _) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(0), "{plan:#}");
    assert_eq!(plan["restarts"], serde_json::json!([]));

    // The same names in another order are another subject, though Go prints both alike.
    let other = Leaf::client("/C=DE/ST=BY/L=M/O=Corp/OU=Ops/CN=etcd-client");
    let other = tree.authority("etcd").renew(&other, &waiting(&tree, "apiserver-etcd-client"));
    let (status, _, said) = import(&tree, &[&office.write("other.crt", &other.certificate)]);
    assert_eq!(status, Some(4));
    assert!(squeezed(&said).contains("wasanew") || squeezed(&said).contains("waswrittenanew"), "{said}");
}

#[test]
fn pairs_that_a_kubeconfig_names_are_exchanged_and_nobody_is_restarted() {
    let (tree, office) = (Tree::control_plane("cp1"), Office::new());
    let issued = tree.issue("ca", &Leaf::client("/CN=system:kube-scheduler"));
    tree.pair("etc/kubernetes/pki/scheduler", &issued);
    let lines = "    client-certificate: pki/scheduler.crt\n    client-key: pki/scheduler.key\n";
    tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", lines);
    tree.remove("etc/kubernetes/pki/ca.key");
    export(&tree, &office, &["scheduler.conf"]);
    office.sign(&tree, "ca", "365");
    let (status, plan, _) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(0), "{plan:#}");
    let files = ["/etc/kubernetes/pki/scheduler.crt", "/etc/kubernetes/pki/scheduler.key"];
    assert_eq!(plan["renewals"][0]["files"], serde_json::json!(files), "{plan:#}");
    assert_eq!(plan["restarts"], serde_json::json!([]), "{plan:#}");
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// What comes back for apiserver's request, and is wrong in one way; beside it, what is right for another.
fn refused(make: impl FnOnce(&Tree, &Issued) -> Issued, english: &str, chinese: &str) {
    let (tree, office) = (tree(), Office::new());
    export(&tree, &office, &["apiserver", "admin.conf"]);
    let admin = Leaf::client("/O=kubeadm:cluster-admins/CN=kubernetes-admin").days(-1, 100);
    let admin = tree.authority("ca").renew(&admin, &waiting(&tree, "admin.conf"));
    fs::create_dir(office.path("signed")).unwrap();
    office.write("signed/admin.crt", &admin.certificate);
    let (status, plan, _) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(0), "alone it is good: {plan:#}");

    let made = make(&tree, &waiting(&tree, "apiserver"));
    let file = office.write("signed/apiserver.crt", &made.certificate);
    let (status, failure, said) = import(&tree, &[&office.path("signed")]);
    assert_eq!(status, Some(4), "{failure:#}");
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains(english) && message.contains(&file), "{failure:#}");
    assert!(squeezed(&said).contains(&squeezed(chinese)), "{said}");
    assert!(failure["hints"][0].as_str().is_some_and(|hint| !hint.is_empty()), "{failure:#}");
    let details = failure["details"].to_string();
    assert!(details.contains("none of the 2 returned files"), "{failure:#}");
}

fn good() -> Leaf {
    Leaf::server(APISERVER).names(&NAMES).days(-1, 100)
}

#[test]
fn another_key_is_refused() {
    let make = |tree: &Tree, _: &Issued| tree.authority("ca").issue(&good());
    refused(make, "its key is neither that of a request nor one in use", "其密钥既不属于本节点的签发请求");
}

#[test]
fn another_subject_is_refused() {
    let make = |tree: &Tree, key: &Issued| {
        tree.authority("ca").renew(&Leaf::server("/O=system:masters/CN=kube-apiserver").names(&NAMES), key)
    };
    refused(make, "it names CN=kube-apiserver,O=system:masters", "主体为 CN=kube-apiserver,O=system:masters");
}

#[test]
fn a_missing_name_is_refused() {
    let make = |tree: &Tree, key: &Issued| tree.authority("ca").renew(&good().names(&NAMES[..6]), key);
    refused(make, "it lacks names that apiserver has: 10.0.0.11", "缺少 apiserver 现有的名称：10.0.0.11");
}

#[test]
fn a_missing_usage_is_refused() {
    let make = |tree: &Tree, key: &Issued| tree.authority("ca").renew(&good().usages(&[Usage::Client]), key);
    refused(make, "it lacks usages that apiserver has: serverAuth", "缺少 apiserver 现有的用途：serverAuth");
}

#[test]
fn another_ca_is_refused_by_who_is_shown_it() {
    let make = |tree: &Tree, key: &Issued| {
        let other = tree.add_authority("other", &Leaf::authority("/CN=kubernetes"));
        other.renew(&good(), key)
    };
    refused(make, "apiserver would be refused by who trusts /etc/kubernetes/", "会拒绝 apiserver");
}

#[test]
fn an_expired_one_is_refused() {
    let make = |tree: &Tree, key: &Issued| tree.authority("ca").renew(&good().days(-30, -1), key);
    refused(make, "the certificate for apiserver expired on", "apiserver 的证书已于");
}

#[test]
fn one_of_tomorrow_is_refused() {
    let make = |tree: &Tree, key: &Issued| tree.authority("ca").renew(&good().days(1, 30), key);
    refused(make, "is valid from", "（UTC）起有效");
}

#[test]
fn a_cas_own_certificate_is_refused() {
    let make = |tree: &Tree, key: &Issued| {
        tree.authority("ca").renew(&Leaf::authority(APISERVER).names(&NAMES), key)
    };
    refused(make, "it is a CA's certificate", "这是证书机构的证书");
}

#[test]
fn a_broken_file_is_refused() {
    let make = |tree: &Tree, key: &Issued| {
        let mut made = tree.authority("ca").renew(&good(), key);
        made.certificate = made.certificate.replace("MII", "AAA");
        made
    };
    refused(make, "signed/apiserver.crt", "signed/apiserver.crt");
}

#[test]
fn each_of_several_refusals_is_told_with_its_file_and_command() {
    let (tree, office) = (tree(), Office::new());
    export(&tree, &office, &["apiserver", "admin.conf"]);
    let ca = tree.authority("ca");
    let short = ca.renew(&good().names(&NAMES[1..]), &waiting(&tree, "apiserver"));
    let other = ca.renew(&Leaf::client("/CN=mallory"), &waiting(&tree, "admin.conf"));
    let files = [office.write("a.crt", &short.certificate), office.write("b.crt", &other.certificate)];
    let (status, failure, _) = import(&tree, &[&files[0], &files[1]]);
    assert_eq!(status, Some(4));
    assert!(failure["message"].as_str().unwrap().contains("2 of 2"), "{failure:#}");
    let details: Vec<_> =
        failure["details"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for (file, command) in
        files.iter().zip(["perennial csr export apiserver", "perennial csr export admin.conf"])
    {
        assert!(details.iter().any(|line| line.contains(file) && line.ends_with(command)), "{details:#?}");
    }
}

#[test]
fn two_certificates_for_one_request_are_one_too_many() {
    let (tree, office) = (tree(), Office::new());
    export(&tree, &office, &["apiserver"]);
    let make = |days| tree.authority("ca").renew(&good().days(-1, days), &waiting(&tree, "apiserver"));
    let (one, other) =
        (office.write("1.crt", &make(50).certificate), office.write("2.crt", &make(90).certificate));
    let (status, failure, _) = import(&tree, &[&one, &other]);
    assert_eq!(status, Some(4));
    assert!(
        failure["message"].as_str().unwrap().contains("another certificate for apiserver is in"),
        "{failure:#}"
    );
    // The same one twice is not.
    fs::copy(&one, &other).unwrap();
    assert_eq!(import(&tree, &[&one, &other]).0, Some(0));
}

#[test]
fn what_is_installed_already_is_nothing_to_do() {
    let (tree, office) = (tree(), Office::new());
    let present = office.write("present.crt", &tree.read("etc/kubernetes/pki/apiserver.crt"));
    let (status, plan, said) = import(&tree, &[&present]);
    assert_eq!((status, &plan["changes"]), (Some(0), &Value::Bool(false)), "{plan:#}");
    assert!(said.contains("installed already"), "{said}");
}

#[test]
fn an_intermediate_comes_along_in_any_order_and_the_root_does_not() {
    let (tree, office) = (tree(), Office::new());
    export(&tree, &office, &["apiserver"]);
    let between = tree.authority("ca").issue(&Leaf::authority("/CN=between"));
    let new = between.renew(&good(), &waiting(&tree, "apiserver"));
    let alone = office.write("alone.crt", &new.certificate);
    assert_eq!(import(&tree, &[&alone]).0, Some(4), "nobody finds the way to the root");
    let root = tree.authority("ca").certificate;
    for chain in
        [[&new.certificate, &between.certificate, &root], [&root, &between.certificate, &new.certificate]]
    {
        let file = office.write("chain.crt", &chain.map(String::as_str).concat());
        let (status, plan, _) = import(&tree, &[&file]);
        assert_eq!(status, Some(0), "{plan:#}");
    }
}

#[test]
fn a_pair_of_another_kind_of_key_gets_a_request_with_the_same_kind() {
    let (tree, office) = (tree(), Office::new());
    let wide = Leaf::server(APISERVER).names(&NAMES).key(KeyKind::EcdsaP384);
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &wide));
    assert_eq!(export(&tree, &office, &["apiserver"]).1["requests"][0]["key"], "P-384");
}

#[test]
fn requests_on_stdout_leave_the_summary_to_stderr() {
    let tree = tree();
    let root = tree.root().as_str();
    let output = perennial(&tree, &["csr", "export", "apiserver", "--out", "-", "--root", root]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{text}");
    assert!(Request::from_pem(text.as_bytes()).is_some());
    assert!(String::from_utf8_lossy(&output.stderr).contains("CN=kube-apiserver"), "{output:?}");
}

#[test]
fn a_healthy_node_has_nothing_to_export_and_unknown_names_are_told() {
    let (tree, office) = (Tree::control_plane("cp1"), Office::new());
    let (status, document) = export(&tree, &office, &[]);
    assert_eq!((status, names_of(&document).len()), (Some(0), 0));
    let root = tree.root().as_str();
    let output = perennial(&tree, &["csr", "export", "nobody", "--root", root]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    // Installing into a copied tree is nobody's wish.
    let output = perennial(&tree, &["csr", "import", "x.crt", "--yes", "--root", root]);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
}

#[test]
fn another_nodes_pair_is_left_out_and_refused_by_name() {
    let (tree, office) = (tree(), Office::new());
    let names = ["DNS:cp2", "DNS:kubernetes", "DNS:kubernetes.default.svc", "IP:10.96.0.1", "IP:10.0.0.12"];
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &Leaf::server(APISERVER).names(&names)));
    let (status, document) = export(&tree, &office, &[]);
    assert_eq!((status, &document["leftOut"][0]["name"]), (Some(1), &"apiserver".into()), "{document:#}");
    let root = tree.root().as_str();
    let output = perennial(&tree, &["csr", "export", "apiserver", "--root", root, "--out", "-"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(4), 0), "{output:?}");
}

#[test]
fn findings_name_the_request() {
    let tree = tree();
    let ends = Leaf::server(APISERVER).names(&NAMES).days(-360, 5);
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &ends));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN1201")["command"], "perennial csr export apiserver");
    assert!(seen.one("PRN2102")["advice"].as_str().unwrap().contains("perennial csr export"));
}
