use super::*;
use perennial_core::inventory::{FileKind, Trouble};
use std::fmt::Write as _;

struct Place {
    _directory: tempfile::TempDir,
    root: Utf8PathBuf,
    tree: Tree,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        let tree = Tree::new(&root);
        Self { _directory: directory, root, tree }
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let at = self.root.join(path.trim_start_matches('/'));
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, content).unwrap();
    }

    fn shown(&self, wanted: &[Wanted]) -> Looked<Vec<Shown>> {
        shown(&self.tree, Utf8Path::new(AUDIT_LOG), "10.0.0.1".parse().ok(), wanted)
    }
}

const AUDIT_LOG: &str = "/var/log/kubernetes/audit.log";

fn wanted() -> Vec<Wanted> {
    let one = |user: &str, program| Wanted { user: user.into(), program, fingerprint: "f".repeat(64) };
    vec![one("system:kube-scheduler", "kube-scheduler"), one("system:node:cp1", "kubelet")]
}

fn event(user: &str, program: &str, digit: char, from: &str, second: u32) -> String {
    let hash: String = std::iter::repeat_n(digit, 64).collect();
    format!(
        "{{\"kind\":\"Event\",\"user\":{{\"username\":\"{user}\",\"extra\":\
         {{\"authentication.kubernetes.io/credential-id\":[\"X509SHA256={hash}\"]}}}},\
         \"sourceIPs\":[\"{from}\"],\"userAgent\":\"{program}/v1.36.3 (linux/amd64)\",\
         \"requestReceivedTimestamp\":\"2026-11-25T02:00:{second:02}.000000Z\"}}\n"
    )
}

fn scheduler(digit: char, from: &str, second: u32) -> String {
    event("system:kube-scheduler", "kube-scheduler", digit, from, second)
}

fn told(shown: &Looked<Vec<Shown>>) -> Vec<(char, String, i8)> {
    let one = |one: &Shown| {
        let from = one.from.map(|from| from.to_string()).unwrap_or_default();
        let second = jiff::tz::Offset::UTC.to_datetime(one.at).second();
        (one.fingerprint.chars().next().unwrap(), from, second)
    };
    shown.seen().unwrap().iter().map(one).collect()
}

#[test]
fn of_each_client_certificate_and_origin_the_newest_event_is_kept() {
    let place = Place::new();
    let log = [
        scheduler('a', "10.0.0.1", 1),
        scheduler('b', "10.0.0.2", 2),
        scheduler('b', "10.0.0.2", 3),
        event("kubernetes-admin", "kubectl", 'c', "10.0.0.1", 4),
        event("system:kube-scheduler", "kubectl", 'd', "10.0.0.1", 4),
    ];
    place.write(AUDIT_LOG, log.concat());
    let seen = place.shown(&wanted());
    assert_eq!(told(&seen), [('b', "10.0.0.2".into(), 3), ('a', "10.0.0.1".into(), 1)]);
}

#[test]
fn what_is_older_is_not_read_once_everybody_was_heard_from_here() {
    let place = Place::new();
    let kubelet = event("system:node:cp1", "kubelet", 'e', "10.0.0.1", 5);
    let log = [scheduler('a', "10.0.0.1", 1), scheduler('b', "10.0.0.1", 4), kubelet];
    place.write(AUDIT_LOG, log.concat());
    let seen = place.shown(&wanted());
    assert_eq!(told(&seen), [('e', "10.0.0.1".into(), 5), ('b', "10.0.0.1".into(), 4)]);
}

#[test]
fn hostile_lines_hide_no_other() {
    let place = Place::new();
    let mut log = scheduler('a', "10.0.0.1", 1).into_bytes();
    log.extend(b"{\"X509SHA256=\n\xff\xfe X509SHA256=\n\n\n");
    log.extend(scheduler('b', "10.0.0.2", 2).replace("10.0.0.2", &"x".repeat(LONGEST)).into_bytes());
    log.extend("[".repeat(LONGEST - 20).into_bytes());
    log.extend(b"X509SHA256=\n");
    // Just being written.
    let last = scheduler('c', "10.0.0.1", 3);
    log.extend(&last.as_bytes()[..last.len() - 1]);
    place.write(AUDIT_LOG, &log);
    assert_eq!(told(&place.shown(&wanted())), [('a', "10.0.0.1".into(), 1)]);
}

