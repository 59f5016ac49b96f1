//! Something that is no file where a certificate should be: named with its reason, never opened, never followed out.

use crate::Seen;
use perennial_testdata::Tree;
use std::process::Command;

const PKI: &str = "etc/kubernetes/pki";

/// What is said of `apiserver.crt` after `put` has put something in its place.
fn said(put: impl FnOnce(&Tree, &str)) -> String {
    let tree = Tree::control_plane("cp1");
    let path = format!("{PKI}/apiserver.crt");
    tree.remove(&path);
    put(&tree, &path);
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.status, 2);
    let found = seen.one("PRN5108");
    assert_eq!(found["objects"][0]["file"], "/etc/kubernetes/pki/apiserver.crt");
    found["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_fifo_does_not_block() {
    let message = said(|tree, path| {
        assert!(Command::new("mkfifo").arg(tree.path(path)).status().unwrap().success());
    });
    assert!(message.contains("a FIFO"), "{message}");
}

#[test]
fn a_directory() {
    let message = said(|tree, path| std::fs::create_dir(tree.path(path)).unwrap());
    assert!(message.contains("a directory"), "{message}");
}

#[test]
fn a_socket() {
    let message = said(|tree, path| {
        std::os::unix::net::UnixListener::bind(tree.path(path)).unwrap();
    });
    assert!(message.contains("a socket"), "{message}");
}

#[test]
fn ten_gigabytes_are_not_read() {
    let message = said(|tree, path| {
        std::fs::File::create(tree.path(path)).unwrap().set_len(10 << 30).unwrap();
    });
    assert!(message.contains("larger than"), "{message}");
}

#[test]
fn a_link_to_the_shadow_file_is_not_followed() {
    let message = said(|tree, path| {
        tree.write_secret("etc/shadow", "root:$y$canary:20000:0:99999:7:::\n");
        tree.link(path, "/etc/shadow");
    });
    assert!(message.contains("symbolic link to /etc/shadow"), "{message}");
}

#[test]
fn a_link_around_the_corner_leads_out_too() {
    let message = said(|tree, path| {
        tree.write_secret("etc/shadow", "root:$y$canary:20000:0:99999:7:::\n");
        tree.link("etc/kubernetes/pki/inner", "../../shadow");
        tree.link(path, "inner");
    });
    assert!(message.contains("/etc/shadow"), "{message}");
}

#[test]
fn a_key_that_is_no_file_is_told_as_well() {
    let tree = Tree::control_plane("cp1");
    let path = format!("{PKI}/etcd/peer.key");
    tree.remove(&path);
    std::fs::create_dir(tree.path(&path)).unwrap();
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.one("PRN5108")["objects"][0]["file"], "/etc/kubernetes/pki/etcd/peer.key");
}
