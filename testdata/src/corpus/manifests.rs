//! Static pods' manifests and command lines.

use super::{Case, Kind};

const KUBEADM: [(&str, &str); 4] = [
    ("kubeadm's kube-apiserver", include_str!("../../kubeadm/kube-apiserver.yaml")),
    ("kubeadm's kube-controller-manager", include_str!("../../kubeadm/kube-controller-manager.yaml")),
    ("kubeadm's kube-scheduler", include_str!("../../kubeadm/kube-scheduler.yaml")),
    ("kubeadm's etcd", include_str!("../../kubeadm/etcd.yaml")),
];

/// A small pod with the container's fields on one line.
fn container(fields: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: kube-scheduler, namespace: kube-system, labels: {{component: kube-scheduler}}}}
spec:
  hostNetwork: true
  containers:
  - {{name: kube-scheduler, image: 'r.example/kube-scheduler:v1.36.3', {fields}}}
  volumes:
  - {{name: conf, hostPath: {{path: /etc/kubernetes/scheduler.conf, type: FileOrCreate}}}}
  - {{name: pki, hostPath: {{path: /srv/ssl/}}}}
"
    )
}

/// Every manifest.
pub fn manifests() -> Vec<Case> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for (name, text) in KUBEADM {
        let text = text.replace("ADDRESS", "10.0.0.11").replace("NODE", "cp1");
        texts.push((name.to_owned(), text.clone()));
        texts.push((format!("{name}, CRLF"), text.replace('\n', "\r\n")));
        texts.push((format!("{name}, a backup's second document"), format!("{text}---\n{text}")));
    }
    let fields = [
        ("command", "command: [kube-scheduler, --kubeconfig=/a, --bind-address=127.0.0.1]"),
        ("args", "args: [--kubeconfig=/a]"),
        ("command and args", "command: [kube-scheduler], args: [--kubeconfig, /a, --leader-elect]"),
        (
            "flags with values behind",
            "command: [kube-scheduler, --kubeconfig, /a, --v, '2', --profiling=false]",
        ),
        ("a flag twice", "command: [kube-scheduler, --kubeconfig=/a, --kubeconfig=/b]"),
        ("underscores", "command: [kube-scheduler, --bind_address=127.0.0.1]"),
        ("quoted words", "command: [\"kube-scheduler\", '--kubeconfig=/a b', \"--v=\\x32\"]"),
        ("a number among the words", "command: [kube-scheduler, --v, 2]"),
        ("a truth value among the words", "command: [kube-scheduler, --leader-elect, true]"),
        ("a null among the words", "command: [kube-scheduler, ~, --v=2]"),
        ("text for words", "command: kube-scheduler"),
        ("null words", "command:"),
        ("a question mark between brackets", "command: [kube-scheduler, --a=b?c]"),
        ("a quoted question mark", "command: [kube-scheduler, '--a=b?c']"),
        ("a shell", "command: [sh, -c, 'exec kube-scheduler --kubeconfig=/a']"),
        (
            "variables",
            "command: [kube-scheduler, --kubeconfig=$(DIR)/a, $$(DIR), $(NONE), '$(DIR'], env: [{name: DIR, value: /etc}]",
        ),
        (
            "variables of variables",
            "args: ['$(B)$(C)'], env: [{name: A, value: a}, {name: B, value: '$(A)b'}, {name: C, value: '$(D)'}, {name: D, value: d}]",
        ),
        ("a variable twice", "args: ['$(A)'], env: [{name: A, value: a}, {name: A, value: b}]"),
        (
            "a variable from the pod",
            "args: ['$(IP)'], env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]",
        ),
        ("an empty variable", "args: ['x$(A)y'], env: [{name: A}]"),
        ("a number for a variable", "env: [{name: A, value: 1}]"),
        (
            "mounts",
            "volumeMounts: [{name: conf, mountPath: /etc/kubernetes/scheduler.conf, readOnly: true}, {name: pki, mountPath: /etc/kubernetes/pki/}]",
        ),
        (
            "mounts below",
            "volumeMounts: [{name: pki, mountPath: /a, subPath: b/c}, {name: pki, mountPath: /a/d}]",
        ),
        ("a mount of nothing", "volumeMounts: [{name: none, mountPath: /a}]"),
        (
            "two mounts at one place",
            "volumeMounts: [{name: pki, mountPath: /a}, {name: conf, mountPath: /a}]",
        ),
        ("no image", "image: ''"),
        (
            "a digest",
            "image: 'r.example:5000/kube-scheduler:v1.36.3@sha256:0000000000000000000000000000000000000000000000000000000000000000'",
        ),
        ("an unknown field", "more: [1]"),
        ("an unknown policy", "imagePullPolicy: Sometimes"),
        ("a port that is text", "ports: [{containerPort: '80'}]"),
        (
            "a probe",
            "livenessProbe: {httpGet: {host: 127.0.0.1, path: /healthz, port: probe, scheme: HTTPS}}, ports: [{containerPort: 10259, name: probe}]",
        ),
    ];
    texts.extend(fields.iter().map(|(name, fields)| ((*name).to_owned(), container(fields))));
    let plain = container("command: [kube-scheduler, --kubeconfig=/a]");
    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"vip"},"spec":{"containers":[{"name":"vip","image":"v:1","args":["manager"],"volumeMounts":[{"name":"a","mountPath":"/etc/kubernetes/admin.conf"}]}],"volumes":[{"name":"a","hostPath":{"path":"/etc/kubernetes/super-admin.conf"}}]}}"#;
    let named: Vec<(&str, String)> = vec![
        ("JSON", json.to_owned()),
        ("JSON with a tab", json.replace(",", ",\t")),
        ("JSON with a comma too many", json.replace("}]}}", "}],}}")),
        ("JSON, key twice", json.replace("\"kind\":\"Pod\"", "\"kind\":\"Pod\",\"kind\":\"Pod\"")),
        ("byte order mark", format!("\u{feff}{plain}")),
        ("document marker in front", format!("---\n{plain}")),
        ("an empty document in front", format!("---\n---\n{plain}")),
        ("no kind", plain.replace("kind: Pod\n", "")),
        ("no apiVersion", plain.replace("apiVersion: v1\n", "")),
        ("another version", plain.replace("apiVersion: v1", "apiVersion: apps/v1")),
        ("another kind", plain.replace("kind: Pod", "kind: ConfigMap")),
        (
            "a list",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n{}",
                plain
                    .lines()
                    .enumerate()
                    .map(|(at, line)| format!("{}{line}\n", if at == 0 { "- " } else { "  " }))
                    .collect::<String>()
            ),
        ),
        (
            "a list of pods",
            format!(
                "apiVersion: v1\nkind: PodList\nitems:\n{}",
                plain
                    .lines()
                    .enumerate()
                    .map(|(at, line)| format!("{}{line}\n", if at == 0 { "- " } else { "  " }))
                    .collect::<String>()
            ),
        ),
        ("no name", plain.replace("name: kube-scheduler, namespace", "namespace")),
        ("a number for a name", plain.replace("{name: kube-scheduler, namespace", "{name: 1, namespace")),
        (
            "a name that is none",
            plain.replace("{name: kube-scheduler, namespace", "{name: Kube_Scheduler, namespace"),
        ),
        ("no namespace", plain.replace(" namespace: kube-system,", "")),
        ("no labels", plain.replace(", labels: {component: kube-scheduler}", "")),
        ("a truth value for a label", plain.replace("component: kube-scheduler", "component: yes")),
        ("no containers", plain.replace("containers:\n", "ephemeral:\n")),
        ("empty containers", plain.replace("  containers:\n  - {", "  containers: []\n  others:\n  - {")),
        (
            "two containers",
            plain.replace("  containers:\n", "  containers:\n  - {name: first, image: a, command: [b]}\n"),
        ),
        (
            "containers of one name",
            plain.replace("  containers:\n", "  containers:\n  - {name: kube-scheduler, image: a}\n"),
        ),
        (
            "an init container",
            plain.replace("  containers:\n", "  initContainers: [{name: first, image: a}]\n  containers:\n"),
        ),
        (
            "anchors",
            plain
                .replace("spec:\n", "x-words: &words [kube-scheduler, --kubeconfig=/c]\nspec:\n")
                .replace("command: [kube-scheduler, --kubeconfig=/a]", "command: *words"),
        ),
        (
            "a merge",
            plain
                .replace("spec:\n", "x: &x {command: [kube-scheduler, --kubeconfig=/c]}\nspec:\n")
                .replace("command: [kube-scheduler, --kubeconfig=/a]", "<<: *x"),
        ),
        ("a key twice", plain.replace("kind: Pod\n", "kind: Service\nkind: Pod\n")),
        ("spec twice", format!("{plain}spec: {{containers: [{{name: other, image: a}}]}}\n")),
        ("a secret as volume", plain.replace("hostPath: {path: /srv/ssl/}", "secret: {secretName: a}")),
        ("a service account", plain.replace("  hostNetwork: true\n", "  serviceAccountName: a\n")),
        ("no host network", plain.replace("  hostNetwork: true\n", "")),
        ("a volume twice", plain.replace("{name: pki, hostPath", "{name: conf, hostPath")),
        ("an empty host path", plain.replace("path: /srv/ssl/", "path: ''")),
        ("a host path that climbs", plain.replace("path: /srv/ssl/", "path: /srv/../etc")),
        ("a status", format!("{plain}status: {{phase: Running}}\n")),
        ("an empty status", format!("{plain}status: {{}}\n")),
        ("an unknown field", format!("{plain}more: 1\n")),
        ("a resource", plain.replace("image:", "resources: {requests: {cpu: 100m}}, image:")),
        ("a broken resource", plain.replace("image:", "resources: {requests: {cpu: many}}, image:")),
        ("empty", String::new()),
        ("comment", "# nothing\n".to_owned()),
        ("null", "~\n".to_owned()),
        ("text", "text\n".to_owned()),
        ("tabs", plain.replace("  hostNetwork", "\thostNetwork")),
        ("cut", plain[..plain.len() * 2 / 3].to_owned()),
    ];
    texts.extend(named.into_iter().map(|(name, text)| (name.to_owned(), text)));
    texts.into_iter().map(|(name, text)| Case::new(Kind::Manifest, name, text)).collect()
}

