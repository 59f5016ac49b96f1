//! A29: pods hang although nodes are Ready, because the kubeconfig of the network's plugin is stale. It is told with the
//! plugin's restart; no certificate is renewed for it, and no token is printed.

use crate::Seen;
use crate::seen::perennial;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use perennial_testdata::{Leaf, Tree, self_signed};
use std::process::Command;

const DIRECTORY: &str = "etc/cni/net.d";

/// Never to be printed: as a claim, as a signature.
const CANARY: &str = "canary-5f1d7c";

/// A service account's token: from so many hours to so many hours from now.
fn token(from: i64, to: i64) -> String {
    let at = |hours: i64| (Timestamp::now() + SignedDuration::from_hours(hours)).as_second();
    let claims = format!(
        r#"{{"iat":{},"exp":{},"jti":"{CANARY}","kubernetes.io":{{"namespace":"kube-system","serviceaccount":{{"name":"calico-cni-plugin"}}}}}}"#,
        at(from),
        at(to)
    );
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", encode(r#"{"alg":"RS256"}"#), encode(&claims), encode(CANARY))
}

/// As calico's install writes it.
fn kubeconfig(authority: &str, user: &str) -> String {
    let authority = STANDARD.encode(authority);
    format!(
        "# Kubeconfig file for Calico CNI plugin.\napiVersion: v1\nkind: Config\nclusters:\n- name: local\n  \
         cluster:\n    server: https://10.96.0.1:443\n    certificate-authority-data: \"{authority}\"\nusers:\n- name: \
         calico\n  user:\n    {user}\ncontexts:\n- name: calico-context\n  context:\n    cluster: local\n    user: \
         calico\ncurrent-context: calico-context\n"
    )
}

fn list(plugin: &str, kubeconfig: &str) -> String {
    format!(
        r#"{{"name":"k8s-pod-network","cniVersion":"0.3.1","plugins":[{{"type":"{plugin}","kubernetes":{{"kubeconfig":"{kubeconfig}"}}}},{{"type":"portmap"}}]}}"#
    )
}

fn calico(tree: &Tree, authority: &str, user: &str) {
    tree.write(
        &format!("{DIRECTORY}/10-calico.conflist"),
        list("calico", "/etc/cni/net.d/calico-kubeconfig"),
    );
    tree.write_secret(&format!("{DIRECTORY}/calico-kubeconfig"), &kubeconfig(authority, user));
}

