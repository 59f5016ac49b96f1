//! Kubeconfigs: as kubeadm writes them, as people write them, and as neither should.

use super::credentials::{LEAF, P256};
use super::{Case, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_pki::pem;

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

fn key_of(text: &str) -> String {
    let blocks =
        pem::blocks(text.as_bytes()).into_iter().filter(|block| block.label.ends_with("PRIVATE KEY"));
    blocks.map(|block| pem::encode(&block.label, &block.der)).collect()
}

fn certificate_of(text: &str) -> String {
    let block = pem::blocks(text.as_bytes()).into_iter().find(|block| block.label == "CERTIFICATE").unwrap();
    pem::encode(&block.label, &block.der)
}

/// As kubeadm writes admin.conf.
fn kubeadm() -> String {
    format!(
        "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: https://10.0.0.11:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {{}}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
",
        ca = base64(&certificate_of(P256)),
        certificate = base64(&certificate_of(P256)),
        key = base64(&key_of(P256)),
    )
}

/// A user on one line.
fn with(user: &str) -> String {
    format!(
        "current-context: c
contexts: [{{name: c, context: {{cluster: k, user: u, namespace: ns}}}}]
clusters: [{{name: k, cluster: {{server: 'https://a:6443', certificate-authority: ca.crt, tls-server-name: b}}}}]
users: [{{name: u, user: {user}}}]
"
    )
}

fn cluster(cluster: &str) -> String {
    format!(
        "current-context: c
contexts: [{{name: c, context: {{cluster: k, user: u}}}}]
clusters: [{{name: k, cluster: {cluster}}}]
users: [{{name: u, user: {{token: t}}}}]
"
    )
}

/// Every kubeconfig; the files that some name are beside them.
pub fn kubeconfigs() -> Vec<Case> {
    let plain = kubeadm();
    let certificate = base64(&certificate_of(P256));
    let key = base64(&key_of(P256));
    let user = |fields: &str| {
        plain.replace(
            &format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n"),
            &fields.lines().map(|line| format!("    {line}\n")).collect::<String>(),
        )
    };
    let json = format!(
        r#"{{"kind":"Config","apiVersion":"v1","current-context":"c","contexts":[{{"name":"c","context":
{{"cluster":"k","user":"u"}}}}],"clusters":[{{"name":"k","cluster":{{"server":"https://a:6443"}}}}],
"users":[{{"name":"u","user":{{"client-key-data":"{key}","client-certificate-data": "{certificate}"}}}}]}}"#
    );
    let second = plain.replace("kubernetes-admin", "other");
    let mut texts: Vec<(&str, String)> = vec![
        ("kubeadm's", plain.clone()),
        ("CRLF", plain.replace('\n', "\r\n")),
        ("CR only", plain.replace('\n', "\r")),
        ("byte order mark", format!("\u{feff}{plain}")),
        ("document marker in front", format!("---\n{plain}")),
        ("two documents", format!("{plain}---\n{second}")),
        ("two documents, the first empty", format!("---\n---\n{plain}")),
        ("two documents, the second broken", format!("{plain}---\n\tbroken: [\n")),
        ("end of document, then nonsense", format!("{plain}...\n}} nonsense\n")),
        ("YAML directive", format!("%YAML 1.1\n---\n{plain}")),
        ("YAML 1.2 directive", format!("%YAML 1.2\n---\n{plain}")),
        ("comments", plain.replace("kind: Config", "kind: Config # 注释\n# x: [")),
        ("tabs", plain.replace("    server", "\tserver")),
        ("a tab behind a value", plain.replace("kind: Config", "kind: Config\t")),
        ("JSON", json.clone()),
        ("JSON, two keys", json.replace("\"kind\":\"Config\",", "\"kind\":\"Config\",\"kind\":\"Config\",")),
        ("JSON with a comma too many", json.replace("}]}", "}],}")),
        (
            "JSON, key twice with another value",
            json.replace("\"apiVersion\"", "\"current-context\":\"x\",\"apiVersion\""),
        ),
        ("key twice, first wrong", plain.replace("current-context:", "current-context: x\ncurrent-context:")),
        ("key twice, last wrong", plain.clone() + "current-context: x\n"),
        (
            "data twice",
            plain.replace("    client-key-data:", "    client-key-data: AAAA\n    client-key-data:"),
        ),
        ("a user listed twice", plain.clone() + "- name: kubernetes-admin\n"),
        ("a cluster listed twice", plain.replace("contexts:\n", "- name: kubernetes\ncontexts:\n")),
        (
            "a context listed twice",
            plain.replace("contexts:\n", "contexts:\n- name: kubernetes-admin@kubernetes\n"),
        ),
        ("users twice", plain.clone() + "users: []\n"),
        ("no users", plain.split("users:").next().unwrap().to_owned()),
        ("no current-context", plain.replace("current-context: kubernetes-admin@kubernetes\n", "")),
        (
            "empty current-context",
            plain.replace("current-context: kubernetes-admin@kubernetes\n", "current-context: ''\n"),
        ),
        ("unknown current-context", plain.replace("current-context: k", "current-context: x")),
        ("unknown user", plain.replace("    user: kubernetes-admin", "    user: x")),
        ("no user in the context", plain.replace("    user: kubernetes-admin\n", "")),
        ("unknown cluster", plain.replace("    cluster: kubernetes", "    cluster: x")),
        ("no kind", plain.replace("kind: Config\n", "")),
        ("no apiVersion", plain.replace("apiVersion: v1\n", "")),
        ("another kind", plain.replace("kind: Config", "kind: Secret")),
        ("another apiVersion", plain.replace("apiVersion: v1", "apiVersion: v2")),
        ("a number for a version", plain.replace("apiVersion: v1", "apiVersion: 1")),
        ("an unknown field", plain.clone() + "more: [1]\n"),
        ("a name in another case", plain.replace("current-context", "Current-Context")),
        (
            "a truth value for a name",
            plain
                .replace("name: kubernetes\n", "name: yes\n")
                .replace("cluster: kubernetes\n", "cluster: yes\n"),
        ),
        (
            "a quoted truth value for a name",
            plain
                .replace("name: kubernetes\n", "name: 'yes'\n")
                .replace("cluster: kubernetes\n", "cluster: \"yes\"\n"),
        ),
        (
            "a number for a name",
            plain.replace("name: kubernetes\n", "name: 1\n").replace("cluster: kubernetes\n", "cluster: 1\n"),
        ),
        (
            "a date for a name",
            plain
                .replace("name: kubernetes\n", "name: 2026-01-02\n")
                .replace("cluster: kubernetes\n", "cluster: 2026-01-02\n"),
        ),
        (
            "an octal number for a name",
            plain
                .replace("name: kubernetes\n", "name: 0o17\n")
                .replace("cluster: kubernetes\n", "cluster: 0o17\n"),
        ),
        (
            "sexagesimal for a name",
            plain
                .replace("name: kubernetes\n", "name: 1:20\n")
                .replace("cluster: kubernetes\n", "cluster: 1:20\n"),
        ),
        (
            "null for a name",
            plain
                .replace("name: kubernetes\n", "name: ~\n")
                .replace("cluster: kubernetes\n", "cluster: null\n"),
        ),
        ("a null user", plain.clone() + "- name: b\n  user:\n"),
        ("a null among the users", plain.clone() + "-\n"),
        (
            "users as a map",
            plain.replace("- name: kubernetes-admin\n  user", "  name: kubernetes-admin\n  user"),
        ),
        ("null preferences", plain.replace("preferences: {}", "preferences:")),
        ("a list for preferences", plain.replace("preferences: {}", "preferences: []")),
        (
            "extensions",
            plain.replace("preferences: {}", "preferences: {}\nextensions: [{name: a, extension: {b: [c]}}]"),
        ),
        (
            "an extension twice",
            plain.replace(
                "preferences: {}",
                "preferences: {}\nextensions: [{name: a, extension: 1}, {name: a}]",
            ),
        ),
        ("quoted data", plain.replace(&key, &format!("\"{key}\""))),
        ("single-quoted data", plain.replace(&key, &format!("'{key}'"))),
        ("data as a block", plain.replace(&key, &format!("|\n      {}\n      {}", &key[..40], &key[40..]))),
        ("data folded", plain.replace(&key, &format!(">-\n      {}\n      {}", &key[..40], &key[40..]))),
        ("data over two plain lines", plain.replace(&key, &format!("{}\n      {}", &key[..40], &key[40..]))),
        ("data with a blank", plain.replace(&key, &format!("'{} {}'", &key[..40], &key[40..]))),
        ("data tagged as binary", plain.replace(&key, &format!("!!binary {key}"))),
        ("data tagged as text", plain.replace(&key, &format!("!!str {key}"))),
        ("data without padding", plain.replace(&key, key.trim_end_matches('='))),
        ("data with more padding", plain.replace(&key, &format!("{key}="))),
        ("data that is no base64", plain.replace(&key, "%%%%")),
        ("data that is URL base64", plain.replace(&key, &key.replace('+', "-").replace('/', "_"))),
        ("data that is no key", plain.replace(&key, &base64("no key"))),
        ("data of another key", plain.replace(&certificate, &base64(LEAF))),
        ("a certificate that is none", plain.replacen(&certificate, &base64("none"), 2)),
        (
            "a CA with a byte order mark",
            plain.replacen(&certificate, &base64(&format!("\u{feff}{}", certificate_of(P256))), 1),
        ),
        (
            "a CA and a broken one",
            plain.replacen(
                &certificate,
                &base64(&(certificate_of(P256) + &pem::encode("CERTIFICATE", b"x"))),
                1,
            ),
        ),
        ("an empty CA", plain.replacen(&certificate, "''", 1)),
        ("another user's data is no base64", plain.clone() + "- name: b\n  user: {client-key-data: '%'}\n"),
        (
            "anchor and alias",
            plain.replace(&format!("client-key-data: {key}"), &format!("client-key-data: &k {key}"))
                + "- name: b\n  user: {client-key-data: *k}\n",
        ),
        ("an alias of nothing", plain.clone() + "- name: *b\n"),
        (
            "a merged user",
            plain.replace("  user:\n    client", "  user: &u\n    client")
                + "- name: b\n  user:\n    <<: *u\n    token: x\n",
        ),
        (
            "the current user is merged",
            plain
                .replace(
                    "users:\n",
                    &format!(
                        "x: &u {{client-certificate-data: {certificate}, client-key-data: {key}}}\nusers:\n"
                    ),
                )
                .replace(
                    &format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n"),
                    "    <<: *u\n",
                ),
        ),
        ("token and certificate", plain.clone() + "    token: t\n"),
        ("username and certificate", plain.clone() + "    username: a\n    password: b\n"),
        ("certificate data and file", plain.clone() + "    client-certificate: client.crt\n"),
        ("key data and file", plain.clone() + "    client-key: client.key\n"),
        (
            "exec and certificate",
            plain.clone()
                + "    exec: {command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}\n",
        ),
        ("certificate without key", user(&format!("client-certificate-data: {certificate}"))),
        ("key without certificate", user(&format!("client-key-data: {key}"))),
        ("empty file", String::new()),
        ("blank file", "\n \n".to_owned()),
        ("comment only", "# nothing\n".to_owned()),
        ("marker only", "---\n".to_owned()),
        ("null", "null\n".to_owned()),
        ("a list", "- a\n".to_owned()),
        ("a scalar", "a\n".to_owned()),
        ("a number", "1\n".to_owned()),
        ("cut in the middle", plain[..plain.len() / 2].to_owned()),
        ("binary", "\u{1}\u{2}\u{3}".to_owned()),
        ("a NUL in it", plain.replace("kind: Config", "kind: Config\0")),
        ("NEL in it", plain.replace("kind: Config", "kind: Config\u{85}")),
        ("paths", with("{client-certificate: client.crt, client-key: client.key}")),
        ("paths below", with("{client-certificate: pki/client.crt, client-key: ./pki/client.key}")),
        ("paths to one file", with("{client-certificate: both.pem, client-key: both.pem}")),
        ("path and data", with(&format!("{{client-certificate: client.crt, client-key-data: {key}}}"))),
        ("a path to nothing", with("{client-certificate: nothing.crt, client-key: client.key}")),
        ("a path to another's key", with("{client-certificate: leaf.crt, client-key: client.key}")),
        ("token", with("{token: t}")),
        ("token that is a number", with("{token: 12345}")),
        ("token file", with("{tokenFile: token}")),
        ("token and file", with("{token: t, tokenFile: token}")),
        ("token and username", with("{token: t, username: a}")),
        ("a namespace that is a truth value", with("{token: t}").replace("namespace: ns", "namespace: n")),
        ("username", with("{username: a, password: b}")),
        ("password that is a number", with("{username: a, password: 1}")),
        ("username alone", with("{username: a}")),
        ("no way to authenticate", with("{}")),
        ("null user", with("null")),
        (
            "exec v1",
            with(
                "{exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable, args: [a], env: [{name: A, value: b}], provideClusterInfo: true}}",
            ),
        ),
        ("exec v1beta1", with("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1}}")),
        ("exec v1 without mode", with("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1}}")),
        ("exec without version", with("{exec: {command: x}}")),
        ("exec without command", with("{exec: {apiVersion: client.authentication.k8s.io/v1beta1}}")),
        (
            "exec with a nameless variable",
            with("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1, env: [{value: b}]}}"),
        ),
        (
            "exec with an unknown mode",
            with("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: never}}"),
        ),
        (
            "exec and auth provider",
            with(
                "{auth-provider: {name: oidc}, exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1}}",
            ),
        ),
        ("auth provider", with("{auth-provider: {name: oidc, config: {a: b}}}")),
        ("auth provider with a number", with("{auth-provider: {name: oidc, config: {a: 1}}}")),
        ("as", with("{token: t, as: a, as-groups: [b], as-uid: 'c', as-user-extra: {d: [e]}}")),
        ("as-groups without as", with("{token: t, as-groups: [b]}")),
        ("as-uid without as", with("{token: t, as-uid: b}")),
        ("insecure", cluster("{server: 'https://a', insecure-skip-tls-verify: true}")),
        ("insecure, written as yes", cluster("{server: 'https://a', insecure-skip-tls-verify: yes}")),
        ("insecure, written as text", cluster("{server: 'https://a', insecure-skip-tls-verify: 'true'}")),
        (
            "insecure with a CA",
            cluster("{server: 'https://a', insecure-skip-tls-verify: true, certificate-authority: ca.crt}"),
        ),
        (
            "CA data and file",
            cluster(&format!(
                "{{server: 'https://a', certificate-authority: ca.crt, certificate-authority-data: {certificate}}}"
            )),
        ),
        ("a CA that is not there", cluster("{server: 'https://a', certificate-authority: nothing.crt}")),
        ("no server", cluster("{certificate-authority: ca.crt}")),
        ("an empty cluster", cluster("{}")),
        ("a server without scheme", cluster("{server: 'a:6443', certificate-authority: ca.crt}")),
        ("a plain server", cluster("{server: 'http://a:8080'}")),
        ("proxy", cluster("{server: 'https://a', proxy-url: 'socks5://b:1080'}")),
        ("a proxy of an unknown kind", cluster("{server: 'https://a', proxy-url: 'ftp://b'}")),
        ("a number for a server", cluster("{server: 1}")),
    ];
    for (name, escape) in [("escapes", "\"kubern\\x65tes\""), ("a wrong escape", "\"kubern\\qtes\"")] {
        texts.push((name, plain.replace("  name: kubernetes\n", &format!("  name: {escape}\n"))));
    }
    let beside = [
        ("ca.crt", certificate_of(P256)),
        ("client.crt", certificate_of(P256)),
        ("client.key", key_of(P256)),
        ("leaf.crt", LEAF.to_owned()),
        ("pki/client.crt", certificate_of(P256)),
        ("pki/client.key", key_of(P256)),
        ("both.pem", P256.to_owned()),
        ("token", "t\n".to_owned()),
    ];
    let cases = texts.into_iter().map(|(name, text)| {
        let case = Case::new(Kind::Kubeconfig, name, text);
        beside.iter().fold(case, |case, (name, content)| case.file(name, content))
    });
    cases.collect()
}
