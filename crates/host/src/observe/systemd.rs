//! What systemd says about the kubelet, and what units say about the start of services.

use super::files::Tree;
use super::processes::Process;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use perennial_core::formats::systemd::Service;
use perennial_core::inventory::{Looked, Trouble, Unit};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// Where systemctl is; never looked up in PATH.
const SYSTEMCTL: [&str; 2] = ["/usr/bin/systemctl", "/bin/systemctl"];

/// How long systemd may take to answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Where units come from; the later directory wins (systemd.unit(5)).
const UNIT_DIRECTORIES: [&str; 5] = [
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/local/lib/systemd/system",
    "/run/systemd/system",
    "/etc/systemd/system",
];

/// A question to systemd that is under way.
#[derive(Debug)]
pub(super) struct Asked(Option<Child>);

/// Asks systemd about kubelet.service. Must be called within a tokio runtime.
pub(super) fn ask() -> Asked {
    // Without systemd as init there is nobody to ask (sd_booted(3)).
    if !Utf8Path::new("/run/systemd/system").is_dir() {
        return Asked(None);
    }
    let program = SYSTEMCTL.into_iter().find(|path| Utf8Path::new(path).exists());
    let child = program.and_then(|program| {
        let properties =
            "--property=LoadState,ActiveState,SubState,MainPID,NRestarts,ActiveEnterTimestampMonotonic";
        Command::new(program)
            .args(["show", "kubelet.service", properties])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()
    });
    Asked(child)
}

impl Asked {
    /// The answer; where there is no systemd, what the process itself shows.
    pub(super) async fn answer(self, process: Option<&Process>) -> Looked<Unit> {
        let Some(child) = self.0 else { return without_systemd(process) };
        let output = match tokio::time::timeout(LIMIT, child.wait_with_output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Looked::Unusable(Trouble::Io(error.to_string())),
            Err(_) => {
                return Looked::Unusable(Trouble::NoAnswer(format!("systemctl, {} s", LIMIT.as_secs())));
            }
        };
        if !output.status.success() {
            return without_systemd(process);
        }
        parse(&String::from_utf8_lossy(&output.stdout), Timestamp::now(), monotonic())
    }
}

fn parse(text: &str, now: Timestamp, monotonic: SignedDuration) -> Looked<Unit> {
    let properties: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let property = |name: &str| properties.get(name).copied().unwrap_or_default();
    if property("LoadState") == "not-found" {
        return Looked::Absent;
    }
    let since = property("ActiveEnterTimestampMonotonic").parse().ok().filter(|since| *since > 0);
    let active_since = since
        .and_then(|since| now.checked_sub(monotonic.checked_sub(SignedDuration::from_micros(since))?).ok());
    let active_state = property("ActiveState").to_owned();
    Looked::Seen(Unit {
        sub_state: property("SubState").to_owned(),
        main_pid: property("MainPID").parse().ok().filter(|pid| *pid != 0),
        restarts: property("NRestarts").parse().unwrap_or(0),
        active_since: active_since.filter(|_| active_state == "active"),
        active_state,
    })
}

/// The time since boot that systemd's monotonic timestamps are on.
fn monotonic() -> SignedDuration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    SignedDuration::new(now.tv_sec, i32::try_from(now.tv_nsec).unwrap_or(0))
}

fn without_systemd(process: Option<&Process>) -> Looked<Unit> {
    let Some(process) = process else { return Looked::Absent };
    Looked::Seen(Unit {
        active_state: "active".to_owned(),
        sub_state: "running".to_owned(),
        main_pid: Some(process.pid),
        restarts: 0,
        active_since: process.started(),
    })
}

/// How a service would be started.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// Its unit; `None`: there is none.
    pub(super) unit: Option<Utf8PathBuf>,
    /// The command line; empty if there is no unit.
    pub(super) arguments: Vec<String>,
    /// The environment that the unit and its environment files give it.
    pub(super) environment: BTreeMap<String, String>,
}

/// How `NAME.service` would be started, by its unit, drop-ins and environment files.
pub(super) fn start(tree: &Tree, name: &str) -> Start {
    let file = format!("{name}.service");
    let mut unit = None;
    let mut drop_ins: BTreeMap<String, Utf8PathBuf> = BTreeMap::new();
    for directory in UNIT_DIRECTORIES {
        let directory = Utf8Path::new(directory);
        let path = directory.join(&file);
        if tree.exists(&path) {
            unit = Some(path);
        }
        let directory = directory.join(format!("{file}.d"));
        let names = tree.names(&directory);
        let names = names.seen().into_iter().flatten().filter(|name| name.ends_with(".conf"));
        drop_ins.extend(names.map(|name| (name.clone(), directory.join(name))));
    }
    let texts: Vec<String> =
        unit.iter().cloned().chain(drop_ins.into_values()).filter_map(|path| text(tree, &path)).collect();
    let service = Service::parse(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    // Debian's etcd: `EnvironmentFile=-/etc/default/%p` (systemd.unit(5), specifiers).
    let named = |path: &Utf8PathBuf| -> Utf8PathBuf {
        path.as_str().replace("%p", name).replace("%N", name).replace("%n", &file).into()
    };
    let files: Vec<String> =
        service.environment_files.iter().filter_map(|path| text(tree, &named(path))).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    Start { unit, arguments: service.arguments(&files), environment: service.environment_with(&files) }
}

/// What an environment file says by itself.
pub(super) fn environment_file(tree: &Tree, path: &Utf8Path) -> BTreeMap<String, String> {
    text(tree, path).map(|text| Service::default().environment_with(&[&text])).unwrap_or_default()
}

fn text(tree: &Tree, path: &Utf8Path) -> Option<String> {
    tree.read(path).text().seen().map(|text| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kubelet_in_a_restart_loop() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let text = "LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nMainPID=0\nNRestarts=17\nActiveEnterTimestampMonotonic=5000000\n";
        let Looked::Seen(unit) = parse(text, now, SignedDuration::from_secs(65)) else { panic!() };
        assert_eq!((unit.sub_state.as_str(), unit.main_pid, unit.restarts), ("auto-restart", None, 17));
        assert_eq!(unit.active_since, None);
    }

    #[test]
    fn a_running_kubelet_since_a_minute() {
        let now: Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
        let text = "ActiveState=active\nSubState=running\nMainPID=4711\nNRestarts=0\nActiveEnterTimestampMonotonic=5000000\n";
        let Looked::Seen(unit) = parse(text, now, SignedDuration::from_secs(65)) else { panic!() };
        assert!(unit.running());
        assert_eq!(unit.main_pid, Some(4711));
        assert_eq!(unit.active_since, Some("2026-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn no_kubelet_at_all() {
        assert_eq!(
            parse("LoadState=not-found\nActiveState=inactive\n", Timestamp::UNIX_EPOCH, SignedDuration::ZERO),
            Looked::Absent
        );
    }
}