#[test]
fn only_the_end_of_a_long_log_is_read_and_it_begins_with_a_line() {
    let place = Place::new();
    let mut log = scheduler('a', "10.0.0.9", 1);
    let line = event("kubernetes-admin", "kubectl", 'c', "10.0.0.1", 4);
    while log.len() < usize::try_from(AUDIT).unwrap() + 1000 {
        log.push_str(&line);
    }
    log.push_str(&scheduler('b', "10.0.0.2", 2));
    place.write(AUDIT_LOG, &log);
    assert_eq!(told(&place.shown(&wanted())), [('b', "10.0.0.2".into(), 2)]);
    let Looked::Seen(bytes) = tail(&place.tree, Utf8Path::new(AUDIT_LOG), AUDIT) else { panic!() };
    assert!(bytes.starts_with(b"{\"kind\"") && bytes.len() as u64 <= AUDIT);
    // One line that is longer than all that is read.
    place.write(AUDIT_LOG, "x".repeat(usize::try_from(AUDIT).unwrap() + 1));
    assert_eq!(place.shown(&wanted()), Looked::Seen(Vec::new()));
}

#[test]
fn many_different_events_take_no_memory() {
    let place = Place::new();
    let mut log = String::new();
    for number in 0..2000 {
        log.push_str(&scheduler('a', &format!("10.1.{}.{}", number / 250, number % 250), 1));
    }
    place.write(AUDIT_LOG, &log);
    assert_eq!(place.shown(&wanted()).seen().unwrap().len(), KEPT);
}

#[test]
fn what_is_no_file_is_not_read() {
    let place = Place::new();
    assert_eq!(place.shown(&wanted()), Looked::Absent);
    std::fs::create_dir_all(place.root.join("var/log/kubernetes/audit.log")).unwrap();
    let special = Looked::Unusable(Trouble::NotRegular(FileKind::Other));
    assert_eq!(place.shown(&wanted()), special);
    std::fs::remove_dir(place.root.join("var/log/kubernetes/audit.log")).unwrap();
    let fifo = place.root.join("var/log/kubernetes/audit.log");
    rustix::fs::mknodat(rustix::fs::CWD, fifo.as_str(), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert_eq!(place.shown(&wanted()), special, "a FIFO would wait for ever");
}

#[test]
fn refused_serial_numbers_come_from_the_newest_log_of_kube_apiserver() {
    let place = Place::new();
    let line = |second: u32, serial: &str| {
        format!(
            "2026-11-25T02:00:{second:02}.5Z stderr F E1125 02:00:{second:02}.500000       1 authentication.go:74] \
             \"Unable to authenticate the request\" err=\"[x509: certificate has expired or is not yet valid: \
             current time 2026-11-25T02:00:{second:02}Z is after 2026-11-24T00:00:00Z, verifying certificate \
             SN={serial}, SKID=, AKID=1A:2B failed: x509: certificate has expired or is not yet valid]\"\n"
        )
    };
    let directory = "/var/log/pods/kube-system_kube-apiserver-cp1_0a/kube-apiserver";
    let now = "2026-11-25T02:01:00Z".parse().unwrap();
    assert_eq!(refused(&place.tree, now), Looked::Absent);
    place.write(&format!("{directory}/0.log"), line(1, "111"));
    // A workload's pod of that name, which has written last.
    let workload = "/var/log/pods/default_kube-apiserver-cp1_0b/kube-apiserver/0.log";
    place.write(workload, line(1, "222"));
    let mut text = String::new();
    for second in [3, 9, 5] {
        text.push_str(&line(second, "333"));
    }
    write!(text, "SN= SN=x\n{}", line(4, "444")).unwrap();
    let newer = place.root.join(&directory[1..]).join("1.log");
    std::fs::write(&newer, text).unwrap();
    let written = |path: &Utf8Path, seconds: u64| {
        let at = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
        File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
    };
    written(&newer, 60);
    written(&place.root.join(&workload[1..]), 120);
    let seen = refused(&place.tree, now);
    let seen: Vec<_> =
        seen.seen().unwrap().iter().map(|one| (one.serial.as_str(), one.at.as_second() % 60)).collect();
    assert_eq!(seen, [("444", 4), ("333", 9)]);
}
