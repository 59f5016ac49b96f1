//! The texts of Kubernetes, etcd and Go, in one table. Sources: Go's crypto/x509/verify.go, crypto/tls/{tls,alert}.go;
//! Kubernetes' apiserver/pkg/authentication/request/x509, pkg/kubelet/certificate/bootstrap, client-go
//! util/certificate, pkg/serviceaccount; etcd's embed/config_logging.go and transport/listener_tls.go.

use super::lines::{Judged, Symptom};
use super::speaker::Speaker;
use super::token::{self, Peer, after, between, name};
use crate::inventory::Component;
use aho_corasick::AhoCorasick;
use camino::Utf8PathBuf;
use std::sync::LazyLock;

/// Words of which every text below has one: a line without them is read no further.
const PROMISING: &[&str] = &[
    "x509",
    "tls: ",
    "TLS handshake error",
    "rejected connection",
    "asn1: ",
    "nauthorized",
    "ertificate",
    "CERTIFICATE",
    "PEM",
    "bootstrap",
    "token",
    "forbidden: node",
    "no such file",
    "denied",
    "symlink",
    "system:anonymous",
    "provide credentials",
    "authentication for user",
    "in RSA format",
    "JWS signature",
    "are pinned",
    "CRI endpoints",
    "wrong CA cert",
    "configuration from the Cluster",
    "SSL routines",
];

/// Words that don't say what they are about, unless one of kubeadm's below does.
const KUBEADM: &[(&str, Kubeadm)] = &[
    ("failed to load existing certificate", Kubeadm::ExistingCertificate),
    ("couldn't load ca certificate authority", Kubeadm::AuthorityNotLoaded),
    ("is not a valid certificate for this cluster", Kubeadm::NotForThisCluster),
    ("does not contain authentication for user", Kubeadm::NoSuchUser),
    ("isn't in RSA format", Kubeadm::NotRsa),
    ("exists already but has got the wrong CA cert", Kubeadm::WrongAuthority),
    ("Found multiple CRI endpoints", Kubeadm::SeveralRuntimes),
    ("Error reading configuration from the Cluster. Falling back", Kubeadm::DefaultConfiguration),
    ("failed to verify JWS signature", Kubeadm::Signature),
    ("could not find a JWS signature", Kubeadm::Signature),
    ("of the public keys", Kubeadm::Pin),
];

/// kubeadm's own complaints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kubeadm {
    /// A certificate that it expects is missing or unreadable.
    ExistingCertificate,
    /// A CA's files are missing.
    AuthorityNotLoaded,
    /// A certificate is from another CA.
    NotForThisCluster,
    /// A kubeconfig has no user of the name that it expects.
    NoSuchUser,
    /// A key is not RSA.
    NotRsa,
    /// A kubeconfig trusts other bytes than ca.crt.
    WrongAuthority,
    /// Two container runtimes.
    SeveralRuntimes,
    /// The API could not be asked for the configuration.
    DefaultConfiguration,
    /// The token that signs cluster-info is gone.
    Signature,
    /// The hash in the join command is not the CA's.
    Pin,
}

/// Which way the connection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// The other end is the client.
    In,
    /// The other end is the server.
    Out,
}

/// Whether a line is worth being taken apart.
pub(super) fn promising(line: &str) -> bool {
    // One pass for all of them: a log of a gigabyte holds hardly any such line.
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(PROMISING).ok());
    WORDS.as_ref().is_none_or(|words| words.is_match(line))
}

/// Somebody hung up, spoke HTTP or something else to a TLS port, or came without a certificate: port scans, health
/// checks of balancers, probes.
pub(super) fn harmless(text: &str) -> bool {
    let handshake = text.contains("TLS handshake error from") || text.contains("rejected connection");
    let stranger = [
        ": EOF",
        "(error \"EOF\"",
        "connection reset by peer",
        "first record does not look like a TLS handshake",
        "client didn't provide a certificate",
        "i/o timeout",
        "client sent an HTTP request to an HTTPS server",
        "broken pipe",
        "no cipher suite supported",
        "client offered only unsupported versions",
        "unsupported SSLv2 handshake",
    ];
    handshake && (stranger.iter().any(|word| text.contains(word)) || text.trim_end().ends_with("EOF"))
}

