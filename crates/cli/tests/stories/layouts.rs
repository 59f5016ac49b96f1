//! Clusters that are not as kubeadm alone would make them: perennial finds what is where, is right about it, and
//! renews it without anybody noticing.
//!
//! kubespray: certificates in /etc/kubernetes/ssl with pki as a symbolic link to it, etcd as a service of the host
//! with a CA of its own. company: ECDSA, a cluster CA that is an intermediate, a chain in apiserver.crt, IPv6 names,
//! kube-scheduler by `--config`, a static pod that uses super-admin.conf. The same company with an etcd whose CA is
//! somebody else's, and after it has taken the cluster CA's key away: what they sign then goes and comes as files.

use crate::support::{Cluster, Said, Stage, assert_same, until};
use perennial_pki::certificate::{Certificate, certificates};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What the company's CA signs on a control plane.
const SIGNED_BY_CA: [&str; 6] = [
    "apiserver",
    "apiserver-kubelet-client",
    "admin.conf",
    "super-admin.conf",
    "controller-manager.conf",
    "scheduler.conf",
];

pub(crate) fn kubespray(stage: &mut Stage) {
    let cluster = stage.kubespray();
    is_well(cluster, &[]);
    member_is_seen(cluster);
    let pairs = ["apiserver", "apiserver-kubelet-client", "front-proxy-client"];
    let pairs = pairs.map(|name| format!("/etc/kubernetes/ssl/{name}.crt"));
    let of_etcd = ["member-cp1", "admin-cp1", "node-cp1"].map(|name| format!("/etc/ssl/etcd/ssl/{name}.pem"));
    let member = cluster.sh("cp1", "systemctl show etcd --property=MainPID");
    renews(cluster, &[&pairs[..], &of_etcd[..]].concat());
    assert_eq!(cluster.sh("cp1", "systemctl show etcd --property=MainPID"), member, "etcd was not restarted");
    member_is_seen(cluster);
    assert_eq!(cluster.sh("cp1", "readlink /etc/kubernetes/pki"), "ssl\n", "the symbolic link has survived");
    is_well(cluster, &[]);
}

pub(crate) fn company(stage: &mut Stage) {
    let cluster = stage.company();
    is_well(cluster, &["PRN3303"]);
    let pairs = ["apiserver", "apiserver-kubelet-client", "front-proxy-client", "etcd/server", "etcd/peer"];
    renews(cluster, &pairs.map(|name| format!("/etc/kubernetes/pki/{name}.crt")));
    let apiserver = chain(cluster, "/etc/kubernetes/pki/apiserver.crt");
    assert_eq!(apiserver.len(), 2, "the intermediate still follows the leaf");
    assert!(apiserver[0].ip_addresses().contains(&"fd00:10:88:7::11".parse().unwrap()));
    pod_is_named_until_it_is_restarted(cluster, &["PRN3303"]);
    is_well(cluster, &["PRN3303"]);
}

