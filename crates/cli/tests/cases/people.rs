//! A29, second half: people's kubeconfigs. Of several entries each is judged; another cluster's is left alone even if it
//! has our user's name; what is no file is told and never read.

use crate::Seen;
use crate::planned::{planned, renewed};
use crate::seen::perennial;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_core::formats::kubeconfig::{parse, splice};
use perennial_testdata::{Issued, Leaf, Tree};
use std::process::Command;

const ADMIN: &str = "/O=kubeadm:cluster-admins/CN=kubernetes-admin";

/// An entry of a kubeconfig with its own cluster, context and user.
struct Entry<'a> {
    name: &'a str,
    user: &'a str,
    server: &'a str,
    authority: &'a str,
    issued: &'a Issued,
}

fn kubeconfig(current: &str, entries: &[Entry<'_>]) -> String {
    let (mut clusters, mut contexts, mut users) = (String::new(), String::new(), String::new());
    for Entry { name, user, server, authority, issued } in entries {
        clusters.push_str(&format!(
            "- cluster:\n    certificate-authority-data: {}\n    server: {server}\n  name: {name}\n",
            STANDARD.encode(authority)
        ));
        contexts.push_str(&format!("- context:\n    cluster: {name}\n    user: {user}\n  name: {name}\n"));
        users.push_str(&format!(
            "- name: {user}\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            STANDARD.encode(&issued.certificate),
            STANDARD.encode(&issued.key)
        ));
    }
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {current}\nclusters:\n{clusters}contexts:\n{contexts}users:\n{users}"
    )
}

const OURS: &str = "https://10.0.0.11:6443";

fn entry<'a>(name: &'a str, user: &'a str, tree: &'a str, issued: &'a Issued) -> Entry<'a> {
    Entry { name, user, server: OURS, authority: tree, issued }
}

/// An older certificate of admin.conf's identity.
fn older(tree: &Tree) -> Issued {
    tree.issue("ca", &Leaf::client(ADMIN).days(-200, 100))
}

#[test]
fn another_clusters_user_of_the_same_name_is_left_alone_and_not_told() {
    let (tree, other) = (Tree::control_plane("cp1"), Tree::control_plane_at("x1", "10.9.9.9"));
    // Same names all over, as kubeadm makes them: CA, user, subject. Expired, and it ends before admin.conf does.
    let expired = other.issue("ca", &Leaf::client(ADMIN).days(-400, -35));
    let soon = other.issue("ca", &Leaf::client(ADMIN).days(-300, 3));
    let authority = other.authority("ca").certificate;
    for issued in [&expired, &soon] {
        let entry = Entry {
            name: "kubernetes",
            user: "kubernetes-admin",
            server: "https://10.9.9.9:6443",
            authority: &authority,
            issued,
        };
        tree.write_secret("root/.kube/config", &kubeconfig("kubernetes", &[entry]));
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
        let plan = planned(&tree, &[]).unwrap();
        assert!(!renewed(&plan).contains(&"/root/.kube/config"), "{:?}", renewed(&plan));
    }
}