/// No token is in what any verb says of a tree, in any form or language.
fn keeps_silent(tree: &Tree) {
    let root = tree.root().as_str();
    let mut secrets = vec![CANARY.to_owned()];
    for text in [token(-25, -1), token(-1, 23)] {
        secrets.extend(text.split('.').skip(2).map(str::to_owned));
    }
    // What every token of ours begins its claims with.
    secrets.push(URL_SAFE_NO_PAD.encode(r#"{"iat":"#));
    for verb in [
        &["check", "--root", root][..],
        &["verify", "--root", root],
        &["renew", "--root", root, "--dry-run"],
        &["diagnose", "--root", root, "/dev/null"],
    ] {
        for form in [&["-o", "json"][..], &["--lang", "en"], &["--lang", "zh"]] {
            let output = perennial(tree, &[verb, form].concat());
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            for secret in &secrets {
                assert!(!said.contains(secret.as_str()), "{verb:?} {form:?}: {said}");
            }
        }
    }
}

#[test]
fn a_healthy_plugin_is_listed_with_its_tokens_end_and_nothing_is_found() {
    let first = Tree::control_plane("cp1");
    let worker = Tree::worker(&first, "w1", "10.0.0.21");
    for tree in [&first, &worker] {
        let authority = tree.authority("ca").certificate;
        calico(tree, &format!("\n{authority}\n\n"), &format!("token: {}", token(-6, 18)));
        let seen = Seen::by_check(tree);
        assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
        let [found] = seen.json["cni"].as_array().unwrap().as_slice() else {
            panic!("{:#}", seen.json["cni"])
        };
        assert_eq!(found["plugin"], "calico");
        assert_eq!(found["file"], "/etc/cni/net.d/calico-kubeconfig");
        assert_eq!(found["inUse"], true);
        assert_eq!(found["token"]["serviceAccount"], "calico-cni-plugin");
        assert!(found["token"]["ends"].is_string());
        keeps_silent(tree);
    }
}

#[test]
fn an_expired_token_is_told_with_the_plugins_restart() {
    let first = Tree::control_plane("cp1");
    let worker = Tree::worker(&first, "w1", "10.0.0.21");
    for (tree, node) in [(&first, "cp1"), (&worker, "w1")] {
        calico(tree, &tree.authority("ca").certificate, &format!("token: {}", token(-25, -1)));
        let seen = Seen::by_check(tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN7103"], 2), "{:#}", seen.json["findings"]);
        let found = seen.one("PRN7103");
        assert_eq!(
            found["command"],
            format!("kubectl delete pod -A -l k8s-app=calico-node --field-selector spec.nodeName={node}")
        );
        assert_eq!(found["objects"][0]["file"], "/etc/cni/net.d/calico-kubeconfig");
        assert!(found["message"].as_str().unwrap().contains("its token expired"), "{found:#}");
        assert!(found["evidence"].to_string().contains("kube-system/calico-cni-plugin"), "{found:#}");
        keeps_silent(tree);
    }
}

#[test]
fn a_token_in_a_file_of_its_own_counts() {
    let tree = Tree::control_plane("cp1");
    // Relative to the kubeconfig; the one inside is older, and only there for the time before.
    let user = format!("{{tokenFile: token, token: {}}}", token(-1, 23));
    calico(
        &tree,
        &tree.authority("ca").certificate,
        &user.replace("{tokenFile", "tokenFile").replace(", token", "\n    token").replace('}', ""),
    );
    tree.write_secret(&format!("{DIRECTORY}/token"), &token(-25, -1));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN7103"]);
    tree.write_secret(&format!("{DIRECTORY}/token"), &token(-1, 23));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    keeps_silent(&tree);
}

#[test]
fn a_token_that_nobody_has_replaced_is_a_warning() {
    let tree = Tree::control_plane("cp1");
    calico(&tree, &tree.authority("ca").certificate, &format!("token: {}", token(-23, 1)));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.one("PRN7103")["severity"].as_str()), (vec!["PRN7103"], Some("warning")));
}

#[test]
fn another_ca_of_the_same_name_is_told() {
    let tree = Tree::control_plane("cp1");
    let other = self_signed(&Leaf::authority("/CN=kubernetes"), None);
    for user in [format!("token: {}", token(-6, 18)), "token: opaque".to_owned()] {
        calico(&tree, &other.certificate, &user);
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN7103"], 2));
        let found = seen.one("PRN7103");
        assert!(found["message"].as_str().unwrap().contains("trusts another CA"), "{found:#}");
        assert!(found["evidence"].to_string().contains("/etc/kubernetes/pki/ca.crt"), "{found:#}");
    }
}

#[test]
fn an_old_copy_of_a_ca_that_was_signed_again_is_told_by_its_end() {
    let tree = Tree::control_plane("cp1");
    let expired = self_signed(&Leaf::authority("/CN=kubernetes").days(-400, -1), Some(&tree.authority("ca")));
    calico(&tree, &expired.certificate, &format!("token: {}", token(-6, 18)));
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN7103");
    assert!(found["message"].as_str().unwrap().contains("its copy of the CA expired on"), "{found:#}");
}

#[test]
fn a_client_certificate_is_judged_as_usual() {
    let tree = Tree::control_plane("cp1");
    let other = self_signed(&Leaf::authority("/CN=kubernetes"), None);
    let leaf = Leaf::client("/O=system:masters/CN=cni");
    for (issued, said) in [
        (tree.issue("ca", &leaf.clone().days(-400, -2)), Some("certificate expired")),
        (other.issue(&leaf), Some("not signed by this cluster's CA")),
        (tree.issue("ca", &leaf), None),
    ] {
        let user = format!(
            "client-certificate-data: {}\n    client-key-data: {}",
            STANDARD.encode(&issued.certificate),
            STANDARD.encode(&issued.key)
        );
        calico(&tree, &tree.authority("ca").certificate, &user);
        let seen = Seen::by_check(&tree);
        match said {
            Some(said) => assert!(seen.one("PRN7103")["message"].as_str().unwrap().contains(said)),
            None => assert_eq!(seen.codes(), Vec::<&str>::new()),
        }
    }
}

#[test]
fn multus_calls_the_others_and_what_no_configuration_names_is_a_warning() {
    let tree = Tree::control_plane("cp1");
    let stale = kubeconfig(&tree.authority("ca").certificate, &format!("token: {}", token(-25, -1)));
    let multus = r#"{"type":"multus","name":"m","kubeconfig":"/etc/cni/net.d/multus.d/multus.kubeconfig"}"#;
    tree.write(&format!("{DIRECTORY}/00-multus.conf"), multus);
    tree.write_secret(&format!("{DIRECTORY}/multus.d/multus.kubeconfig"), &stale);
    calico(&tree, &tree.authority("ca").certificate, &format!("token: {}", token(-25, -1)));
    let seen = Seen::by_check(&tree);
    let commands: Vec<_> =
        seen.of("PRN7103").iter().map(|found| found["command"].as_str().unwrap().to_owned()).collect();
    assert!(commands.iter().any(|command| command.contains("app=multus")), "{commands:?}");
    assert!(commands.iter().any(|command| command.contains("calico-node")), "{commands:?}");
    assert!(seen.of("PRN7103").iter().all(|found| found["severity"] == "critical"));

    // Another network has come since: calico's file is left behind, its backup is nobody's.
    tree.write(&format!("{DIRECTORY}/00-multus.conf"), r#"{"type":"bridge","name":"b"}"#);
    tree.remove(&format!("{DIRECTORY}/multus.d"));
    tree.write_secret(&format!("{DIRECTORY}/calico-kubeconfig.bak"), &stale);
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN7103");
    assert_eq!((seen.status, found["severity"].as_str()), (0, Some("warning")), "{found:#}");
    assert!(found["evidence"].to_string().contains("does not name it"), "{found:#}");
}

#[test]
fn a_plugin_that_nobody_knows_gets_a_sentence() {
    let tree = Tree::control_plane("cp1");
    tree.write(&format!("{DIRECTORY}/10-own.conflist"), list("own-net", "/etc/own/kubeconfig"));
    tree.write_secret(
        "etc/own/kubeconfig",
        &kubeconfig(&tree.authority("ca").certificate, &format!("token: {}", token(-25, -1))),
    );
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN7103");
    assert!(found["command"].is_null() && found["advice"].as_str().unwrap().contains("this plugin's pod"));
    tree.remove("etc/own/kubeconfig");
    assert!(Seen::by_check(&tree).one("PRN7103")["message"].as_str().unwrap().contains("it is not there"));
}

#[test]
fn the_runtimes_own_directory_is_looked_at() {
    for (file, text) in [
        (
            "etc/containerd/config.toml",
            "[plugins.\"io.containerd.grpc.v1.cri\".cni]\n  conf_dir = \"/srv/cni\"\n",
        ),
        ("etc/crio/crio.conf.d/10-net.conf", "[crio.network]\nnetwork_dir = \"/srv/cni/\"\n"),
    ] {
        let tree = Tree::control_plane("cp1");
        tree.write(file, text);
        tree.write("srv/cni/10-calico.conflist", list("calico", "/srv/cni/calico-kubeconfig"));
        tree.write_secret(
            "srv/cni/calico-kubeconfig",
            &kubeconfig(&tree.authority("ca").certificate, &format!("token: {}", token(-25, -1))),
        );
        assert_eq!(Seen::by_check(&tree).one("PRN7103")["objects"][0]["file"], "/srv/cni/calico-kubeconfig");
    }
}

#[test]
fn hostile_files_neither_hang_nor_harm() {
    let tree = Tree::control_plane("cp1");
    let deep = format!("{}{}", "{\"plugins\":[".repeat(50_000), "]}".repeat(50_000));
    tree.write(&format!("{DIRECTORY}/00-deep.conflist"), deep);
    tree.write(&format!("{DIRECTORY}/01-binary.conf"), [0xff, 0xfe, 0x00, b'{']);
    std::fs::File::create(tree.path(&format!("{DIRECTORY}/02-huge.conf")))
        .unwrap()
        .set_len(10 << 30)
        .unwrap();
    let fifo = tree.path(&format!("{DIRECTORY}/03-fifo.conflist"));
    assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    tree.write_secret("etc/shadow", "root:$y$canary:20000:0:99999:7:::\n");
    tree.link(&format!("{DIRECTORY}/04-link.conf"), "/etc/shadow");
    tree.write(
        &format!("{DIRECTORY}/05-odd.conf"),
        r#"{"type":7,"kubeconfig":["x"],"plugins":{"kubeconfig":null}}"#,
    );
    let names = r#"{"type":"calico","kubeconfig":"/etc/shadow"}"#;
    tree.write(&format!("{DIRECTORY}/06-shadow.conf"), names);
    tree.write(&format!("{DIRECTORY}/07-link-kubeconfig"), "x");
    tree.remove(&format!("{DIRECTORY}/07-link-kubeconfig"));
    tree.link(&format!("{DIRECTORY}/07-link-kubeconfig"), "/etc/shadow");
    let seen = Seen::by_check(&tree);
    let said = seen.json.to_string();
    assert!(!said.contains("$y$canary"), "{said}");
    let named: Vec<_> = seen
        .of("PRN7103")
        .iter()
        .map(|found| found["objects"][0]["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, ["/etc/shadow", "/etc/cni/net.d/07-link-kubeconfig"], "{said}");
}
