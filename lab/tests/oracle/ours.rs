//! What our readers say.

use crate::ask::Answer;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::formats::component;
use perennial_core::formats::flags::flags;
use perennial_core::formats::kubeconfig::{self, Identity, Kubeconfig, Source};
use perennial_core::formats::kubelet::{KubeletConfiguration, defaults};
use perennial_core::formats::manifest::Manifest;
use perennial_core::inventory::Component;
use perennial_pki::certificate::{Certificate, certificates, leaf, pool};
use perennial_pki::chain::{self, Use};
use perennial_pki::digest::{hex, sha256_hex};
use perennial_pki::key::PrivateKey;
use perennial_pki::pem;
use perennial_testdata::corpus::{Case, Kind};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What a reader says of a case. The facts are named as the oracle's; one that is left out is not compared.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) error: Option<String>,
    pub(crate) facts: Map<String, Value>,
}

type Facts = Result<Value, String>;

/// Asks the reader that the case is for. `go`: where ours is asked about what the component has found.
pub(crate) fn read(case: &Case, go: &Answer) -> Verdict {
    let facts = match case.kind {
        Kind::Pem => pem(case.content("")),
        Kind::Certificate => certificate(case.content("")),
        Kind::Bundle => bundle(case.content("")),
        Kind::Pool => trusted(case.content("")),
        Kind::Pair => pair(case.content("certificate"), case.content("key")),
        // kube-apiserver tells nothing but whether it would serve.
        Kind::Serving => pair(case.content("certificate"), case.content("key")).map(|_| json!({})),
        Kind::Store => pair(case.content(""), case.content("")),
        Kind::Chain => verified(case),
        Kind::Kubeconfig => text(case).and_then(|text| connection(case, text, go)),
        Kind::Manifest => text(case).and_then(|text| static_pod(text, go)),
        Kind::Kubelet => text(case).and_then(|text| kubelet(case, text)),
        Kind::Scheduler | Kind::Manager => text(case).and_then(configuration),
        Kind::Arguments => Ok(json!({ "flags": flags(&case.lists["arguments"]) })),
    };
    match facts {
        Ok(Value::Object(facts)) => Verdict { error: None, facts },
        Ok(_) => panic!("facts are an object"),
        Err(error) => Verdict { error: Some(error), facts: Map::new() },
    }
}

