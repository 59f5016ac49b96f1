//! People's kubeconfigs on a real cluster: refreshed in place on the control plane, and from a machine without any CA by
//! request, signature and installation. Comments, other clusters and the current context stay; kubectl works with what
//! comes out; nobody gets what is not his.

use crate::support::{Cluster, Said, Stage};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use perennial_pki::certificate::leaf;
use std::time::Instant;

const ALICE: &str = "/home/alice/.kube/config";

/// alice and boss with certificates of a year that end in three days, in one commented file with two other clusters, whose current
/// context is another cluster's; eve's is expired; an identity of another cluster.
const SETUP: &str = r#"
mkdir -p /root/people /home/alice/.kube; cd /root/people
grep -q '^alice:' /etc/passwd || echo 'alice:x:4242:4242::/home/alice:/bin/sh' >>/etc/passwd
printf 'extendedKeyUsage=clientAuth\nkeyUsage=digitalSignature,keyEncipherment\n' >extensions
printf '[ca]\ndefault_ca=x\n[x]\ndatabase=db\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nrand_serial=yes\n' >ca.cnf
printf 'unique_subject=no\n[p]\norganizationName=optional\ncommonName=supplied\n' >>ca.cnf; : >db
issue() {
  openssl req -new -newkey rsa:2048 -nodes -keyout $1.key -subj "$2" -out $1.csr 2>/dev/null
  openssl ca -batch -notext -preserveDN -config ca.cnf -in $1.csr -cert $4 -keyfile $5 -extfile extensions -out $1.crt \
    -startdate $(date -u -d '362 days ago' +%Y%m%d%H%M%SZ) -enddate $(date -u -d "$3 days" +%Y%m%d%H%M%SZ) 2>/dev/null
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -subj /CN=kubernetes -days 3650 -out other.crt 2>/dev/null
ours="/etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/ca.key"
issue alice /O=dev/O=ops/CN=alice 3 $ours
issue boss /O=system:masters/CN=boss 3 $ours
issue eve /O=dev/CN=eve 0 $ours
issue theirs /O=dev/CN=alice 3 other.crt other.key
data() { base64 -w0 <$1; }
server=$(sed -n 's/^ *server: //p' /etc/kubernetes/admin.conf)
cat >/home/alice/.kube/config <<YAML
# alice's own file
apiVersion: v1
kind: Config
current-context: theirs   # not ours
clusters:
- name: theirs
  cluster: {server: "https://10.9.9.9:6443", certificate-authority-data: $(data other.crt)}
- name: ours
  cluster:
    certificate-authority-data: $(data /etc/kubernetes/pki/ca.crt)
    server: $server
- name: third
  cluster: {server: "https://third.example"}
contexts:
- {name: theirs, context: {cluster: theirs, user: alice}}
- {name: ours, context: {cluster: ours, user: alice-ours}}
- {name: boss, context: {cluster: ours, user: boss}}
- {name: eve, context: {cluster: ours, user: eve}}
- {name: third, context: {cluster: third, user: cloud}}
users:
- name: alice
  user:
    client-certificate-data: $(data theirs.crt)
    client-key-data: $(data theirs.key)
- name: alice-ours   # of our cluster
  user:
    client-certificate-data: "$(data alice.crt)"
    client-key-data: '$(data alice.key)'
- name: boss
  user:
    client-certificate-data: $(data boss.crt)
    client-key-data: $(data boss.key)
- name: eve
  user:
    client-certificate-data: $(data eve.crt)
    client-key-data: $(data eve.key)
- name: cloud
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /usr/bin/touch, args: [/root/ran], interactiveMode: Never}}
YAML
chmod 644 /home/alice/.kube/config; chmod 755 /home/alice /home/alice/.kube; chown -R 4242:4242 /home/alice
cp -p /home/alice/.kube/config before
"#;

