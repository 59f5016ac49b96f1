//! When `renew` can't come to a good end, it does not begin.
//!
//! It says why in one sentence, in the operator's language, and nothing is changed: not a file of the node or of
//! perennial itself, not a process.

use crate::support::{Cluster, Said, Stage, assert_same, until};
use perennial_lab::Output;
use std::time::Duration;

/// By force: another story may have left nothing to do.
const RENEW: [&str; 4] = ["perennial", "renew", "--yes", "--force"];
const NOBODY: [&str; 4] = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];

/// A certificate of the CA key and name, valid from $START to $END, from openssl alone.
const SIGN: &str = r#"cd /root && rm -rf signing && mkdir signing && cd signing && touch index && echo 07 > serial
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\norganizationName=optional\n' > config
openssl req -new -key "$KEY" -subj "$SUBJECT" -out request
openssl ca -batch -config config $ISSUER -in request -startdate "$START" -enddate "$END" -notext -out /root/cover 2>/dev/null"#;

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();

    not_root(cluster);
    ca_key_absent(cluster);
    ca_key_of_another_ca(cluster);
    another_perennial(cluster);
    clock_before_the_ca(cluster);
    kubelet_certificate_expired(cluster);
    no_space(cluster);
    a_worker(cluster);
    k3s(cluster);
    kubelet_stopped(cluster);
}

fn not_root(cluster: &Cluster) {
    // Nobody may traverse root's directories, but perennial lies where everybody finds it.
    let command = [&NOBODY[..], &RENEW].concat();
    let sentences = [
        "not root: keys, sockets and other processes are out of reach",
        "不是 root：无法查看密钥、套接字和其他进程",
    ];
    refused(cluster, "cp1", &command, sentences);
    let dry = [&NOBODY[..], &["perennial", "renew", "--dry-run"]].concat();
    let again = ["sudo perennial renew --dry-run --lang en", "sudo perennial renew --dry-run --lang zh"];
    refused(cluster, "cp1", &dry, again);
}

fn ca_key_absent(cluster: &Cluster) {
    cluster.sh("cp1", "mv /etc/kubernetes/pki/ca.key /root/ca.key.away");
    let sentences = [
        "the key of the CA ca is not on this node (/etc/kubernetes/pki/ca.key)",
        "本节点上没有证书机构 ca 的密钥（/etc/kubernetes/pki/ca.key）",
    ];
    refused(cluster, "cp1", &RENEW, sentences);
    cluster.sh("cp1", "mv /root/ca.key.away /etc/kubernetes/pki/ca.key");
}

fn ca_key_of_another_ca(cluster: &Cluster) {
    cluster.sh("cp1", "openssl genrsa -out /root/cover 2048 2>/dev/null");
    let sentences = [
        "/etc/kubernetes/pki/ca.key is not the key of /etc/kubernetes/pki/ca.crt",
        "/etc/kubernetes/pki/ca.key 不是 /etc/kubernetes/pki/ca.crt 的私钥",
    ];
    covered(cluster, "/etc/kubernetes/pki/ca.key", sentences);
}

fn another_perennial(cluster: &Cluster) {
    let lock = "/var/lib/perennial/lock";
    let holder = cluster.lab.spawn("cp1", &["flock", "--no-fork", lock, "sleep", "600"]).unwrap();
    until("the lock is held", Duration::from_secs(10), || {
        let free = cluster.lab.exec("cp1", &["flock", "--nonblock", lock, "true"]).unwrap();
        (!free.success()).then_some(())
    });
    let sentences = [
        "another perennial works on this node (/var/lib/perennial/lock is locked)",
        "另一个 perennial 正在本节点上运行（/var/lib/perennial/lock 已被锁定）",
    ];
    refused(cluster, "cp1", &RENEW, sentences);
    drop(holder);
}

fn clock_before_the_ca(cluster: &Cluster) {
    let variables = "export KEY=/etc/kubernetes/pki/front-proxy-ca.key SUBJECT=/CN=front-proxy-ca
        export ISSUER=\"-selfsign -keyfile $KEY\"
        export START=$(date -u -d tomorrow +%Y%m%d%H%M%SZ) END=$(date -u -d '3000 days' +%Y%m%d%H%M%SZ)";
    cluster.sh("cp1", &format!("{variables}\n{SIGN}"));
    let tomorrow = cluster.sh("cp1", "openssl x509 -in /root/cover -noout -startdate");
    assert!(tomorrow.starts_with("notBefore="), "{tomorrow}");
    let sentences = ["but the CA front-proxy-ca is valid from", "（UTC），而证书机构 front-proxy-ca 自"];
    covered(cluster, "/etc/kubernetes/pki/front-proxy-ca.crt", sentences);
}

