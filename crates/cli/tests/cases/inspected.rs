//! `perennial inspect`: files, kubeconfigs, stdin, servers.

use crate::seen::perennial;
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

fn inspect(tree: &Tree, what: &str) -> (i32, Value) {
    let output = perennial(tree, &["inspect", what, "-o", "json", "--root", tree.root().as_str()]);
    let document =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code().unwrap(), document)
}

const PKI: &str = "/etc/kubernetes/pki";

#[test]
fn a_certificate_with_its_key_beside_it_and_its_role() {
    let tree = Tree::control_plane("cp1");
    let (status, document) = inspect(&tree, &format!("{PKI}/apiserver.crt"));
    assert_eq!(status, 0, "{document:#}");
    let part = &document["parts"][0];
    assert_eq!(part["type"], "certificate");
    let certificate = &part["certificate"];
    assert_eq!(certificate["subject"], "CN=kube-apiserver");
    assert_eq!(certificate["issuer"], "CN=kubernetes");
    assert_eq!(certificate["roles"], serde_json::json!(["apiserver"]));
    assert_eq!(certificate["extendedKeyUsages"], serde_json::json!(["serverAuth"]));
    assert_eq!(document["pair"]["file"], format!("{PKI}/apiserver.key"));
    assert_eq!(document["pair"]["fits"], true);
    // From the key's side the same.
    let (_, of_key) = inspect(&tree, &format!("{PKI}/apiserver.key"));
    assert_eq!(of_key["parts"][0]["type"], "privateKey");
    assert_eq!(of_key["parts"][0]["key"]["fingerprint"], part["key"]["fingerprint"]);
    assert_eq!(of_key["pair"]["fits"], true);
}

#[test]
fn a_key_that_does_not_fit_and_an_unknown_extension_are_told() {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::client("/CN=x").extension("1.2.3.4.5", false, &[5, 0]);
    tree.write("etc/kubernetes/pki/front-proxy-client.crt", tree.issue("front-proxy-ca", &leaf).certificate);
    let (_, document) = inspect(&tree, &format!("{PKI}/front-proxy-client.crt"));
    assert_eq!(document["pair"]["fits"], false, "{document:#}");
    let unknown = &document["parts"][0]["certificate"]["unknownExtensions"];
    assert_eq!(*unknown, serde_json::json!([{"oid": "1.2.3.4.5", "critical": false, "bytes": 2}]));
}

