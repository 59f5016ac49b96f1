use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const CERTIFICATE: &str = "old certificate";
const KEY: &str = "old private key, long enough to be recognised in a text";

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

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
- name: other
  user:
    client-certificate-data: {other}
    client-key-data: {other}
- name: kubernetes-admin
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
",
        ca = base64("ca"),
        other = base64("other"),
        certificate = base64(CERTIFICATE),
        key = base64(KEY)
    )
}

/// What a splice of `text` must give: the base64 of the two old ones replaced by that of the new ones.
fn replaced(text: &str) -> String {
    text.replace(&base64(CERTIFICATE), &base64("new certificate")).replace(&base64(KEY), &base64("new key"))
}

fn spliced(text: &str) -> Result<String, SpliceError> {
    let kubeconfig = parse(text).unwrap();
    splice(text, &kubeconfig, b"new certificate", b"new key").map(|text| text.to_string())
}

fn bytes(source: Option<&Source>) -> String {
    match source {
        Some(Source::Data(embedded)) => String::from_utf8(embedded.bytes.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_current_context_leads_to_user_and_cluster() {
    let read = parse(&kubeadm()).unwrap();
    assert_eq!((read.user.as_str(), read.server.as_str()), ("kubernetes-admin", "https://10.0.0.11:6443"));
    assert_eq!(read.users, ["other", "kubernetes-admin"]);
    assert_eq!(bytes(read.authority.as_ref()), "ca");
    let Identity::Certificate { certificate, key } = &read.identity else { panic!() };
    assert_eq!((bytes(certificate.as_ref()), bytes(key.as_ref())), (CERTIFICATE.into(), KEY.into()));
}

#[test]
fn a_splice_changes_two_spans_and_nothing_else() {
    let plain = kubeadm();
    let variants = [
        plain.clone(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("# 集群管理员的凭据\n{plain}").replace("kind: Config", "kind: Config   # 注释: x"),
        plain.replace(&base64(KEY), &format!("{}   # 密钥", base64(KEY))),
        plain.replace(&base64(KEY), &format!("\"{}\"", base64(KEY))),
        plain.replace(&base64(CERTIFICATE), &format!("'{}'", base64(CERTIFICATE))),
        plain.replace("client-key-data: ", "client-key-data:    "),
        format!("---\n{plain}---\nusers: 1\n"),
        plain.trim_end().to_owned(),
    ];
    for text in variants {
        assert_eq!(spliced(&text), Ok(replaced(&text)), "{text}");
        assert!(parse(&replaced(&text)).is_ok(), "{text}");
    }
}

#[test]
fn json_is_yaml() {
    let text = format!(
        r#"{{"kind":"Config","apiVersion":"v1","current-context":"c","contexts":[{{"name":"c","context":
{{"cluster":"k","user":"u"}}}}],"clusters":[{{"name":"k","cluster":{{"server":"https://a:6443"}}}}],
"users":[{{"name":"u","user":{{"client-key-data":"{}","client-certificate-data": "{}"}}}}]}}"#,
        base64(KEY),
        base64(CERTIFICATE)
    );
    assert_eq!(spliced(&text), Ok(replaced(&text)));
}

#[test]
fn the_last_of_two_equal_keys_is_the_one_that_is_replaced() {
    let first = format!("    client-key-data: {}\n    client-certificate-data:", base64("first"));
    let text = kubeadm().replace("    client-certificate-data:", &first);
    let read = parse(&text).unwrap();
    let Identity::Certificate { key, .. } = &read.identity else { panic!() };
    assert_eq!(bytes(key.as_ref()), KEY);
    assert_eq!(spliced(&text), Ok(replaced(&text)));
}

