//! Pieces of private keys, in every form in which one could get into a text.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use perennial_pki::key::PrivateKey;
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

/// Long enough to be found nowhere by chance.
const PIECE: usize = 32;

/// What a torn file ends with decodes, too.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Pieces of [`PIECE`] letters.
#[derive(Debug, Default)]
pub(crate) struct Secrets(HashSet<Vec<u8>>);

impl Secrets {
    /// The private keys in a file: PEM blocks, and those that a kubeconfig embeds.
    pub(crate) fn of_file(&mut self, text: &str) {
        for line in text.lines() {
            if let Some(data) = line.trim().strip_prefix("client-key-data: ") {
                let pem = STANDARD.decode(data).unwrap_or_default();
                self.of_pem(&String::from_utf8_lossy(&pem));
                self.0.extend(base64s(&pem).iter().flat_map(|form| pieces(form)));
            }
        }
        self.of_pem(text);
    }

    fn of_pem(&mut self, text: &str) {
        let mut inside: Option<(String, String)> = None;
        for line in text.lines().map(str::trim) {
            if line.contains("PRIVATE KEY-----") {
                self.key(inside.take(), text);
                inside = line.contains("BEGIN").then(|| (String::new(), format!("{line}\n")));
            } else if let Some((body, whole)) = &mut inside {
                whole.push_str(line);
                whole.push('\n');
                if !line.contains(':') {
                    body.push_str(line);
                }
            }
        }
        // A file that was cut off.
        self.key(inside, text);
    }

    /// The body of a block, and the block as a text: a Secret shows it as base64 once more.
    fn key(&mut self, block: Option<(String, String)>, pem: &str) {
        static KNOWN: Mutex<BTreeMap<String, Vec<Vec<u8>>>> = Mutex::new(BTreeMap::new());
        let Some((body, whole)) = block else { return };
        self.0.extend(base64s(whole.as_bytes()).iter().flat_map(|form| pieces(form)));
        // A tree is asked many times, and the public half takes a while.
        let known = KNOWN.lock().unwrap().get(&body).cloned();
        let found = known.unwrap_or_else(|| secret_pieces(&body, pem));
        KNOWN.lock().unwrap().entry(body).or_insert_with(|| found.clone());
        self.0.extend(found);
    }

    /// Whether one of the pieces is in a text, however that is broken into lines.
    pub(crate) fn leak(&self, said: &[u8]) -> bool {
        let joined: Vec<u8> =
            said.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
        self.in_one_run(said) || self.in_one_run(&joined)
    }

    fn in_one_run(&self, text: &[u8]) -> bool {
        let runs = text.split(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte));
        runs.filter(|run| run.len() >= PIECE)
            .any(|run| run.windows(PIECE).any(|window| self.0.contains(window)))
    }
}

fn secret_pieces(body: &str, pem: &str) -> Vec<Vec<u8>> {
    let whole = body.get(..body.len() / 4 * 4).unwrap_or_default();
    let der = LENIENT.decode(whole).unwrap_or_default();
    // Its public half is no secret: every certificate shows it.
    let public = PrivateKey::from_pem(pem.as_bytes()).map(|key| key.spki_der()).unwrap_or_default();
    let public = forms(&public);
    let secret = forms(&der).into_iter().flat_map(|form| pieces(&form));
    secret.filter(|piece| !public.iter().any(|form| holds(form, piece))).collect()
}

/// As base64 and as hex.
fn forms(bytes: &[u8]) -> Vec<String> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let upper = hex.to_uppercase();
    base64s(bytes).into_iter().chain([hex, upper]).collect()
}

/// What is inside of something begins at any of its bytes: base64 has three ways to show it.
fn base64s(bytes: &[u8]) -> Vec<String> {
    (0..3.min(bytes.len())).map(|from| STANDARD.encode(&bytes[from..])).collect()
}

fn pieces(text: &str) -> Vec<Vec<u8>> {
    text.as_bytes().chunks_exact(PIECE).map(<[u8]>::to_vec).collect()
}

fn holds(text: &str, piece: &[u8]) -> bool {
    std::str::from_utf8(piece).is_ok_and(|piece| text.contains(piece))
}

#[cfg(test)]
mod tests {
    use crate::Tree;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use perennial_pki::pem::blocks;

    #[test]
    fn a_key_is_found_in_every_form() {
        let tree = Tree::control_plane("cp1");
        let pem = tree.read("etc/kubernetes/pki/apiserver.key");
        let rsa = tree.read("etc/kubernetes/pki/sa.key");
        for text in [&pem, &rsa] {
            let der = &blocks(text.as_bytes())[0].der;
            let base64 = STANDARD.encode(&**der);
            let hex: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
            let colons: Vec<String> = der.iter().map(|byte| format!("{byte:02X}")).collect();
            let inside = STANDARD.encode(&der[7..]);
            for said in
                [text, &base64, &hex, &colons.join(":"), &inside, &STANDARD.encode(text)[7..].to_owned()]
            {
                assert!(tree.leaks(format!("said: {said}!").as_bytes()), "{said}");
            }
        }
        let kubeconfig = tree.read("etc/kubernetes/admin.conf");
        let data = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("client-key-data: ")).unwrap();
        assert!(tree.leaks(data.as_bytes()));
        assert!(tree.leaks(&STANDARD.decode(data).unwrap()));
        assert!(!tree.leaks(tree.read("etc/kubernetes/pki/apiserver.crt").as_bytes()));
    }
}
