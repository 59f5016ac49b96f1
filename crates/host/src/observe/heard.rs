//! What this node's kube-apiserver has written down of its clients' certificates: the end of its audit log, where it
//! keeps one in a file, and the end of its own log, where everything else leaves open what a process holds.

use super::files::{Tree, unread};
use super::logs::within;
use super::{Look, superseded};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::assess::{Memory, Process, processes};
use perennial_core::diagnose::{Context, Reading, Speaker, Standing, known, read};
use perennial_core::formats::audit;
use perennial_core::inventory::{Component, Heard, Looked, Node, Refused, Replaced, Shown};
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;

/// How much of the end of the audit log is read. Leaders and standbys speak every two seconds.
const AUDIT: u64 = 2 << 20;

/// How much of the end of kube-apiserver's own log is read.
const LOG: u64 = 1 << 20;

/// A longer line is passed over: an event with a request's body in it.
const LONGEST: usize = 64 << 10;

/// How many different events or serial numbers are kept.
const KEPT: usize = 256;

/// Where the kubelet keeps the logs of kube-apiserver's containers.
const PODS: &str = "/var/log/pods";

/// Listens for the witnesses that say something about a process of this node. `audit` is the host's path of
/// `--audit-log-path`.
pub(super) fn heard(look: &Look, audit: Option<&Utf8Path>, node: &Node) -> Heard {
    let tree = Tree::new(&look.root);
    let mut heard = Heard::default();
    if tree.is_copy() || !look.processes {
        return heard;
    }
    let processes = processes(node);
    let wanted: Vec<Wanted> = processes.iter().filter_map(|process| Wanted::of(node, process)).collect();
    // `-` is stdout.
    if let Some(path) = audit.filter(|path| path.is_absolute()) {
        heard.shown = shown(&tree, path, node.address, &wanted);
    }
    if processes.iter().any(|process| matches!(process.judgement.memory, Memory::Unproven(_))) {
        heard.refused = refused(&tree, node.observed_at);
    }
    // Old certificates are looked for only where somebody has shown what is in no file that is in use.
    let strange =
        |shown: &Shown| wanted.iter().any(|one| one.by(shown) && one.fingerprint != shown.fingerprint);
    let shown = heard.shown.seen().is_some_and(|all| all.iter().any(strange));
    if shown || heard.refused.seen().is_some_and(|all| !all.is_empty()) {
        heard.replaced = replaced(look, node);
    }
    heard
}

/// Whose events are looked for.
struct Wanted {
    user: String,
    program: &'static str,
    fingerprint: String,
}

impl Wanted {
    fn of(node: &Node, process: &Process<'_>) -> Option<Self> {
        let leaf = node.credential(process.credential)?.leaf()?;
        let (user, program) = (leaf.common_name()?, process.component.name());
        Some(Self { user, program, fingerprint: leaf.fingerprint_sha256() })
    }

    fn by(&self, shown: &Shown) -> bool {
        self.user == shown.user && self.program == shown.program
    }
}

/// Of each wanted client, certificate and origin the newest event.
fn shown(tree: &Tree, path: &Utf8Path, address: Option<IpAddr>, wanted: &[Wanted]) -> Looked<Vec<Shown>> {
    tail(tree, path, AUDIT).map(|bytes| newest(&bytes, wanted, address))
}

fn newest(bytes: &[u8], wanted: &[Wanted], address: Option<IpAddr>) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for event in lines(bytes).rev().filter_map(audit::shown) {
        if !wanted.iter().any(|one| one.by(&event)) {
            continue;
        }
        let same = |one: &Shown| {
            (&one.user, &one.program, &one.fingerprint, one.from)
                == (&event.user, &event.program, &event.fingerprint, event.from)
        };
        // Requests that take long are written after later ones.
        match found.iter().position(same) {
            Some(at) => found[at].at = found[at].at.max(event.at),
            None if found.len() < KEPT => found.push(event),
            None => {}
        }
        // Nothing older says more once each of them was heard from this node itself.
        let here =
            |from: Option<IpAddr>| from.is_some_and(|from| from.is_loopback() || Some(from) == address);
        if wanted.iter().all(|one| found.iter().any(|shown| one.by(shown) && here(shown.from))) {
            break;
        }
    }
    found
}