#[test]
fn what_is_not_one_plain_scalar_is_refused() {
    let plain = kubeadm();
    let key = base64(KEY);
    let (head, tail) = key.split_at(20);
    let over = |new: &str| spliced(&plain.replace(&key, new));
    assert_eq!(over(&format!("|\n      {key}")), Err(SpliceError::SeveralLines));
    assert_eq!(over(&format!("|-\n      {head}\n      {tail}")), Err(SpliceError::SeveralLines));
    assert_eq!(over(&format!(">-\n      {key}")), Err(SpliceError::SeveralLines));
    assert_eq!(over(&format!("\"{head}\\\n      {tail}\"")), Err(SpliceError::SeveralLines));
    assert_eq!(
        over(&format!("\"\\x{:02x}{}\"", key.as_bytes()[0], &key[1..])),
        Err(SpliceError::NotVerbatim)
    );
    assert_eq!(over(&format!("&k {key}")), Err(SpliceError::Shared));
    assert_eq!(over(&format!("!!str {key}")), Err(SpliceError::Shared));

    let other = format!("client-key-data: {}", base64("other"));
    let alias = plain.replace(&other, &format!("client-key-data: &k {key}"));
    let alias = alias.replace(&format!("client-key-data: {key}"), "client-key-data: *k");
    assert_eq!(spliced(&alias), Err(SpliceError::Shared));

    let merged = plain
        .replace("  user:\n    client-certificate-data: b3", "  user: &u\n    client-certificate-data: b3");
    let own = format!("    client-certificate-data: {}\n    client-key-data: {key}\n", base64(CERTIFICATE));
    assert_eq!(spliced(&merged.replace(&own, "    <<: *u\n")), Err(SpliceError::Shared));
}

#[test]
fn a_splice_of_another_text_is_refused() {
    let read = parse(&kubeadm()).unwrap();
    let other = format!("# one line more\n{}", kubeadm());
    assert!(splice(&other, &read, b"c", b"k").is_err());
}

#[test]
fn the_other_ways_to_authenticate() {
    let with = |user: &str| {
        let text = format!(
            "current-context: c\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]
clusters: [{{name: k, cluster: {{server: 'https://a', certificate-authority: ca.crt, tls-server-name: b}}}}]
users: [{{name: u, user: {user}}}]"
        );
        parse(&text).unwrap()
    };
    assert!(matches!(with("{token: t}").identity, Identity::Token(_)));
    let plugin = "{exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1}, token: t}";
    assert!(matches!(with(plugin).identity, Identity::Plugin(_)));
    assert!(matches!(with("{username: a, password: b}").identity, Identity::Password));
    assert!(matches!(with("null").identity, Identity::Nothing));
    let files = with("{client-certificate: c.pem, client-key: c.pem}");
    let Identity::Certificate { certificate: Some(Source::File(path)), .. } = &files.identity else {
        panic!()
    };
    assert_eq!(path, "c.pem");
    assert_eq!(files.tls_server_name.as_deref(), Some("b"));
    assert!(matches!(&files.authority, Some(Source::File(path)) if path == "ca.crt"));
    assert_eq!(splice("", &files, b"", b"").unwrap_err(), SpliceError::NotEmbedded);
}

#[test]
fn data_and_a_path_exclude_each_other_and_empty_data_does_not_count() {
    let path = "    client-key: /k\n    client-key-data: ";
    let both = kubeadm().replace("    client-key-data: ", path);
    assert!(matches!(parse(&both), Err(Trouble::Malformed(_))));
    let empty = kubeadm()
        .replace(&format!("client-key-data: {}", base64(KEY)), "client-key: /k\n    client-key-data: ''");
    let Identity::Certificate { key: Some(Source::File(path)), .. } = parse(&empty).unwrap().identity else {
        panic!()
    };
    assert_eq!(path, "/k");
}

