//! A12: the same certificate in other bytes. What a file says counts, never how it is written.

use crate::Seen;
use crate::planned::planned;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_testdata::Tree;

const PKI: &str = "etc/kubernetes/pki";

/// Writes a text anew.
type Change = fn(&str) -> String;

/// Other bytes, the same certificate.
fn changes() -> [(&'static str, Change); 7] {
    [
        ("a blank line before", |text| format!("\n{text}")),
        ("no line's end", |text| text.trim_end().to_owned()),
        ("two of them", |text| format!("{text}\n\n")),
        ("of another system", |text| text.replace('\n', "\r\n")),
        ("openssl's words before", |text| format!("subject=CN = kubernetes\nissuer=CN = kubernetes\n{text}")),
        ("a remark behind", |text| format!("{text}# checked by ops\n")),
        ("blanks at the ends", |text| text.replace("-----\n", "-----  \n")),
    ]
}

/// Nothing is found, and nothing would be written for the sake of looks.
fn unremarkable(tree: &Tree, what: &str) {
    let seen = Seen::by_check(tree);
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{what}: {:#}", seen.json["findings"]);
    let plan = planned(tree, &["apiserver"]).unwrap();
    let touched: Vec<_> = plan.renewals().flat_map(|renewal| renewal.target.files()).collect();
    assert_eq!(touched.len(), 2, "{what}: {touched:?}");
}

#[test]
fn in_files() {
    for (what, change) in changes() {
        for file in ["ca.crt", "ca.key", "etcd/ca.crt", "apiserver.crt", "etcd/peer.key"] {
            let tree = Tree::control_plane("cp1");
            tree.edit(&format!("{PKI}/{file}"), change);
            unremarkable(&tree, &format!("{what}: {file}"));
        }
    }
}

#[test]
fn in_kubeconfigs_and_on_both_sides() {
    for (what, change) in changes() {
        for both in [false, true] {
            let tree = Tree::control_plane("cp1");
            let written = tree.read(&format!("{PKI}/ca.crt"));
            for file in ["admin", "super-admin", "controller-manager", "scheduler", "kubelet"] {
                tree.edit(&format!("etc/kubernetes/{file}.conf"), |text| {
                    text.replace(&STANDARD.encode(&written), &STANDARD.encode(change(&written)))
                });
            }
            if both {
                tree.write(&format!("{PKI}/ca.crt"), format!("# our CA\n\n{written}"));
            }
            unremarkable(&tree, &format!("{what}, both: {both}"));
        }
    }
}

#[test]
fn on_a_worker() {
    for (what, change) in changes() {
        let tree = Tree::worker(&Tree::control_plane("cp1"), "w1", "10.0.0.21");
        tree.edit(&format!("{PKI}/ca.crt"), change);
        assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new(), "{what}");
    }
}

#[test]
fn what_go_does_not_read_is_no_matter_of_looks() {
    // A byte order mark hides the first line; a client that trusts nothing can't connect.
    let tree = Tree::control_plane("cp1");
    tree.edit(&format!("{PKI}/ca.crt"), |text| format!("\u{feff}{text}"));
    assert_eq!(Seen::by_check(&tree).codes(), ["PRN5102"]);
    for broken in ["\u{feff}-----BEGIN CERTIFICATE-----", "garbage"] {
        let tree = Tree::control_plane("cp1");
        let written = STANDARD.encode(tree.read(&format!("{PKI}/ca.crt")));
        tree.edit("etc/kubernetes/scheduler.conf", |text| text.replace(&written, &STANDARD.encode(broken)));
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN2105"], 2), "{:#}", seen.json["findings"]);
        assert_eq!(seen.one("PRN2105")["objects"][0]["file"], "/etc/kubernetes/scheduler.conf");
    }
    let tree = Tree::control_plane("cp1");
    let written = STANDARD.encode(tree.read(&format!("{PKI}/ca.crt")));
    tree.edit("etc/kubernetes/kubelet.conf", |text| {
        text.replace(
            &format!("certificate-authority-data: {written}"),
            "certificate-authority: pki/company.crt",
        )
    });
    let seen = Seen::by_check(&tree);
    let evidence = seen.one("PRN2105")["evidence"].to_string();
    assert!(evidence.contains("/etc/kubernetes/pki/company.crt, which does not exist"), "{evidence}");
    tree.write(&format!("{PKI}/company.crt"), tree.read(&format!("{PKI}/ca.crt")));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}
