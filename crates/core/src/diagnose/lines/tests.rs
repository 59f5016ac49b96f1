//! Real lines, as the components print them.

mod live;

use super::*;
use crate::inventory::Component;

fn context() -> Context {
    Context { speaker: Speaker::Unknown, now: "2026-12-01T00:00:00Z".parse().unwrap() }
}

fn fact(line: &str) -> Fact {
    match read(line, &context()) {
        Reading::Fact(fact) => *fact,
        other => panic!("{other:?}: {line}"),
    }
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn the_apiservers_line_gives_serial_dates_and_key_identifiers() {
    let seen = fact(
        "2026-11-25T02:00:31.123456789Z stderr F E1125 02:00:31.123456       1 authentication.go:75] \"Unable to \
         authenticate the request\" err=\"[x509: certificate has expired or is not yet valid: current time \
         2026-11-25T02:00:31Z is after 2026-11-20T02:00:14Z, verifying certificate SN=5577006791947779410, SKID=, \
         AKID=1A:2B:0C failed: x509: certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z \
         is after 2026-11-20T02:00:14Z]\"",
    );
    assert_eq!(seen.speaker, Speaker::Component(Component::KubeApiserver));
    assert_eq!(seen.symptom, Symptom::Expired { ended: at("2026-11-20T02:00:14Z") });
    assert_eq!(seen.judged, Judged::TheirClient);
    assert_eq!(seen.serial.as_deref(), Some("5577006791947779410"));
    assert_eq!((seen.subject_key_id.as_deref(), seen.authority_key_id.as_deref()), (None, Some("1a2b0c")));
    assert_eq!(seen.at, at("2026-11-25T02:00:31.123456789Z"));
}

/// Who speaks, whose certificate, the other end, and what is wrong.
fn told(line: &str) -> (String, Judged, Option<String>, Symptom) {
    let fact = fact(line);
    let peer = fact.peer.map(|peer| match peer.port {
        Some(port) => format!("{}:{port}", peer.host),
        None => peer.host,
    });
    (fact.speaker.to_string(), fact.judged, peer, fact.symptom)
}

#[test]
fn every_kind_of_line_is_understood() {
    use Judged::*;
    let expired = |ended: &str| Symptom::Expired { ended: at(ended) };
    let names = |wanted: &str, valid: &[&str]| Symptom::WrongName {
        wanted: Some(wanted.to_owned()),
        valid_for: valid.iter().map(|name| (*name).to_owned()).collect(),
    };
    let refused = |alert| Symptom::Refused { alert };
    let forbidden = |certified: &str, node: &str| Symptom::NodeForbidden {
        certified: certified.to_owned(),
        node: node.to_owned(),
    };
    let table: &[(&str, &str, Judged, Option<&str>, Symptom)] = &[
        (
            "E0101 00:00:00.000000       1 authentication.go:63] Unable to authenticate the request due to an error: x509: certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z is after 2026-11-20T02:00:14Z",
            "kube-apiserver",
            TheirClient,
            None,
            expired("2026-11-20T02:00:14Z"),
        ),
        (
            "E1125 02:00:31.1 812 bootstrap.go:266] part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2026-11-20 02:00:14 +0000 UTC",
            "kubelet",
            OwnClient,
            None,
            Symptom::KubeletExpired { ended: at("2026-11-20T02:00:14Z") },
        ),
        (
            "Nov 25 02:00:31 cp1 kubelet[812]: E1125 02:00:31.1 812 bootstrap.go:266] part of the existing bootstrap client certificate is expired: 2026-11-20 02:00:14 +0000 UTC",
            "kubelet",
            OwnClient,
            None,
            Symptom::KubeletExpired { ended: at("2026-11-20T02:00:14Z") },
        ),
        (
            "E1125 02:00:31.1 812 run.go:74] \"command failed\" err=\"failed to run Kubelet: unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: no such file or directory\"",
            "kubelet",
            OwnClient,
            None,
            Symptom::BootstrapMissing,
        ),
        (
            "E1125 02:00:31.1 812 certificate_manager.go:622] \"Unable to store the new cert/key pair\" err=\"expected \\\"/var/lib/kubelet/pki/kubelet-client-current.pem\\\" to be a symlink but it is a file\"",
            "kubelet",
            OwnFile,
            None,
            Symptom::NotASymlink,
        ),
        (
            "I1125 02:00:31.1 812 log.go:245] http: TLS handshake error from 10.0.0.11:53412: no serving certificate available for the kubelet",
            "kubelet",
            OwnServer,
            Some("10.0.0.11"),
            Symptom::NoServingCertificate,
        ),
        (
            "E1125 02:00:31.1 812 kubelet_node_status.go:96] \"Unable to register node with API server\" err=\"nodes \\\"cp1.novalocal\\\" is forbidden: node \\\"cp1\\\" is not allowed to modify node \\\"cp1.novalocal\\\"\" node=\"cp1.novalocal\"",
            "kubelet",
            OwnClient,
            None,
            forbidden("cp1", "cp1.novalocal"),
        ),
        (
            "nodes \"cp1.novalocal\" is forbidden: node cp1 cannot modify node cp1.novalocal",
            "kubelet",
            OwnClient,
            None,
            forbidden("cp1", "cp1.novalocal"),
        ),
        (
            "2026-11-25T02:00:31Z stderr F {\"level\":\"warn\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"embed/config_logging.go:194\",\"msg\":\"rejected connection on peer endpoint\",\"remote-addr\":\"10.0.0.13:41464\",\"server-name\":\"\",\"ip-addresses\":[\"10.0.0.11\"],\"dns-names\":[\"cp1\",\"localhost\"],\"error\":\"tls: \\\"10.0.0.13\\\" does not match any of DNSNames [\\\"cp1\\\" \\\"localhost\\\"]\"}",
            "etcd",
            TheirClient,
            Some("10.0.0.13"),
            names("10.0.0.13", &["cp1", "localhost"]),
        ),
        (
            "2020-01-01 00:00:00.000000 I | embed: rejected connection from \"10.0.0.13:41464\" (error \"tls: \\\"10.0.0.13\\\" does not match any of DNSNames [\\\"cp1\\\" \\\"localhost\\\"]\", ServerName \"\", IPAddresses [], DNSNames [\"cp1\" \"localhost\"])",
            "etcd",
            TheirClient,
            Some("10.0.0.13"),
            names("10.0.0.13", &["cp1", "localhost"]),
        ),
        (
            "{\"level\":\"warn\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"embed/config_logging.go:194\",\"msg\":\"rejected connection on client endpoint\",\"remote-addr\":\"127.0.0.1:41464\",\"server-name\":\"\",\"error\":\"tls: failed to verify client's certificate: x509: certificate specifies an incompatible key usage\"}",
            "etcd",
            TheirClient,
            Some("127.0.0.1"),
            Symptom::WrongUsage,
        ),
        (
            "{\"level\":\"warn\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"embed/config_logging.go:194\",\"msg\":\"rejected connection on client endpoint\",\"remote-addr\":\"10.0.0.11:41464\",\"server-name\":\"\",\"error\":\"remote error: tls: bad certificate\"}",
            "etcd",
            OwnServer,
            Some("10.0.0.11"),
            refused("bad certificate"),
        ),
        (
            "{\"level\":\"warn\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"round-tripper-name\":\"ROUND_TRIPPER_SNAPSHOT\",\"remote-peer-id\":\"8e9e05c52164694d\",\"rtt\":\"0s\",\"error\":\"tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z is after 2026-11-20T02:00:14Z\"}",
            "etcd",
            TheirServer,
            None,
            expired("2026-11-20T02:00:14Z"),
        ),
        (
            "W1125 02:00:31.1       1 logging.go:55] [core] [Channel #1 SubChannel #2] grpc: addrConn.createTransport failed to connect to {Addr: \"127.0.0.1:2379\", ServerName: \"127.0.0.1:2379\", }. Err: connection error: desc = \"transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z is after 2026-11-20T02:00:14Z\"",
            "-",
            TheirServer,
            Some("127.0.0.1:2379"),
            expired("2026-11-20T02:00:14Z"),
        ),
        (
            "E1125 02:00:31.1 1 leaderelection.go:461] \"Error retrieving lease lock\" err=\"Unauthorized\" lock=\"kube-system/kube-scheduler\"",
            "kube-scheduler",
            OwnClient,
            None,
            Symptom::Unauthorized,
        ),
        (
            "E1125 02:00:31.1 1 leaderelection.go:330] error retrieving resource lock kube-system/kube-controller-manager: Unauthorized",
            "kube-controller-manager",
            OwnClient,
            None,
            Symptom::Unauthorized,
        ),
        (
            "E1125 02:00:31.1 1 reflector.go:227] \"Failed to watch\" err=\"failed to list *v1.Service: Get \\\"https://10.0.0.10:6443/api/v1/services?limit=500\\\": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of \\\"crypto/rsa: verification error\\\" while trying to verify candidate authority certificate \\\"kubernetes\\\")\"",
            "-",
            TheirServer,
            Some("10.0.0.10:6443"),
            Symptom::UnknownAuthority,
        ),
        (
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate is valid for 10.96.0.1, 10.0.0.11, not 10.0.0.10",
            "kubectl",
            TheirServer,
            None,
            names("10.0.0.10", &["10.96.0.1", "10.0.0.11"]),
        ),
        (
            "error: You must be logged in to the server (Unauthorized)",
            "kubectl",
            OwnClient,
            None,
            Symptom::Unauthorized,
        ),
        (
            "Error from server: Get \"https://10.0.0.21:10250/containerLogs/default/x/x\": remote error: tls: internal error",
            "kubectl",
            OwnClient,
            Some("10.0.0.21:10250"),
            refused("internal error"),
        ),
        (
            "E1125 02:00:31.1 1 scraper.go:149] \"Failed to scrape node\" err=\"Get \\\"https://10.0.0.21:10250/metrics/resource\\\": tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.21 because it doesn't contain any IP SANs\" node=\"w1\"",
            "metrics-server",
            TheirServer,
            Some("10.0.0.21:10250"),
            names("10.0.0.21", &[]),
        ),
        (
            "I1125 02:00:31.1 1 log.go:245] http: TLS handshake error from 10.0.0.21:41464: remote error: tls: bad certificate",
            "-",
            OwnServer,
            Some("10.0.0.21"),
            refused("bad certificate"),
        ),
        (
            "pods \"x-\" is forbidden: Get \"https://[::1]:6443/api/v1/namespaces/d/limitranges\": x509: certificate has expired",
            "-",
            TheirServer,
            Some("::1:6443"),
            Symptom::Expired { ended: None },
        ),
        (
            "error execution phase preflight: couldn't validate the identity of the API Server: failed to parse cluster CA from the cluster-info configmap: trailing data after first PEM block",
            "kubeadm",
            Unsaid,
            None,
            Symptom::TrailingPem,
        ),
        (
            "x509: certificate has expired or is not yet valid: current time 2026-11-25T02:00:31Z is before 2026-11-26T02:00:14Z",
            "-",
            Unsaid,
            None,
            Symptom::NotYetValid { begins: at("2026-11-26T02:00:14Z") },
        ),
        ("the certificate is not valid yet", "-", Unsaid, None, Symptom::NotYetValid { begins: None }),
        (
            "E1125 run.go:72] \"command failed\" err=\"tls: private key does not match public key\"",
            "-",
            OwnFile,
            None,
            Symptom::KeyMismatch,
        ),
        ("tls: failed to find any PEM data in certificate input", "-", OwnFile, None, Symptom::NoPem),
        ("tls: failed to parse private key", "-", OwnFile, None, Symptom::KeyUnreadable),
        ("asn1: structure error: length too large", "-", OwnFile, None, Symptom::KeyUnreadable),
        (
            "run.go:72] \"command failed\" err=\"open /etc/kubernetes/pki/apiserver.crt: permission denied\"",
            "-",
            OwnFile,
            None,
            Symptom::FileDenied,
        ),
        (
            "type=AVC msg=audit(1700000000.1:2): avc:  denied  { open } for  pid=1 comm=\"kube-controller\" path=\"/etc/kubernetes/pki/sa.key\" dev=\"dm-0\"",
            "-",
            OwnFile,
            None,
            Symptom::FileDenied,
        ),
        (
            "\"command failed\" err=\"open /etc/kubernetes/pki/apiserver.crt: no such file or directory\"",
            "-",
            OwnFile,
            None,
            Symptom::FileMissing,
        ),
        (
            "rpc error: dial unix /var/run/dockershim.sock: connect: no such file or directory",
            "-",
            OwnFile,
            None,
            Symptom::SocketMissing,
        ),
        (
            "failed to load existing certificate apiserver-etcd-client: open /etc/kubernetes/pki/apiserver-etcd-client.crt: no such file or directory",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::ExistingCertificate),
        ),
        (
            "couldn't load ca certificate authority from /etc/kubernetes/pki",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::AuthorityNotLoaded),
        ),
        (
            "certificate apiserver-etcd-client is not a valid certificate for this cluster",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::NotForThisCluster),
        ),
        (
            "the file \"/etc/kubernetes/kubelet.conf\" does not contain authentication for user \"cp1\"",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::NoSuchUser),
        ),
        (
            "certificate /etc/kubernetes/pki/sa.key isn't in RSA format",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::NotRsa),
        ),
        (
            "a kubeconfig file \"/etc/kubernetes/admin.conf\" exists already but has got the wrong CA cert",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::WrongAuthority),
        ),
        (
            "Found multiple CRI endpoints on the host. Please define which one do you wish to use",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::SeveralRuntimes),
        ),
        (
            "[renew] Error reading configuration from the Cluster. Falling back to default configuration",
            "kubeadm",
            OwnFile,
            None,
            Symptom::Kubeadm(Kubeadm::DefaultConfiguration),
        ),
        (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type=\"calico\" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized",
            "calico",
            OwnClient,
            None,
            Symptom::Unauthorized,
        ),
        (
            "E1125 1 authentication.go:75] \"Unable to authenticate the request\" err=\"[invalid bearer token, service account token has expired]\"",
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::TokenExpired,
        ),
        (
            "Failed to list *v1.Node: nodes is forbidden: User \"system:anonymous\" cannot list resource \"nodes\"",
            "-",
            OwnClient,
            None,
            Symptom::Anonymous,
        ),
        (
            "failed calling webhook \"v.example.io\": failed to call webhook: Post \"https://hook.ns.svc:443/validate?timeout=10s\": x509: certificate signed by unknown authority",
            "kube-apiserver",
            TheirServer,
            Some("hook.ns.svc:443"),
            Symptom::UnknownAuthority,
        ),
    ];
    for (line, speaker, judged, peer, symptom) in table {
        let wanted = ((*speaker).to_owned(), *judged, peer.map(str::to_owned), symptom.clone());
        assert_eq!(told(line), wanted, "{line}");
    }
}

