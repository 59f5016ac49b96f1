//! `make bench`: the numbers that perennial promises, measured on a real cluster, each beside today's way in the
//! same run. It prints and does not judge: a machine that is busy with other things is slower, and says so by its
//! load average.

#[path = "numbers/scale.rs"]
mod scale;

use perennial_lab::{Lab, Options, Progress};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RENEWALS: usize = 5;
const CHECKS: usize = 20;
const ISSUES: usize = 5;

/// Runs a command N times and prints seconds, the largest resident set in KiB (wait4(2); what a forked perl has
/// itself, 5 MiB, is the least) and the exit status of each.
const MEASURE: &str = r#"my $times = shift;
my ($clock_gettime, $wait4) = `uname -m` =~ /x86_64/ ? (228, 61) : (113, 260);
sub now { my $time = "\0" x 16; syscall($clock_gettime, 1, $time); my ($s, $ns) = unpack("q q", $time); $s + $ns / 1e9 }
for (1..$times) {
  my ($begin, $status, $usage) = (now(), pack("i", 0), "\0" x 144);
  my $pid = fork;
  if (!$pid) { open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null"; exec @ARGV; exit 127 }
  syscall($wait4, $pid, $status, 0, $usage);
  printf "%.6f %d %d\n", now() - $begin, unpack("x32 q", $usage), unpack("i", $status) >> 8;
}"#;

fn main() -> ExitCode {
    // `cargo test --benches` passes other arguments and wants no numbers.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    // Only what needs no cluster: `cargo bench … --bench numbers -- scale`.
    let alone = std::env::args().any(|argument| argument == "scale");
    match if alone { measure_scale() } else { measure() } {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("numbers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_scale() -> Result<()> {
    let mut table = Vec::new();
    scale::rows(&mut table)?;
    println!("\nload average (1 min) {}; {} processors\n", load()?, cores());
    print(&table);
    Ok(())
}

fn measure() -> Result<()> {
    perennial_lab::listen_for_signals()?;
    let (binary, issue_ten) = (binary()?, built("release/examples/issue_ten"));
    if !issue_ten.is_file() {
        return Err(
            "build the issuer first: `cargo build --release -p perennial-pki --example issue_ten`".into()
        );
    }
    let options =
        Options { name: "bench".into(), workers: 1, progress: Progress::shown(), ..Options::default() };
    let mut lab = Lab::from_snapshot_or_up("1+1", &options)?;
    lab.set_down_on_drop(true);
    lab.put("cp1", &binary, "/usr/local/bin/perennial")?;
    lab.write("cp1", "/root/measure.pl", MEASURE.as_bytes(), 0o644)?;
    let before = load()?;

    let mut table = Vec::new();
    // First what looks, then what restarts things.
    checks(&lab, &mut table)?;
    renewals(&lab, &mut table)?;
    issues(&lab, &issue_ten, &mut table)?;
    scale::rows(&mut table)?;
    let size = std::fs::metadata(&binary)?.len();
    table.push(["binary".into(), "≤ 12 MB".into(), format!("{:.1} MB", size as f64 / 1e6), "–".into()]);

    println!(
        "\nload average (1 min) {before} at the beginning, {} at the end; {} processors\n",
        load()?,
        cores()
    );
    print(&table);
    lab.down()?;
    Ok(())
}

type Row = [String; 4];

fn checks(lab: &Lab, table: &mut Vec<Row>) -> Result<()> {
    let config =
        "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'";
    lab.must("cp1", &["sh", "-c", &format!("{config} > /root/kubeadm.yaml")])?;
    let ours = many(lab, CHECKS, &["perennial", "check"])?;
    let theirs = many(lab, CHECKS, &["kubeadm", "certs", "check-expiration"])?;
    let files = ["kubeadm", "certs", "check-expiration", "--config", "/root/kubeadm.yaml"];
    let without_api = many(lab, CHECKS, &files)?;

    let seconds = |runs: &[Measured]| Spread::of(runs.iter().map(|run| run.seconds * 1e3));
    let memory = |runs: &[Measured]| Spread::of(runs.iter().map(|run| run.kib / 1024.0));
    let beside = |ours: Spread, theirs: Spread, files: Spread, unit: &str| {
        format!(
            "kubeadm certs check-expiration {:.0} {unit} ({:.1} ×), without the API {:.0} {unit} ({:.1} ×)",
            theirs.median,
            theirs.median / ours.median,
            files.median,
            files.median / ours.median
        )
    };
    let (mine, all, some) = (seconds(&ours), seconds(&theirs), seconds(&without_api));
    table.push(["check, wall".into(), "≤ 60 ms".into(), mine.text("ms", 0), beside(mine, all, some, "ms")]);
    let (mine, all, some) = (memory(&ours), memory(&theirs), memory(&without_api));
    table.push([
        "check, memory".into(),
        "≤ 12 MiB".into(),
        mine.text("MiB", 1),
        beside(mine, all, some, "MiB"),
    ]);
    Ok(())
}

fn renewals(lab: &Lab, table: &mut Vec<Row>) -> Result<()> {
    let (mut seconds, mut written, mut failed) = (Vec::new(), 0, 0);
    for _ in 0..RENEWALS {
        // A new kubelet has no crash back-off: what is measured is perennial's own time.
        restart_kubelet(lab)?;
        let probe = lab.probe(false)?;
        let began = Instant::now();
        lab.must("cp1", &["perennial", "renew", "--yes", "--force"])?;
        seconds.push(began.elapsed().as_secs_f64());
        let seen = probe.stop()?;
        written += seen.endpoints.iter().map(|endpoint| endpoint.ok).sum::<u64>();
        failed += seen.failed();
    }
    let kubeadm = many(lab, 3, &["kubeadm", "certs", "renew", "all"])?;
    let kubeadm = Spread::of(kubeadm.iter().map(|run| run.seconds)).median;
    table.push([
        "failed writes while renewing".into(),
        "0".into(),
        format!("{failed} of {} in {RENEWALS} runs", written + failed),
        "the runbook: 28 to 90 s without an API".into(),
    ]);
    table.push([
        "renew with proof, one control plane".into(),
        "≤ 6 s, aim 4".into(),
        Spread::of(seconds.into_iter()).text("s", 1),
        format!("kubeadm certs renew all {kubeadm:.1} s, without restarts and proof"),
    ]);
    Ok(())
}

fn issues(lab: &Lab, issue_ten: &Path, table: &mut Vec<Row>) -> Result<()> {
    let mut seconds = Vec::new();
    for _ in 0..ISSUES {
        let began = Instant::now();
        if !Command::new(issue_ten).output()?.status.success() {
            return Err(format!("{} failed", issue_ten.display()).into());
        }
        seconds.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let kubeadm = many(lab, ISSUES, &["kubeadm", "certs", "renew", "all", "--config", "/root/kubeadm.yaml"])?;
    let kubeadm = Spread::of(kubeadm.iter().map(|run| run.seconds * 1e3));
    let ours = Spread::of(seconds.into_iter());
    table.push([
        "ten RSA-2048 pairs".into(),
        "≤ 600 ms".into(),
        ours.text("ms", 0),
        format!(
            "kubeadm certs renew all, without the API {:.0} ms ({:.1} ×)",
            kubeadm.median,
            kubeadm.median / ours.median
        ),
    ]);
    Ok(())
}

/// One run of a command.
struct Measured {
    seconds: f64,
    kib: f64,
}

/// Runs a command on the control plane, one time after another.
fn many(lab: &Lab, times: usize, command: &[&str]) -> Result<Vec<Measured>> {
    let times = times.to_string();
    let told = lab.must("cp1", &[&["perl", "/root/measure.pl", &times], command].concat())?;
    measured(&told, |status| status == 0.0).map_err(|error| format!("{}: {error}", command.join(" ")).into())
}

/// Reads what [`MEASURE`] prints.
fn measured(told: &str, good: impl Fn(f64) -> bool) -> Result<Vec<Measured>> {
    let mut runs = Vec::new();
    for line in told.lines() {
        let numbers = line.split(' ').map(str::parse).collect::<std::result::Result<Vec<f64>, _>>()?;
        let [seconds, kib, status] = numbers[..] else {
            return Err(format!("not understood: {line}").into());
        };
        if !good(status) {
            return Err(format!("it ended with {status}").into());
        }
        runs.push(Measured { seconds, kib });
    }
    Ok(runs)
}

/// The least, the middle and the most of some numbers.
#[derive(Clone, Copy)]
struct Spread {
    least: f64,
    median: f64,
    most: f64,
    runs: usize,
}

impl Spread {
    fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = numbers.collect();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(all.len() / 2),
            most: at(all.len().saturating_sub(1)),
            runs: all.len(),
        }
    }

    fn text(self, unit: &str, digits: usize) -> String {
        let Self { least, median, most, runs } = self;
        format!("{least:.digits$} / {median:.digits$} / {most:.digits$} {unit}, n = {runs}")
    }
}

fn restart_kubelet(lab: &Lab) -> Result<()> {
    lab.must("cp1", &["systemctl", "restart", "kubelet"])?;
    let began = Instant::now();
    while !lab.exec("cp1", &["curl", "-sf", "-m", "2", "http://127.0.0.1:10248/healthz"])?.success() {
        if began.elapsed() > Duration::from_secs(60) || perennial_lab::interrupted() {
            return Err("the kubelet does not come back".into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn print(table: &[Row]) {
    let heads = ["number", "asked", "measured (min / median / max)", "beside"].map(str::to_owned);
    let rows: Vec<&Row> = std::iter::once(&heads).chain(table).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3)];
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("| {} |", cells.join(" | "));
        if index == 0 {
            println!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"));
        }
    }
}

fn load() -> Result<String> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn binary() -> Result<PathBuf> {
    let built = built(&format!("{}-unknown-linux-gnu/release/perennial", std::env::consts::ARCH));
    let binary = std::env::var_os("PERENNIAL_BINARY").map_or(built, PathBuf::from);
    if binary.is_file() {
        return Ok(binary);
    }
    Err(format!("{} is not there: build it with `cargo static -p perennial`", binary.display()).into())
}

fn built(path: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")).join(path)
}
