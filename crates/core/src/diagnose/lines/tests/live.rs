//! Lines that real components of v1.36.3 and etcd 3.6.8 wrote when a cluster of the lab was broken on purpose.

use super::*;

#[test]
fn what_a_broken_cluster_writes_is_understood() {
    use Judged::*;
    let refused = |alert| Symptom::Refused { alert };
    let names = |wanted: &str, valid: &[&str]| Symptom::WrongName {
        wanted: Some(wanted.to_owned()),
        valid_for: valid.iter().map(|name| (*name).to_owned()).collect(),
    };
    let table: &[(&str, &str, Judged, Option<&str>, Symptom)] = &[
        (
            r#"E1125 13:41:13.278290       1 authentication.go:75] "Unable to authenticate the request" err="[x509: certificate signed by unknown authority, verifying certificate SN=12341745988315381397, SKID=EA:17:E3:38:5E:6E:47:98:F4:B0:86:90:0A:C1:6B:93:9C:E2:57:94, AKID=D9:99:08:79:FD:A8:E5:FD:72:2C:7A:72:08:3D:D4:E8:A1:2D:5B:4E failed: x509: certificate signed by unknown authority]""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::UnknownAuthority,
        ),
        (
            r#"E1125 13:41:13.764280       1 authentication.go:75] "Unable to authenticate the request" err="[x509: certificate has expired or is not yet valid: current time 2026-11-25T13:41:13Z is before 2026-11-26T13:41:10Z, verifying certificate SN=3480549130483587355, SKID=, AKID=02:DD:D7:D6:77:83:9F:63:10:48:8F:EA:CE:40:4E:8C:67:97:8C:C1 failed: x509: certificate has expired or is not yet valid: current time 2026-11-25T13:41:13Z is before 2026-11-26T13:41:10Z]""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::NotYetValid { begins: at("2026-11-26T13:41:10Z") },
        ),
        (
            r#"E1125 13:46:10.088264       1 authentication.go:75] "Unable to authenticate the request" err="[invalid bearer token, service account token has expired]""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::TokenExpired,
        ),
        (
            r#"E1125 13:46:10.107645       1 authentication.go:75] "Unable to authenticate the request" err="[invalid bearer token, invalid signature, no keys found]""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::TokenSignature,
        ),
        (
            r#"E1125 13:46:09.979969       1 authentication.go:75] "Unable to authenticate the request" err="[invalid bearer token, serviceaccounts \"stale\" not found]""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::AccountGone { account: "stale".to_owned() },
        ),
        (
            r#"E1125 13:46:10.465008       1 authentication.go:75] "Unable to authenticate the request" err="invalid bearer token""#,
            "kube-apiserver",
            TheirClient,
            None,
            Symptom::TokenInvalid,
        ),
        (
            r#"W1125 13:45:31.188299       1 dispatcher.go:217] Failed calling webhook, failing closed hook.example.io: failed calling webhook "hook.example.io": failed to call webhook: Post "https://hook.default.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate is valid for w1, not hook.default.svc"#,
            "kube-apiserver",
            TheirServer,
            Some("hook.default.svc:443"),
            names("hook.default.svc", &["w1"]),
        ),
        (
            r#"E1125 13:46:40.700459       1 status.go:71] "Unhandled Error" err="apiserver received an error that is not an metav1.Status: &errors.errorString{s:\"error dialing backend: remote error: tls: internal error\"}: error dialing backend: remote error: tls: internal error" logger="UnhandledError""#,
            "-",
            TheirServer,
            None,
            Symptom::NoServingCertificate,
        ),
        (
            "error: unable to upgrade connection: error dialing backend: remote error: tls: internal error",
            "kubectl",
            TheirServer,
            None,
            Symptom::NoServingCertificate,
        ),
        (
            r#"Nov 25 13:46:54 w1 kubelet[620]: E1125 13:46:54.635879     620 certificate_manager.go:613] "Certificate request was not signed" err="cannot watch on the certificate signing request: certificate signing request is denied, reason: KubectlDeny, message: This CSR was denied by kubectl certificate deny." logger="kubernetes.io/kubelet-serving.UnhandledError""#,
            "kubelet",
            OwnServer,
            None,
            Symptom::NoServingCertificate,
        ),
        (
            r#"{"level":"warn","ts":"2026-11-25T13:48:47.639319Z","logger":"etcd-client","caller":"v3@v3.6.8/retry_interceptor.go:65","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0x1672f4fd4a0/127.0.0.1:2379","method":"/etcdserverpb.KV/Range","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = \"transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for 10.88.7.12, 127.0.0.2, not 127.0.0.1\""}"#,
            "kube-apiserver",
            TheirServer,
            Some("127.0.0.1:2379"),
            names("127.0.0.1", &["10.88.7.12", "127.0.0.2"]),
        ),
        (
            r#"{"level":"warn","ts":"2026-11-25T13:51:00.1Z","caller":"etcdserver/cluster_util.go:162","msg":"failed to get version","remote-member-id":"abd0a61756f439ee","error":"Get \"https://10.88.7.12:2380/version\": tls: failed to verify certificate: x509: certificate is valid for 10.88.7.11, 127.0.0.1, ::1, not 10.88.7.12"}"#,
            "etcd",
            TheirServer,
            Some("10.88.7.12:2380"),
            names("10.88.7.12", &["10.88.7.11", "127.0.0.1", "::1"]),
        ),
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate",
            "curl",
            TheirServer,
            None,
            Symptom::UnknownAuthority,
        ),
        (
            "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
            "curl",
            TheirServer,
            None,
            Symptom::UnknownAuthority,
        ),
        (
            "curl: (56) OpenSSL SSL_read: OpenSSL/3.0.20: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0",
            "curl",
            OwnClient,
            None,
            refused("unknown certificate authority"),
        ),
    ];
    for (line, speaker, judged, peer, symptom) in table {
        let wanted = ((*speaker).to_owned(), *judged, peer.map(str::to_owned), symptom.clone());
        assert_eq!(told(line), wanted, "{line}");
    }
}

#[test]
fn who_asked_and_which_ca_was_met_is_kept() {
    let webhook = r#"failed calling webhook "hook.example.io": failed to call webhook: Post "https://hook.default.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority"#;
    assert_eq!(fact(webhook).caller.as_deref(), Some("hook.example.io"));
    let service = r#"E1125 13:45:50.470169       1 remote_available_controller.go:471] "Unhandled Error" err="v1beta1.metrics.k8s.io failed with: failing or missing response from https://10.106.17.92:443/apis/metrics.k8s.io/v1beta1: Get \"https://10.106.17.92:443/apis/metrics.k8s.io/v1beta1\": tls: failed to verify certificate: x509: certificate is valid for w1, not hook.default.svc" logger="UnhandledError""#;
    assert_eq!(fact(service).caller.as_deref(), Some("v1beta1.metrics.k8s.io"));
    assert_eq!(fact(service).speaker, Speaker::Component(Component::KubeApiserver));
    let join = r#"error: error execution phase preflight: couldn't validate the identity of the API Server: cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "sha256:71d67e4e06abe963eb86bcd9104f8c4e3eee33947658fa92ad411b352fefa368" are pinned"#;
    assert_eq!(
        fact(join).pin.as_deref(),
        Some("71d67e4e06abe963eb86bcd9104f8c4e3eee33947658fa92ad411b352fefa368")
    );
    assert_eq!(fact(join).speaker, Speaker::Kubeadm);
}
