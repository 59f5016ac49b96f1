//! Keys, certificates and files that are made for a plan.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::key::Work;
use perennial_pki::reissue::AlternativeName;
use std::fs::{read_to_string, write};
use std::os::unix::fs::PermissionsExt;

const CA: &str = include_str!("../../../../pki/testdata/p256-ca.pem");
const LEAF: &str = include_str!("../../../../pki/testdata/p256-leaf.pem");

struct Pki {
    _directory: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Pki {
    /// A CA, a pair with the CA behind its leaf, a kubeconfig with a comment, and a person's copy of it.
    fn new() -> Self {
        let directory =
            tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o700)).tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().canonicalize().unwrap()).unwrap();
        let (certificate, key) = (leaf().to_pem(), old_key());
        write(root.join("ca.crt"), certificates(CA.as_bytes()).unwrap()[0].to_pem()).unwrap();
        write(root.join("ca.key"), PrivateKey::from_pem(CA.as_bytes()).unwrap().to_pem().as_bytes()).unwrap();
        let chain = format!("{certificate}{}", certificates(CA.as_bytes()).unwrap()[0].to_pem());
        write(root.join("server.crt"), chain).unwrap();
        write(root.join("server.key"), key.as_bytes()).unwrap();
        let kubeconfig = format!(
            "# 管理员\napiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\nclusters: [{{name: k, cluster: {{server: https://10.0.0.1:6443}}}}]\nusers:\n- name: u\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            STANDARD.encode(&certificate),
            STANDARD.encode(key.as_bytes()),
        );
        write(root.join("admin.conf"), &kubeconfig).unwrap();
        write(root.join("config"), kubeconfig.replace("# 管理员", "# mine")).unwrap();
        Self { _directory: directory, root }
    }

    fn renewal(&self, name: &str, target: Target, source: Option<Source>) -> Renewal {
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        Renewal {
            credential: name.to_owned(),
            target,
            source: source.unwrap_or_else(|| Source::Reissue {
                authority_certificate: self.root.join("ca.crt"),
                authority_key: self.root.join("ca.key"),
                authority_locked: false,
                authority_fingerprint: certificates(CA.as_bytes()).unwrap()[0].fingerprint_sha256(),
                old_fingerprint: leaf().fingerprint_sha256(),
                key_kind: KeyKind::EcdsaP256,
                key_form: KeyForm::Sec1,
                not_before: now,
                reuse_key: false,
                amendments: Amendments::default(),
                by_kubeadm: None,
            }),
            old_not_after: None,
            new_not_after: now + SignedDuration::from_hours(1),
            names: 0,
            identity: None,
        }
    }

    fn server(&self) -> Renewal {
        let (certificate, key) = (self.root.join("server.crt"), self.root.join("server.key"));
        self.renewal("server", Target::Pair { certificate, key }, None)
    }

    fn copy(&self) -> Renewal {
        let source = Source::CopyOf { credential: "admin.conf".into(), path: self.root.join("admin.conf") };
        self.renewal(
            "config",
            Target::Kubeconfig { path: self.root.join("config"), user: None },
            Some(source),
        )
    }

    fn staged(&self, name: &str) -> String {
        read_to_string(twin(&self.root.join(name), "r1")).unwrap()
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn leaf() -> Certificate {
    perennial_pki::certificate::leaf(LEAF.as_bytes()).unwrap()
}

/// Whatever key was there: the new one is made anew.
fn old_key() -> Zeroizing<String> {
    PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap().to_pem()
}

#[test]
fn a_pair_gets_a_new_key_and_keeps_what_followed_its_leaf() {
    let pki = Pki::new();
    issue(&runtime(), "r1", &[pki.server()], None).unwrap();
    let chain = certificates(pki.staged("server.crt").as_bytes()).unwrap();
    let key = PrivateKey::from_pem(pki.staged("server.key").as_bytes()).unwrap();
    assert_eq!(chain.len(), 2);
    assert!(key.matches(&chain[0]) && chain[0].spki_der() != leaf().spki_der());
    assert_eq!(chain[1], certificates(CA.as_bytes()).unwrap()[0]);
    assert!(!key.matches(&leaf()), "the live pair is untouched");
    assert_eq!(certificates(&read(&pki.root.join("server.crt")).unwrap()).unwrap()[0], leaf());
}

#[test]
fn an_encrypted_ca_key_signs_once_it_is_opened_and_stays_as_it_is() {
    let pki = Pki::new();
    let (plain, locked) = (pki.root.join("ca.key"), pki.root.join("locked.key"));
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["pkcs8", "-topk8", "-passout", "pass:x", "-in", plain.as_str(), "-out", locked.as_str()]);
    assert!(openssl.status().unwrap().success());
    std::fs::rename(&locked, &plain).unwrap();
    let before = read_to_string(&plain).unwrap();
    let refused = issue(&runtime(), "r1", &[pki.server()], None).unwrap_err();
    assert!(refused.ends_with("ca.key holds an encrypted private key"), "{refused}");
    let opened = PrivateKey::from_pem_encrypted(before.as_bytes(), b"x", &Work::default()).unwrap();
    issue(&runtime(), "r1", &[pki.server()], Some(&Keys::of(&plain, opened))).unwrap();
    let new = certificates(pki.staged("server.crt").as_bytes()).unwrap().remove(0);
    assert!(signed_by(&new, &certificates(CA.as_bytes()).unwrap()[0]));
    assert_eq!(before, read_to_string(&plain).unwrap());
}