/// The texts, the most telling first.
pub(super) fn symptom(text: &str) -> Option<(Symptom, Judged)> {
    use Judged::{OwnClient, OwnFile, OwnServer, TheirClient, TheirServer, Unsaid};
    let has = |words: &str| text.contains(words);
    if let Some(rest) = after(text, "part of the existing bootstrap client certificate") {
        let ended = after(rest, "is expired: ")
            .and_then(|time| token::go_time(time).or_else(|| token::rfc3339(time)));
        return Some((Symptom::KubeletExpired { ended }, OwnClient));
    }
    if has("unable to load bootstrap kubeconfig") && has("no such file or directory") {
        return Some((Symptom::BootstrapMissing, OwnClient));
    }
    if has("client certificate has expired") && has("server is")
        || has("No valid client certificate is found")
    {
        return Some((Symptom::KubeletExits, OwnClient));
    }
    if has("to be a symlink but it is a file") {
        return Some((Symptom::NotASymlink, OwnFile));
    }
    if has("no serving certificate available for the kubelet")
        || has("kubernetes.io/kubelet-serving") && has("certificate signing request is denied")
    {
        return Some((Symptom::NoServingCertificate, OwnServer));
    }
    // What kube-apiserver passes on to `kubectl exec`, `attach` and `port-forward`: it names no address.
    if has("error dialing backend: remote error: tls: internal error") {
        return Some((Symptom::NoServingCertificate, TheirServer));
    }
    if let Some(symptom) = node_forbidden(text) {
        return Some((symptom, OwnClient));
    }
    if has("trailing data after first PEM block") {
        return Some((Symptom::TrailingPem, Unsaid));
    }
    if let Some(found) = kubeadm(text) {
        return Some(found);
    }
    // The apiserver says it twice in one line, once with the serial number: the client is judged.
    let authenticated = has("Unable to authenticate the request") || has("verifying certificate SN=");
    let judged = if authenticated { TheirClient } else { Unsaid };
    if let Some(symptom) = dates(text) {
        return Some((symptom, judged));
    }
    if has("certificate signed by unknown authority") || has("x509: no valid chains built") {
        return Some((Symptom::UnknownAuthority, judged));
    }
    if let Some(symptom) = names(text) {
        return Some((symptom, judged));
    }
    if has("incompatible key usage") || has("not authorized for an extended key usage") {
        return Some((Symptom::WrongUsage, judged));
    }
    if let Some(found) = openssl(text) {
        return Some(found);
    }
    if let Some(alert) = alert(text) {
        return Some((Symptom::Refused { alert }, Unsaid));
    }
    if has("private key does not match public key") || has("private key type does not match public key type")
    {
        return Some((Symptom::KeyMismatch, OwnFile));
    }
    if has("failed to find any PEM data")
        || has("failed to find certificate PEM data")
        || has("does not contain any certificates")
        || has("no certificates could be loaded")
    {
        return Some((Symptom::NoPem, OwnFile));
    }
    if has("failed to parse private key") || has("asn1: structure error: length too large") {
        return Some((Symptom::KeyUnreadable, OwnFile));
    }
    if has("avc: ") && has("denied") && credential_path(text).is_some()
        || has("permission denied") && credential_path(text).is_some()
    {
        return Some((Symptom::FileDenied, OwnFile));
    }
    // cAdvisor, inside of the kubelet, tries every runtime that it knows (google/cadvisor container/*/factory.go).
    if has(".sock: connect: no such file or directory") && !has("container factory failed") {
        return Some((Symptom::SocketMissing, OwnFile));
    }
    if has("no such file or directory") && credential_path(text).is_some() {
        return Some((Symptom::FileMissing, OwnFile));
    }
    if has("service account token has expired")
        || has("token is expired")
        || has("token has expired")
        || has("is invalid for this cluster or it has expired")
        || has("has invalid bearer token, token lookup failed")
    {
        return Some((Symptom::TokenExpired, judged));
    }
    if let Some(account) = between(text, "serviceaccounts \"", "\" not found").and_then(name) {
        return Some((Symptom::AccountGone { account }, judged));
    }
    if has("invalid bearer token") && has("invalid signature") {
        return Some((Symptom::TokenSignature, judged));
    }
    if has("invalid bearer token") || has("service account token is not valid yet") {
        return Some((Symptom::TokenInvalid, judged));
    }
    if has("User \"system:anonymous\"") {
        return Some((Symptom::Anonymous, OwnClient));
    }
    let unauthorized =
        ["Unauthorized", "the server has asked for the client to provide credentials", "401 Unauthorized"];
    if unauthorized.iter().any(|words| has(words)) && !has("rpc error: code = Unauthenticated") {
        return Some((Symptom::Unauthorized, if authenticated { TheirClient } else { OwnClient }));
    }
    None
}

