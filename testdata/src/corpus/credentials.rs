//! PEM texts, certificates, keys and chains: those that Go's own packages made for perennial-pki.

use super::{Case, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_pki::pem;
use serde::Deserialize;

pub(super) const P256: &str = include_str!("../../../crates/pki/testdata/p256-ca.pem");
const P384: &str = include_str!("../../../crates/pki/testdata/p384-ca.pem");
const RSA: &str = include_str!("../../../crates/pki/testdata/rsa-ca.pem");
const ED25519: &str = include_str!("../../../crates/pki/testdata/ed25519-ca.pem");
pub(super) const LEAF: &str = include_str!("../../../crates/pki/testdata/p256-leaf.pem");

fn read<T: for<'a> Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[derive(Deserialize)]
struct Text {
    name: String,
    input: String,
}

/// PEM texts with every oddity.
pub fn pems() -> Vec<Case> {
    let texts: Vec<Text> = read(include_str!("../../../crates/pki/testdata/pem.json"));
    texts.into_iter().map(|text| Case::new(Kind::Pem, text.name, bytes(&text.input))).collect()
}

#[derive(Deserialize)]
struct View {
    name: String,
    der: String,
}

/// Certificates, sound and broken, as DER.
pub fn certificates() -> Vec<Case> {
    let views: Vec<View> = read(include_str!("../../../crates/pki/testdata/certificates.json"));
    views.into_iter().map(|view| Case::new(Kind::Certificate, view.name, bytes(&view.der))).collect()
}

/// One block without its encapsulation.
fn without(text: &str, label: &str) -> String {
    let blocks = pem::blocks(text.as_bytes()).into_iter().filter(|block| block.label != label);
    blocks.map(|block| pem::encode(&block.label, &block.der)).collect()
}

/// The oddities of a text of several blocks.
fn variants(text: &str) -> Vec<(&'static str, String)> {
    let body = text.lines().nth(1).unwrap();
    let spaced = text.replace("-----\n", "-----\n\n");
    vec![
        ("as it is", text.to_owned()),
        ("byte order mark", format!("\u{feff}{text}")),
        ("CRLF", text.replace('\n', "\r\n")),
        ("CR only", text.replace('\n', "\r")),
        ("indented", text.lines().map(|line| format!("  {line}\n")).collect()),
        ("joined", text.replace("-----\n-----", "----------")),
        ("blank lines", spaced),
        ("blanks at line ends", text.replace('\n', " \t\n")),
        ("text around", format!("subject=CN = a\n{text}trailing text\n")),
        ("headers", text.replace("CERTIFICATE-----\nMII", "CERTIFICATE-----\nName: a\n\nMII")),
        ("wrong label", text.replace(" CERTIFICATE-----", " X509 CERTIFICATE-----")),
        ("cut short", text[..text.len() - 40].to_owned()),
        ("one line missing", text.replacen(&format!("{body}\n"), "", 1)),
        ("a character changed", text.replacen(body, &body.replacen('M', "!", 1), 1)),
        ("no final newline", text.trim_end().to_owned()),
        ("twice", text.repeat(2)),
        ("nothing", String::new()),
        ("blanks only", " \n\t\n".to_owned()),
        ("DER in the block twice", doubled(text)),
        ("a broken one in front", pem::encode("CERTIFICATE", b"\x30\x03abc") + text),
        ("a broken one behind", text.to_owned() + &pem::encode("CERTIFICATE", b"\x30\x03abc")),
        ("an empty block in front", pem::encode("CERTIFICATE", b"") + text),
        (
            "EC PARAMETERS in front",
            pem::encode("EC PARAMETERS", &[6, 8, 42, 134, 72, 206, 61, 3, 1, 7]) + text,
        ),
        ("only its keys", without(text, "CERTIFICATE")),
    ]
}

fn doubled(text: &str) -> String {
    let blocks = pem::blocks(text.as_bytes());
    blocks
        .iter()
        .map(|block| pem::encode(&block.label, &[block.der.as_slice(), &block.der].concat()))
        .collect()
}

/// Bundles of CAs, by both readers, and the kubelet's one file.
pub fn bundles() -> Vec<Case> {
    let two = without(P256, "EC PRIVATE KEY") + &without(RSA, "RSA PRIVATE KEY");
    let mut cases = Vec::new();
    for (title, text) in
        [("one CA", P256), ("two CAs", two.as_str()), ("a leaf and a key", &(LEAF.to_owned() + P256))]
    {
        for (variant, text) in variants(text) {
            let name = format!("{title}, {variant}");
            cases.extend([Kind::Bundle, Kind::Pool, Kind::Store].map(|kind| Case::new(kind, &name, &text)));
        }
    }
    cases
}

#[derive(Deserialize)]
struct KeyCase {
    name: String,
    key: String,
    certificate: String,
}

/// Keys behind the passphrase `perennial`, one a text.
pub fn locked_keys() -> Vec<Vec<u8>> {
    const LOCKED: &str = include_str!("../../../crates/pki/testdata/locked-keys.pem");
    LOCKED
        .split_inclusive(" KEY-----\n")
        .collect::<Vec<_>>()
        .chunks(2)
        .map(|text| text.concat().into_bytes())
        .collect()
}

/// Certificates and keys: every encoding, and pairs that don't fit.
pub fn pairs() -> Vec<Case> {
    let keys: Vec<KeyCase> = read(include_str!("../../../crates/pki/testdata/keys.json"));
    let mut pairs: Vec<(String, String, String)> =
        keys.into_iter().map(|case| (case.name, case.certificate, case.key)).collect();
    pairs.push(("encrypted PKCS#8".to_owned(), P256.to_owned(), encrypted()));
    for (kind, text) in [("P-256", P256), ("P-384", P384), ("RSA", RSA), ("Ed25519", ED25519)] {
        for (variant, text) in variants(text) {
            pairs.push((format!("{kind}, {variant}"), text.clone(), text));
        }
        pairs.push((format!("{kind} and another's key"), text.to_owned(), without(LEAF, "") + P256));
    }
    let mut cases = Vec::new();
    for (name, certificate, key) in pairs {
        for kind in [Kind::Pair, Kind::Serving] {
            let mut case = Case::new(kind, &name, "").file("certificate", &certificate).file("key", &key);
            case.files.remove("");
            cases.push(case);
        }
    }
    cases
}

/// As `openssl pkcs8 -topk8` writes one: nobody in a cluster can open it, whatever is inside.
fn encrypted() -> String {
    let inside = STANDARD.decode("MIGsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgAAAAAAAAAAAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAEUQ==");
    pem::encode("ENCRYPTED PRIVATE KEY", &inside.unwrap())
}

#[derive(Deserialize)]
struct ChainCase {
    name: String,
    leaf: String,
    intermediates: Vec<String>,
    roots: Vec<String>,
    usage: String,
    host: String,
    now: i64,
}

/// Chains, each with a time, a use and a name.
pub fn chains() -> Vec<Case> {
    let chains: Vec<ChainCase> = read(include_str!("../../../crates/pki/testdata/chains.json"));
    let cases = chains.into_iter().map(|chain| {
        let mut case = Case::new(Kind::Chain, chain.name, "")
            .file("leaf", chain.leaf)
            .file("intermediates", chain.intermediates.concat())
            .file("roots", chain.roots.concat())
            .list("usage", &[chain.usage.as_str()])
            .list("name", &[chain.host.as_str()]);
        case.files.remove("");
        case.lists.retain(|_, words| words.iter().all(|word| !word.is_empty()));
        case.now = chain.now;
        case
    });
    cases.collect()
}
