//! A02, A09, A16, A17, A22 on the kubelet's own files: the file that is lost is named, not the one that names it, and
//! what helps is what makes a kubelet's files: neither renew nor kubeadm's phases.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;

const STORE: &str = "/var/lib/kubelet/pki";
const CURRENT: &str = "/var/lib/kubelet/pki/kubelet-client-current.pem";
const DATED: &str = "var/lib/kubelet/pki/kubelet-client-2026-01-01-00-00-00.pem";
const NEW: &str = "kubeadm kubeconfig user --org system:nodes --client-name system:node:cp1 > kubelet.conf";

fn node() -> Leaf {
    Leaf::client("/O=system:nodes/CN=system:node:cp1")
}

/// A worker whose kubelet.conf names two files.
fn naming(certificate: &str, key: &str) -> Tree {
    let tree = Tree::worker(&Tree::control_plane("cp0"), "cp1", "10.0.0.21");
    let lines = format!("    client-certificate: {certificate}\n    client-key: {key}\n");
    tree.kubeconfig_with("etc/kubernetes/kubelet.conf", "default-auth", &lines);
    tree
}

fn repoint() -> String {
    format!(
        "kubectl config set-credentials default-auth --client-certificate={CURRENT} --client-key={CURRENT} \
         --kubeconfig=/etc/kubernetes/kubelet.conf"
    )
}

/// The only finding: its code, its file, its command.
fn only(tree: &Tree) -> (String, String, Value) {
    let seen = Seen::by_check(tree);
    let [code] = seen.codes()[..] else { panic!("{:#}", seen.json["findings"]) };
    assert_eq!(seen.status, 2);
    let found = seen.one(code);
    (code.to_owned(), found["objects"][0]["file"].as_str().unwrap().to_owned(), found["command"].clone())
}

fn expect(tree: &Tree, code: &str, file: &str, command: &str) {
    assert_eq!(only(tree), (code.to_owned(), file.to_owned(), command.into()));
}

#[test]
fn a02_the_files_that_kubelet_conf_names_are_lost_or_broken() {
    let (crt, key) = (format!("{STORE}/kubelet-client.crt"), format!("{STORE}/kubelet-client.key"));
    let tree = naming(&crt, &key);
    expect(&tree, "PRN5101", &crt, &repoint());
    let issued = tree.issue("ca", &node());
    tree.pair(crt.trim_end_matches(".crt"), &issued);
    assert_eq!(Seen::by_check(&tree).status, 0);
    tree.write(&crt, "");
    expect(&tree, "PRN5104", &crt, &repoint());
    tree.write(&crt, &issued.certificate);
    tree.write(&key, "no key\n");
    expect(&tree, "PRN5102", &key, &repoint());
    tree.remove(&key);
    expect(&tree, "PRN5101", &key, &repoint());
}

#[test]
fn a02_only_one_of_the_two_fields_was_repointed() {
    let key = format!("{STORE}/kubelet-client.key");
    let tree = naming(CURRENT, &key);
    tree.write_secret(&key, &tree.issue("ca", &node()).key);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN5103"], 2), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN5103");
    let message = found["message"].as_str().unwrap();
    assert!(message.contains(&format!("{key} is not the key of {CURRENT}")), "{message}");
    assert_eq!(found["command"], repoint());
}

#[test]
fn a02_kubelet_conf_itself_is_gone_or_broken() {
    for worker in [false, true] {
        let first = Tree::control_plane("cp1");
        let tree = if worker { Tree::worker(&first, "cp1", "10.0.0.21") } else { first };
        let conf = "etc/kubernetes/kubelet.conf";
        let text = tree.read(conf);
        tree.write(conf, "");
        expect(&tree, "PRN5104", "/etc/kubernetes/kubelet.conf", NEW);
        tree.write(conf, vec![0; 500]);
        expect(&tree, "PRN5104", "/etc/kubernetes/kubelet.conf", NEW);
        tree.write(conf, text.replace("current-context: ", "current-context: not-"));
        expect(&tree, "PRN5102", "/etc/kubernetes/kubelet.conf", NEW);
        // Of a worker without it nothing says any more that it is one.
        if !worker {
            tree.remove(conf);
            expect(&tree, "PRN5101", "/etc/kubernetes/kubelet.conf", NEW);
            tree.kubeconfig_with(
                "etc/kubernetes/bootstrap-kubelet.conf",
                "x",
                "    token: abcdef.0123456789abcdef\n",
            );
            assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new(), "it makes one when it starts");
        }
    }
}

#[test]
fn a22_the_stores_file_is_empty_or_cut_and_an_older_one_is_whole() {
    let tree = Tree::control_plane("cp1");
    let whole = tree.read(DATED);
    for broken in ["", &whole[..300], &whole[..whole.len() - 60]] {
        tree.write(DATED, broken);
        expect(&tree, "PRN5104", CURRENT, NEW);
    }
    tree.write_secret(
        "var/lib/kubelet/pki/kubelet-client-2025-12-01-00-00-00.pem",
        &tree.issue("ca", &node()).combined(),
    );
    let back = format!("ln -sfn {STORE}/kubelet-client-2025-12-01-00-00-00.pem {CURRENT}");
    expect(&tree, "PRN5104", CURRENT, &back);
    tree.remove(CURRENT);
    expect(&tree, "PRN5101", CURRENT, &back);
}