/// The newest line of each serial number that this node's kube-apiserver has refused.
fn refused(tree: &Tree, now: Timestamp) -> Looked<Vec<Refused>> {
    let Some(path) = log(tree) else { return Looked::Absent };
    let context = Context { speaker: Speaker::of_path(path.as_str()), now };
    tail(tree, &path, LOG).map(|bytes| {
        let mut found: Vec<Refused> = Vec::new();
        for line in lines(&bytes).rev().filter(|line| has(line, b"SN=")) {
            let Reading::Fact(fact) = read(&String::from_utf8_lossy(line), &context) else { continue };
            let (Some(serial), Some(at)) = (fact.serial, fact.at) else { continue };
            match found.iter().position(|one| one.serial == serial) {
                Some(known) => found[known].at = found[known].at.max(at),
                None if found.len() < KEPT => found.push(Refused { serial, at }),
                None => {}
            }
        }
        found
    })
}

/// The log that kube-apiserver's newest container writes.
fn log(tree: &Tree) -> Option<Utf8PathBuf> {
    let component = Component::KubeApiserver.name();
    let pods = tree.names(Utf8Path::new(PODS));
    let ours = format!("kube-system_{component}-");
    let pods = pods.seen()?.iter().filter(|name| name.starts_with(&ours));
    let containers = pods.map(|pod| Utf8Path::new(PODS).join(pod).join(component));
    let logs = containers.flat_map(|directory| {
        let names = tree.names(&directory).seen().cloned().unwrap_or_default();
        names.into_iter().filter(|name| name.ends_with(".log")).map(move |name| directory.join(name))
    });
    let logs = logs.filter(|path| within(tree, path, None));
    logs.max_by_key(|path| {
        let located = tree.located(path)?;
        std::fs::metadata(located).ok()?.modified().ok()
    })
}

/// The certificates that this node's processes have used before, as far as they still lie here.
fn replaced(look: &Look, node: &Node) -> Vec<Replaced> {
    let found = superseded::survey(look, node).found;
    let processes = processes(node);
    let old =
        known(node, &found).into_iter().filter(|one| matches!(one.standing, Standing::Superseded { .. }));
    let ours = old.filter(|one| processes.iter().any(|process| process.credential == one.name));
    let replaced = ours.map(|one| Replaced {
        fingerprint: one.certificate.fingerprint_sha256(),
        serial: one.certificate.serial_decimal(),
        credential: one.name,
    });
    replaced.collect()
}

/// The whole lines, without those that are too long to be looked at.
fn lines(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line.len() <= LONGEST)
}

fn has(line: &[u8], words: &[u8]) -> bool {
    line.windows(words.len()).any(|window| window == words)
}

/// The end of a regular file, from the beginning of a line on. A last line that is just being written is cut off.
fn tail(tree: &Tree, path: &Utf8Path, most: u64) -> Looked<Vec<u8>> {
    let Some(located) = tree.located(path) else { return Looked::Absent };
    let read = || -> std::io::Result<Vec<u8>> {
        // /dev/stdout or a FIFO is no log that could be read back; it is not even opened.
        if !std::fs::metadata(&located)?.is_file() {
            return Err(ErrorKind::InvalidInput.into());
        }
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NOCTTY;
        let flags = i32::try_from(flags.bits()).unwrap_or(0);
        let mut file = File::options().read(true).custom_flags(flags).open(&located)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(ErrorKind::InvalidInput.into());
        }
        let from = metadata.len().saturating_sub(most);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes.truncate(end);
        if from > 0 {
            let begin = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            bytes.drain(..begin);
        }
        Ok(bytes)
    };
    read().map_or_else(|error| unread(&error), Looked::Seen)
}

#[cfg(test)]
mod tests;