/// perennial restarts kubeadm's own components only: the company's pod still holds what it has read, and `check` says
/// so, with the command that helps.
fn pod_is_named_until_it_is_restarted(cluster: &Cluster, rest: &[&str]) {
    let checked = cluster.check();
    assert_eq!(cluster.codes(), [&["PRN4106"], rest].concat(), "{checked:#}");
    let consumers = checked["consumers"].as_array().unwrap();
    let pod = consumers.iter().find(|one| one["pod"] == "kube-vip").unwrap();
    // The file itself is mounted: the container still sees the old one.
    assert_eq!(
        (pod["holds"].as_str(), pod["strength"].as_str()),
        (Some("stale"), Some("decisive")),
        "{pod:#}"
    );
    let finding = &checked["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains("kube-vip"), "{finding:#}");
    let command = finding["command"].as_str().unwrap();
    assert!(command.starts_with("crictl stop "), "{finding:#}");
    cluster.sh("cp1", command);
    until("a new container of kube-vip", Duration::from_secs(60), || (cluster.codes() == rest).then_some(()));
}

/// A08: kube-apiserver's client pair lies in pki/etcd and has a subject of six parts; of etcd's CA only the certificate
/// is here.
pub(crate) fn external_etcd(stage: &mut Stage) {
    let cluster = stage.company();
    let office = tempfile::tempdir().unwrap();
    let pki = "/etc/kubernetes/pki";
    for name in ["ca.crt", "ca.key"] {
        let text = cluster.lab.read("cp1", &format!("{pki}/etcd/{name}")).unwrap();
        fs::write(office.path().join(name), text).unwrap();
    }
    openssl(
        office.path(),
        "req -newkey rsa:2048 -nodes -keyout client.key -out request -subj \
         /CN=etcd-client/OU=Ops/C=DE/ST=BY/L=M/O=Corp -addext extendedKeyUsage=clientAuth",
    );
    let request = fs::read(office.path().join("request")).unwrap();
    let key = fs::read(office.path().join("client.key")).unwrap();
    let client = format!("{pki}/etcd/apiserver-etcd-client");
    cluster.lab.write("cp1", &format!("{client}.crt"), &sign(office.path(), "ca", &request), 0o644).unwrap();
    cluster.lab.write("cp1", &format!("{client}.key"), &key, 0o600).unwrap();
    let before = cluster.containers()["kube-apiserver"].id.clone();
    cluster.sh("cp1", &format!(
        "rm {pki}/apiserver-etcd-client.*; mv {pki}/etcd/ca.key /root/etcd-ca.key
         sed -i 's#pki/apiserver-etcd-client#pki/etcd/apiserver-etcd-client#' /etc/kubernetes/manifests/kube-apiserver.yaml"
    ));
    until("kube-apiserver with the other pair", Duration::from_secs(120), || {
        (cluster.containers().remove("kube-apiserver")?.id != before).then_some(())
    });
    cluster.rest();
    is_well(cluster, &["PRN2102", "PRN3303"]);

    let renewed = cluster.perennial(&["renew", "--yes", "--force", "--no-workload"]);
    assert_eq!(renewed.status, 1, "{renewed:?}");
    assert!(Said::by(&renewed).contains("perennial csr export"), "{renewed:?}");
    let old = chain(cluster, &format!("{client}.crt")).remove(0);

    let exported = cluster.perennial(&["csr", "export", "apiserver-etcd-client", "--dir", "/root/of-etcd"]);
    assert_eq!(exported.status, 0, "{exported:?}");
    let request = cluster.lab.read("cp1", "/root/of-etcd/apiserver-etcd-client.csr").unwrap();
    cluster.lab.write("cp1", "/root/etcd-client.crt", &sign(office.path(), "ca", &request), 0o644).unwrap();
    installs(cluster, &["/root/etcd-client.crt"]);
    let new = chain(cluster, &format!("{client}.crt")).remove(0);
    assert_eq!(new.subject_der(), old.subject_der(), "the subject is the same, byte for byte");
    assert_ne!(new.spki_der(), old.spki_der());
    pod_is_named_until_it_is_restarted(cluster, &["PRN2102", "PRN3303"]);
    is_well(cluster, &["PRN2102", "PRN3303"]);
    cluster.sh("cp1", &format!("mv /root/etcd-ca.key {pki}/etcd/ca.key"));
}

pub(crate) fn external_authority(stage: &mut Stage) {
    let cluster = stage.company();
    let old = cluster.containers()["kube-controller-manager"].id.clone();
    cluster.sh("cp1", "sed -i /--cluster-signing-/d /etc/kubernetes/manifests/kube-controller-manager.yaml");
    until("kube-controller-manager without the CA's key", Duration::from_secs(120), || {
        let now = cluster.containers().remove("kube-controller-manager")?;
        (now.id != old).then_some(())
    });
    let office = tempfile::tempdir().unwrap();
    for name in ["ca.crt", "ca.key"] {
        let text = cluster.lab.read("cp1", &format!("/etc/kubernetes/pki/{name}")).unwrap();
        fs::write(office.path().join(name), text).unwrap();
    }
    cluster.sh("cp1", "rm /etc/kubernetes/pki/ca.key");
    cluster.rest();
    is_well(cluster, &["PRN2102", "PRN3303"]);

    let before = cluster.tree("cp1");
    let refused = cluster.perennial(&["renew", "--yes", "--force"]);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("/etc/kubernetes/pki/ca.key"), "{refused:?}");
    assert!(Said::by(&refused).contains("perennial csr export"), "{refused:?}");
    assert_same(&before, &cluster.tree("cp1"), "a refusal changes files");

    requests_go_and_certificates_come(cluster, office.path());
    a_key_stays_where_it_is(cluster, office.path());
    stage.clear();
}

/// Six requests, each with a new key; a certificate of another CA among what comes back is refused with all the rest;
/// then nobody notices the exchange.
fn requests_go_and_certificates_come(cluster: &Cluster, office: &Path) {
    let live = || -> String {
        cluster
            .tree("cp1")
            .lines()
            .filter(|line| !line.contains("var/lib/perennial"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let before = live();
    let exported = cluster.perennial(&["csr", "export", "--dir", "/root/requests"]);
    assert_eq!(exported.status, 0, "{exported:?}");
    assert_same(&before, &live(), "an export changes live files");
    let listed = cluster.sh("cp1", "cd /root/requests && ls");
    let mut wanted = SIGNED_BY_CA.map(|name| format!("{name}.csr"));
    wanted.sort();
    assert_eq!(listed.lines().collect::<Vec<_>>(), wanted);

    for name in SIGNED_BY_CA {
        let request = cluster.lab.read("cp1", &format!("/root/requests/{name}.csr")).unwrap();
        let signed = sign(office, "ca", &request);
        cluster.lab.write("cp1", &format!("/root/signed/{name}.crt"), &signed, 0o644).unwrap();
    }
    let request = cluster.lab.read("cp1", "/root/requests/apiserver.csr").unwrap();
    openssl(
        office,
        "req -x509 -newkey ed25519 -nodes -keyout other.key -out other.crt -days 9 -subj /CN=other",
    );
    let right = cluster.lab.read("cp1", "/root/signed/apiserver.crt").unwrap();
    cluster.lab.write("cp1", "/root/signed/apiserver.crt", &sign(office, "other", &request), 0o644).unwrap();
    let before = cluster.tree("cp1");
    let refused = cluster.perennial(&["csr", "import", "/root/signed", "--yes"]);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("so none of the 6 returned files is installed"), "{refused:?}");
    assert_same(&before, &cluster.tree("cp1"), "a refused import changes files");

    cluster.lab.write("cp1", "/root/signed/apiserver.crt", &right, 0o644).unwrap();
    installs(cluster, &["/root/signed"]);
    let waiting = cluster.sh("cp1", "find /var/lib/perennial/requests -type f");
    assert_eq!(waiting, "", "a key waits for what was installed");
    serves(cluster, "/root/signed/apiserver.crt");
    assert_eq!(
        chain(cluster, "/etc/kubernetes/pki/apiserver.crt").len(),
        2,
        "the intermediate still follows"
    );
    pod_is_named_until_it_is_restarted(cluster, &["PRN2102", "PRN3303"]);
    is_well(cluster, &["PRN2102", "PRN3303"]);
}

/// The same once more for the key that is in use: through a pipe, and only the certificate changes.
fn a_key_stays_where_it_is(cluster: &Cluster, office: &Path) {
    let key = || cluster.sh("cp1", "stat -c '%i %Z' /etc/kubernetes/pki/apiserver.key");
    let before = key();
    let request = cluster.perennial(&["csr", "export", "apiserver", "--reuse-keys", "--out", "-"]);
    assert_eq!(request.status, 0, "{request:?}");
    let signed = sign(office, "ca", request.stdout.as_bytes());
    cluster.lab.write("cp1", "/root/again.crt", &signed, 0o644).unwrap();
    installs(cluster, &["/root/again.crt"]);
    assert_eq!(key(), before);
    serves(cluster, "/root/again.crt");
    is_well(cluster, &["PRN2102", "PRN3303"]);
}

/// `csr import` is done and proven, and no write has failed.
fn installs(cluster: &Cluster, what: &[&str]) {
    let probe = cluster.lab.probe(false).unwrap();
    let imported = cluster.perennial(&[&["csr", "import", "--yes"], what].concat());
    let seen = probe.stop().unwrap();
    assert_eq!(imported.status, 0, "{imported:?}");
    assert!(Said::by(&imported).contains("done and proven"), "{imported:?}");
    assert_eq!(seen.failed(), 0, "{seen:?}");
    println!("  {} writes, 0 failed", seen.endpoints.iter().map(|one| one.ok).sum::<u64>());
}

/// kube-apiserver shows this certificate, as openssl sees it.
fn serves(cluster: &Cluster, file: &str) {
    let script = "openssl s_client -connect 127.0.0.1:6443 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256";
    let served = cluster.sh("cp1", script);
    let wanted = cluster.sh("cp1", &format!("openssl x509 -in {file} -noout -fingerprint -sha256"));
    assert_eq!(served, wanted);
}

/// What the owner of a CA makes of a request.
fn sign(office: &Path, authority: &str, request: &[u8]) -> Vec<u8> {
    fs::write(office.join("request"), request).unwrap();
    openssl(
        office,
        &format!(
            "x509 -req -in request -CA {authority}.crt -CAkey {authority}.key -days 365 -copy_extensions copy -out signed"
        ),
    );
    fs::read(office.join("signed")).unwrap()
}

fn openssl(office: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(office).output().unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
}

/// etcd's own pair, by the process that runs as a service: listed once, and served on both of its ports.
fn member_is_seen(cluster: &Cluster) {
    let checked = cluster.check();
    let all = |list: &str| checked[list].as_array().expect("a list").clone();
    let pair =
        all("credentials").into_iter().find(|one| one["name"] == "etcd-server").expect("the member's pair");
    assert_eq!(pair["file"], "/etc/ssl/etcd/ssl/member-cp1.pem", "{pair:#}");
    assert_eq!(pair["also"], serde_json::json!(["etcd-peer"]), "{pair:#}");
    let listeners: Vec<_> = all("listeners").into_iter().filter(|one| one["component"] == "etcd").collect();
    assert_eq!(listeners.len(), 2, "{listeners:#?}");
    assert!(listeners.iter().all(|one| one["asOnDisk"] == true), "{listeners:#?}");
}

/// `check` finds just this, and `verify` proves every edge.
fn is_well(cluster: &Cluster, codes: &[&str]) {
    let checked = cluster.check();
    assert_eq!(cluster.codes(), codes, "{checked:#}");
    assert_eq!(checked["summary"]["exitCode"], 0, "{checked:#}");
    assert_eq!(checked["summary"]["notLookedAt"], 0, "{checked:#}");
    // A leader that has just been started has its lease to win first.
    until("every edge is proven", Duration::from_secs(60), || {
        (cluster.perennial(&["verify"]).status == 0).then_some(())
    });
}

/// Every one of these files has a new leaf that says what the old one said, and no write has failed.
fn renews(cluster: &Cluster, files: &[String]) {
    let leaves = || -> Vec<Certificate> { files.iter().map(|file| chain(cluster, file).remove(0)).collect() };
    let old = leaves();
    let probe = cluster.lab.probe(false).unwrap();
    let renewed = cluster.perennial(&["renew", "--yes", "--force"]);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    let seen = probe.stop().unwrap();
    assert_eq!(seen.failed(), 0, "{seen:?}");
    for ((file, old), new) in files.iter().zip(old).zip(leaves()) {
        assert_ne!(old.spki_der(), new.spki_der(), "{file} has a new key");
        assert_eq!(old.key_kind(), new.key_kind(), "{file}: of the same kind");
        assert_eq!(old.subject_der(), new.subject_der(), "{file} names the same");
    }
}

fn chain(cluster: &Cluster, file: &str) -> Vec<Certificate> {
    let text = cluster.lab.read("cp1", file).unwrap_or_else(|error| panic!("{error}"));
    certificates(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}
