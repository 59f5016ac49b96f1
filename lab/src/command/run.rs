//! One arm per verb.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use perennial_lab::{Lab, LabError, Options, Progress, Result, Status, doctor};

use super::Arguments;
use super::arguments::{Parts, Size, Verb};

/// Does what was asked for and gives the exit status.
pub(crate) fn run(arguments: Arguments) -> Result<u8> {
    let progress = if arguments.quiet { Progress::quiet() } else { Progress::shown() };
    let name = arguments.name;
    let open = || Lab::open(&name, progress);
    match arguments.verb {
        Verb::Up { size, parts, reuse } => {
            let options = options(&name, progress, Some(&size), parts);
            match reuse {
                Some(snapshot) => Lab::from_snapshot_or_up(&snapshot, &options)?,
                None => Lab::up(&options)?,
            };
        }
        Verb::Down { state } => Lab::down_by_name(&name, state.as_deref(), progress)?,
        Verb::Status { json } => {
            let status = open()?.status()?;
            print(&if json { to_json(&status)? } else { table(&status) })?;
        }
        Verb::Exec { node, command } => {
            let argv: Vec<&str> = command.iter().map(String::as_str).collect();
            return open()?.attach(&node, &argv, false).map(to_status);
        }
        Verb::Shell { node } => {
            let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
            return open()?.attach(&node, &["bash", "-l"], terminal).map(to_status);
        }
        Verb::Put { node, source, destination } => open()?.put(&node, Path::new(&source), &destination)?,
        Verb::Save { snapshot } => open()?.save(&snapshot)?,
        Verb::Restore { snapshot, parts, no_wait } => {
            Lab::restore(&snapshot, &options(&name, progress, None, parts), !no_wait)?;
        }
        Verb::Snapshots => {
            for s in Lab::snapshots(progress)? {
                print(&format!(
                    "{}: {} + {}, Kubernetes {}\n",
                    s.name, s.control_planes, s.workers, s.kubernetes
                ))?;
            }
        }
        Verb::Ready { limit } => open()?.wait_ready(limit)?,
        Verb::Probe { time } => probe(&open()?, time)?,
        Verb::Client => print(&to_json(&open()?.client_report()?)?)?,
        Verb::Age { rest, kubelets } => print(&to_json(&open()?.age(rest, kubelets)?)?)?,
        Verb::Off { node } => open()?.off(&node)?,
        Verb::On { node } => open()?.on(&node)?,
        Verb::Doctor => {
            let complaints = doctor(&Options::default());
            for complaint in &complaints {
                print(&format!("{}\n", complaint.0))?;
            }
            return Ok(u8::from(!complaints.is_empty()));
        }
    }
    Ok(0)
}

fn options(name: &str, progress: Progress, size: Option<&Size>, parts: Parts) -> Options {
    Options {
        name: name.into(),
        state: parts.state,
        control_planes: size.map_or(1, |s| s.control_planes),
        workers: size.map_or(0, |s| s.workers),
        layout: size.map_or_else(Default::default, |s| s.layout),
        validity: size.and_then(|s| s.validity),
        binaries: parts.binaries,
        images: parts.images,
        progress,
    }
}

fn probe(lab: &Lab, time: Option<Duration>) -> Result<()> {
    let probe = lab.probe(true)?;
    let began = Instant::now();
    while time.is_none_or(|t| began.elapsed() < t) && !perennial_lab::interrupted() {
        std::thread::sleep(Duration::from_millis(50));
    }
    print(&to_json(&probe.stop()?)?)
}

fn table(status: &Status) -> String {
    let mut text = format!(
        "lab {}: Kubernetes {}, API at {}, files in {}\n",
        status.name,
        status.kubernetes,
        status.endpoint,
        status.dir.display()
    );
    for node in &status.nodes {
        let on = node.pid.map_or_else(|| "off".to_owned(), |pid| format!("on, init is PID {pid}"));
        text += &format!("{:<10} {:<12} {on}\n", node.node.name, node.node.address);
    }
    text
}

fn to_json(value: &impl serde::Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|source| LabError::Json { what: "the report".into(), source })?;
    Ok(text + "\n")
}

fn to_status(status: i32) -> u8 {
    u8::try_from(status).unwrap_or(1)
}

fn print(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|e| LabError::refused(format!("cannot print: {e}")))
}