#[test]
fn of_two_clusters_ours_follows_and_the_others_bytes_stay() {
    let (tree, other) = (Tree::control_plane("cp1"), Tree::control_plane_at("x1", "10.9.9.9"));
    let (ours, theirs) = (older(&tree), other.issue("ca", &Leaf::client(ADMIN).days(-400, -35)));
    let (authority, foreign) = (tree.authority("ca").certificate, other.authority("ca").certificate);
    let entries = [
        entry("ours", "kubernetes-admin", &authority, &ours),
        Entry {
            name: "theirs",
            user: "kubernetes-admin-theirs",
            server: "https://10.9.9.9:6443",
            authority: &foreign,
            issued: &theirs,
        },
    ];
    let text = kubeconfig("ours", &entries);
    tree.write_secret("root/.kube/config", &text);
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN7102"], "{:#}", seen.json["findings"]);
    let found = seen.one("PRN7102");
    assert_eq!(found["severity"], "warning");
    assert_eq!(found["objects"][0]["name"], "/root/.kube/config");
    assert_eq!(found["command"], "perennial renew --only admin.conf");
    assert!(renewed(&planned(&tree, &["admin.conf"]).unwrap()).contains(&"/root/.kube/config"));
    // What the run writes: the two spans of our entry, nothing else.
    let new = tree.issue("ca", &Leaf::client(ADMIN));
    let spliced =
        splice(&text, &parse(&text).unwrap(), new.certificate.as_bytes(), new.key.as_bytes()).unwrap();
    let expected = text
        .replace(&STANDARD.encode(&ours.certificate), &STANDARD.encode(&new.certificate))
        .replace(&STANDARD.encode(&ours.key), &STANDARD.encode(&new.key));
    assert_eq!(*spliced, expected);
    // While theirs is current, ours is told by its entry and by nothing else, and the file is not written.
    tree.write_secret("root/.kube/config", &kubeconfig("theirs", &entries));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN7102"], "{:#}", seen.json["findings"]);
    let found = seen.one("PRN7102");
    assert_eq!(found["objects"][0]["name"], "/root/.kube/config (kubernetes-admin)");
    assert_eq!(found["objects"][0]["file"], "/root/.kube/config");
    assert_eq!(found["command"], "perennial kubeconfig refresh /root/.kube/config");
    let plan = planned(&tree, &[]).unwrap();
    assert!(!renewed(&plan).iter().any(|name| name.starts_with("/root")), "{:?}", renewed(&plan));
}

#[test]
fn every_entry_of_ours_is_judged_by_its_own_dates() {
    let tree = Tree::control_plane("cp1");
    let authority = tree.authority("ca").certificate;
    let alice = tree.issue("ca", &Leaf::client("/O=ops/CN=alice").days(-400, -35));
    let bob = tree.issue("ca", &Leaf::client("/O=ops/CN=bob").days(-360, 5));
    let good = tree.issue("ca", &Leaf::client("/O=ops/CN=carol"));
    let admin = tree.issue("ca", &Leaf::client(ADMIN));
    tree.write_secret(
        "home/ada/.kube/config",
        &kubeconfig(
            "c1",
            &[
                entry("c1", "admin", &authority, &admin),
                entry("c2", "alice", &authority, &alice),
                entry("c3", "bob", &authority, &bob),
                entry("c4", "carol", &authority, &good),
            ],
        ),
    );
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN1101", "PRN1201"], "{:#}", seen.json["findings"]);
    let expired = seen.one("PRN1101");
    assert_eq!(expired["objects"][0]["name"], "/home/ada/.kube/config (alice)");
    assert_eq!(expired["objects"][0]["identity"], "CN=alice,O=ops");
    // renew does not make it: nobody's copy of admin.conf.
    assert_eq!(expired["command"], "perennial kubeconfig refresh /home/ada/.kube/config");
    assert_eq!(seen.one("PRN1201")["objects"][0]["name"], "/home/ada/.kube/config (bob)");
}

#[test]
fn a_workers_own_ca_says_whose_an_entry_is() {
    let first = Tree::control_plane("cp1");
    let worker = Tree::worker(&first, "w1", "10.0.0.21");
    let expired = first.issue("ca", &Leaf::client(ADMIN).days(-400, -35));
    worker.kubeconfig("root/.kube/config", "kubernetes-admin", &expired);
    let seen = Seen::by_check(&worker);
    let found = seen.one("PRN1101");
    // Neither admin.conf nor a CA's key is here.
    assert_eq!(found["command"], "perennial kubeconfig refresh --request /root/.kube/config");
    let other = Tree::control_plane("cp1");
    let foreign = other.issue("ca", &Leaf::client(ADMIN).days(-400, -35));
    let authority = other.authority("ca").certificate;
    let entry = Entry {
        name: "k",
        user: "kubernetes-admin",
        server: "https://10.9.9.9:6443",
        authority: &authority,
        issued: &foreign,
    };
    worker.write_secret("root/.kube/config", &kubeconfig("k", &[entry]));
    assert_eq!(Seen::by_check(&worker).codes(), Vec::<&str>::new());
}

#[test]
fn a_kubeconfig_from_before_the_new_ca_is_a_warning() {
    let (old, tree) = (Tree::control_plane("cp1"), Tree::control_plane("cp1"));
    tree.write_secret("root/.kube/config", &old.read("etc/kubernetes/admin.conf"));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN2105"], 0), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN2105");
    assert_eq!(
        (found["severity"].as_str(), &found["objects"][0]["file"]),
        (Some("warning"), &"/root/.kube/config".into())
    );
    assert!(!renewed(&planned(&tree, &[]).unwrap()).contains(&"/root/.kube/config"));
}

#[test]
fn homes_are_those_of_the_trees_own_passwd() {
    let tree = Tree::control_plane("cp1");
    let passwd =
        "root:x:0:0:root:/root:/bin/bash\nci:x:990:990::/var/lib/ci:/bin/sh\nbin:x:1:1::/:/sbin/nologin\n";
    tree.write("etc/passwd", passwd);
    for home in ["root", "var/lib/ci", "home/ada"] {
        tree.kubeconfig(&format!("{home}/.kube/config"), "kubernetes-admin", &older(&tree));
    }
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN7102");
    let files: Vec<_> =
        found["objects"].as_array().unwrap().iter().map(|object| object["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["/home/ada/.kube/config", "/root/.kube/config", "/var/lib/ci/.kube/config"]);
    assert_eq!(found["command"], "perennial renew --only admin.conf");
}

#[test]
fn copies_of_admin_conf_are_found_where_they_are_used() {
    let tree = Tree::control_plane("cp1");
    let old = older(&tree);
    tree.kubeconfig("etc/kubernetes/ops.conf", "kubernetes-admin", &old);
    tree.kubeconfig("srv/kube/ci.yaml", "kubernetes-admin", &old);
    tree.kubeconfig("home/ada/k8s/admin", "kubernetes-admin", &old);
    tree.write("etc/profile.d/k8s.sh", "export KUBECONFIG=/etc/kubernetes/admin.conf\n");
    tree.write("etc/environment", "KUBECONFIG=\"/srv/kube/ci.yaml:/not/there\"\n");
    tree.write("home/ada/.bashrc", "export KUBECONFIG=$HOME/k8s/admin\n");
    tree.write("root/.bashrc", "export KUBECONFIG=$(touch /tmp/x)\n");
    // Backups and what is no kubeconfig: not managed, nothing to tell.
    for backup in
        ["etc/kubernetes/admin.conf.20250101", "etc/kubernetes/admin.conf.bak", "root/.kube/config.bak"]
    {
        tree.kubeconfig(backup, "kubernetes-admin", &old);
    }
    tree.write("etc/kubernetes/cloud.conf", "[Global]\nregion = x\n");
    tree.write("etc/kubernetes/webhook.conf", "clusters: [\n");
    tree.kubeconfig(
        "etc/kubernetes/old-scheduler.conf",
        "x",
        &tree.issue("ca", &Leaf::client("/CN=system:kube-scheduler").days(-400, -35)),
    );
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN7102"], "{:#}", seen.json["findings"]);
    let found = seen.one("PRN7102");
    let files: Vec<_> =
        found["objects"].as_array().unwrap().iter().map(|object| object["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["/home/ada/k8s/admin", "/srv/kube/ci.yaml", "/etc/kubernetes/ops.conf"]);
    let listed = seen.json["credentials"].as_array().unwrap();
    assert!(listed.iter().any(|one| one["file"] == "/etc/kubernetes/ops.conf"));
    let plan = planned(&tree, &["admin.conf"]).unwrap();
    assert!(renewed(&plan).contains(&"/etc/kubernetes/ops.conf"), "{:?}", renewed(&plan));
}

#[test]
fn two_ways_to_one_file_are_one_copy() {
    let tree = Tree::control_plane("cp1");
    tree.kubeconfig("home/ada/.kube/config", "kubernetes-admin", &older(&tree));
    tree.link("root/.kube/config", "/home/ada/.kube/config");
    let plan = planned(&tree, &["admin.conf"]).unwrap();
    assert_eq!(renewed(&plan), ["admin.conf", "/home/ada/.kube/config"]);
}

#[test]
fn who_has_the_certificate_but_not_its_key_is_given_none() {
    let tree = Tree::control_plane("cp1");
    let (old, own) = (older(&tree), tree.issue("ca", &Leaf::client("/CN=mallory")));
    let stolen = Issued { key: own.key.clone(), ..old };
    tree.kubeconfig("home/mallory/.kube/config", "kubernetes-admin", &stolen);
    let plan = planned(&tree, &["admin.conf"]).unwrap();
    assert_eq!(renewed(&plan), ["admin.conf"]);
}

#[test]
fn what_is_no_file_is_told_and_not_read() {
    let tree = Tree::control_plane("cp1");
    tree.write_secret("etc/shadow", "root:$y$canary:20000:0:99999:7:::\n");
    for home in ["a", "b", "c", "d"] {
        std::fs::create_dir_all(tree.path(&format!("home/{home}/.kube"))).unwrap();
    }
    tree.link("home/a/.kube/config", "/etc/shadow");
    std::fs::File::create(tree.path("home/b/.kube/config")).unwrap().set_len(10 << 30).unwrap();
    assert!(Command::new("mkfifo").arg(tree.path("home/c/.kube/config")).status().unwrap().success());
    std::fs::create_dir(tree.path("home/d/.kube/config")).unwrap();
    assert!(Command::new("mkfifo").arg(tree.path("home/a/.bashrc")).status().unwrap().success());
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), ["PRN7101"; 4], "{:#}", seen.json["findings"]);
    assert!(
        seen.of("PRN7101").iter().all(|found| found["severity"] == "warning"),
        "{:#}",
        seen.json["findings"]
    );
    let said = seen.json.to_string();
    assert!(!said.contains("$y$canary") && said.contains("a FIFO") && said.contains("larger than"), "{said}");
    assert!(
        renewed(&planned(&tree, &[]).unwrap()).contains(&"admin.conf"),
        "nobody's home stands in the way"
    );
}

#[test]
fn plugins_are_named_and_never_run_and_tokens_are_never_printed() {
    let tree = Tree::control_plane("cp1");
    let canary = "canary-3b9e";
    let proof = tree.path("tmp-proof");
    let plugin = format!(
        "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: /usr/bin/touch\n      \
         args: [\"{proof}\"]\n      interactiveMode: Never\n"
    );
    tree.kubeconfig_with("root/.kube/config", "plugin", &plugin);
    tree.kubeconfig_with("home/ada/.kube/config", "token", &format!("    token: eyJ.{canary}.{canary}\n"));
    tree.kubeconfig_with(
        "home/bob/.kube/config",
        "password",
        &format!("    username: u\n    password: {canary}\n"),
    );
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), Vec::<&str>::new());
    let root = tree.root().as_str();
    for arguments in [
        &["check", "--root", root][..],
        &["check", "--root", root, "-o", "json"],
        &["verify", "--root", root],
        &["renew", "--root", root, "--dry-run"],
        &["diagnose", "--root", root, "/dev/null"],
    ] {
        let output = perennial(&tree, arguments);
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains(canary), "{arguments:?}");
    }
    assert!(!proof.exists());
}

#[test]
fn a_daemons_home_behind_a_symbolic_link_is_no_kubeconfig() {
    let tree = Tree::control_plane("cp1");
    tree.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n");
    std::fs::create_dir_all(tree.path("usr/bin")).unwrap();
    tree.link("bin", "usr/bin");
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
    // A link in the very place of the file is one that leads nowhere.
    std::fs::create_dir_all(tree.path("usr/bin/.kube")).unwrap();
    tree.link("usr/bin/.kube/config", "gone");
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN7101"]);
}

#[test]
fn what_only_one_person_uses_is_hers_and_breaks_no_cluster() {
    for (home, whose) in [("home/ada", "ada's"), ("root", "root's")] {
        for (days, code) in [((-400, -35), "PRN1101"), ((-360, 2), "PRN1201"), ((1, 300), "PRN1301")] {
            let tree = Tree::control_plane("cp1");
            let own = tree.issue("ca", &Leaf::client("/O=dev/CN=ada").days(days.0, days.1));
            tree.kubeconfig(&format!("{home}/.kube/config"), "ada", &own);
            let seen = Seen::by_check(&tree);
            assert_eq!((seen.codes(), seen.status), (vec![code], 0), "{:#}", seen.json["findings"]);
            let found = seen.one(code);
            assert_eq!(found["severity"], "warning");
            let evidence = found["evidence"].to_string();
            assert!(evidence.contains(whose) && evidence.contains("CN=ada"), "{found:#}");
        }
    }
}

#[test]
fn an_expired_copy_of_a_good_admin_conf_is_a_warning_told_once() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &Leaf::client(ADMIN).days(-400, -35));
    tree.kubeconfig("home/ada/.kube/config", "kubernetes-admin", &old);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN7102"], 0), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN7102");
    assert_eq!(found["command"], "perennial renew --only admin.conf");
    assert!(found["message"].as_str().unwrap().contains("it ended on"), "{found:#}");
    assert!(found["evidence"].to_string().contains("ada's"), "{found:#}");
    // What is over for the administrator is graver.
    tree.kubeconfig("etc/kubernetes/admin.conf", "kubernetes-admin", &old);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1101", "PRN1101"], 2), "{:#}", seen.json["findings"]);
    let severities: Vec<_> = seen.of("PRN1101").iter().map(|one| one["severity"].clone()).collect();
    assert_eq!(severities, ["critical", "warning"]);
}

