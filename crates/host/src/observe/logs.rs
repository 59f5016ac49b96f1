//! Logs: the system journal, the containers' files, files that somebody names, stdin. Read line by line, in bounded
//! memory, however long they and their lines are.

use super::files::Tree;
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::diagnose::{Context, Gathering, Reading, Speaker, read};
use perennial_core::inventory::{FileKind, Looked, Trouble};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::process::{Command, Stdio};

/// Where journalctl is; never looked up in PATH.
const JOURNALCTL: [&str; 2] = ["/usr/bin/journalctl", "/bin/journalctl"];

/// What of a longer line is read.
const LONGEST: usize = 64 << 10;

/// The units whose journal is read.
const UNITS: [&str; 6] = ["kubelet", "containerd", "crio", "cri-docker", "docker", "etcd"];

/// Where the kubelet keeps the logs of containers.
const PODS: &str = "/var/log/pods";

/// The namespaces of what the cluster itself consists of; a workload's log is its own.
const NAMESPACES: [&str; 6] =
    ["kube-system", "calico-system", "calico-apiserver", "tigera-operator", "kube-flannel", "cilium"];

/// A log that was read, or could not be.
#[derive(Clone, Debug)]
pub struct Log {
    /// Its name for people.
    pub name: String,
    /// Lines that were read; 0 of a journal that holds nothing.
    pub lines: Looked<u64>,
}

/// The journal of the node's own units.
pub fn journal(root: &Utf8Path, since: Option<Timestamp>, now: Timestamp, to: &mut Gathering) -> Log {
    let name = "journalctl".to_owned();
    let tree = Tree::new(root);
    let mut arguments = vec!["--no-pager".to_owned(), "--quiet".to_owned(), "--output=json".to_owned()];
    if tree.is_copy() {
        let directory = root.join("var/log/journal");
        if !directory.is_dir() {
            return Log { name, lines: Looked::Absent };
        }
        arguments.push(format!("--directory={directory}"));
    }
    arguments.extend(UNITS.map(|unit| format!("--unit={unit}.service")));
    arguments.extend(since.map(|since| format!("--since=@{}", since.as_second())));
    let Some(program) = JOURNALCTL.into_iter().find(|path| Utf8Path::new(path).exists()) else {
        return Log { name, lines: Looked::Absent };
    };
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let lines = match child {
        Ok(mut child) => {
            let read = match child.stdout.take() {
                Some(stdout) => stream(BufReader::new(stdout), &name, Speaker::Unknown, since, now, to),
                None => Ok(0),
            };
            // Without a journal it says nothing and exits 1; a journal that may not be read is as good as none.
            let ended = child.wait();
            match (read, ended) {
                (Ok(0), Ok(status)) if !status.success() => Looked::Absent,
                (Ok(lines), _) => Looked::Seen(lines),
                (Err(error), _) => Looked::Unusable(trouble(&error)),
            }
        }
        Err(error) => Looked::Unusable(trouble(&error)),
    };
    Log { name, lines }
}

/// The logs of the cluster's own containers.
pub fn containers(root: &Utf8Path, since: Option<Timestamp>, now: Timestamp, to: &mut Gathering) -> Vec<Log> {
    let tree = Tree::new(root);
    let pods = Utf8Path::new(PODS);
    let names = match tree.names(pods) {
        Looked::Seen(names) => names,
        Looked::Absent => return vec![Log { name: PODS.to_owned(), lines: Looked::Absent }],
        Looked::Unusable(trouble) => {
            return vec![Log { name: PODS.to_owned(), lines: Looked::Unusable(trouble) }];
        }
    };
    let mut logs = Vec::new();
    let ours = |pod: &&String| NAMESPACES.iter().any(|namespace| pod.split('_').next() == Some(namespace));
    for pod in names.iter().filter(ours).map(|pod| pods.join(pod)) {
        for container in tree.names(&pod).seen().into_iter().flatten().map(|name| pod.join(name)) {
            for file in tree.names(&container).seen().into_iter().flatten() {
                let path = container.join(file);
                if !file.contains(".log") || file.ends_with(".gz") || !within(&tree, &path, since) {
                    continue;
                }
                let Some(located) = tree.located(&path) else { continue };
                logs.push(named(&located, path.as_str(), since, now, to));
            }
        }
    }
    if logs.is_empty() {
        logs.push(Log { name: PODS.to_owned(), lines: Looked::Absent });
    }
    logs
}

/// A regular file that was written since; docker's are links to its own directory.
pub(super) fn within(tree: &Tree, path: &Utf8Path, since: Option<Timestamp>) -> bool {
    let Some(entry) = tree.entry(path) else { return false };
    let written = |metadata: &std::fs::Metadata| {
        let modified = metadata.modified().ok().and_then(|modified| Timestamp::try_from(modified).ok());
        since.is_none_or(|since| modified.is_none_or(|modified| modified >= since))
    };
    if entry.is_symlink() {
        return tree.located(path).is_some_and(|target| {
            !tree.is_copy()
                && target.starts_with("/var/lib/docker/containers")
                && std::fs::metadata(&target).is_ok_and(|target| target.is_file() && written(&target))
        });
    }
    entry.is_file() && written(&entry)
}

/// A file that the operator names; a pipe may be one too.
pub fn file(path: &Utf8Path, since: Option<Timestamp>, now: Timestamp, to: &mut Gathering) -> Log {
    named(path, path.as_str(), since, now, to)
}

