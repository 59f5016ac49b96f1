//! How `check` copes with very much and with the worst of one: no cluster is needed for that.

use super::{MEASURE, Measured, Result, Row, Spread, binary, measured};
use perennial_testdata::{Issued, Leaf, Tree, self_signed};
use std::fmt::Write as _;
use std::process::Command;

/// Certificate files in one tree.
const FILES: i64 = 10_000;

/// Looks at each tree.
const LOOKS: usize = 5;

/// Names that fit into a file of 1 MiB.
const NAMES: usize = 30_000;

/// Certificates that do.
const CERTIFICATES: usize = 1_600;

const CERTIFICATE: &str = "etc/kubernetes/pki/apiserver";

/// Adds the rows.
pub(super) fn rows(table: &mut Vec<Row>) -> Result<()> {
    let tree = Tree::control_plane("cp1");
    let usual = looks(&tree)?;
    tree.many_certificates("etc/kubernetes/pki", "ca", FILES);
    let many = looks(&tree)?;
    let beside = format!("a usual tree {}", milliseconds(&usual).text("ms", 0));
    table.push([
        format!("check, {FILES} files, wall"),
        "≤ 1 s".into(),
        milliseconds(&many).text("ms", 0),
        beside,
    ]);
    let mebibytes = |runs: &[Measured]| Spread::of(runs.iter().map(|run| run.kib / 1024.0));
    let beside = format!("a usual tree {}", mebibytes(&usual).text("MiB", 1));
    table.push([
        format!("check, {FILES} files, memory"),
        "≤ 64 MiB".into(),
        mebibytes(&many).text("MiB", 1),
        beside,
    ]);

    for (name, certificate) in worst() {
        let tree = Tree::control_plane("cp1");
        certificate(&tree);
        let more =
            Spread::of(looks(&tree)?.iter().map(|run| run.seconds * 1e3 - milliseconds(&usual).median));
        let kib = std::fs::metadata(tree.path(&format!("{CERTIFICATE}.crt")))?.len() / 1024;
        table.push([
            format!("one certificate's file: {name}"),
            "≤ 100 ms".into(),
            more.text("ms", 0),
            format!("{kib} KiB, beyond a usual tree"),
        ]);
    }
    Ok(())
}

type Worst = (&'static str, fn(&Tree));

/// What costs most of what a file may hold.
fn worst() -> [Worst; 5] {
    [
        ("30,000 names", |tree| {
            let names: Vec<String> = (0..NAMES).map(|number| format!("DNS:n{number}.example.com")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            put(tree, &tree.issue("ca", &Leaf::server("/CN=kube-apiserver").names(&names)), "");
        }),
        ("a chain of 1,600", |tree| {
            let mut issuer = self_signed(&Leaf::authority("/CN=0"), None);
            let mut chain = String::new();
            for number in 1..CERTIFICATES {
                issuer = issuer.renew(&Leaf::authority(&format!("/CN={number}")), &issuer);
                chain.insert_str(0, &issuer.certificate);
            }
            put(tree, &issuer.issue(&Leaf::server("/CN=kube-apiserver")), &chain);
        }),
        ("1,600 issuers of one name", |tree| {
            let authority = Leaf::authority("/CN=one");
            let first = self_signed(&authority, None);
            let mut chain = String::new();
            for _ in 1..CERTIFICATES {
                chain.push_str(&self_signed(&authority, None).certificate);
            }
            put(tree, &first.issue(&Leaf::server("/CN=kube-apiserver")), &chain);
        }),
        ("40,000 empty blocks", |tree| {
            let mut blocks = String::new();
            for number in 0..40_000 {
                let _ = write!(blocks, "-----BEGIN {number}-----\n-----END {number}-----\n");
            }
            let leaf = tree.issue("ca", &Leaf::server("/CN=kube-apiserver"));
            tree.write(
                &format!("{CERTIFICATE}.crt"),
                blocks.split_at(900_000).0.to_owned() + "\n" + &leaf.certificate,
            );
        }),
        ("20,000 blocks that never end", |tree| {
            let open = "-----BEGIN CERTIFICATE-----\nAAAA\n".repeat(20_000);
            tree.write(&format!("{CERTIFICATE}.crt"), open);
        }),
    ]
}

fn put(tree: &Tree, leaf: &Issued, chain: &str) {
    tree.pair(CERTIFICATE, leaf);
    tree.write(&format!("{CERTIFICATE}.crt"), format!("{}{chain}", leaf.certificate));
}

fn milliseconds(runs: &[Measured]) -> Spread {
    Spread::of(runs.iter().map(|run| run.seconds * 1e3))
}

/// Looks at a tree some times; any answer will do.
fn looks(tree: &Tree) -> Result<Vec<Measured>> {
    let binary = binary()?;
    let mut perl = Command::new("perl");
    perl.args(["-e", MEASURE, &LOOKS.to_string()]).arg(binary);
    let told = perl.args(["check", "--root", tree.root().as_str(), "-o", "json"]).output()?;
    measured(&String::from_utf8(told.stdout)?, |status| [0.0, 1.0, 2.0].contains(&status))
}
