//! A real cluster: root, a minute (four the first time). `cargo test -p perennial-lab -- --ignored`

use std::time::Duration;

use perennial_lab::{Lab, Options};

#[test]
#[ignore = "needs root and builds a cluster"]
fn a_lab_lives_and_leaves_nothing() {
    let options = Options { name: "selftest".into(), workers: 1, ..Options::default() };
    let mut lab = Lab::from_snapshot_or_up("1+1", &options).expect("a lab");
    lab.set_down_on_drop(true);

    let out = lab.exec_with("cp1", &["sh", "-c", "cat; echo e >&2; exit 7"], b"in").expect("exec");
    assert_eq!((out.status, out.stdout.as_str(), out.stderr.as_str()), (7, "in", "e\n"));

    lab.write("w1", "/var/lib/perennial/x/y", b"content", 0o640).expect("write");
    assert_eq!(lab.read("w1", "/var/lib/perennial/x/y").expect("read"), b"content");
    assert_eq!(lab.must("w1", &["stat", "-c", "%a", "/var/lib/perennial/x/y"]).expect("stat"), "640\n");
    assert_eq!(lab.must("operator", &["ssh", "w1", "hostname"]).expect("ssh"), "w1\n");

    let mut running = lab.spawn("cp1", &["sleep", "1000"]).expect("spawn");
    while running.pid().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.kill().expect("kill");
    assert_eq!(running.wait().expect("wait").status, 137);

    let before = lab.client_report().expect("client");
    let probe = lab.probe(false).expect("probe");
    std::thread::sleep(Duration::from_secs(2));
    let report = probe.stop().expect("report");
    assert_eq!(report.failed(), 0, "{report:?}");
    assert!(report.endpoint("cp1").expect("cp1").ok >= 10);
    let after = lab.client_report().expect("client");
    assert!(after.ok > before.ok && after.failed == before.failed, "{before:?} {after:?}");

    lab.off("w1").expect("off");
    assert!(!lab.is_on("w1").expect("state"));
    assert_eq!(lab.read("w1", "/var/lib/perennial/x/y").expect("read while off"), b"content");
    assert!(!lab.read("w1", "/var/lib/kubelet/config.yaml").expect("read while off").is_empty());
    lab.on("w1").expect("on");
    lab.wait_ready(Duration::from_secs(120)).expect("ready again");

    let dir = lab.status().expect("status").dir;
    lab.down().expect("down");
    assert!(!dir.exists());
    let mounts = std::fs::read_to_string("/proc/mounts").expect("mounts");
    assert!(!mounts.contains("/selftest"), "{mounts}");
    assert!(!std::path::Path::new("/run/netns/pl-selftest").exists());
    assert!(!std::path::Path::new("/run/perennial-lab/selftest").exists());
}

#[test]
fn a_name_that_cannot_be_one_is_refused() {
    let options = Options { name: "../x".into(), ..Options::default() };
    let error = Lab::up(&options).expect_err("a refusal");
    assert!(error.to_string().contains("cannot name a lab"), "{error}");
}
