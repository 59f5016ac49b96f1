//! `/proc`: what runs when nobody else can be asked, and what a process sees in its own mount namespace.

use super::files::unread;
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::inventory::Looked;
use perennial_pki::digest::sha256_hex;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};

/// A running process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// Its command line.
    pub(super) arguments: Vec<String>,
}

/// The process whose program is called `name`. Of several (nested nodes in containers have kubelets, too), the
/// one that shares our mount namespace.
pub(super) fn named(name: &str) -> Option<Process> {
    let mut found: Vec<Process> = all().filter(|process| process.program() == Some(name)).collect();
    if found.len() > 1
        && let Ok(ours) = fs::read_link("/proc/self/ns/mnt")
        && let Some(at) = found.iter().position(|process| {
            fs::read_link(format!("/proc/{}/ns/mnt", process.pid)).is_ok_and(|it| it == ours)
        })
    {
        return Some(found.swap_remove(at));
    }
    found.into_iter().next()
}

/// The process of that program that is a service of this host, that of the unit of the same name first. What runs in
/// a container has other namespaces; a unit may be given a mount namespace of its own (`PrivateTmp=`).
pub(super) fn of_host(name: &str) -> Option<Process> {
    let of_unit = |process: &Process| {
        let group = fs::read_to_string(format!("/proc/{}/cgroup", process.pid));
        group.is_ok_and(|group| group.lines().any(|line| line.ends_with(&format!("/{name}.service"))))
    };
    let of_host = |process: &Process| process.shares("pid") && (process.shares("mnt") || of_unit(process));
    let found: Vec<Process> =
        all().filter(|process| process.program() == Some(name) && of_host(process)).collect();
    let at = found.iter().position(of_unit).unwrap_or_default();
    found.into_iter().nth(at)
}

fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let arguments = command_line(pid)?;
        Some(Process { pid, arguments })
    })
}

fn command_line(pid: u32) -> Option<Vec<String>> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let arguments: Vec<String> =
        bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    // The list ends with a zero byte; a kernel thread has none at all.
    (bytes.len() > 1).then(|| arguments[..arguments.len() - 1].to_vec())
}

impl Process {
    fn program(&self) -> Option<&str> {
        Utf8Path::new(self.arguments.first()?).file_name()
    }

    /// Whether it is in one of our own namespaces.
    fn shares(&self, namespace: &str) -> bool {
        let ours = fs::read_link(format!("/proc/self/ns/{namespace}"));
        let its = fs::read_link(format!("/proc/{}/ns/{namespace}", self.pid));
        ours.is_ok_and(|ours| its.is_ok_and(|its| its == ours))
    }

    /// Those of its environment variables that begin with `prefix`; `None` where they may not be read.
    pub(super) fn environment(&self, prefix: &str) -> Option<BTreeMap<String, String>> {
        let bytes = zeroize::Zeroizing::new(fs::read(format!("/proc/{}/environ", self.pid)).ok()?);
        let variables = bytes.split(|byte| *byte == 0).filter(|entry| entry.starts_with(prefix.as_bytes()));
        let variables = variables.filter_map(|entry| {
            let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Some(variables.collect())
    }

    /// When it started: clock ticks since boot (proc_pid_stat(5), field 22) on top of the boot's second.
    pub(super) fn started(&self) -> Option<Timestamp> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        // The second field is the program's name in parentheses and may hold anything.
        let ticks: i64 = stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()?;
        let boot = fs::read_to_string("/proc/stat").ok()?;
        let boot: i64 = boot.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        let per_second = i64::try_from(rustix::param::clock_ticks_per_second()).ok()?;
        Timestamp::from_second(boot + ticks / per_second).ok()
    }
}

/// SHA-256 of a file as the process sees it.
pub(super) fn mounted_sha256(pid: u32, inside: &Utf8Path) -> Looked<String> {
    const LIMIT: u64 = 1 << 20;
    let path = format!("/proc/{pid}/root{inside}");
    let read = || -> Result<String, std::io::Error> {
        // An absolute link in the container would lead to the host's root.
        let file = rustix::fs::open(
            path.as_str(),
            rustix::fs::OFlags::RDONLY
                | rustix::fs::OFlags::NONBLOCK
                | rustix::fs::OFlags::CLOEXEC
                | rustix::fs::OFlags::NOFOLLOW,
            rustix::fs::Mode::empty(),
        )?;
        let file = fs::File::from(file);
        if !file.metadata()?.is_file() {
            return Err(ErrorKind::InvalidInput.into());
        }
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        file.take(LIMIT).read_to_end(&mut bytes)?;
        Ok(sha256_hex(&bytes))
    };
    read().map_or_else(|error| unread(&error), Looked::Seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    #[test]
    fn a_service_of_the_host_tells_its_arguments_and_only_the_environment_that_is_asked_for() {
        let name = format!("etcd-of-test-{}", std::process::id());
        assert!(of_host(&name).is_none());
        let mut child = Command::new("/bin/sleep")
            .arg0(format!("/usr/local/bin/{name}"))
            .arg("60")
            .env_clear()
            .envs([("ETCD_CERT_FILE", "/e/member.pem"), ("OTHER", "geheim")])
            .spawn()
            .unwrap();
        // The kernel lets a parent go on (vfork) a moment before the child has its new arguments and environment.
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let look = || {
            let found = of_host(&name)?;
            let environment = found.environment("ETCD").filter(|environment| !environment.is_empty())?;
            Some((found, environment))
        };
        let mut seen = look();
        while seen.is_none() && std::time::Instant::now() < limit {
            std::thread::yield_now();
            seen = look();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (found, environment) = seen.unwrap();
        assert_eq!(
            (found.pid, found.arguments.as_slice()),
            (child.id(), &[format!("/usr/local/bin/{name}"), "60".to_owned()][..])
        );
        let expected = BTreeMap::from([("ETCD_CERT_FILE".to_owned(), "/e/member.pem".to_owned())]);
        assert_eq!(environment, expected);
    }
}