#[test]
fn a_persons_key_that_does_not_fit_or_is_gone_is_hers_too() {
    let tree = Tree::control_plane("cp1");
    let (own, other) =
        (tree.issue("ca", &Leaf::client("/CN=ada")), tree.issue("ca", &Leaf::client("/CN=bob")));
    let mixed = Issued { key: other.key.clone(), ..own.clone() };
    tree.kubeconfig("home/ada/.kube/config", "ada", &mixed);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN5103"], 0), "{:#}", seen.json["findings"]);
    assert!(!seen.one("PRN5103")["command"].as_str().unwrap().starts_with("perennial renew"));
    tree.write("home/ada/own.crt", &own.certificate);
    let lines = "    client-certificate: ../own.crt\n    client-key: ../own.key\n";
    tree.kubeconfig_with("home/ada/.kube/config", "ada", lines);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN7101"], 0), "{:#}", seen.json["findings"]);
    assert!(seen.one("PRN7101")["message"].as_str().unwrap().contains("own.key"));
}

#[test]
fn what_a_static_pod_uses_is_nobodys_own() {
    let tree = Tree::control_plane("cp1");
    let old = tree.issue("ca", &Leaf::client(ADMIN).days(-400, -35));
    tree.kubeconfig("etc/kubernetes/vip.conf", "kubernetes-admin", &old);
    tree.write_secret(
        "etc/kubernetes/manifests/kube-vip.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-vip\n  namespace: kube-system\nspec:\n  containers:\n  \
         - name: kube-vip\n    image: kube-vip\n    volumeMounts:\n    - mountPath: /etc/kubernetes/admin.conf\n      \
         name: conf\n  volumes:\n  - hostPath:\n      path: /etc/kubernetes/vip.conf\n    name: conf\n",
    );
    let seen = Seen::by_check(&tree);
    assert_eq!(
        (seen.one("PRN1101")["severity"].as_str(), seen.status),
        (Some("critical"), 2),
        "{:#}",
        seen.json
    );
}
