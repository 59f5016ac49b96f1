//! What people have keeps working: a jq line written for kubeadm, a timer, kubectl, the Tab key, a log that programs
//! read.
//!
//! The units of `packaging/systemd` run in a node's own systemd. With nothing due the renewal ends well and says so; with
//! something due it renews and proves within its sandbox. Events are one JSON object a line, and whatever happens to
//! their file, the run goes on.

use crate::support::{Cluster, Stage, assert_same, until};
use perennial_lab::Output;
use serde_json::Value;
use std::time::Duration;

const RENEW: &str = "perennial-renew.service";
const CHECK: &str = "perennial-check.service";

/// What somebody has in a cron job.
const JQ: &str =
    r#"jq -c '.certificates[] | select(.residualTime < 31708800) | [.name, .expirationDate, .caName]'"#;

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    // An older copy of admin.conf that another story has left would be something to do.
    assert_eq!(cluster.perennial(&["renew", "--due", "--yes", "--no-workload"]).status, 0);

    a_jq_line_for_kubeadm_gives_the_same(cluster);
    kubectl_runs_it_and_tells_commands_of_kubectl(cluster);
    the_shell_knows_this_nodes_certificates(cluster);
    the_units_are_as_systemd_wants_them(cluster);
    nothing_is_due(cluster);
    a_run_as_lines_of_json(cluster);
    a_stream_that_fails_does_not_end_the_run(cluster);
    something_is_due(cluster);
    cluster
        .sh("cp1", "rm /usr/bin/perennial /usr/local/bin/kubectl*perennial /etc/systemd/system/perennial-*");
}

fn a_jq_line_for_kubeadm_gives_the_same(cluster: &Cluster) {
    let line = |command: &str| cluster.sh("cp1", &format!("{command} 2>/dev/null | {JQ}"));
    let kubeadm = line("kubeadm certs check-expiration -o json");
    assert!(kubeadm.lines().count() >= 9, "{kubeadm}");
    assert_same(&kubeadm, &line("perennial list -o kubeadm"), "what jq makes of it");
}

fn kubectl_runs_it_and_tells_commands_of_kubectl(cluster: &Cluster) {
    let install = "ln -s perennial /usr/local/bin/kubectl-perennial
        perennial completion kubectl > /usr/local/bin/kubectl_complete-perennial
        chmod +x /usr/local/bin/kubectl_complete-perennial";
    cluster.sh("cp1", install);
    let checked = cluster.lab.exec("cp1", &["kubectl", "perennial", "check"]).unwrap();
    assert_eq!(checked.status, 0, "{checked:?}");
    let nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups kubectl perennial renew --dry-run";
    let refused = cluster.lab.exec("cp1", &["sh", "-c", nobody]).unwrap();
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(refused.stderr.contains("sudo kubectl perennial renew --dry-run"), "{refused:?}");
    let asked = cluster.sh("cp1", "kubectl __complete perennial renew --only '' 2>/dev/null");
    assert!(asked.starts_with("apiserver\n") && asked.ends_with("\n:4\n"), "{asked}");
}

fn the_shell_knows_this_nodes_certificates(cluster: &Cluster) {
    let script = "source <(perennial completion bash)
        for words in 'renew --only' 'csr export'; do
          COMP_WORDS=(perennial $words etcd); COMP_CWORD=3; COMP_TYPE=9
          _clap_complete_perennial perennial etcd x; printf '%s ' \"${COMPREPLY[@]}\"; echo
        done";
    let offered = cluster.lab.must("cp1", &["bash", "-c", script]).unwrap();
    let etcd = "etcd-server etcd-peer etcd-healthcheck-client ";
    let sorted = |line: &str| {
        let mut words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words
    };
    for line in offered.lines() {
        assert_eq!(sorted(line), sorted(etcd), "{offered}");
    }
    // Who may read nothing is offered nothing, and told nothing.
    let nobody = format!(
        "setpriv --reuid=nobody --regid=nogroup --clear-groups bash -c '{}' 2>&1",
        script.replace('\'', "\"")
    );
    let offered = cluster.lab.exec("cp1", &["sh", "-c", &nobody]).unwrap();
    assert!(!offered.stdout.contains("denied"), "{offered:?}");
}

/// As the packages do it, except that they put the binary into /usr/bin.
fn the_units_are_as_systemd_wants_them(cluster: &Cluster) {
    cluster.sh("cp1", "ln -s /usr/local/bin/perennial /usr/bin/perennial");
    let units = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/systemd");
    let mut names = Vec::new();
    for unit in std::fs::read_dir(units).unwrap() {
        let unit = unit.unwrap();
        let name = unit.file_name().into_string().unwrap();
        let target = format!("/etc/systemd/system/{name}");
        cluster.lab.write("cp1", &target, &std::fs::read(unit.path()).unwrap(), 0o644).unwrap();
        names.push(target);
    }
    assert_eq!(names.len(), 4);
    cluster.sh("cp1", "systemctl daemon-reload");
    let verified = cluster.sh("cp1", &format!("systemd-analyze verify --man=no {} 2>&1", names.join(" ")));
    // The lab's own units are not under test.
    let ours: Vec<_> = verified.lines().filter(|line| line.contains("perennial")).collect();
    assert_eq!(ours, [""; 0], "systemd-analyze verify");
    let enabled = cluster.lab.exec("cp1", &["systemctl", "is-enabled", "perennial-renew.timer"]).unwrap();
    assert_eq!(enabled.stdout.trim(), "disabled", "whether to renew by itself is the operator's decision");
}

