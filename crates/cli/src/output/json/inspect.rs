//! `Inspection`.

use super::{API_VERSION, Tool, time};
use crate::exit::Exit;
use crate::output::inspect::{Content, Inspection, extended, word};
use jiff::Timestamp;
use perennial_core::inspect::{KeyFacts, Part};
use perennial_core::inventory::{Chain, Handshake, Looked};
use perennial_host::observe::inspect::{Access, Beside, Proof};
use perennial_pki::certificate::Certificate;
use perennial_pki::digest::{hex, sha256_hex};
use perennial_pki::key::public_kind;
use perennial_pki::request::Request;
use serde::Serialize;

/// What `inspect -o json` prints.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct InspectionView {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Inspection`.
    kind: &'static str,
    tool: Option<Tool>,
    /// The file or server, as it was called; `-` is stdin.
    what: String,
    /// `parts` (certificates, requests, keys), `kubeconfig` or `server`.
    content: &'static str,
    assessed_at: String,
    exit_code: u8,
    /// What a file holds, in its order; what a server presents, the leaf first.
    parts: Vec<PartView>,
    /// The file with the other half of the first part's pair.
    pair: Option<PairView>,
    /// Every user of a kubeconfig.
    users: Vec<UserView>,
    server: Option<ServerView>,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PartView {
    /// `certificate`, `request`, `privateKey`, `publicKey`, `broken` or `other`.
    r#type: &'static str,
    /// The label of a block that is broken, or of another kind.
    label: Option<String>,
    reason: Option<String>,
    certificate: Option<DetailView>,
    request: Option<AskedView>,
    /// Of the public half; of a private key nothing else is told.
    key: Option<KeyView>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct KeyView {
    /// Algorithm and size.
    kind: Option<String>,
    /// The label of its PEM block, of a private key.
    form: Option<&'static str>,
    /// SHA-256 of the public key with its algorithm, lower-case hexadecimal.
    fingerprint: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct DetailView {
    subject: String,
    issuer: String,
    self_signed: bool,
    version: u64,
    /// Lower-case hexadecimal.
    serial: String,
    serial_decimal: String,
    /// SHA-256 of the DER, lower-case hexadecimal.
    fingerprint: String,
    not_before: String,
    not_after: String,
    /// Negative once it has ended.
    seconds_left: i64,
    signature_algorithm: String,
    authority: bool,
    key_usages: Vec<String>,
    extended_key_usages: Vec<String>,
    dns_names: Vec<String>,
    ip_addresses: Vec<String>,
    email_addresses: Vec<String>,
    uris: Vec<String>,
    subject_key_id: Option<String>,
    authority_key_id: Option<String>,
    unknown_extensions: Vec<ExtensionView>,
    /// The names under which this node knows it.
    roles: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ExtensionView {
    oid: String,
    critical: bool,
    bytes: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AskedView {
    subject: String,
    dns_names: Vec<String>,
    ip_addresses: Vec<String>,
    /// E-mail addresses and URIs.
    others: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PairView {
    file: String,
    /// Absent where it can't be read.
    fits: Option<bool>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UserView {
    user: String,
    context: String,
    current: bool,
    server: String,
    /// The CAs by which it trusts the server.
    trusts: Vec<PartView>,
    trusts_reason: Option<String>,
    /// `certificate`, `token`, `tokenFile`, `plugin` (not run), `password` or `nothing`.
    proof: &'static str,
    /// The client certificate and what follows it.
    certificates: Vec<PartView>,
    reason: Option<String>,
    /// Whether the key belongs to the certificate; absent where one of them can't be read.
    key_fits: Option<bool>,
    key_reason: Option<String>,
    /// When a token ends, by its own word.
    token_ends: Option<String>,
    /// The command or name of an exec plugin or auth provider, which was not run.
    plugin: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ServerView {
    address: String,
    /// Why the handshake failed after the certificate was seen.
    handshake_failed: Option<String>,
    /// The names of the CAs whose client certificates it accepts, if it asks for one.
    accepts: Vec<String>,
}

impl InspectionView {
    /// Of a look.
    pub(crate) fn new(inspection: &Inspection<'_>, exit: Exit) -> Self {
        let view = Self {
            api_version: API_VERSION,
            kind: "Inspection",
            tool: Some(Tool::this()),
            what: inspection.what.to_owned(),
            assessed_at: time(inspection.now),
            exit_code: exit.number(),
            ..Self::default()
        };
        match &inspection.content {
            Content::Parts(parts, beside) => Self {
                content: "parts",
                parts: parts.iter().map(|one| part(inspection, one)).collect(),
                pair: beside.as_ref().map(pair),
                ..view
            },
            Content::Kubeconfig(users) => Self {
                content: "kubeconfig",
                users: users.iter().map(|one| user(inspection, one)).collect(),
                ..view
            },
            Content::Server(address, served) => Self {
                content: "server",
                parts: chain(inspection, &served.chain),
                server: Some(ServerView {
                    address: address.to_string(),
                    handshake_failed: match &served.handshake {
                        Handshake::Completed => None,
                        Handshake::Failed(reason) => Some(reason.clone()),
                    },
                    accepts: served.client_authorities.clone(),
                }),
                ..view
            },
        }
    }
}

fn part(inspection: &Inspection<'_>, found: &Part) -> PartView {
    match found {
        Part::Certificate(found) => certificate(inspection, found),
        Part::Request(found) => request(found),
        Part::PrivateKey(found) => {
            PartView { r#type: "privateKey", key: Some(key(found)), ..PartView::default() }
        }
        Part::PublicKey(found) => {
            PartView { r#type: "publicKey", key: Some(key(found)), ..PartView::default() }
        }
        Part::Broken { label, why } => PartView {
            r#type: "broken",
            label: Some(label.clone()),
            reason: Some(why.to_string()),
            ..PartView::default()
        },
        Part::Other(label) => PartView { r#type: "other", label: Some(label.clone()), ..PartView::default() },
    }
}

fn key(found: &KeyFacts) -> KeyView {
    KeyView {
        kind: Some(found.kind.to_string()),
        form: found.form.map(|form| form.label()),
        fingerprint: found.fingerprint.clone(),
    }
}

fn chain(inspection: &Inspection<'_>, chain: &Chain) -> Vec<PartView> {
    let all = std::iter::once(chain.leaf()).chain(chain.rest());
    all.map(|one| certificate(inspection, one)).collect()
}

fn certificate(inspection: &Inspection<'_>, found: &Certificate) -> PartView {
    PartView {
        r#type: "certificate",
        key: Some(KeyView {
            kind: Some(found.key_kind().to_string()),
            form: None,
            fingerprint: sha256_hex(found.spki_der()),
        }),
        certificate: Some(detail(inspection, inspection.now, found)),
        ..PartView::default()
    }
}

fn detail(inspection: &Inspection<'_>, now: Timestamp, found: &Certificate) -> DetailView {
    let unknown = found.unknown_extensions().into_iter();
    DetailView {
        subject: found.subject(),
        issuer: found.issuer(),
        self_signed: found.is_self_signed(),
        version: found.version(),
        serial: found.serial_hex(),
        serial_decimal: found.serial_decimal(),
        fingerprint: found.fingerprint_sha256(),
        not_before: time(found.not_before()),
        not_after: time(found.not_after()),
        seconds_left: found.not_after().duration_since(now).as_secs(),
        signature_algorithm: found.signature_algorithm(),
        authority: found.is_ca(),
        key_usages: found.key_usage().iter().flatten().map(word).collect(),
        extended_key_usages: found.extended_key_usages().iter().map(extended).collect(),
        dns_names: found.dns_names(),
        ip_addresses: found.ip_addresses().iter().map(ToString::to_string).collect(),
        email_addresses: found.email_addresses(),
        uris: found.uris(),
        subject_key_id: found.subject_key_id().map(|id| hex(&id)),
        authority_key_id: found.authority_key_id().map(|id| hex(&id)),
        unknown_extensions: unknown
            .map(|(oid, critical, bytes)| ExtensionView { oid, critical, bytes })
            .collect(),
        roles: inspection.roles(found).into_iter().map(str::to_owned).collect(),
    }
}

fn request(found: &Request) -> PartView {
    PartView {
        r#type: "request",
        key: Some(KeyView {
            kind: public_kind(&found.spki_der).map(|kind| kind.to_string()),
            form: None,
            fingerprint: sha256_hex(&found.spki_der),
        }),
        request: Some(AskedView {
            subject: found.subject.clone(),
            dns_names: found.dns_names.clone(),
            ip_addresses: found.ip_addresses.iter().map(ToString::to_string).collect(),
            others: found.others.clone(),
        }),
        ..PartView::default()
    }
}

fn pair(beside: &Beside) -> PairView {
    PairView {
        file: beside.path.to_string(),
        fits: beside.fits.seen().copied(),
        reason: beside.fits.trouble().map(ToString::to_string),
    }
}

fn user(inspection: &Inspection<'_>, found: &Access) -> UserView {
    let trusts = found.trusts.seen().into_iter().flatten();
    let mut view = UserView {
        user: found.user.clone(),
        context: found.context.clone(),
        current: found.current,
        server: found.server.clone(),
        trusts: trusts.map(|one| certificate(inspection, one)).collect(),
        trusts_reason: found.trusts.trouble().map(ToString::to_string),
        proof: "nothing",
        certificates: Vec::new(),
        reason: None,
        key_fits: None,
        key_reason: None,
        token_ends: None,
        plugin: None,
    };
    match &found.proof {
        Proof::Certificate { chain: shown, key } => {
            view.proof = "certificate";
            view.certificates = shown.seen().map(|shown| chain(inspection, shown)).unwrap_or_default();
            view.reason = shown.trouble().map(ToString::to_string);
            view.key_fits = match (shown, key) {
                (Looked::Seen(_), Looked::Seen(key)) => Some(key.fits),
                _ => None,
            };
            view.key_reason = key.trouble().map(ToString::to_string);
        }
        Proof::Token(claims) => {
            view.proof = "token";
            view.token_ends = claims.as_ref().and_then(|claims| claims.ends).map(time);
        }
        Proof::TokenFile(_) => view.proof = "tokenFile",
        Proof::Plugin(name) => {
            view.proof = "plugin";
            view.plugin = Some(name.clone());
        }
        Proof::Password => view.proof = "password",
        Proof::Nothing => {}
    }
    view
}