/// The words of OpenSSL, which curl and many others pass on (crypto/x509/x509_txt.c, ssl/ssl_err.c; curl's lib/vtls).
fn openssl(text: &str) -> Option<(Symptom, Judged)> {
    const ALERTS: [(&str, &str); 5] = [
        ("alert unknown ca", "unknown certificate authority"),
        ("alert bad certificate", "bad certificate"),
        ("alert certificate expired", "expired certificate"),
        ("alert certificate required", "certificate required"),
        ("alert internal error", "internal error"),
    ];
    let has = |words: &str| text.contains(words);
    if has("SSL routines") {
        let (_, alert) = ALERTS.into_iter().find(|(words, _)| has(words))?;
        return Some((Symptom::Refused { alert }, Judged::OwnClient));
    }
    if let Some(rest) = after(text, "no alternative certificate subject name matches target host name '") {
        return Some((Symptom::WrongName { wanted: host(rest), valid_for: Vec::new() }, Judged::TheirServer));
    }
    let why = after(text, "SSL certificate problem: ")?;
    let symptom = match why {
        _ if why.starts_with("certificate has expired") => Symptom::Expired { ended: None },
        _ if why.starts_with("certificate is not yet valid") => Symptom::NotYetValid { begins: None },
        _ if why.contains("self-signed certificate")
            || why.contains("self signed certificate")
            || why.contains("unable to get") =>
        {
            Symptom::UnknownAuthority
        }
        _ => return None,
    };
    Some((symptom, Judged::TheirServer))
}

/// The webhook or API service on whose behalf kube-apiserver asked.
pub(super) fn caller(text: &str) -> Option<String> {
    if let Some(webhook) = between(text, "failed calling webhook \"", "\"") {
        return name(webhook);
    }
    let (before, _) = text.split_once(" failed with: failing or missing response from ")?;
    name(before.rsplit([' ', '"', '=']).next()?)
}

/// The hash of the CA's public key that `kubeadm join` has met.
pub(super) fn pin(text: &str) -> Option<String> {
    let hash = after(text, "of the public keys ").and_then(|rest| after(rest, "sha256:"))?;
    let hash = token::word(hash, |c| c.is_ascii_hexdigit());
    (hash.len() == 64).then(|| hash.to_ascii_lowercase())
}

fn dates(text: &str) -> Option<Symptom> {
    let go = text.contains("certificate has expired or is not yet valid");
    // kubeadm's own check (util/pkiutil `ValidateCertPeriod`).
    let early =
        text.contains("the certificate is not valid yet") || text.contains("certificate is not valid before");
    let late = text.contains("the certificate has expired") || text.contains("certificate expired");
    let rest = after(text, "current time ");
    let begins = rest.and_then(|rest| after(rest, " is before ")).and_then(token::rfc3339);
    let ended = rest.and_then(|rest| after(rest, " is after ")).and_then(token::rfc3339);
    match (go, begins, ended) {
        (true, Some(_), None) => Some(Symptom::NotYetValid { begins }),
        (true, _, _) => Some(Symptom::Expired { ended }),
        _ if early => {
            Some(Symptom::NotYetValid { begins: between(text, "NotBefore: ", ",").and_then(token::go_time) })
        }
        // Older Go, and clients of other languages, give no times.
        _ if late || text.contains("x509: certificate has expired") => Some(Symptom::Expired { ended: None }),
        _ => None,
    }
}