/// Starts a unit and waits for its end; gives what it has said.
fn start(cluster: &Cluster, unit: &str) -> (Output, String) {
    let cursor = cluster.sh("cp1", "journalctl -n 0 --show-cursor -q | sed -n 's/^-- cursor: //p'");
    let started = cluster.lab.exec("cp1", &["systemctl", "start", unit]).unwrap();
    let journal = until("what the unit has said", Duration::from_secs(10), || {
        cluster.sh("cp1", "journalctl --sync");
        let script = format!("journalctl -o cat --after-cursor '{}' -u {unit}", cursor.trim());
        let said = cluster.sh("cp1", &script);
        // systemd's own last word comes behind everything.
        ["Finished ", "Failed to start "].iter().any(|end| said.contains(end)).then_some(said)
    });
    (started, journal)
}

fn nothing_is_due(cluster: &Cluster) {
    let before = cluster.tree("cp1");
    for (unit, line) in [(RENEW, "cp1: nothing to do"), (CHECK, "checks passed")] {
        let (started, journal) = start(cluster, unit);
        assert_eq!(started.status, 0, "{started:?}: {journal}");
        assert!(journal.contains(line), "{journal}");
        let state = cluster.sh("cp1", &format!("systemctl show -P ExecMainStatus -P Result {unit}"));
        assert_eq!(state.split_whitespace().collect::<Vec<_>>(), ["success", "0"], "{unit}");
    }
    assert_same(&before, &cluster.tree("cp1"), "nothing was due, and something has changed");
}

fn something_is_due(cluster: &Cluster) {
    // Twenty days are left: below the warning limit, and everything works.
    cluster.lab.age(Duration::from_secs(20 * 86400), false).unwrap();
    let checked = cluster.check();
    assert!(checked["summary"]["warnings"].as_u64().unwrap() > 0, "{checked:#}");
    let (started, journal) = start(cluster, RENEW);
    println!("  {}", journal.lines().rev().find(|line| line.contains("proven in")).unwrap_or_default());
    assert_eq!(started.status, 0, "{started:?}: {journal}");
    assert!(journal.contains("done and proven in"), "{journal}");
    assert!(journal.contains("12 of 12 edges proven"), "{journal}");
    assert_eq!(cluster.codes(), [""; 0]);
    assert_eq!(cluster.perennial(&["verify", "--workload"]).status, 0);
    assert!(start(cluster, RENEW).1.contains("nothing to do"));
}

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn a_run_as_lines_of_json(cluster: &Cluster) {
    let told = cluster.perennial(&["renew", "--yes", "--force", "--events", "-"]);
    assert_eq!(told.status, 0, "{told:?}");
    let lines = events(&told.stdout);
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    let steps = lines[1]["plan"]["steps"].as_array().unwrap().len();
    assert_eq!((&lines[0]["type"], &lines[0]["events"]), (&"version".into(), &"1.0".into()));
    assert_eq!(lines[1]["type"], "plan");
    assert_eq!((count("stepStarted"), count("stepProven"), count("restart")), (steps, steps, 2));
    assert!(count("guard") >= steps / 2 && count("proof") == 12, "{}", told.stdout);
    let last = lines.last().unwrap();
    let end = [&last["type"], &last["outcome"], &last["exitCode"], &last["changed"]];
    assert_eq!(end, [&Value::from("end"), &"done".into(), &0.into(), &true.into()]);
    let runs: Vec<_> = lines.iter().filter_map(|line| line["run"].as_str()).collect();
    assert!(runs.len() > 3 * steps && runs.iter().all(|run| *run == runs[0]), "{runs:?}");
    // The answer has given way, and off a terminal every step has its two lines.
    assert!(told.stderr.contains("done and proven in"), "{}", told.stderr);
    let begun = format!(" {} cp1 step=1/{steps} start backup\n", runs[0]);
    assert!(told.stderr.contains(&begun), "{}", told.stderr);
    assert_eq!(told.stderr.matches(&format!("/{steps} done ")).count(), steps, "{}", told.stderr);
}

fn a_stream_that_fails_does_not_end_the_run(cluster: &Cluster) {
    let full = cluster.perennial(&["reload", "--yes", "--events", "/dev/full"]);
    assert_eq!(full.status, 0, "{full:?}");
    assert_eq!(full.stderr.matches("No space left on device").count(), 1, "{full:?}");
    // Somebody has stopped to read after the first line.
    let script = "perennial renew --yes --force --events - 2>/root/err | head -1; echo ${PIPESTATUS[0]}; cat /root/err; rm /root/err";
    let gone = cluster.lab.must("cp1", &["bash", "-c", script]).unwrap();
    assert!(gone.contains("\n0\n") && gone.contains("done and proven in"), "{gone}");
    let unbroken = gone.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(unbroken.matches("the work goes on without them").count(), 1, "{gone}");
    // One file for all calls, and a FIFO with a reader.
    let script =
        "perennial renew --due --yes --events /root/e && perennial verify --events /root/e && mkfifo /root/f
        (cat /root/f > /root/g) & perennial verify --events /root/f; wait; rm /root/f
        jq -r .type /root/e; echo; jq -r .type /root/g; stat -c %a /root/e; rm /root/e /root/g";
    let told = cluster.lab.must("cp1", &["bash", "-ec", script]).unwrap();
    let told = &told[told.find("version\n").unwrap()..];
    let proofs = "proof\n".repeat(11);
    let verified = format!("version\n{proofs}end\n");
    assert_eq!(told, format!("version\nplan\nend\n{verified}\n{verified}644\n"));
}