fn kubelet_certificate_expired(cluster: &Cluster) {
    let variables = "export KEY=$(readlink -f /var/lib/kubelet/pki/kubelet-client-current.pem)
        export SUBJECT=/O=system:nodes/CN=system:node:cp1
        export ISSUER='-cert /etc/kubernetes/pki/ca.crt -keyfile /etc/kubernetes/pki/ca.key'
        export START=$(date -u -d '2 days ago' +%Y%m%d%H%M%SZ) END=$(date -u -d yesterday +%Y%m%d%H%M%SZ)";
    cluster.sh("cp1", &format!("{variables}\n{SIGN}\nopenssl pkey -in $KEY >> /root/cover"));
    let path = cluster.sh("cp1", "readlink -f /var/lib/kubelet/pki/kubelet-client-current.pem");
    let sentences = [
        "the kubelet's client certificate /var/lib/kubelet/pki/kubelet-client-current.pem expired on",
        "kubelet 的客户端证书 /var/lib/kubelet/pki/kubelet-client-current.pem 已于",
    ];
    covered(cluster, path.trim(), sentences);
}

fn no_space(cluster: &Cluster) {
    cluster.sh("cp1", "mount -t tmpfs -o size=1m,mode=0700 tmpfs /var/lib/perennial");
    // The lock is made by whoever comes first.
    cluster.sh("cp1", "touch /var/lib/perennial/lock && chmod 600 /var/lib/perennial/lock");
    let sentences = ["bytes free, 4194304 are needed", "字节，需要 4194304 字节"];
    refused(cluster, "cp1", &RENEW, sentences);
    cluster.sh("cp1", "umount /var/lib/perennial");
}

fn a_worker(cluster: &Cluster) {
    let sentences =
        ["this is a worker: its kubelet renews its own certificate", "这是工作节点：kubelet 会自行轮换证书"];
    refused(cluster, "w1", &RENEW, sentences);
}

fn k3s(cluster: &Cluster) {
    cluster.sh("w1", "mkdir -p /var/lib/rancher/k3s");
    let sentences = [
        "k3s manages its own certificates: perennial is for kubeadm-style clusters",
        "k3s 自行管理证书：perennial 只用于 kubeadm 方式的集群",
    ];
    refused(cluster, "w1", &RENEW, sentences);
    cluster.sh("w1", "rm -r /var/lib/rancher");
}

fn kubelet_stopped(cluster: &Cluster) {
    cluster.sh("cp1", "systemctl stop kubelet");
    let sentences = ["the kubelet does not run (inactive (dead))", "kubelet 没有运行（inactive (dead)）"];
    refused(cluster, "cp1", &RENEW, sentences);
    cluster.sh("cp1", "systemctl start kubelet");
}

/// Lays /root/cover over a file, so that perennial sees it and the containers, and the file itself, do not.
fn covered(cluster: &Cluster, path: &str, sentences: [&str; 2]) {
    cluster.sh("cp1", &format!("mount --bind /root/cover {path}"));
    refused(cluster, "cp1", &RENEW, sentences);
    cluster.sh("cp1", &format!("umount {path} && rm /root/cover"));
}

/// Says `sentences` (English, Chinese), exits 4, and changes nothing.
fn refused(cluster: &Cluster, node: &str, command: &[&str], sentences: [&str; 2]) {
    let (tree, containers) = (cluster.tree(node), cluster.containers());
    for (language, sentence) in ["en", "zh"].into_iter().zip(sentences) {
        let command = [command, &["--lang", language]].concat();
        let refused: Output = cluster.lab.exec(node, &command).unwrap();
        assert_eq!(refused.status, 4, "{command:?}: {refused:?}");
        let said = Said::by(&refused);
        assert!(said.contains(sentence), "{sentence:?} is not said: {refused:?}");
    }
    assert_same(&tree, &cluster.tree(node), sentences[0]);
    let ended =
        "for id in $(crictl ps -q --state exited | head -n 2); do crictl logs --tail 5 $id 2>&1; done";
    assert!(
        cluster.containers() == containers,
        "{} restarted something: {}",
        sentences[0],
        cluster.sh("cp1", ended)
    );
    println!("  refused: {}", sentences[0]);
}
