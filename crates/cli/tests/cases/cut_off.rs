//! A22: the disk was full while certificates were written: files without content, files that end in the middle.

use crate::Seen;
use perennial_testdata::Tree;
use serde_json::json;

const PKI: &str = "etc/kubernetes/pki";

#[test]
fn empty_and_cut_off_files_are_not_called_missing() {
    let tree = Tree::control_plane("cp1");
    tree.write(&format!("{PKI}/apiserver.crt"), "");
    tree.edit(&format!("{PKI}/front-proxy-client.key"), |text| text[..120].to_owned());
    tree.edit("etc/kubernetes/scheduler.conf", |text| text[..600].to_owned());
    tree.edit("etc/kubernetes/manifests/etcd.yaml", |text| {
        let end = text.find("spec:").unwrap();
        text[..end + 3].to_owned()
    });
    let seen = Seen::by_check(&tree);
    assert_eq!(seen.status, 2);
    let found = seen.of("PRN5104");
    let mut files: Vec<&str> =
        found.iter().map(|finding| finding["objects"][0]["file"].as_str().unwrap()).collect();
    files.sort_unstable();
    let expected = [
        "/etc/kubernetes/manifests/etcd.yaml",
        "/etc/kubernetes/pki/apiserver.crt",
        "/etc/kubernetes/pki/front-proxy-client.key",
        "/etc/kubernetes/scheduler.conf",
    ];
    assert_eq!(files, expected, "{:#}", seen.json);
    assert!(seen.of("PRN5101").is_empty() && seen.of("PRN5102").is_empty(), "{:#}", seen.json);
    assert_eq!(found[0]["objects"][0]["node"], "cp1");
}

#[test]
fn the_newest_copy_whose_parts_fit_is_offered() {
    let tree = Tree::control_plane("cp1");
    let (certificate, key) = (format!("{PKI}/apiserver.crt"), format!("{PKI}/apiserver.key"));
    let copy = |run: &str, certificate_text: &str, key_text: &str| {
        let below = format!("var/lib/perennial/runs/{run}/backup");
        tree.write_secret(&format!("{below}/{certificate}"), certificate_text);
        tree.write_secret(&format!("{below}/{key}"), key_text);
    };
    copy("r-20260101-020000", &tree.read(&certificate), &tree.read(&key));
    copy("r-20260201-020000", &tree.read(&certificate), &tree.read(&key));
    // The newest one does not fit.
    copy("r-20260301-020000", &tree.read(&certificate), &tree.read(&format!("{PKI}/ca.key")));
    tree.write(&certificate, "");
    let seen = Seen::by_check(&tree);
    let found = seen.one("PRN5104");
    let from = "/var/lib/perennial/runs/r-20260201-020000/backup/etc/kubernetes/pki/apiserver";
    let command = format!(
        "cp {from}.crt /etc/kubernetes/pki/apiserver.crt && cp {from}.key /etc/kubernetes/pki/apiserver.key"
    );
    assert_eq!(found["command"], json!(command), "{found:#}");
}

#[test]
fn a_ca_that_is_empty_is_offered_its_copy_too() {
    let tree = Tree::control_plane("cp1");
    for file in ["ca.crt", "ca.key"] {
        let path = format!("{PKI}/{file}");
        tree.write_secret(&format!("var/lib/perennial/backup-20260101-020000/{path}"), &tree.read(&path));
    }
    tree.write(&format!("{PKI}/ca.crt"), "");
    let seen = Seen::by_check(&tree);
    let command = seen.one("PRN5104")["command"].as_str().unwrap().to_owned();
    assert!(command.starts_with("cp /var/lib/perennial/backup-20260101-020000/etc/kubernetes/pki/ca.crt "));
}
