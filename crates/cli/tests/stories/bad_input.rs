//! Every bad file gets one clear sentence: which one, and what is wrong with it.
//!
//! In the operator's language, within a second, and without a word of any key: files that are cut off, empty, not
//! text, not files at all. `check` tells it from a copy of the tree; `renew` on the node refuses and changes nothing.

use crate::support::{Cluster, Said, Stage, assert_same, secrets};
use perennial_lab::Output;
use std::collections::HashSet;

/// A file below /etc/kubernetes, what is done to it ($F), and what is said about it in English and in Chinese.
struct Bad {
    file: &'static str,
    damage: &'static str,
    said: [&'static str; 2],
    /// Whether `renew` must refuse: what can't be read can't be re-issued. A bad key is no obstacle, it gets a new one.
    refused: bool,
}

const fn bad(file: &'static str, damage: &'static str, said: [&'static str; 2], refused: bool) -> Bad {
    Bad { file, damage, said, refused }
}

const NO_PEM: [&str; 2] = ["holds no PEM block that Go can read", "中没有 Go 能够读取的 PEM 块"];
const CUT_OFF: [&str; 2] = ["is cut off", "不完整"];
const NOT_REGULAR: [&str; 2] = ["is not a regular file", "不是普通文件"];
const EMPTY: [&str; 2] = ["is empty", "是空的"];
const MALFORMED: [&str; 2] = ["is malformed", "的内容有误"];
const TOO_LARGE: [&str; 2] = ["is larger than 1048576 bytes", "大于 1048576 字节"];
const OTHER_KEY: [&str; 2] = ["is not the key of", "不是"];
const NO_CONTEXT: [&str; 2] = ["names no current-context", "没有指定 current-context"];

/// Cuts a key in the middle of its line and goes on with something that is no YAML.
const BROKEN_YAML: &str = r"sed -i 's/^\( *client-key-data: .\{300\}\)/\1\n\t: ]/' $F";

const ALL: [Bad; 14] = [
    bad("pki/apiserver.crt", "truncate -s 300 $F", CUT_OFF, true),
    bad("pki/etcd/server.crt", "head -c 1000 /dev/urandom > $F", NO_PEM, true),
    bad("pki/front-proxy-client.crt", "truncate -s 0 $F", EMPTY, true),
    bad("pki/etcd/peer.crt", "rm $F && mkfifo $F", NOT_REGULAR, true),
    bad("pki/apiserver-etcd-client.crt", "rm $F && mkdir $F", NOT_REGULAR, true),
    bad("pki/ca.key", "truncate -s 300 $F", CUT_OFF, true),
    bad("pki/apiserver.key", "truncate -s 0 $F", EMPTY, false),
    bad("pki/front-proxy-client.key", "truncate -s 300 $F", CUT_OFF, false),
    bad("pki/etcd/peer.key", "rm $F && mkfifo $F", NOT_REGULAR, false),
    bad("pki/etcd/server.key", "cp /etc/kubernetes/pki/etcd/peer.key $F", OTHER_KEY, false),
    bad("scheduler.conf", "sed -i /current-context/d $F", NO_CONTEXT, true),
    bad("controller-manager.conf", BROKEN_YAML, MALFORMED, true),
    bad("admin.conf", "truncate -s 100M $F", TOO_LARGE, true),
    bad("manifests/kube-apiserver.yaml", "sed -i '5s/^/\\t]/' $F", MALFORMED, false),
];

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let secrets = Secrets::of(&secrets(cluster));
    assert!(secrets.0.len() > 10_000, "the keys are known");

    for bad in &ALL {
        check_tells_it_from_a_copy(cluster, bad, &secrets);
        if bad.refused {
            renew_refuses_on_the_node(cluster, bad, &secrets);
        }
        println!("  {}: {}", bad.file, bad.said[0]);
    }
    cluster.sh("cp1", "rm -rf /root/copy /root/cover");
}

fn check_tells_it_from_a_copy(cluster: &Cluster, bad: &Bad, secrets: &Secrets) {
    let copy = "rm -rf /root/copy && mkdir -p /root/copy/etc /root/copy/var/lib/kubelet &&
        cp -a /etc/kubernetes /root/copy/etc/ &&
        cp -a /var/lib/kubelet/pki /var/lib/kubelet/config.yaml /root/copy/var/lib/kubelet/";
    let path = format!("/etc/kubernetes/{}", bad.file);
    cluster.sh("cp1", &format!("{copy}\nF=/root/copy{path}\n{}", bad.damage));
    for (language, reason) in ["en", "zh"].into_iter().zip(bad.said) {
        for form in ["table", "json"] {
            let command = ["timeout", "10", "perennial", "check", "--root", "/root/copy"];
            let command = [&command[..], &["--lang", language, "-o", form]].concat();
            let told = cluster.lab.exec("cp1", &command).unwrap();
            assert!([2, 3].contains(&told.status), "{path}: {told:?}");
            // Programs get English.
            tells(&told, &path, if form == "json" { bad.said[0] } else { reason }, secrets);
        }
    }
}

fn renew_refuses_on_the_node(cluster: &Cluster, bad: &Bad, secrets: &Secrets) {
    let path = format!("/etc/kubernetes/{}", bad.file);
    // A mount over the file: perennial sees it, the containers and the file itself do not. For a directory there
    // is no such way.
    if bad.damage.contains("mkdir") {
        return;
    }
    let cover = format!("rm -rf /root/cover && cp -a {path} /root/cover\nF=/root/cover\n{}", bad.damage);
    cluster.sh("cp1", &format!("{cover}\nmount --bind /root/cover {path}"));
    let (containers, hashes) = (cluster.containers(), hashes(cluster, &path));
    for (language, reason) in ["en", "zh"].into_iter().zip(bad.said) {
        let command = ["timeout", "20", "perennial", "renew", "--yes", "--force", "--lang", language];
        let told = cluster.lab.exec("cp1", &command).unwrap();
        assert_eq!(told.status, 4, "{path}: {told:?}");
        tells(&told, &path, reason, secrets);
    }
    assert_same(&hashes, &self::hashes(cluster, &path), &path);
    assert_eq!(cluster.containers(), containers, "{path}");
    cluster.sh("cp1", &format!("umount {path}"));
}

/// All files but the bad one, which may be one that can't be read.
fn hashes(cluster: &Cluster, bad: &str) -> String {
    let find = format!(
        "find /etc/kubernetes /root/.kube/config -type f ! -path {bad} -exec sha256sum {{}} + | sort"
    );
    cluster.sh("cp1", &format!("{find}; find /var/lib/perennial | sort"))
}

fn tells(told: &Output, path: &str, reason: &str, secrets: &Secrets) {
    let sentence = format!("{path} {reason}");
    assert!(Said::by(told).contains(&sentence), "{sentence:?} is not said: {told:?}");
    secrets.are_kept(told);
}

/// Every piece of a key that is long enough not to be there by chance.
struct Secrets(HashSet<String>);

const PIECE: usize = 24;

impl Secrets {
    fn of(text: &str) -> Self {
        Self(pieces(text).collect())
    }

    fn are_kept(&self, told: &Output) {
        let all: String = format!("{}{}", told.stdout, told.stderr).split_whitespace().collect();
        let piece = pieces(&all).find(|piece| self.0.contains(piece));
        assert_eq!(piece, None, "a piece of a key is told: {told:?}");
    }
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    text.as_bytes().windows(PIECE).map(|piece| String::from_utf8_lossy(piece).into_owned())
}