/// Only UTF-8 is text (host observe/files `Content::text`).
fn text(case: &Case) -> Result<&str, String> {
    std::str::from_utf8(case.content("")).map_err(|_| "not UTF-8".to_owned())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn pem(input: &[u8]) -> Facts {
    let blocks: Vec<Value> = pem::blocks(input)
        .iter()
        .map(|block| {
            json!({ "label": block.label, "headers": block.headers.len(), "sha256": sha256_hex(&block.der),
                    "end": block.span.end })
        })
        .collect();
    Ok(json!({ "blocks": blocks }))
}

fn certificate(der: &[u8]) -> Facts {
    let read = Certificate::from_der(der).map_err(said)?;
    let addresses: Vec<String> = read.ip_addresses().iter().map(ToString::to_string).collect();
    Ok(json!({
        "subject": read.subject(),
        "issuer": read.issuer(),
        "serial": read.serial_decimal(),
        "notBefore": read.not_before().as_second(),
        "notAfter": read.not_after().as_second(),
        "ca": read.is_ca(),
        "version": read.version(),
        "dns": read.dns_names(),
        "addresses": addresses,
        "subjectKeyId": hex(&read.subject_key_id().unwrap_or_default()),
        "authorityKeyId": hex(&read.authority_key_id().unwrap_or_default()),
    }))
}

fn digests(list: &[Certificate]) -> Vec<String> {
    list.iter().map(|certificate| sha256_hex(certificate.der())).collect()
}

fn bundle(text: &[u8]) -> Facts {
    let found = certificates(text).map_err(said)?;
    Ok(json!({ "certificates": digests(&found), "apiserver": true }))
}

fn trusted(text: &[u8]) -> Facts {
    let found: BTreeSet<String> = digests(&pool(text).map_err(said)?).into_iter().collect();
    Ok(json!({ "certificates": found.len() }))
}

fn pair(certificate: &[u8], key: &[u8]) -> Facts {
    let leaf = leaf(certificate).map_err(said)?;
    let key = PrivateKey::from_pem(key).map_err(said)?;
    if !key.matches(&leaf) {
        return Err("the key is another certificate's".to_owned());
    }
    Ok(json!({ "kind": key.kind().to_string(), "leaf": sha256_hex(leaf.der()) }))
}

fn verified(case: &Case) -> Facts {
    let leaf = leaf(case.content("leaf")).map_err(said)?;
    let all = |name: &str| pool(case.content(name)).unwrap_or_default();
    let usage = case.lists.get("usage").and_then(|list| list.first()).map(|usage| match usage.as_str() {
        "server" => Use::Server,
        "client" => Use::Client,
        other => panic!("usage {other}"),
    });
    let name = case.lists.get("name").and_then(|list| list.first()).map(String::as_str);
    let now = Timestamp::from_second(case.now).unwrap();
    let faults = chain::faults(&leaf, &all("intermediates"), &all("roots"), usage, name, now);
    if faults.is_empty() { Ok(json!({})) } else { Err(format!("{faults:?}")) }
}

fn connection(case: &Case, text: &str, go: &Answer) -> Facts {
    let read = kubeconfig::parse(text).map_err(said)?;
    let mut facts = json!({ "context": read.context, "user": read.user, "users": read.users.len() });
    let (certificate, key) = match &read.identity {
        Identity::Certificate { certificate, key } => (certificate.as_ref(), key.as_ref()),
        _ => (None, None),
    };
    let sources = [("authority", read.authority.as_ref()), ("certificate", certificate), ("key", key)];
    for (name, source) in sources {
        if let Some(Source::File(path)) = source
            && !case.files.contains_key(&clean(path))
        {
            return Err(format!("{name}: no file {path}"));
        }
    }
    // client-go looks at no credential for a server without TLS, or whose URL can't be read.
    if go.facts.get("secure") == Some(&Value::Bool(false)) {
        return Ok(facts);
    }
    // A key alone proves nothing, and client-go leaves it aside.
    let key = key.filter(|_| certificate.is_some());
    for (name, source) in [sources[0], sources[1], ("key", key)] {
        facts[name] = described(source).into();
    }
    facts["server"] = read.server.as_str().into();
    facts["insecure"] = read.insecure.into();
    facts["serverName"] = read.tls_server_name.clone().unwrap_or_default().into();
    match read.identity {
        Identity::Plugin(_) => {}
        Identity::Token(_) => facts["token"] = true.into(),
        Identity::Password => facts["password"] = true.into(),
        Identity::Nothing => facts["token"] = false.into(),
        Identity::Certificate { .. } => facts["tls"] = usable(case, &read, certificate, key).into(),
    }
    Ok(facts)
}

fn described(source: Option<&Source>) -> String {
    match source {
        Some(Source::Data(data)) => format!("data {}", sha256_hex(&data.bytes)),
        Some(Source::File(path)) => format!("file {}", clean(path)),
        None => String::new(),
    }
}

fn usable(case: &Case, read: &Kubeconfig, certificate: Option<&Source>, key: Option<&Source>) -> bool {
    let bytes = |source: &Source| match source {
        Source::Data(data) => data.bytes.to_vec(),
        Source::File(path) => case.content(&clean(path)).to_vec(),
    };
    let trusts = read.authority.as_ref().is_none_or(|source| pool(&bytes(source)).is_ok());
    let proves = match (certificate, key) {
        (Some(certificate), Some(key)) => pair(&bytes(certificate), &bytes(key)).is_ok(),
        _ => true,
    };
    trusts && proves
}

/// `filepath.Clean`.
fn clean(path: &Utf8Path) -> String {
    let mut cleaned = Utf8PathBuf::new();
    for part in path.components() {
        match part.as_str() {
            "." => {}
            ".." if cleaned.file_name().is_some_and(|name| name != "..") => drop(cleaned.pop()),
            part => cleaned.push(part),
        }
    }
    cleaned.into_string()
}

/// Compared is the container that ours looks at, and where each of its mounts leads.
fn static_pod(text: &str, go: &Answer) -> Facts {
    let read = Manifest::parse(text).map_err(said)?;
    let mut facts = json!({ "name": read.pod, "container": read.container, "image": read.image });
    if read.component != Some(Component::Etcd) {
        facts["flags"] = json!(read.flags);
    }
    let container = go.container(&read.container);
    let mounts: Map<String, Value> = container
        .and_then(|container| container["mounts"].as_object())
        .into_iter()
        .flat_map(Map::keys)
        .map(|inside| (inside.clone(), clean(&read.host_path(Utf8Path::new(inside))).into()))
        .collect();
    facts["mounts"] = mounts.into();
    Ok(facts)
}

fn kubelet(case: &Case, text: &str) -> Facts {
    let folder = Utf8Path::new("/folder");
    let drop_ins =
        case.files.iter().filter(|(name, _)| name.starts_with("conf.d/") && name.ends_with(".conf"));
    let mut drop_ins: Vec<_> = drop_ins.collect();
    // filepath.WalkDir: a folder's entries in their order, what is in it where it stands.
    drop_ins.sort_by_key(|(name, _)| name.split('/').map(str::to_owned).collect::<Vec<_>>());
    let texts: Result<Vec<&str>, _> =
        drop_ins.iter().map(|(_, text)| std::str::from_utf8(text).map_err(said)).collect();
    let read = KubeletConfiguration::layered(text, folder, &texts?).map_err(said)?;
    let read = read.overridden_by(&flags(case.lists.get("arguments").map_or(&[], Vec::as_slice)));
    let path = |path: Option<&Utf8Path>| {
        let path = path.unwrap_or_else(|| Utf8Path::new(""));
        // Only what was relative is cleaned.
        path.strip_prefix(folder).map_or_else(|_| path.to_string(), clean)
    };
    Ok(json!({
        "staticPodPath": path(read.static_pod_path.as_deref()),
        "containerRuntimeEndpoint": read.runtime_socket(),
        "rotateCertificates": read.rotate_certificates.unwrap_or(false),
        "serverTLSBootstrap": read.server_tls_bootstrap.unwrap_or(false),
        "tlsCertFile": path(read.tls_cert_file.as_deref()),
        "tlsPrivateKeyFile": path(read.tls_private_key_file.as_deref()),
        "address": read.address.clone().filter(|address| !address.is_empty()).unwrap_or_else(|| "0.0.0.0".to_owned()),
        "port": read.port.filter(|port| *port != 0).unwrap_or(defaults::PORT),
        "clientCAFile": path(read.client_authority()),
    }))
}

fn configuration(text: &str) -> Facts {
    let path = component::kubeconfig(text).map_err(said)?;
    Ok(json!({ "kubeconfig": path.unwrap_or_default() }))
}