#[test]
fn a18_half_of_the_pair_that_the_kubelet_makes_for_itself() {
    let command = format!("rm -f {STORE}/kubelet.crt {STORE}/kubelet.key && systemctl restart kubelet");
    let tree = Tree::worker(&Tree::control_plane("cp0"), "cp1", "10.0.0.21");
    let (certificate, key) =
        (tree.read("var/lib/kubelet/pki/kubelet.crt"), tree.read("var/lib/kubelet/pki/kubelet.key"));
    tree.write("var/lib/kubelet/pki/kubelet.crt", "");
    expect(&tree, "PRN5104", &format!("{STORE}/kubelet.crt"), &command);
    tree.write("var/lib/kubelet/pki/kubelet.crt", certificate);
    tree.remove("var/lib/kubelet/pki/kubelet.key");
    expect(&tree, "PRN5101", &format!("{STORE}/kubelet.key"), &command);
    // No restart that would lose the node.
    tree.write_secret("var/lib/kubelet/pki/kubelet.key", &key);
    tree.kubelet_client("kubelet-client-2025-01-01-00-00-00.pem", &tree.issue("ca", &node().days(-400, -35)));
    tree.write("var/lib/kubelet/pki/kubelet.crt", "");
    assert_eq!(Seen::by_check(&tree).one("PRN5104")["command"], Value::Null);
}

#[test]
fn a18_files_that_somebody_gave_the_kubelet_are_their_owners_matter() {
    let tree = Tree::worker(&Tree::control_plane("cp0"), "cp1", "10.0.0.21");
    tree.edit("var/lib/kubelet/config.yaml", |text| {
        format!("{text}tlsCertFile: /etc/kubelet/serving.crt\ntlsPrivateKeyFile: /etc/kubelet/serving.key\n")
    });
    assert_eq!(only(&tree), ("PRN5101".to_owned(), "/etc/kubelet/serving.crt".to_owned(), Value::Null));
    tree.pair(
        "etc/kubelet/serving",
        &tree.issue("ca", &Leaf::server("/CN=cp1").names(&["DNS:cp1"]).days(-400, -3)),
    );
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN1101");
    assert_eq!(found["command"], Value::Null);
    assert!(found["advice"].as_str().unwrap().contains("tlsCertFile"), "{found:#}");
}

#[test]
fn a17_a_link_that_leads_nowhere_is_a_request_that_waits() {
    let tree = Tree::control_plane("cp1");
    tree.edit("var/lib/kubelet/config.yaml", |text| format!("{text}serverTLSBootstrap: true\n"));
    let current = "var/lib/kubelet/pki/kubelet-server-current.pem";
    tree.link(current, "kubelet-server-2025-01-01-00-00-00.pem");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN6105"], 0), "{:#}", seen.json["findings"]);
    tree.write_secret("var/lib/kubelet/pki/kubelet-server-2025-01-01-00-00-00.pem", "");
    let command = format!("rm -f /{current} && systemctl restart kubelet");
    expect(&tree, "PRN5104", &format!("/{current}"), &command);
}

#[test]
fn a16_the_store_has_the_nodes_own_identity_already() {
    let tree = Tree::control_plane("cp1");
    for days in [335, -35] {
        let admin = tree.issue("ca", &Leaf::client("/O=system:masters/CN=kubernetes-admin").days(-400, days));
        tree.kubeconfig("etc/kubernetes/kubelet.conf", "default-auth", &admin);
        let seen = Seen::by_check(&tree);
        let found = seen.one("PRN3302");
        assert_eq!(found["command"], repoint());
        assert_eq!(found["objects"][0]["node"], "cp1");
        let restart = seen.of("PRN6103");
        assert_eq!(restart.len(), usize::from(days < 0), "{:#}", seen.json["findings"]);
    }
    // An administrator in the store as well: only its older files say which node this is.
    let tree = Tree::control_plane("cp1");
    let admin = tree.issue("ca", &Leaf::client("/O=system:masters/CN=kubernetes-admin"));
    tree.kubelet_client("kubelet-client-2026-05-01-00-00-00.pem", &admin);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.one("PRN3302")["command"].as_str()), (vec!["PRN3302"], Some(NEW)));
}

#[test]
fn a15_no_command_names_a_node_in_capitals() {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::client("/O=system:nodes/CN=system:node:CP1").days(-400, -3);
    tree.kubelet_client("kubelet-client-2026-05-01-00-00-00.pem", &tree.issue("ca", &leaf));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN6101", "PRN3301"], "{:#}", seen.json["findings"]);
    for code in ["PRN6101", "PRN3301"] {
        assert_eq!(seen.one(code)["command"], NEW);
        assert_eq!(seen.one(code)["objects"][0]["node"], "cp1");
    }
}

#[test]
fn a09_the_same_of_kube_schedulers_files() {
    let tree = Tree::control_plane("cp1");
    let issued = tree.issue("ca", &Leaf::client("/CN=system:kube-scheduler"));
    let lines = "    client-certificate: pki/s.crt\n    client-key: pki/s.key\n";
    tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", lines);
    assert_eq!(only(&tree), ("PRN5101".to_owned(), "/etc/kubernetes/pki/s.crt".to_owned(), Value::Null));
    tree.write("etc/kubernetes/pki/s.crt", &issued.certificate);
    expect(&tree, "PRN5101", "/etc/kubernetes/pki/s.key", "perennial renew --only scheduler.conf");
    tree.write_secret("etc/kubernetes/pki/s.key", &tree.issue("ca", &Leaf::client("/CN=x")).key);
    let message = Seen::by_check(&tree).one("PRN5103")["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("/etc/kubernetes/pki/s.key is not the key of /etc/kubernetes/pki/s.crt"),
        "{message}"
    );
}