const CLEAN: &str = "sed -i '/^alice:/d' /etc/passwd; rm -rf /home/alice /root/people /root/ran; \
    cp -p /root/admin-before /root/.kube/config; rm -f /root/admin-before /root/.kube/config.before-perennial";

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    let before = cluster.codes();
    cluster.sh("cp1", "cp -p /root/.kube/config /root/admin-before");
    cluster.sh("cp1", SETUP);
    in_place(cluster);
    roots_own(cluster);
    by_paste(cluster);
    not_for_everybody(cluster);
    cluster.sh("cp1", CLEAN);
    assert_eq!(cluster.codes(), before, "nothing is left behind");
}

fn whoami(cluster: &Cluster, node: &str, file: &str, context: &str) -> String {
    let script = format!(
        "kubectl --kubeconfig {file} --context {context} --request-timeout 5s auth whoami -o \
        jsonpath='{{.status.userInfo.username}} {{.status.userInfo.groups}}'"
    );
    cluster.sh(node, &script)
}

/// Refreshes on the control plane: alice at once, boss only when that is asked for.
fn in_place(cluster: &Cluster) {
    let dry = cluster.perennial(&["kubeconfig", "refresh", "--warn", "30d", "--dry-run"]);
    assert_eq!(dry.status, 1, "{dry:?}");
    cluster.sh("cp1", "cmp /root/people/before /home/alice/.kube/config");
    let began = Instant::now();
    let done = cluster.perennial(&["kubeconfig", "refresh", "--warn", "30d", "--yes", "--no-progress"]);
    println!("  two entries of one file refreshed and proven in {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(done.status, 1, "{done:?}");
    let said = Said::by(&done);
    assert!(said.contains("the API server knows it as alice, of dev, ops"), "{done:?}");
    assert!(said.contains("the API server knows it as eve, of dev"), "an expired one is continued: {done:?}");
    assert!(said.contains("--allow-system-masters signs it"), "{done:?}");
    assert_eq!(whoami(cluster, "cp1", ALICE, "ours"), r#"alice ["dev","ops","system:authenticated"]"#);
    let differing = cluster.sh("cp1", &format!("diff /root/people/before {ALICE} | grep -c '^>' || true"));
    assert_eq!(differing.trim(), "4", "two lines each of alice's and eve's entries");
    let state = cluster
        .sh("cp1", &format!("stat -c '%a %u' {ALICE} {ALICE}.before-perennial; ls -A /home/alice/.kube"));
    assert_eq!(state, "600 4242\n600 4242\nconfig\nconfig.before-perennial\n");
    cluster.sh("cp1", &format!("cmp /root/people/before {ALICE}.before-perennial; ! test -e /root/ran"));
    let masters =
        ["kubeconfig", "refresh", ALICE, "--warn", "30d", "--allow-system-masters", "--yes", "-o", "json"];
    let done = cluster.perennial(&masters);
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(whoami(cluster, "cp1", ALICE, "boss"), r#"boss ["system:masters","system:authenticated"]"#);
    let again = cluster.perennial(&["kubeconfig", "refresh", "--warn", "30d", "--yes"]);
    assert_eq!(again.status, 0, "a second run changes nothing: {again:?}");
    assert!(!secret(cluster, ALICE, &done.stdout), "a key is in the report");
}

/// root's own copy of admin.conf, forced, gets a key of its own; admin.conf itself stays.
fn roots_own(cluster: &Cluster) {
    let before = cluster.sh("cp1", "sha256sum /etc/kubernetes/admin.conf");
    let done = cluster.perennial(&["kubeconfig", "refresh", "/root/.kube/config", "--force", "--yes"]);
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(cluster.sh("cp1", "sha256sum /etc/kubernetes/admin.conf"), before);
    cluster.sh("cp1", "kubectl get nodes >/dev/null");
    let differs =
        "! grep -qF \"$(sed -n 's/^ *client-key-data: //p' /etc/kubernetes/admin.conf)\" /root/.kube/config";
    cluster.sh("cp1", differs);
}

/// Whether the key of a kubeconfig is in a text.
fn secret(cluster: &Cluster, file: &str, text: &str) -> bool {
    let keys = cluster.sh("cp1", &format!("sed -n \"s/^ *client-key-data: //p\" {file} | tr -d \"'\""));
    keys.lines().any(|key| text.contains(&key[100..160]))
}

/// A worker has no CA's key: alice asks there, as herself, and kubectl works there with what comes back.
fn by_paste(cluster: &Cluster) {
    let old = cluster.sh("cp1", "base64 -w0 </root/people/before");
    let home = "mkdir -p /home/alice/.kube; base64 -d >/home/alice/.kube/config; chmod 600 /home/alice/.kube/config; \
        chmod 755 /home/alice /home/alice/.kube; chown -R 4242:4242 /home/alice";
    cluster.sh("w1", &format!("printf %s {old} | (\n{home}\n)"));
    let alice = "setpriv --reuid 4242 --regid 4242 --clear-groups env HOME=/home/alice";
    let refused = cluster.lab.exec("w1", &["perennial", "kubeconfig", "refresh"]).unwrap();
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(Said::by(&refused).contains("perennial kubeconfig refresh --request"), "{refused:?}");
    let request = cluster
        .sh("w1", &format!("{alice} perennial kubeconfig refresh --request --context ours 2>/dev/null"));
    assert!(request.len() <= 2048 && !request.contains("PRIVATE KEY"), "{} bytes", request.len());
    println!("  the request has {} bytes", request.len());
    let waiting = cluster.sh("w1", "stat -c '%a %u' /home/alice/.kube/.config.perennial-key-alice-ours");
    assert_eq!(waiting, "600 4242\n");
    // Twice: after a crash the same key waits. A chat has indented it.
    let again = cluster
        .sh("w1", &format!("{alice} perennial kubeconfig refresh --request --context ours 2>/dev/null"));
    let pasted = again.replace('\n', "\r\n  ");
    let encoded = BASE64_STANDARD.encode(pasted);
    let sign = format!(
        "printf %s {encoded} | base64 -d | perennial kubeconfig sign - --yes --validity 90d 2>/dev/null"
    );
    let certificate = cluster.sh("cp1", &sign);
    let signed = leaf(certificate.as_bytes()).unwrap();
    assert_eq!(signed.subject(), "CN=alice,O=dev+O=ops");
    let noted = cluster.sh("cp1", "stat -c %a /var/lib/perennial/signed; tail -1 /var/lib/perennial/signed");
    assert!(noted.starts_with("600\n") && noted.contains(&signed.fingerprint_sha256()), "{noted}");
    let encoded = BASE64_STANDARD.encode(&certificate);
    let install =
        format!("printf %s {encoded} | base64 -d | {alice} perennial kubeconfig refresh --install -");
    let installed = cluster.sh("w1", &install);
    assert!(installed.contains("the API server knows it as alice"), "{installed}");
    assert_eq!(whoami(cluster, "w1", ALICE, "ours"), r#"alice ["dev","ops","system:authenticated"]"#);
    let left = cluster.sh("w1", "ls -A /home/alice/.kube; grep -c 'not ours' /home/alice/.kube/config");
    assert_eq!(left, "config\nconfig.before-perennial\n1\n");
    cluster.sh("w1", "rm -rf /home/alice");
}

/// Requests that are refused: system:masters without leave, another cluster's.
fn not_for_everybody(cluster: &Cluster) {
    cluster.sh("cp1", "cp -p /root/people/before /root/people/config");
    let ask = |context: &str| {
        format!("perennial kubeconfig refresh --request /root/people/config --context {context} 2>/dev/null")
    };
    let judge = |context: &str, flags: &str| {
        let script = format!("{} | perennial kubeconfig sign - --yes {flags}", ask(context));
        cluster.lab.exec("cp1", &["sh", "-c", &script]).unwrap()
    };
    for (context, said) in [("boss", "of system:masters"), ("theirs", "another cluster's")] {
        let refused = judge(context, "");
        assert_eq!((refused.status, refused.stdout.as_str()), (4, ""), "{refused:?}");
        assert!(Said::by(&refused).contains(said), "{refused:?}");
    }
    let allowed = judge("boss", "--allow-system-masters");
    assert!(allowed.success() && allowed.stdout.starts_with("-----BEGIN CERTIFICATE-----"), "{allowed:?}");
    let still = judge("theirs", "--allow-system-masters --allow-expired");
    assert_eq!(still.status, 4, "{still:?}");
}
