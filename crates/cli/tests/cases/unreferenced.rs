//! Certificate files that nothing names: seen, shown and not judged; whatever lies under such a name, nothing blocks,
//! grows or is followed out.

use crate::Seen;
use crate::seen::perennial;
use perennial_testdata::{Leaf, Tree};
use serde_json::{Value, json};
use std::process::Command;

const PKI: &str = "etc/kubernetes/pki";

fn files(seen: &Seen) -> Vec<&Value> {
    seen.json["unreferenced"].as_array().unwrap().iter().collect()
}

#[test]
fn every_certificate_in_every_place_is_seen() {
    let tree = Tree::control_plane("cp1");
    tree.many_certificates(PKI, "ca", 300);
    let leaf = |name: &str| Leaf::client(&format!("/CN={name}")).days(-400, -35);
    for (path, name) in [
        ("etc/kubernetes/pki/etcd/old-peer.pem", "old-peer"),
        ("var/lib/kubelet/pki/kubelet-client-2025-01-01-00-00-00.pem", "system:node:cp1"),
    ] {
        tree.write(path, tree.issue("ca", &leaf(name)).combined());
    }
    // Put aside, a key alone, another way to what is in use, staged: none of them is one more certificate.
    let other = tree.issue("ca", &leaf("other"));
    tree.write("etc/kubernetes/pki/apiserver.crt.old", &other.certificate);
    tree.write_secret("etc/kubernetes/pki/other-key.pem", &other.key);
    tree.link("etc/kubernetes/pki/server.pem", "apiserver.crt");
    tree.write("etc/kubernetes/pki/.staged.crt", &other.certificate);

    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
    let files = files(&seen);
    assert_eq!((files.len(), &seen.json["unreferencedLeftOut"]), (302, &json!(0)), "{files:#?}");
    let one = |path: &str| *files.iter().find(|file| file["file"] == path).unwrap();
    for number in 0..300 {
        let file = one(&format!("/{PKI}/extra-{number}.crt"));
        assert_eq!(
            (&file["subject"], &file["state"]),
            (&json!(format!("CN=extra-{number}")), &json!("seen"))
        );
        assert!(file["notAfter"].is_string() && file["certificates"] == 1, "{file:#}");
    }
    assert_eq!(one("/etc/kubernetes/pki/etcd/old-peer.pem")["subject"], "CN=old-peer");

    let said = perennial(&tree, &["check", "--root", tree.root().as_str(), "--lang", "en"]);
    let said = String::from_utf8(said.stdout).unwrap();
    let row =
        |words: &str| said.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{said}"));
    // Of all of them the end that comes first.
    assert!(row("300 files in pki").contains("235d"), "{said}");
    assert!(row("pki/etcd/old-peer.pem").contains("-35d"), "{said}");
}

#[test]
fn whatever_has_a_certificates_name_is_named_and_neither_opened_nor_followed() {
    let tree = Tree::control_plane("cp1");
    let at = |name: &str| format!("{PKI}/{name}");
    tree.write_secret("etc/shadow", "root:$y$canary:20000:0:99999:7:::\n");
    tree.link(&at("shadow.crt"), "/etc/shadow");
    tree.link(&at("around.pem"), "../../shadow");
    tree.link(&at("nowhere.crt"), "/srv/tls/nowhere.crt");
    std::fs::create_dir(tree.path(&at("directory.crt"))).unwrap();
    std::fs::File::create(tree.path(&at("large.crt"))).unwrap().set_len(10 << 30).unwrap();
    std::os::unix::net::UnixListener::bind(tree.path(&at("socket.cer"))).unwrap();
    assert!(Command::new("mkfifo").arg(tree.path(&at("fifo.pem"))).status().unwrap().success());
    tree.write(&at("text.crt"), "no certificate\n");
    tree.write(&at("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let mut expected = vec![
        ("shadow.crt", "is a symbolic link that leads out, to /etc/shadow"),
        ("around.pem", "is a symbolic link that leads out, to /etc/shadow"),
        ("nowhere.crt", "is a symbolic link to /srv/tls/nowhere.crt, which is not there"),
        ("directory.crt", "is not a regular file but a directory"),
        ("large.crt", "is larger than 1048576 bytes"),
        ("socket.cer", "is not a regular file but a socket"),
        ("fifo.pem", "is not a regular file but a FIFO"),
        ("text.crt", "holds no PEM block"),
        ("broken.pem", "is malformed: "),
    ];
    // Only root makes devices: this one never ends.
    let device =
        Command::new("mknod").arg(tree.path(&at("device.crt"))).args(["c", "1", "5"]).output().unwrap();
    if device.status.success() {
        expected.push(("device.crt", "is not a regular file but a device"));
    }
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json["findings"]);
    let files = files(&seen);
    assert_eq!(files.len(), expected.len(), "{files:#?}");
    for (name, reason) in expected {
        let file = files.iter().find(|file| file["file"] == format!("/{PKI}/{name}")).unwrap();
        assert_eq!(file["state"], "unusable", "{file:#}");
        assert!(file["reason"].as_str().unwrap().starts_with(reason), "{file:#}");
    }
    assert!(!seen.json.to_string().contains("canary"));
}

#[test]
fn another_nodes_pair_beside_the_members_is_seen_and_not_judged() {
    let tree = Tree::kubespray("cp1");
    let other = Leaf::both("/CN=etcd-node-w1").names(&["DNS:w1", "IP:10.0.0.21"]).days(-400, -35);
    tree.etcd_pair("node-w1", &tree.issue("etcd-ca", &other));
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.codes(), Vec::<&str>::new());
    let files = files(&seen);
    assert_eq!(files.len(), 1, "{files:#?}");
    assert_eq!(files[0]["file"], "/etc/ssl/etcd/ssl/node-w1.pem");
}