/// Command lines of components.
pub fn arguments() -> Vec<Case> {
    let lines: [(&str, &str, &[&str]); 14] = [
        ("equals", "kube-apiserver", &["--tls-cert-file=/a", "--secure-port=6443"]),
        ("behind", "kube-apiserver", &["--tls-cert-file", "/a", "--client-ca-file", "/b"]),
        ("underscores", "kube-apiserver", &["--tls_cert_file=/a", "--tls_private-key_file", "/b"]),
        ("twice", "kube-apiserver", &["--tls-cert-file=/a", "--tls-cert-file=/b"]),
        ("truth", "kube-apiserver", &["--allow-privileged", "--profiling=false"]),
        ("empty", "kube-apiserver", &["--tls-cert-file=", "--client-ca-file", ""]),
        ("equals in the value", "kube-apiserver", &["--tls-cert-file=a=b"]),
        ("one letter", "kube-apiserver", &["-v", "2", "--tls-cert-file=/a"]),
        ("end of flags", "kube-apiserver", &["--tls-cert-file=/a", "--", "--tls-cert-file=/b"]),
        (
            "files",
            "kube-controller-manager",
            &["--kubeconfig=/a", "--cluster-signing-cert-file=/b", "--root-ca-file", "/c"],
        ),
        (
            "two kubeconfigs",
            "kube-controller-manager",
            &["--kubeconfig=/a", "--authentication-kubeconfig=/b"],
        ),
        ("config", "kube-scheduler", &["--config=/a", "--authorization-kubeconfig", "/b"]),
        ("kubeconfig", "kube-scheduler", &["--kubeconfig", "/a", "--leader-elect=true"]),
        ("nothing", "kube-scheduler", &[]),
    ];
    let case = |(name, component, words): &(&str, &str, &[&str])| {
        Case::new(Kind::Arguments, *name, "").list("component", &[component]).list("arguments", words)
    };
    lines.iter().map(case).collect()
}