/// What comes from stdin.
pub fn stdin(since: Option<Timestamp>, now: Timestamp, to: &mut Gathering) -> Log {
    let name = "-".to_owned();
    let lines = stream(std::io::stdin().lock(), &name, Speaker::Unknown, since, now, to);
    Log { name, lines: seen(lines) }
}

fn named(at: &Utf8Path, name: &str, since: Option<Timestamp>, now: Timestamp, to: &mut Gathering) -> Log {
    let mut read = || -> std::io::Result<u64> {
        let opened = File::open(at)?;
        if opened.metadata()?.is_dir() {
            return Err(std::io::Error::from(ErrorKind::IsADirectory));
        }
        let mut reader = BufReader::with_capacity(LONGEST, opened);
        if reader.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            return Err(std::io::Error::other("it is compressed: zcat FILE | perennial diagnose -"));
        }
        stream(reader, name, Speaker::of_path(name), since, now, to)
    };
    let lines = match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => Looked::Absent,
        other => seen(other),
    };
    Log { name: name.to_owned(), lines }
}

fn seen(lines: std::io::Result<u64>) -> Looked<u64> {
    match lines {
        Ok(lines) => Looked::Seen(lines),
        Err(error) => Looked::Unusable(trouble(&error)),
    }
}

fn trouble(error: &std::io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::PermissionDenied => Trouble::PermissionDenied,
        ErrorKind::IsADirectory => Trouble::NotRegular(FileKind::Directory),
        _ => Trouble::Io(error.to_string()),
    }
}

fn stream(
    mut from: impl BufRead,
    name: &str,
    speaker: Speaker,
    since: Option<Timestamp>,
    now: Timestamp,
    to: &mut Gathering,
) -> std::io::Result<u64> {
    let context = Context { speaker, now };
    let mut line = Vec::new();
    let mut number = 0;
    while next(&mut from, &mut line)? {
        number += 1;
        let reading = match read(&String::from_utf8_lossy(&line), &context) {
            Reading::Fact(fact) if matches!((fact.at, since), (Some(at), Some(since)) if at < since) => {
                Reading::Nothing
            }
            reading => reading,
        };
        to.add(reading, name, number);
    }
    Ok(number)
}

/// The next line, or as much of it as is read; `false` at the end.
fn next(from: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let limit = LONGEST as u64;
    if from.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    // The rest of it is passed over without being kept.
    let mut ended = line.ends_with(b"\n");
    while !ended {
        let buffer = match from.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        ended = end.is_some();
        let used = end.map_or(buffer.len(), |end| end + 1);
        from.consume(used);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "E1125 1 leaderelection.go:461] \"x\" err=\"Unauthorized\" lock=\"kube-system/kube-scheduler\"\n";

    #[test]
    fn a_line_without_end_takes_no_memory_and_hides_no_other() {
        let endless = "x".repeat(5 << 20);
        let text = format!("{LINE}{endless}\n{LINE}");
        let mut reader = BufReader::new(text.as_bytes());
        let mut line = Vec::new();
        let mut lengths = Vec::new();
        while next(&mut reader, &mut line).unwrap() {
            lengths.push(line.len());
        }
        assert_eq!(lengths, [LINE.len(), LONGEST, LINE.len()]);
        let mut gathering = Gathering::default();
        let read =
            stream(text.as_bytes(), "x", Speaker::Unknown, None, Timestamp::UNIX_EPOCH, &mut gathering);
        assert_eq!((read.unwrap(), gathering.groups()[0].evidence.lines), (3, 2));
    }

    #[test]
    fn what_can_not_be_read_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        std::fs::write(root.join("x.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
        let mut gathering = Gathering::default();
        let mut look = |name: &str| file(&root.join(name), None, Timestamp::UNIX_EPOCH, &mut gathering).lines;
        assert_eq!(look("absent"), Looked::Absent);
        assert_eq!(look("."), Looked::Unusable(Trouble::NotRegular(FileKind::Directory)));
        assert!(matches!(look("x.gz"), Looked::Unusable(Trouble::Io(reason)) if reason.contains("zcat")));
        assert_eq!(journal(root, None, Timestamp::UNIX_EPOCH, &mut gathering).lines, Looked::Absent);
        assert_eq!(containers(root, None, Timestamp::UNIX_EPOCH, &mut gathering)[0].lines, Looked::Absent);
    }

    #[test]
    fn logs_of_the_cluster_are_read_and_links_out_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        let container = root.join("var/log/pods/kube-system_kube-scheduler-cp1_0a/kube-scheduler");
        std::fs::create_dir_all(&container).unwrap();
        std::fs::write(container.join("0.log"), format!("2026-11-25T02:00:31Z stderr F {LINE}")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", container.join("1.log")).unwrap();
        let workload = root.join("var/log/pods/default_x_0b/x");
        std::fs::create_dir_all(&workload).unwrap();
        std::fs::write(workload.join("0.log"), LINE).unwrap();
        let mut gathering = Gathering::default();
        let logs = containers(root, None, Timestamp::UNIX_EPOCH, &mut gathering);
        assert_eq!(logs.len(), 1, "{logs:?}");
        let later: Timestamp = "2026-11-25T03:00:00Z".parse().unwrap();
        let mut none = Gathering::default();
        let _logs = containers(root, Some(later), later, &mut none);
        assert_eq!((gathering.groups().len(), none.groups().len()), (1, 0));
    }
}