#[test]
fn a_key_that_stays_is_not_written() {
    let pki = Pki::new();
    let mut renewal = pki.server();
    let (certificate, key) = (pki.root.join("server.crt"), pki.root.join("server.key"));
    renewal.target = Target::Certificate { certificate, key };
    if let Source::Reissue { reuse_key, .. } = &mut renewal.source {
        *reuse_key = true;
    }
    let staged = issue(&runtime(), "r1", &[renewal], None).unwrap();
    assert_eq!(staged.len(), 1);
    assert!(!twin(&pki.root.join("server.key"), "r1").exists());
    let key = PrivateKey::from_pem(&read(&pki.root.join("server.key")).unwrap()).unwrap();
    assert!(key.matches(&certificates(pki.staged("server.crt").as_bytes()).unwrap()[0]));
}

#[test]
fn what_is_asked_for_by_name_is_in_the_new_certificate() {
    let pki = Pki::new();
    let mut renewal = pki.server();
    let name = AlternativeName::parse("api.example.com").unwrap();
    if let Source::Reissue { amendments, .. } = &mut renewal.source {
        amendments.names.push(name.clone());
    }
    issue(&runtime(), "r1", &[renewal], None).unwrap();
    let new = certificates(pki.staged("server.crt").as_bytes()).unwrap().remove(0);
    assert!(name.is_in(&new) && new.dns_names().starts_with(&leaf().dns_names()));
}

#[test]
fn a_copy_gets_what_this_run_makes_for_the_original_and_keeps_its_own_text() {
    let pki = Pki::new();
    let admin =
        pki.renewal("admin.conf", Target::Kubeconfig { path: pki.root.join("admin.conf"), user: None }, None);
    let staged = issue(&runtime(), "r1", &[admin, pki.copy()], None).unwrap();
    assert_eq!(staged[0].fingerprint, staged[1].fingerprint);
    assert_ne!(staged[0].fingerprint, leaf().fingerprint_sha256());
    assert_eq!(pki.staged("config"), pki.staged("admin.conf").replace("# 管理员", "# mine"));
}

#[test]
fn a_copy_alone_follows_what_lies_there() {
    let pki = Pki::new();
    let staged = issue(&runtime(), "r1", &[pki.copy()], None).unwrap();
    assert_eq!(staged[0].fingerprint, leaf().fingerprint_sha256());
}

#[test]
fn another_ca_or_another_certificate_than_the_planned_one_stops_everything() {
    let pki = Pki::new();
    let mut other = pki.server();
    if let Source::Reissue { old_fingerprint, .. } = &mut other.source {
        *old_fingerprint = "of another certificate".into();
    }
    assert!(
        issue(&runtime(), "r1", &[other], None)
            .unwrap_err()
            .contains("server is not the certificate that was planned for")
    );
    write(pki.root.join("ca.crt"), LEAF).unwrap();
    assert!(
        issue(&runtime(), "r1", &[pki.server()], None)
            .unwrap_err()
            .contains("does not hold the planned CA any more")
    );
}

/// The server's certificate as another CA has signed it, for a key that waits or for the one that is in use.
fn returned(pki: &Pki, waits: bool) -> (Renewal, PrivateKey) {
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let authority = certificates(CA.as_bytes()).unwrap().remove(0);
    let authority = Authority::new(authority, PrivateKey::from_pem(CA.as_bytes()).unwrap()).unwrap();
    let validity =
        Validity::from_now(Timestamp::now(), SignedDuration::from_hours(9), authority.certificate());
    let validity = validity.unwrap().0;
    let new = amend(&leaf(), &authority, &key.spki_der(), &validity, &Amendments::default()).unwrap();
    let file = if waits { "waits.pem" } else { "server.key" };
    write(pki.root.join(file), key.to_pem().as_bytes()).unwrap();
    let source = Source::Import {
        file: "server.crt".into(),
        chain: new.to_pem(),
        fingerprint: new.fingerprint_sha256(),
        old_fingerprint: leaf().fingerprint_sha256(),
        key_kind: KeyKind::EcdsaP256,
        key: waits.then(|| pki.root.join(file)),
    };
    let (certificate, path) = (pki.root.join("server.crt"), pki.root.join("server.key"));
    let target = match waits {
        true => Target::Pair { certificate, key: path },
        false => Target::Certificate { certificate, key: path },
    };
    (pki.renewal("server", target, Some(source)), key)
}

