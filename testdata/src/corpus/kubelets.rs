//! The kubelet's configuration with its drop-ins and flags.

use super::{Case, Kind};

const KUBEADM: &str = include_str!("../../kubeadm/kubelet-config.yaml");
const HEAD: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// Every configuration.
pub fn kubelets() -> Vec<Case> {
    let plain = KUBEADM.replace("ADDRESS", "10.0.0.11");
    let more = |text: &str| format!("{HEAD}{text}\n");
    let json = r#"{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","rotateCertificates":true}"#;
    let texts: Vec<(&str, String)> = vec![
        ("kubeadm's", plain.clone()),
        ("kubeadm's, CRLF", plain.replace('\n', "\r\n")),
        ("byte order mark", format!("\u{feff}{plain}")),
        ("two documents", format!("{plain}---\nkind: x\n")),
        ("minimal", HEAD.to_owned()),
        ("JSON", json.to_owned()),
        ("JSON with blanks in front", format!("\n  {json}")),
        ("JSON with something behind", format!("{json}}}")),
        ("JSON, key twice", json.replace("\"rotate", "\"rotateCertificates\":false,\"rotate")),
        (
            "a brace, but no JSON",
            "{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration}".to_owned(),
        ),
        ("no kind", plain.replace("kind: KubeletConfiguration\n", "")),
        ("no apiVersion", plain.replace("apiVersion: kubelet.config.k8s.io/v1beta1\n", "")),
        ("another version", plain.replace("v1beta1", "v1")),
        ("another kind", plain.replace("KubeletConfiguration", "SerializedNodeConfigSource")),
        ("an unknown field", more("more: 1")),
        ("a key twice", more("rotateCertificates: false\nrotateCertificates: true")),
        ("a name in another case", more("RotateCertificates: true")),
        ("rotation", more("rotateCertificates: true\nserverTLSBootstrap: true")),
        ("rotation as yes", more("rotateCertificates: yes")),
        ("rotation as text", more("rotateCertificates: 'true'")),
        ("rotation as a number", more("rotateCertificates: 1")),
        ("rotation as null", more("rotateCertificates: ~")),
        ("serving files", more("tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key")),
        (
            "relative paths",
            more(
                "tlsCertFile: pki/a.crt\ntlsPrivateKeyFile: ./a.key\nstaticPodPath: manifests\nauthentication: {x509: {clientCAFile: pki/../ca.crt}}",
            ),
        ),
        ("empty paths", more("tlsCertFile: ''\nstaticPodPath: ''")),
        ("a number for a path", more("staticPodPath: 1")),
        ("a list for a path", more("staticPodPath: [a]")),
        ("runtime", more("containerRuntimeEndpoint: unix:///run/crio/crio.sock")),
        ("an empty runtime", more("containerRuntimeEndpoint: ''")),
        ("address and port", more("address: 10.0.0.11\nport: 10251")),
        ("port as text", more("port: '10250'")),
        ("port as a fraction", more("port: 10250.5")),
        ("port as a whole fraction", more("port: 10250.0")),
        ("port in octal", more("port: 024012")),
        ("port with underscores", more("port: 10_250")),
        ("port in hexadecimal", more("port: 0x280a")),
        ("port too big", more("port: 70000")),
        ("port negative", more("port: -1")),
        ("port zero", more("port: 0")),
        ("an address that is none", more("address: nowhere")),
        ("anonymous", more("authentication: {anonymous: {enabled: true}}")),
        ("null authentication", more("authentication:")),
        ("text for authentication", more("authentication: x509")),
        ("anchors", more("tlsCertFile: &f /a.pem\ntlsPrivateKeyFile: *f")),
        ("a duration", more("fileCheckFrequency: 20s\nsyncFrequency: 1m")),
        ("a broken duration", more("fileCheckFrequency: soon")),
        ("a feature gate", more("featureGates: {RotateKubeletServerCertificate: true}")),
        ("eviction", more("evictionHard: {memory.available: 100Mi}")),
        ("empty", String::new()),
        ("comment", "# nothing\n".to_owned()),
        ("text", "text\n".to_owned()),
        ("tabs", more("\tport: 1")),
        ("cut", plain[..plain.len() / 2].to_owned()),
    ];
    let mut cases: Vec<Case> =
        texts.into_iter().map(|(name, text)| Case::new(Kind::Kubelet, name, text)).collect();
    let base = || Case::new(Kind::Kubelet, "", &plain);
    let drop_in = |text: &str| more(text);
    let layered: Vec<(&str, Case)> = vec![
        ("a drop-in", base().file("conf.d/10.conf", drop_in("staticPodPath: /srv/manifests"))),
        (
            "two drop-ins",
            base()
                .file("conf.d/20.conf", drop_in("port: 10252"))
                .file("conf.d/10.conf", drop_in("port: 10251\naddress: 10.0.0.12")),
        ),
        (
            "a drop-in below",
            base()
                .file("conf.d/a/10.conf", drop_in("port: 10252"))
                .file("conf.d/b.conf", drop_in("port: 10253")),
        ),
        ("another ending", base().file("conf.d/10.yaml", "port: [")),
        (
            "a drop-in that takes away",
            base().file("conf.d/10.conf", drop_in("staticPodPath: ~\nauthentication: {x509: ~}")),
        ),
        (
            "a drop-in within authentication",
            base().file("conf.d/10.conf", drop_in("authentication: {x509: {clientCAFile: /b.crt}}")),
        ),
        (
            "a drop-in's relative path",
            base().file("conf.d/10.conf", drop_in("tlsCertFile: a.crt\ntlsPrivateKeyFile: a.key")),
        ),
        ("a drop-in without kind", base().file("conf.d/10.conf", "port: 10251\n")),
        ("an empty drop-in", base().file("conf.d/10.conf", "")),
        ("a drop-in of text for a number", base().file("conf.d/10.conf", drop_in("port: 'x'"))),
        ("a JSON drop-in", base().file("conf.d/10.conf", json)),
        (
            "flags win",
            base().list(
                "arguments",
                &["--rotate-certificates=false", "--tls-cert-file=/c", "--tls-private-key-file", "/d"],
            ),
        ),
        (
            "flags win over drop-ins",
            base()
                .file("conf.d/10.conf", drop_in("port: 10251\nstaticPodPath: /x"))
                .list("arguments", &["--port=10255", "--pod-manifest-path=/y"]),
        ),
        (
            "flags without values",
            base().list(
                "arguments",
                &["--rotate-certificates", "--rotate-server-certificates", "--address=10.0.0.13"],
            ),
        ),
        (
            "the runtime's flag",
            base().list("arguments", &["--container-runtime-endpoint=unix:///run/crio/crio.sock"]),
        ),
        ("the CA's flag", base().list("arguments", &["--client-ca-file=/ca.crt"])),
        ("truth in another spelling", base().list("arguments", &["--rotate-certificates=0"])),
        ("truth in capitals", base().list("arguments", &["--rotate-certificates=F"])),
    ];
    cases.extend(layered.into_iter().map(|(name, case)| Case { name: name.to_owned(), ..case }));
    cases
}