#[test]
fn strangers_that_hang_up_are_not_blamed() {
    for line in [
        "I1125 02:00:31.1 1 log.go:245] http: TLS handshake error from 10.0.0.5:41464: EOF",
        "http: TLS handshake error from 10.0.0.5:41464: read tcp 10.0.0.11:6443->10.0.0.5:41464: read: connection reset by peer",
        "http: TLS handshake error from 10.0.0.5:41464: tls: first record does not look like a TLS handshake",
        "{\"level\":\"warn\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"embed/config_logging.go:194\",\"msg\":\"rejected connection on client endpoint\",\"remote-addr\":\"10.0.0.5:41464\",\"server-name\":\"\",\"error\":\"tls: client didn't provide a certificate\"}",
    ] {
        assert_eq!(read(line, &context()), Reading::Harmless, "{line}");
    }
    for line in [
        "I1125 02:00:31.1 1 tlsconfig.go:243] \"Starting DynamicServingCertificateController\"",
        "{\"level\":\"info\",\"ts\":\"2026-11-25T02:00:31.1Z\",\"caller\":\"embed/etcd.go:544\",\"msg\":\"starting with peer TLS\",\"tls-info\":\"cert = /etc/kubernetes/pki/etcd/peer.crt\"}",
        "Get \"https://10.88.7.11:6443/api\": net/http: TLS handshake timeout",
        "open /var/lib/kubelet/cpu_manager_state: no such file or directory",
        "E1125 1 leaderelection.go:461] \"Error retrieving lease lock\" err=\"leases.coordination.k8s.io \\\"kube-scheduler\\\" is forbidden: User \\\"system:kube-scheduler\\\" cannot get resource \\\"leases\\\"\"",
        "",
        "{",
    ] {
        assert_eq!(read(line, &context()), Reading::Nothing, "{line}");
    }
}

#[test]
fn nothing_of_a_hostile_line_is_kept_but_what_has_its_alphabet() {
    let seen = fact(
        "x509: certificate is valid for \u{1b}[2Jevil, ok.example, abcdef.0123456789abcdef, not \u{1b}]0;x\u{7}: Unauthorized Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    );
    assert_eq!(seen.symptom, Symptom::WrongName { wanted: None, valid_for: vec!["ok.example".to_owned()] });
    let debug = format!("{seen:?}");
    assert!(
        !debug.contains("eyJ") && !debug.contains("0123456789abcdef") && !debug.contains('\u{1b}'),
        "{debug}"
    );
}