#[test]
fn what_another_ca_has_signed_comes_with_the_key_that_waits_and_its_own_tail() {
    let pki = Pki::new();
    let (renewal, key) = returned(&pki, true);
    issue(&runtime(), "r1", &[renewal], None).unwrap();
    let chain = certificates(pki.staged("server.crt").as_bytes()).unwrap();
    assert_eq!(chain.len(), 1, "what followed the old one is not wanted by the plan");
    assert!(key.matches(&chain[0]));
    assert!(PrivateKey::from_pem(pki.staged("server.key").as_bytes()).unwrap().matches(&chain[0]));
}

#[test]
fn what_another_ca_has_signed_for_the_present_key_leaves_it_alone() {
    let pki = Pki::new();
    let (renewal, key) = returned(&pki, false);
    assert_eq!(issue(&runtime(), "r1", &[renewal], None).unwrap().len(), 1);
    assert!(!twin(&pki.root.join("server.key"), "r1").exists());
    assert!(key.matches(&certificates(pki.staged("server.crt").as_bytes()).unwrap()[0]));
}

#[test]
fn a_kubeconfig_takes_in_what_another_ca_has_signed_and_its_copies_follow() {
    let pki = Pki::new();
    let (mut renewal, key) = returned(&pki, true);
    renewal.credential = "admin.conf".into();
    renewal.target = Target::Kubeconfig { path: pki.root.join("admin.conf"), user: None };
    let staged = issue(&runtime(), "r1", &[renewal, pki.copy()], None).unwrap();
    assert_eq!(staged[0].fingerprint, staged[1].fingerprint);
    assert!(pki.staged("admin.conf").starts_with("# 管理员"));
    assert!(pki.staged("admin.conf").contains(&STANDARD.encode(key.to_pem().as_bytes())));
}

#[test]
fn a_key_that_was_exchanged_meanwhile_stops_everything() {
    let pki = Pki::new();
    let (renewal, _) = returned(&pki, true);
    let other = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    write(pki.root.join("waits.pem"), other.to_pem().as_bytes()).unwrap();
    assert_eq!(
        issue(&runtime(), "r1", &[renewal], None).unwrap_err(),
        "server: what came back does not fit its key"
    );
    std::fs::remove_file(pki.root.join("waits.pem")).unwrap();
    let (renewal, _) = returned(&pki, true);
    write(pki.root.join("server.crt"), CA).unwrap();
    assert!(
        issue(&runtime(), "r1", &[renewal], None)
            .unwrap_err()
            .contains("is not the certificate that was planned for")
    );
}

#[test]
fn two_entries_of_a_persons_file_go_in_at_once_for_its_owner_alone_and_the_old_file_is_kept_once() {
    let pki = Pki::new();
    let path = pki.root.join("people");
    let text = read_to_string(pki.root.join("config")).unwrap();
    let users = text.find("- name: u").unwrap();
    let second = text[users..].replacen("- name: u", "- name: v # 第二个", 1);
    let text = format!("{text}{second}");
    write(&path, &text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let entry = |name: &str, user: Option<&str>| {
        let target = Target::Kubeconfig { path: path.clone(), user: user.map(str::to_owned) };
        Renewal { identity: Some("CN=x".into()), ..pki.renewal(name, target, None) }
    };
    let renewals = [entry("people", None), entry("people (v)", Some("v"))];
    let mode = |path: &Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for run in ["r1", "r2"] {
        let staged = issue(&runtime(), run, &renewals, None).unwrap();
        assert_eq!((staged.len(), &staged[0].live, mode(&staged[0].twin)), (1, &path, 0o600));
        let new = read_to_string(&staged[0].twin).unwrap();
        let document = kubeconfig::parse_all(&new).unwrap();
        let mut serials = Vec::new();
        for user in ["u", "v"] {
            let (certificate, key) = document.user(user).unwrap().embedded().unwrap();
            let leaf = perennial_pki::certificate::leaf(&certificate.bytes).unwrap();
            assert!(PrivateKey::from_pem(&key.bytes).unwrap().matches(&leaf), "{user}");
            serials.push(leaf.serial_hex());
        }
        assert_ne!(serials[0], serials[1], "each has its own");
        let differing = text.lines().zip(new.lines()).filter(|(old, new)| old != new).count();
        assert_eq!((differing, text.lines().count()), (4, new.lines().count()));
        // Nothing live was touched, and there is one copy of it, however often this is done.
        let before = pki.root.join("people.before-perennial");
        assert_eq!(
            (read_to_string(&path).unwrap(), read_to_string(&before).unwrap()),
            (text.clone(), text.clone())
        );
        assert_eq!((mode(&path), mode(&before)), (0o644, 0o600));
    }
    let kept = pki.root.read_dir_utf8().unwrap().filter_map(Result::ok);
    assert_eq!(kept.filter(|entry| entry.file_name().contains("before")).count(), 1);
}
