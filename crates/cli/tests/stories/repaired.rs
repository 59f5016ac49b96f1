//! Certificates that were never right: another node's pair, a missing usage, a name that nobody thought of.
//!
//! Each is broken for real, `check` names the command, and that command, run as it stands, makes it right while the
//! API answers on. A key that is to stay stays, kubeadm may be the one who signs,
//! and a CA's key may be behind a passphrase.

use crate::support::{Cluster, Said, Stage};

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let before = cluster.codes();
    let probe = cluster.lab.probe(false).unwrap();
    another_nodes_pair_becomes_this_nodes(cluster);
    a_missing_usage_is_added(cluster);
    kube_apiserver_gets_one_more_name(cluster);
    a_key_stays(cluster);
    kubeadm_makes_what_perennial_installs(cluster);
    an_encrypted_key_signs_and_stays_encrypted(cluster);
    let seen = probe.stop().unwrap();
    assert_eq!(seen.failed(), 0, "{seen:?}");
    println!("  {} writes, 0 failed", seen.endpoint("cp1").unwrap().ok);
    assert_eq!(cluster.codes(), before, "nothing is left behind");
}

/// Signs an existing key again with openssl, by the CA beside it.
fn sign(cluster: &Cluster, base: &str, authority: &str, subject: &str, extensions: &str) {
    let script = format!(
        "cd /etc/kubernetes/pki; printf '{extensions}\\n' >/root/extensions
        openssl req -new -key {base}.key -subj {subject} |
          openssl x509 -req -CA {authority}.crt -CAkey {authority}.key -days 300 -extfile /root/extensions \
            -out /root/new.crt 2>/dev/null
        mv /root/new.crt {base}.crt; rm /root/extensions"
    );
    cluster.sh("cp1", &script);
}

