//! A25: sa.key and sa.pub were made anew, or one of them was: tokens are signed with one key and checked by another.

use crate::Seen;
use crate::planned::planned;
use perennial_core::plan::Refusal;
use perennial_testdata::{Issued, KeyKind, Leaf, Tree, self_signed};
use serde_json::Value;

const KEY: &str = "etc/kubernetes/pki/sa.key";
const PUBLIC: &str = "etc/kubernetes/pki/sa.pub";

fn pair(kind: KeyKind) -> Issued {
    self_signed(&Leaf::new("/CN=sa").key(kind), None)
}

fn public(pair: &Issued) -> String {
    perennial_pki::pem::encode("PUBLIC KEY", pair.parsed().spki_der())
}

#[test]
fn one_of_the_two_is_another_pairs() {
    for (file, content) in [
        (PUBLIC, public(&pair(KeyKind::Rsa(2048)))),
        (PUBLIC, public(&pair(KeyKind::EcdsaP256))),
        (KEY, pair(KeyKind::Rsa(2048)).key),
        (KEY, pair(KeyKind::EcdsaP384).key),
    ] {
        let tree = Tree::control_plane("cp1");
        tree.write_secret(file, &content);
        let seen = Seen::by_check(&tree);
        let found = seen.of("PRN5109");
        let signers: Vec<_> =
            found.iter().map(|one| one["message"].as_str().unwrap().split(' ').next().unwrap()).collect();
        assert_eq!(signers, ["kube-apiserver", "kube-controller-manager"], "{:#}", seen.json["findings"]);
        assert_eq!((seen.codes().len(), seen.status), (2, 2));
        let object = &found[0]["objects"][0];
        assert_eq!((&object["file"], &object["node"]), (&format!("/{KEY}").into(), &"cp1".into()));
        assert!(found[0]["message"].as_str().unwrap().contains(&format!("/{PUBLIC}")), "{:#}", found[0]);
        assert!(planned(&tree, &[]).is_ok(), "certificates have nothing to do with it");
    }
}

#[test]
fn both_of_another_kind_are_a_pair_all_the_same() {
    for kind in [KeyKind::EcdsaP256, KeyKind::EcdsaP521, KeyKind::Rsa(3072)] {
        let (tree, own) = (Tree::control_plane("cp1"), pair(kind));
        tree.write_secret(KEY, &own.key);
        // A certificate's public key counts, and so does a private key's.
        for accepted in [public(&own), own.certificate.clone(), own.key.clone()] {
            tree.write(PUBLIC, accepted);
            assert_eq!(Seen::by_check(&tree).of("PRN5109").len(), 0);
        }
    }
}

#[test]
fn a_key_that_is_rotated_is_accepted_by_one_of_several() {
    let (tree, new) = (Tree::control_plane("cp1"), pair(KeyKind::Rsa(2048)));
    let (old_key, old) = (tree.read(KEY), tree.read(PUBLIC));
    tree.write_secret(KEY, &new.key);
    tree.write_secret("etc/kubernetes/pki/sa-old.pub", &old);
    // A second flag, in both orders.
    let flag = "    - --service-account-key-file=/etc/kubernetes/pki/";
    for order in ["sa.pub sa-old.pub", "sa-old.pub sa.pub"] {
        tree.write_secret(PUBLIC, &public(&new));
        let lines: Vec<String> = order.split(' ').map(|file| format!("{flag}{file}\n")).collect();
        tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
            let kept = text.lines().filter(|line| !line.contains("service-account-key-file"));
            let kept = kept.map(|line| format!("{line}\n")).collect::<String>();
            kept.replace(
                "    - --service-account-issuer",
                &format!("{}    - --service-account-issuer", lines.concat()),
            )
        });
        assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new(), "{order}");
    }
    // Two in one file.
    tree.write_secret(PUBLIC, &format!("{}{}", old, public(&new)));
    tree.write_secret("etc/kubernetes/pki/sa-old.pub", &old);
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    // kube-controller-manager still signs with the old one: that is accepted, too.
    tree.write_secret("etc/kubernetes/pki/sa-old.key", &old_key);
    tree.edit("etc/kubernetes/manifests/kube-controller-manager.yaml", |text| {
        text.replace(
            "private-key-file=/etc/kubernetes/pki/sa.key",
            "private-key-file=/etc/kubernetes/pki/sa-old.key",
        )
    });
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn lost_and_broken_keys_are_named_and_nothing_is_restarted_into_them() {
    for (file, content, code) in [
        (KEY, None, "PRN5101"),
        (PUBLIC, None, "PRN5101"),
        (KEY, Some(""), "PRN5104"),
        (PUBLIC, Some(""), "PRN5104"),
        (KEY, Some("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"), "PRN5104"),
        (PUBLIC, Some("-----BEGIN PUBLIC KEY-----\nMIIB\n"), "PRN5104"),
        (PUBLIC, Some("ssh-rsa AAAA\n"), "PRN5102"),
    ] {
        let tree = Tree::control_plane("cp1");
        match content {
            Some(content) => tree.write_secret(file, content),
            None => tree.remove(file),
        }
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec![code], 2), "{file}: {:#}", seen.json["findings"]);
        let found = seen.one(code);
        assert_eq!(found["objects"][0]["file"], format!("/{file}"));
        // The public half is made of the private one; a new private one would end every token.
        if file == PUBLIC {
            let command = found["command"].as_str().unwrap();
            assert_eq!(command, format!("openssl pkey -in /{KEY} -pubout -out /{PUBLIC}"));
        } else {
            assert_eq!(found["command"], Value::Null);
            assert!(found["advice"].as_str().unwrap().contains("every token"), "{found:#}");
            let refused = planned(&tree, &[]).unwrap_err();
            assert!(matches!(refused, Refusal::WouldNotStart { .. }), "{refused:?}");
        }
        assert!(planned(&tree, &["etcd-peer"]).is_ok(), "nothing is restarted for it");
    }
}