fn names(text: &str) -> Option<Symptom> {
    let list =
        |names: &str| -> Vec<String> { names.split([',', ' ', '"']).filter_map(name).take(16).collect() };
    if let Some(rest) = after(text, "x509: certificate is valid for ") {
        let (valid, wanted) = rest.split_once(", not ").or_else(|| rest.split_once(", but none matched "))?;
        return Some(Symptom::WrongName { wanted: host(wanted), valid_for: list(valid) });
    }
    if let Some(wanted) = after(text, "not valid for any names, but wanted to match ") {
        return Some(Symptom::WrongName { wanted: host(wanted), valid_for: Vec::new() });
    }
    if let Some(rest) = after(text, "cannot validate certificate for ") {
        return Some(Symptom::WrongName { wanted: host(rest), valid_for: Vec::new() });
    }
    if text.contains("relies on legacy Common Name field") {
        return Some(Symptom::WrongName { wanted: None, valid_for: Vec::new() });
    }
    let (before, rest) = text.split_once(" does not match any of DNSNames [")?;
    let wanted = before.rsplit('"').nth(1).and_then(host);
    Some(Symptom::WrongName { wanted, valid_for: list(rest.split(']').next().unwrap_or_default()) })
}

/// A host name or address at the beginning.
fn host(text: &str) -> Option<String> {
    let word = token::word(text, |c| c.is_ascii_alphanumeric() || "._:*-".contains(c));
    name(word.trim_end_matches(['.', ':']))
}

fn alert(text: &str) -> Option<&'static str> {
    const ALERTS: [&str; 11] = [
        "bad certificate",
        "expired certificate",
        "unknown certificate authority",
        "unknown certificate",
        "unsupported certificate",
        "revoked certificate",
        "certificate required",
        "internal error",
        "handshake failure",
        "access denied",
        "error decrypting message",
    ];
    let rest = after(text, "remote error: tls: ")?;
    ALERTS.into_iter().find(|alert| rest.starts_with(alert))
}

/// `nodes "X" is forbidden: node "Y" is not allowed to modify node "X"`; older ones without quotes, `cannot modify`.
fn node_forbidden(text: &str) -> Option<Symptom> {
    let rest = after(text, "is forbidden: node ")?;
    let (certified, node) = rest
        .split_once(" cannot modify node ")
        .or_else(|| rest.split_once(" is not allowed to modify node "))?;
    let clean = |word: &str| {
        let word = word.trim_start_matches('"');
        name(token::word(word, |c| c.is_ascii_alphanumeric() || "._-".contains(c)).trim_end_matches('.'))
    };
    Some(Symptom::NodeForbidden { certified: clean(certified)?, node: clean(node)? })
}

fn kubeadm(text: &str) -> Option<(Symptom, Judged)> {
    let (_, what) = *KUBEADM.iter().find(|(words, _)| text.contains(words))?;
    (what != Kubeadm::Pin || text.contains("are pinned")).then_some((Symptom::Kubeadm(what), Judged::OwnFile))
}

/// The other end of the connection, and which way it went.
pub(super) fn connection(text: &str, peer: Option<Peer>) -> (Option<Peer>, Option<Direction>) {
    let incoming = ["TLS handshake error from ", "rejected connection from \""];
    if let Some(rest) = incoming.into_iter().find_map(|words| after(text, words)) {
        return (Peer::read(rest).map(client), Some(Direction::In));
    }
    if text.contains("rejected connection") || text.contains("failed to verify client") {
        return (peer.map(client), Some(Direction::In));
    }
    // The last one: what is nearest to the error.
    let methods = ["Get \"", "Post \"", "Put \"", "Patch \"", "Delete \"", "Head \""];
    if let Some(at) =
        methods.into_iter().filter_map(|method| text.rfind(method).map(|at| at + method.len())).max()
    {
        return (Peer::read(&text[at..]), Some(Direction::Out));
    }
    let outgoing = [
        "{Addr: \"",
        "dial tcp ",
        "Error connecting to ",
        "remote-peer-urls=",
        "failed to connect to {",
        "https://",
    ];
    if let Some(rest) = outgoing.into_iter().find_map(|words| after(text, words)) {
        return (Peer::read(rest), Some(Direction::Out));
    }
    let handshake =
        text.contains("authentication handshake failed") || text.contains("prober detected unhealthy");
    (peer.clone(), (handshake || peer.is_some()).then_some(Direction::Out))
}

