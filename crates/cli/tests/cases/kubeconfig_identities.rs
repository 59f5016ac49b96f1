//! A09: kubeconfigs without a client certificate: a plugin, a token or a password is named as what it is. That alone is
//! nothing broken, and nothing to renew.

use crate::planned::{kept, planned, renewed};
use crate::seen::perennial;
use crate::{Seen, Tree};
use perennial_core::plan::{Reason, Refusal};

const PLUGIN: &str = "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      \
    command: /usr/local/bin/get-token\n      args: [\"canary-7\"]\n      interactiveMode: Never\n";
const TOKEN: &str = "    token: eyJ.canary-7.x\n";
const PASSWORD: &str = "    username: u\n    password: canary-7\n";
const PROVIDER: &str = "    auth-provider:\n      name: oidc\n      config:\n        id-token: canary-7\n";

const CONFS: [&str; 5] =
    ["admin.conf", "super-admin.conf", "controller-manager.conf", "scheduler.conf", "kubelet.conf"];

/// What the table says of a kubeconfig.
fn row(tree: &Tree, language: &str, name: &str) -> String {
    let root = tree.root().as_str();
    let output = perennial(tree, &["check", "--root", root, "--lang", language]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains("canary-7"), "{said}");
    said.lines()
        .find(|line| line.split_whitespace().nth(1) == Some(name))
        .unwrap_or_else(|| panic!("no {name} in {said}"))
        .to_owned()
}

#[test]
fn a_components_kubeconfig_is_named_as_what_it_is() {
    for (lines, reason, shown, chinese) in [
        (
            PLUGIN,
            "uses the exec plugin /usr/local/bin/get-token, not run",
            "plugin get-token, not run",
            "未运行",
        ),
        (PROVIDER, "uses the exec plugin oidc, not run", "plugin oidc, not run", "未运行"),
        (TOKEN, "uses a token: there is no certificate to renew", "a token", "令牌"),
        (PASSWORD, "uses a user name and password: there is no certificate to renew", "a password", "密码"),
    ] {
        for conf in CONFS {
            let tree = Tree::control_plane("cp1");
            tree.kubeconfig_with(&format!("etc/kubernetes/{conf}"), "x", lines);
            let seen = Seen::by_check(&tree);
            assert_eq!((seen.codes(), seen.status), (vec![], 0), "{conf}: {:#}", seen.json["findings"]);
            assert!(!seen.json.to_string().contains("canary-7"));
            let listed = seen.json["credentials"].as_array().unwrap();
            let file = format!("/etc/kubernetes/{conf}");
            let listed = listed.iter().find(|one| one["file"] == file).unwrap();
            assert_eq!(listed["state"], "noCertificate", "{listed:#}");
            assert!(listed["reason"].as_str().unwrap().contains(reason), "{listed:#}");
            let name = if conf == "kubelet.conf" { "kubelet-client" } else { conf };
            assert!(row(&tree, "en", name).contains(shown), "{}", row(&tree, "en", name));
            assert!(row(&tree, "zh", name).contains(chinese), "{}", row(&tree, "zh", name));
        }
    }
}

#[test]
fn renewing_leaves_it_out_and_goes_on() {
    for lines in [PLUGIN, TOKEN, PASSWORD] {
        let tree = Tree::control_plane("cp1");
        tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", lines);
        let plan = planned(&tree, &[]).unwrap();
        assert_eq!(kept(&plan, "scheduler.conf"), Some(Reason::NoCertificate));
        assert!(renewed(&plan).contains(&"controller-manager.conf"));
        let refused = planned(&tree, &["scheduler.conf"]).unwrap_err();
        assert!(matches!(refused, Refusal::CredentialUnusable { .. }), "{refused:?}");
    }
}

#[test]
fn with_nothing_at_all_a_component_is_refused_everywhere() {
    let tree = Tree::control_plane("cp1");
    tree.kubeconfig_with("etc/kubernetes/scheduler.conf", "x", "    {}\n");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN5102"], 2), "{:#}", seen.json["findings"]);
}

#[test]
fn a_persons_plugin_is_named_and_was_not_run() {
    let tree = Tree::control_plane("cp1");
    tree.kubeconfig_with("home/ada/.kube/config", "x", PLUGIN);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
    assert!(row(&tree, "en", "config").contains("plugin get-token, not run"));
}