#[test]
fn what_client_go_refuses_is_refused() {
    let plain = kubeadm();
    let trouble = |text: &str| parse(text).unwrap_err();
    let malformed = |text: &str| matches!(trouble(text), Trouble::Malformed(_));
    assert_eq!(trouble(""), Trouble::Empty);
    assert_eq!(
        trouble(&plain.replace("current-context: k", "current-contexts: k")),
        Trouble::NoCurrentContext
    );
    assert_eq!(
        trouble(&plain.replace("user: kubernetes-admin", "user: nobody")),
        Trouble::DanglingReference("user nobody".into())
    );
    assert!(malformed(&plain.replace("- name: other", "- name: kubernetes-admin")), "a user listed twice");
    assert!(malformed(&plain.replace("kind: Config", "kind: Secret")));
    assert!(malformed(&plain.replace("client-key-data: ", "client-key-data: ====")));
    assert!(malformed(&plain.replace("name: other", "name: yes")), "a truth value is no name");
    assert!(malformed(&plain.replace("    server: ", "    serve: ")), "no server");
    let insecure = "    insecure-skip-tls-verify: true\n    server: ";
    assert!(malformed(&plain.replace("    server: ", insecure)), "insecure with a CA");
    let last = plain.trim_end();
    for more in [
        "username: a\n    token: b",
        "as-uid: a",
        "exec: {command: a}",
        "exec: {command: a, apiVersion: client.authentication.k8s.io/v1}",
        "exec: {command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Sometimes}",
    ] {
        assert!(malformed(&format!("{last}\n    {more}\n")), "{more}");
    }
}

#[test]
fn every_other_user_comes_with_the_first_context_that_names_it() {
    let text = "current-context: a
contexts:
- {name: a, context: {cluster: k, user: u}}
- {name: b, context: {cluster: gone, user: v}}
- {name: c, context: {cluster: l, user: w}}
- {name: d, context: {cluster: k, user: w}}
clusters:
- {name: k, cluster: {server: 'https://k:6443', certificate-authority: k.crt}}
- {name: l, cluster: {server: 'https://l:6443', tls-server-name: api}}
users:
- {name: u, user: {client-certificate: u.crt, client-key: u.key}}
- {name: v, user: {token: t}}
- {name: w, user: {client-certificate: w.crt, client-key: w.key}}
- {name: x, user: {client-certificate: x.crt}}
- {name: z, user: {}}
";
    let told = |text: &str| -> Vec<String> {
        let others = parse_all(text).unwrap().others;
        others.iter().map(|one| format!("{}|{}|{}", one.user, one.context, one.server)).collect()
    };
    // client-go refuses x: a certificate without a key.
    assert_eq!(told(text), ["v|b|", "w|c|https://l:6443", "z||"]);
    assert_eq!(parse_all(text).unwrap().current.unwrap().user, "u");
    let without = text.replace("current-context: a\n", "");
    assert_eq!(parse_all(&without).unwrap().current.unwrap_err(), Trouble::NoCurrentContext);
    assert_eq!(told(&without).len(), 4);
    let many: String = (0..500).map(|n| format!("- {{name: n{n}, user: {{}}}}\n")).collect();
    assert_eq!(told(&format!("{text}{many}")).len(), MOST);
}

#[test]
fn no_error_or_debug_text_carries_a_secret() {
    let plain = kubeadm();
    let key = base64(KEY);
    let pieces: Vec<&str> = (0..key.len() - 12).step_by(4).map(|at| &key[at..at + 12]).collect();
    let broken = [
        plain.replace(&key, &format!("{key}: {key}")),
        plain.replace(&key, &format!("[{key}")),
        plain.replace(&key, &format!("\"{key}")),
        plain.replace(&key, &format!("*{key}")),
        plain.replace(&key, &format!("{key}*")),
        plain.replace("    client-key-data", "\tclient-key-data"),
        plain.replace(&key, &format!("{{{key}: {key}}}")),
    ];
    for text in broken {
        let error = parse(&text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(pieces.iter().all(|piece| !shown.contains(piece)), "{shown}");
    }
    let shown = format!(
        "{:?}",
        parse_all(
            &plain.replace("users:", &format!("users:\n- name: t\n  user:\n    token: e30.{key}.{key}"))
        )
        .unwrap()
    );
    assert!(pieces.iter().all(|piece| !shown.contains(piece)), "{shown}");
    let shown = format!("{:?}", parse(&plain).unwrap());
    assert!(pieces.iter().all(|piece| !shown.contains(piece)) && !shown.contains("old"), "{shown}");
}