#[test]
fn every_user_of_a_kubeconfig_and_no_plugin_is_run() {
    let tree = Tree::control_plane("cp1");
    let marker = tree.path("plugin-was-run");
    let text = tree.read("etc/kubernetes/admin.conf");
    let more = format!(
        "users:\n- name: cloud\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: touch\n      args: [{marker}]\n      interactiveMode: Never\n- name: robot\n  user:\n    token: canary-token-that-is-secret\n"
    );
    tree.write_secret("home/ada/config", &text.replacen("users:\n", &more, 1));
    let output =
        perennial(&tree, &["inspect", "/home/ada/config", "-o", "json", "--root", tree.root().as_str()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains("canary-token"), "{said}");
    let document: Value = serde_json::from_str(&said).unwrap();
    let users = document["users"].as_array().unwrap();
    let of = |name: &str| users.iter().find(|user| user["user"] == name).unwrap();
    assert_eq!(of("cloud")["proof"], "plugin");
    assert_eq!(of("robot")["proof"], "token");
    let admin = of("kubernetes-admin");
    assert_eq!((&admin["current"], &admin["keyFits"]), (&true.into(), &true.into()));
    assert_eq!(admin["trusts"][0]["certificate"]["roles"], serde_json::json!(["ca"]));
    assert!(!marker.exists(), "the plugin was run");
}

#[test]
fn what_is_no_file_is_not_opened() {
    let tree = Tree::control_plane("cp1");
    let pipe = tree.path("etc/kubernetes/pki/pipe.crt");
    rustix::fs::mknodat(rustix::fs::CWD, pipe.as_std_path(), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    tree.write("etc/kubernetes/pki/large.crt", vec![b'x'; (1 << 20) + 1]);
    tree.write("etc/kubernetes/pki/text.crt", "just a text\n");
    for (name, said) in [
        ("pipe.crt", "FIFO"),
        ("large.crt", "larger"),
        ("text.crt", "PEM"),
        ("", "directory"),
        ("gone.crt", "no file"),
    ] {
        let (status, document) = inspect(&tree, &format!("{PKI}/{name}"));
        assert_eq!(status, 3, "{name}: {document:#}");
        assert!(document["message"].as_str().unwrap().contains(said), "{name}: {document:#}");
    }
}

fn through_stdin(bytes: &[u8]) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
    command.args(["inspect", "-", "-o", "json"]).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn requests_and_bare_der_come_through_stdin() {
    let request = include_bytes!("../../../pki/testdata/kubelet-serving.csr");
    let (status, document) = through_stdin(request);
    assert_eq!((status, &document["parts"][0]["type"]), (0, &"request".into()), "{document:#}");
    assert_eq!(document["parts"][0]["request"]["subject"], "CN=system:node:w1,O=system:nodes");
    assert_eq!(document["parts"][0]["key"]["kind"], "P-256");
    let certificate = perennial_testdata::self_signed(&Leaf::authority("/CN=x"), None);
    for (der, kind) in [
        (certificate.parsed().der().to_vec(), "certificate"),
        (perennial_pki::pem::blocks(request).remove(0).der.to_vec(), "request"),
        (perennial_pki::pem::blocks(certificate.key.as_bytes()).remove(0).der.to_vec(), "privateKey"),
    ] {
        let (_, document) = through_stdin(&der);
        assert_eq!(document["parts"][0]["type"], kind, "{document:#}");
    }
    assert_eq!(through_stdin(b"").0, 3);
}

/// openssl's server on [::1]; ended when dropped.
struct Server {
    child: Child,
    address: String,
    /// Without a reader it would leave.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn start(tree: &Tree, arguments: &[&str]) -> Self {
        let pki = tree.path("etc/kubernetes/pki");
        let mut command = Command::new("openssl");
        command.args(["s_server", "-6", "-accept", "[::1]:0", "-naccept", "4", "-cert"]);
        command.arg(pki.join("apiserver.crt")).arg("-key").arg(pki.join("apiserver.key"));
        command
            .args(["-cert2"])
            .arg(pki.join("etcd/server.crt"))
            .arg("-key2")
            .arg(pki.join("etcd/server.key"));
        command.args(["-servername", "etcd.example"]).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says where it listens once it does.
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let accepts = |line: String| line.strip_prefix("ACCEPT ").map(str::to_owned);
        let address = output.by_ref().map_while(Result::ok).find_map(accepts).unwrap();
        Self { child, address, _output: output }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

#[test]
fn a_server_shows_its_chain_for_the_name_that_is_asked_for() {
    let tree = Tree::control_plane("cp1");
    let server = Server::start(&tree, &[]);
    let what = server.address.clone();
    let root = tree.root().as_str();
    for (arguments, role) in [(&[][..], "apiserver"), (&["--server-name", "etcd.example"], "etcd-server")] {
        let output =
            perennial(&tree, &[&["inspect", &what, "-o", "json", "--root", root], arguments].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{document:#}");
        assert_eq!(document["server"]["address"], what);
        assert_eq!(document["server"]["handshakeFailed"], Value::Null, "{document:#}");
        assert_eq!(document["parts"][0]["certificate"]["roles"], serde_json::json!([role]), "{document:#}");
    }
}

#[test]
fn a_handshake_that_fails_still_shows_the_certificate() {
    let tree = Tree::control_plane("cp1");
    let server = Server::start(&tree, &["-tls1_2", "-Verify", "1"]);
    let (status, document) = inspect(&tree, &server.address);
    assert_eq!(status, 0, "{document:#}");
    assert!(document["server"]["handshakeFailed"].is_string(), "{document:#}");
    assert_eq!(document["parts"][0]["certificate"]["roles"], serde_json::json!(["apiserver"]));
}

/// On a machine's own loopback address nothing answers there.
#[test]
fn a_server_that_does_not_answer_is_told_within_the_limit() {
    let tree = Tree::control_plane("cp1");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (status, document) = inspect(&tree, &free.to_string());
    assert_eq!(status, 3, "{document:#}");
    assert!(document["message"].as_str().unwrap().contains("does not answer"), "{document:#}");
    // It accepts, and says nothing.
    let silent = std::net::TcpListener::bind("[::1]:0").unwrap();
    let began = std::time::Instant::now();
    let (status, document) = inspect(&tree, &silent.local_addr().unwrap().to_string());
    assert_eq!(status, 3, "{document:#}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20));
}
