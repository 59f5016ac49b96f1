use super::*;
use std::os::unix::fs::symlink;

fn tree() -> (tempfile::TempDir, Utf8PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(directory.path().canonicalize().unwrap()).unwrap();
    std::fs::create_dir_all(path.join("etc/kubernetes/pki")).unwrap();
    std::fs::write(path.join("etc/kubernetes/pki/ca.crt"), "bytes").unwrap();
    (directory, path)
}

fn read(root: &Utf8Path, path: &str) -> Content {
    Tree::new(root).read(Utf8Path::new(path))
}

#[test]
fn a_file_comes_with_its_facts_under_its_own_name() {
    let (_kept, root) = tree();
    let content = read(&root, "/etc/kubernetes/pki/ca.crt");
    let facts = content.file.facts.seen().unwrap();
    assert_eq!(content.file.path, "/etc/kubernetes/pki/ca.crt");
    assert_eq!((facts.size, facts.links, facts.link_target.as_deref()), (5, 1, None));
    assert_eq!(facts.sha256, sha256_hex(b"bytes"));
    assert_eq!(content.text(), Looked::Seen("bytes"));
}

#[test]
fn links_stay_inside_a_copied_tree() {
    let (_kept, root) = tree();
    symlink("/etc/kubernetes/pki/ca.crt", root.join("etc/absolute")).unwrap();
    symlink("../../../../etc/kubernetes/pki/ca.crt", root.join("etc/escaping")).unwrap();
    symlink("/etc/kubernetes/pki", root.join("etc/directory")).unwrap();
    symlink("/etc/turn", root.join("etc/turn")).unwrap();
    for path in ["/etc/absolute", "/etc/escaping"] {
        let content = read(&root, path);
        assert_eq!(content.text(), Looked::Seen("bytes"), "{path}");
        let target = content.file.facts.seen().unwrap().link_target.clone();
        assert_eq!(target.unwrap(), "/etc/kubernetes/pki/ca.crt");
    }
    let below = read(&root, "/etc/directory/ca.crt");
    let target = below.file.facts.seen().unwrap().link_target.clone();
    assert_eq!(target.unwrap(), "/etc/kubernetes/pki/ca.crt", "a directory on the way is a link");
    assert!(matches!(read(&root, "/etc/turn").file.facts, Looked::Unusable(Trouble::Io(_))));
}

#[test]
fn what_is_no_file_is_not_read() {
    let (_kept, root) = tree();
    let fifo = root.join("etc/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, fifo.as_std_path(), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    std::fs::write(root.join("etc/large"), vec![b'a'; LIMIT as usize + 1]).unwrap();
    symlink("/nowhere", root.join("etc/dangling")).unwrap();
    let facts = |path: &str| read(&root, path).file.facts;
    assert_eq!(facts("/etc/fifo"), Looked::Unusable(Trouble::NotRegular(FileKind::Fifo)));
    assert_eq!(facts("/etc/kubernetes"), Looked::Unusable(Trouble::NotRegular(FileKind::Directory)));
    assert_eq!(facts("/etc/large"), Looked::Unusable(Trouble::TooLarge { limit: LIMIT }));
    assert_eq!(facts("/etc/dangling"), Looked::Unusable(Trouble::LeadsNowhere { to: "/nowhere".into() }));
    assert_eq!(facts("/etc/nothing"), Looked::Absent);
    assert_eq!(facts("/etc/large/x"), Looked::Absent);
}

#[test]
fn a_link_that_leads_out_is_not_followed() {
    let (_kept, root) = tree();
    std::fs::write(root.join("etc/shadow"), "root:secret").unwrap();
    symlink("/etc/shadow", root.join("etc/kubernetes/pki/apiserver.crt")).unwrap();
    let content = read(&root, "/etc/kubernetes/pki/apiserver.crt");
    assert_eq!(content.file.facts, Looked::Unusable(Trouble::LeadsOut { to: "/etc/shadow".into() }));
    assert!(content.bytes.is_none());
}

#[test]
fn a_key_is_exposed_only_if_others_get_to_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_kept, root) = tree();
    let mode = |path: &str, mode| {
        std::fs::set_permissions(root.join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let path = "etc/kubernetes/pki/ca.key";
    std::fs::write(root.join(path), "-----BEGIN PRIVATE KEY-----").unwrap();
    for (file, directory, exposed) in [(0o644, 0o755, true), (0o640, 0o755, false), (0o644, 0o700, false)] {
        mode(path, file);
        for above in ["etc", "etc/kubernetes"] {
            mode(above, 0o755);
        }
        mode("etc/kubernetes/pki", directory);
        let facts = read(&root, "/etc/kubernetes/pki/ca.key").file.facts;
        assert_eq!(facts.seen().unwrap().exposes_key, exposed, "{file:o} in {directory:o}");
    }
}

#[test]
fn attributes_that_bind_root_too_are_seen_on_files_and_directories() {
    let (_kept, root) = tree();
    let file = root.join("etc/kubernetes/pki/ca.crt");
    let directory = root.join("etc/kubernetes/pki");
    // The real tree: a copy is never written.
    let seen = || read(Utf8Path::new("/"), file.as_str()).file.facts.seen().unwrap().fixed.clone();
    assert_eq!(seen(), None);
    for (path, flag, attribute) in [
        (&file, IFlags::IMMUTABLE, Attribute::Immutable),
        (&file, IFlags::APPEND, Attribute::AppendOnly),
        (&directory, IFlags::IMMUTABLE, Attribute::Immutable),
    ] {
        let opened = std::fs::File::open(path).unwrap();
        let before = rustix::fs::ioctl_getflags(&opened);
        let Ok(before) = before else {
            eprintln!("no attributes on this file system");
            return;
        };
        if rustix::fs::ioctl_setflags(&opened, before | flag).is_err() {
            eprintln!("not root: attributes can't be set here");
            return;
        }
        let found = seen();
        rustix::fs::ioctl_setflags(&opened, before).unwrap();
        assert_eq!(found, Some(Fixed { path: path.clone(), attribute }));
    }
}
