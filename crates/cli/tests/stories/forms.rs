//! perennial speaks English and Chinese to people, JSON to programs, and it works on copies.
//!
//! A copied tree tells what its files tell, without the node's processes. A backup is for root alone, and made of
//! real files: a hard link would blind kube-apiserver to the next renewal.

use crate::support::{Cluster, Said, Stage};

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();

    programs_get_json(cluster);
    what_was_written_for_kubeadm_works_on(cluster);
    a_look_at_one_thing_or_into_the_future(cluster);
    people_get_their_language(cluster);
    a_copied_tree_is_enough(cluster);
    a_backup_is_private_and_real(cluster);
}

fn programs_get_json(cluster: &Cluster) {
    for verb in ["check", "verify", "version", "list", "graph"] {
        let told = cluster.perennial(&[verb, "-o", "json", "--lang", "zh"]);
        let document: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(document["apiVersion"], "perennial.dev/v1", "{told:?}");
        assert!(!has_chinese(&told.stdout), "programs get English: {told:?}");
    }
    let report = cluster.check();
    assert_eq!((&report["kind"], &report["node"]["name"]), (&"CheckReport".into(), &"cp1".into()));
    assert_eq!(report["summary"]["exitCode"], 0, "{report}");
}

/// A line that somebody has in a cron job, and both documents to the second.
fn what_was_written_for_kubeadm_works_on(cluster: &Cluster) {
    let ends = |command: &str| {
        let document = cluster.sh("cp1", &format!("{command} 2>/dev/null"));
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let names = |list: &str| {
            let list = document[list].as_array().unwrap().iter();
            let fields = ["name", "expirationDate", "caName", "externallyManaged", "missing"];
            list.map(|one| fields.map(|field| one[field].clone())).collect::<Vec<_>>()
        };
        (document["kind"].clone(), names("certificates"), names("certificateAuthorities"))
    };
    assert_eq!(ends("perennial list -o kubeadm"), ends("kubeadm certs check-expiration -o json"));
}

fn a_look_at_one_thing_or_into_the_future(cluster: &Cluster) {
    let served = cluster.perennial(&["inspect", "10.88.7.11:2379", "-o", "json"]);
    let served: serde_json::Value = serde_json::from_str(&served.stdout).unwrap();
    let roles = &served["parts"][0]["certificate"]["roles"];
    assert!(roles.to_string().contains("etcd-server"), "{served:#}");
    assert_eq!(cluster.perennial(&["graph", "--as-of", "100y"]).status, 2, "every certificate ends");
    assert_eq!(cluster.perennial(&["graph"]).status, 0);
    assert_eq!(cluster.perennial(&["check", "--as-of", "100y"]).status, 2);
}

fn people_get_their_language(cluster: &Cluster) {
    let by_variable = |value: &str| {
        let value = format!("LANG={value}");
        cluster.lab.exec("cp1", &["env", &value, "perennial", "check"]).unwrap()
    };
    assert!(!has_chinese(&by_variable("C.UTF-8").stdout));
    assert!(has_chinese(&by_variable("zh_CN.UTF-8").stdout));
    for arguments in
        [&["check"][..], &[], &["verify"], &["list"], &["graph"], &["renew", "--dry-run"], &["--help"]]
    {
        let chinese = cluster.perennial(&[&["--lang", "zh"], arguments].concat());
        assert!(has_chinese(&chinese.stdout), "{chinese:?}");
        let english = cluster.perennial(&[&["--lang", "en"], arguments].concat());
        assert!(!has_chinese(&english.stdout), "{english:?}");
        assert_eq!(chinese.status, english.status);
    }
}

fn a_copied_tree_is_enough(cluster: &Cluster) {
    let copy =
        "mkdir -p /root/copy/etc /root/copy/var/lib/kubelet && cp -a /etc/kubernetes /root/copy/etc/ &&
        cp -a /var/lib/kubelet/pki /var/lib/kubelet/config.yaml /root/copy/var/lib/kubelet/ &&
        chown -R nobody /root/copy && chmod o+x /root";
    cluster.sh("cp1", copy);
    let nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    let checked = [&nobody[..], &["perennial", "check", "--root", "/root/copy", "-o", "json"]].concat();
    let checked = cluster.lab.exec("cp1", &checked).unwrap();
    cluster.sh("cp1", "rm -r /root/copy && chmod o-x /root");

    assert_eq!(checked.status, 0, "{checked:?}");
    let report: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(report["node"]["copiedTree"], true);
    assert_eq!(report["listeners"].as_array().map(Vec::len), Some(0), "nothing is asked about a copy");
    let here = cluster.check();
    let ends = |report: &serde_json::Value| {
        let credentials = report["credentials"].as_array().unwrap().iter();
        let here = credentials.filter(|one| one["file"] != "/root/.kube/config");
        here.map(|one| (one["name"].clone(), one["certificate"]["fingerprint"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(ends(&report), ends(&here));
}

fn a_backup_is_private_and_real(cluster: &Cluster) {
    let made = cluster.perennial(&["backup", "/root/backup"]);
    assert_eq!(made.status, 0, "{made:?}");
    assert!(Said::by(&made).contains("/root/backup (mode 0600; it holds private keys)"), "{made:?}");
    let others = cluster.sh("cp1", "find /root/backup -type f \\( ! -perm 600 -o -links +1 \\)");
    assert_eq!(others, "", "files that others may read, or hard links");
    let directories = cluster.sh("cp1", "find /root/backup -type d ! -perm 700");
    assert_eq!(directories, "", "directories that others may enter");
    cluster.sh(
        "cp1",
        "diff -r --no-dereference /etc/kubernetes /root/backup/etc/kubernetes && rm -r /root/backup",
    );
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}