/// Runs the command of the only finding of a code.
fn do_as_told(cluster: &Cluster, code: &str) {
    let checked = cluster.check();
    let findings = checked["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().filter(|finding| finding["code"] == code).collect();
    let [found] = found[..] else { panic!("{code}: {checked:#}") };
    let command = found["command"].as_str().unwrap_or_default();
    assert!(command.starts_with("perennial renew --repair-roles --only "), "{found:#}");
    cluster.sh("cp1", &format!("{command} --yes --no-workload"));
    assert!(!cluster.codes().contains(&code.to_owned()), "{code} is still there");
}

fn another_nodes_pair_becomes_this_nodes(cluster: &Cluster) {
    let names = "subjectAltName=DNS:cp9,DNS:localhost,IP:10.88.7.99,IP:127.0.0.1";
    let usages = "extendedKeyUsage=serverAuth,clientAuth";
    sign(cluster, "etcd/peer", "etcd/ca", "/CN=cp9", &format!("{names}\\n{usages}"));
    do_as_told(cluster, "PRN3102");
    let named = "openssl x509 -in /etc/kubernetes/pki/etcd/peer.crt -noout -subject -ext subjectAltName";
    let named = cluster.sh("cp1", named);
    assert!(named.contains("CN = cp1") && named.contains("10.88.7.11"), "{named}");
    assert!(!named.contains("cp9") && !named.contains("10.88.7.99"), "{named}");
}

fn a_missing_usage_is_added(cluster: &Cluster) {
    let subject = "/O=kubeadm:cluster-admins/CN=kube-apiserver-kubelet-client";
    sign(cluster, "apiserver-kubelet-client", "ca", subject, "extendedKeyUsage=codeSigning");
    do_as_told(cluster, "PRN3201");
    let usages =
        "openssl x509 -in /etc/kubernetes/pki/apiserver-kubelet-client.crt -noout -ext extendedKeyUsage";
    let usages = cluster.sh("cp1", usages);
    assert!(usages.contains("TLS Web Client Authentication"), "{usages}");
}

fn kube_apiserver_gets_one_more_name(cluster: &Cluster) {
    let asked = ["renew", "--only", "apiserver", "--add-san", "api.example.com", "--yes", "--no-workload"];
    let renewed = cluster.perennial(&asked);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    let nodes = cluster.kubectl(&["--tls-server-name", "api.example.com", "get", "nodes"]);
    assert!(nodes.success(), "{nodes:?}");
    let served = cluster.perennial(&["inspect", "10.88.7.11:6443"]);
    assert!(served.stdout.contains("api.example.com"), "{served:?}");
}

fn a_key_stays(cluster: &Cluster) {
    let key = "sha256sum /etc/kubernetes/pki/front-proxy-client.key; stat -c %i /etc/kubernetes/pki/front-proxy-client.key";
    let serial = "openssl x509 -in /etc/kubernetes/pki/front-proxy-client.crt -noout -serial";
    let before = (cluster.sh("cp1", key), cluster.sh("cp1", serial));
    let asked =
        ["renew", "--only", "front-proxy-client", "--force", "--reuse-keys", "--yes", "--no-workload"];
    let renewed = cluster.perennial(&asked);
    assert_eq!(renewed.status, 0, "{renewed:?}");
    let after = (cluster.sh("cp1", key), cluster.sh("cp1", serial));
    assert_eq!(before.0, after.0, "the key's file is untouched");
    assert_ne!(before.1, after.1, "the certificate is another one");
}

fn kubeadm_makes_what_perennial_installs(cluster: &Cluster) {
    let files = ["pki/etcd/healthcheck-client.crt", "pki/front-proxy-client.crt"];
    let facts = || {
        files.map(|file| {
            let shown = "openssl x509 -noout -subject -ext keyUsage,extendedKeyUsage,subjectAltName";
            cluster.sh("cp1", &format!("{shown} -in /etc/kubernetes/{file} 2>&1"))
        })
    };
    let serials = || files.map(|file| cluster.sh("cp1", &format!("sha256sum /etc/kubernetes/{file}")));
    let before = (facts(), serials());
    let asked = ["renew", "--only", "etcd-healthcheck-client", "--only", "front-proxy-client", "--force"];
    let renewed =
        cluster.perennial(&[&asked[..], &["--issuer", "kubeadm", "--yes", "--no-workload"]].concat());
    assert_eq!(renewed.status, 0, "{renewed:?}");
    assert!(renewed.stdout.contains("kubeadm v1."), "{renewed:?}");
    assert_eq!(before.0, facts(), "the same but for keys and dates");
    assert!(before.1.iter().zip(serials()).all(|(old, new)| *old != new), "new ones");
    assert_eq!(cluster.sh("cp1", "ls /run | grep perennial || true"), "", "no key is left in memory");
}

fn an_encrypted_key_signs_and_stays_encrypted(cluster: &Cluster) {
    cluster.sh(
        "cp1",
        "cd /etc/kubernetes/pki/etcd; cp -p ca.key /root/etcd-ca.key; printf 'open sesame' >/run/passphrase
        openssl pkcs8 -topk8 -v2 aes-256-cbc -in ca.key -out /root/locked.key -passout file:/run/passphrase
        chmod 600 /root/locked.key; mv /root/locked.key ca.key",
    );
    let locked = || cluster.sh("cp1", "sha256sum /etc/kubernetes/pki/etcd/ca.key");
    let before = locked();
    let asked = [
        "renew",
        "--only",
        "etcd-healthcheck-client",
        "--force",
        "--issuer",
        "perennial",
        "--yes",
        "--no-workload",
    ];
    let refused = cluster.perennial(&asked);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(refused.stderr.contains("--ca-passphrase-file"), "{refused:?}");
    let renewed = cluster.perennial(&[&asked[..], &["--ca-passphrase-file", "/run/passphrase"]].concat());
    assert_eq!(renewed.status, 0, "{renewed:?}");
    assert!(!Said::by(&renewed).contains("sesame"), "{renewed:?}");
    assert_eq!(locked(), before, "the key's file is as it was");
    cluster.sh("cp1", "mv /root/etcd-ca.key /etc/kubernetes/pki/etcd/ca.key; rm /run/passphrase");
}