#[test]
fn an_encrypted_key_of_tokens_is_told() {
    let tree = Tree::control_plane("cp1");
    let path = tree.path(KEY);
    let mut openssl = std::process::Command::new("openssl");
    openssl
        .args(["pkcs8", "-topk8", "-passout", "pass:x", "-in", path.as_str(), "-out"])
        .arg(tree.path("new"));
    assert!(openssl.output().unwrap().status.success());
    tree.rename("new", KEY);
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN5102"], 2), "{:#}", seen.json["findings"]);
}

const COPY: &str = "var/lib/perennial/runs/r-20260101-020000/backup";

/// A control plane with perennial's copies of the pair, and that pair.
fn with_copies() -> (Tree, [String; 2]) {
    let tree = Tree::control_plane("cp1");
    let old = [KEY, PUBLIC].map(|file| tree.read(file));
    for (file, text) in [KEY, PUBLIC].into_iter().zip(&old) {
        tree.write_secret(&format!("{COPY}/{file}"), text);
    }
    (tree, old)
}

fn put_back(files: &[&str]) -> String {
    let each: Vec<String> = files.iter().map(|file| format!("cp /{COPY}/{file} /{file}")).collect();
    each.join(" && ")
}

#[test]
fn the_copies_that_fit_are_offered_for_what_was_replaced() {
    let other = pair(KeyKind::Rsa(2048));
    for (key, accepted, files) in [
        (Some(&other.key), None, &[KEY][..]),
        (None, Some(public(&other)), &[PUBLIC]),
        (Some(&pair(KeyKind::EcdsaP256).key), Some(public(&other)), &[KEY, PUBLIC]),
    ] {
        let (tree, _) = with_copies();
        if let Some(key) = key {
            tree.write_secret(KEY, key);
        }
        if let Some(accepted) = &accepted {
            tree.write(PUBLIC, accepted);
        }
        let seen = Seen::by_check(&tree);
        assert_eq!((seen.codes(), seen.status), (vec!["PRN5109"; 2], 2), "{:#}", seen.json["findings"]);
        for found in seen.of("PRN5109") {
            assert_eq!(found["command"], put_back(files), "{found:#}");
            assert!(found["evidence"].to_string().contains(COPY), "{found:#}");
        }
    }
}

#[test]
fn a_whole_new_pair_is_told_until_the_next_backup() {
    let ((tree, _), other) = (with_copies(), pair(KeyKind::Rsa(2048)));
    tree.write_secret(KEY, &other.key);
    tree.write(PUBLIC, public(&other));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN5109"], 0), "{:#}", seen.json["findings"]);
    let found = seen.one("PRN5109");
    assert_eq!(
        (&found["severity"], &found["command"]),
        (&"warning".into(), &put_back(&[KEY, PUBLIC]).into())
    );
    assert!(found["message"].as_str().unwrap().contains("no longer accepts"), "{found:#}");
    // A rotation on purpose accepts the old one as well.
    tree.write(PUBLIC, format!("{}{}", public(&other), tree.read(&format!("{COPY}/{PUBLIC}"))));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
    tree.write(PUBLIC, public(&other));
    for file in [KEY, PUBLIC] {
        tree.write_secret(
            &format!("var/lib/perennial/runs/r-20260301-020000/backup/{file}"),
            &tree.read(file),
        );
    }
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}

#[test]
fn a_lost_key_is_put_back_from_its_copy() {
    for content in [None, Some("")] {
        let (tree, _) = with_copies();
        match content {
            Some(content) => tree.write_secret(KEY, content),
            None => tree.remove(KEY),
        }
        let seen = Seen::by_check(&tree);
        let [found] = seen.json["findings"].as_array().unwrap().as_slice() else { panic!("{:#}", seen.json) };
        assert_eq!(found["command"], put_back(&[KEY]), "{found:#}");
    }
    // A copy of which one half is lost, too, is none.
    let (tree, _) = with_copies();
    tree.remove(KEY);
    tree.remove(&format!("{COPY}/{PUBLIC}"));
    assert_eq!(Seen::by_check(&tree).one("PRN5101")["command"], Value::Null);
}