/// A client's port says nothing.
fn client(peer: Peer) -> Peer {
    Peer { port: None, ..peer }
}

/// The file that a line is about.
pub(super) fn file(text: &str, symptom: &Symptom) -> Option<Utf8PathBuf> {
    match symptom {
        Symptom::KubeletExpired { .. } => after(text, "certificate in ").and_then(token::path),
        Symptom::BootstrapMissing => after(text, "stat ").and_then(token::path),
        Symptom::NotASymlink => after(text, "expected \"").and_then(token::path),
        Symptom::SocketMissing => after(text, "dial unix ")
            .and_then(|rest| token::path(rest.split(": connect").next().unwrap_or(rest))),
        Symptom::FileMissing
        | Symptom::FileDenied
        | Symptom::KeyMismatch
        | Symptom::NoPem
        | Symptom::KeyUnreadable
        | Symptom::TrailingPem
        | Symptom::Kubeadm(_) => credential_path(text),
        _ => None,
    }
}

/// The first path that can be that of a certificate, key or kubeconfig. Other missing files are not ours.
fn credential_path(text: &str) -> Option<Utf8PathBuf> {
    let starts = text.char_indices().filter(|(at, c)| {
        *c == '/' && text[..*at].chars().next_back().is_none_or(|before| " \"'=(:".contains(before))
    });
    starts.take(64).filter_map(|(at, _)| token::path(&text[at..])).find(|path| {
        let fits = matches!(path.extension(), Some("crt" | "key" | "pem" | "conf" | "pub"))
            || path.file_name().is_some_and(|file| file.contains("kubeconfig"));
        let place = ["/pki", "/kubernetes", "/etcd", "/ssl", "/cni/", "/kubelet", "/.kube", "/certs"];
        fits && place.iter().any(|part| path.as_str().contains(part))
            || path.file_name().is_none() && path.as_str().contains("/pki")
    })
}

/// Who must have written a line of which nothing says so.
pub(super) fn implied_speaker(text: &str, symptom: &Symptom) -> Speaker {
    let has = |words: &str| text.contains(words);
    let component = match symptom {
        Symptom::KubeletExpired { .. }
        | Symptom::BootstrapMissing
        | Symptom::KubeletExits
        | Symptom::NotASymlink
        | Symptom::NodeForbidden { .. } => Component::Kubelet,
        Symptom::NoServingCertificate if !has("error dialing backend") => Component::Kubelet,
        Symptom::Kubeadm(_) | Symptom::TrailingPem => return Speaker::Kubeadm,
        _ if has("Unable to authenticate the request") => Component::KubeApiserver,
        _ if has("rejected connection") || has("rafthttp") => Component::Etcd,
        _ if has("kube-system/kube-scheduler") => Component::KubeScheduler,
        _ if has("kube-system/kube-controller-manager") => Component::KubeControllerManager,
        _ if has("failed to run Kubelet") || has("pod sandbox") || has("kubelet_node_status.go") => {
            Component::Kubelet
        }
        _ if has("Failed to scrape node") => return Speaker::Other("metrics-server".to_owned()),
        _ if has("execution phase") || has("[preflight]") || has("[discovery]") => return Speaker::Kubeadm,
        _ if has("Unable to connect to the server")
            || has("You must be logged in to the server")
            || has("Error from server")
            || has("unable to upgrade connection") =>
        {
            return Speaker::Kubectl;
        }
        _ if has("curl: (") => return Speaker::Other("curl".to_owned()),
        _ if caller(text).is_some() => Component::KubeApiserver,
        _ => return Speaker::Unknown,
    };
    Speaker::Component(component)
}

/// The network plugin whose error the kubelet or the runtime passes on.
pub(super) fn network_plugin(text: &str) -> Option<Speaker> {
    if text.contains("error getting ClusterInformation") {
        return Some(Speaker::Other("calico".to_owned()));
    }
    let plugin = between(text, "plugin type=\"", "\" failed")?;
    Some(Speaker::named(plugin)).filter(Speaker::network_plugin)
}
