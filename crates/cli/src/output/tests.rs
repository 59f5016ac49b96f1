//! The screens of hand-made nodes, 80 columns, both languages.

use super::check::Report;
use super::samples::{LATE, QUIET, TOO_LATE, ageing, copy, dead, healthy, time};
use super::{Screen, check, glance, json, plan, report, verify};
use crate::exit::Exit;
use crate::language::Language;
use crate::terminal::Terminal;
use crate::world::{Ended, Run};
use camino::Utf8PathBuf;
use jiff::Timestamp;
use perennial_core::assess::{Assessment, Code, Policy, assess};
use perennial_core::inventory::{Cluster, Component, Looked, Node, Place, Role, Trouble};
use perennial_core::plan::{Plan, Request, Verb, reload, renew};
use perennial_core::prove::prove;
use perennial_core::run::WorkloadOutcome;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

mod columns;
mod inspect;
mod kubeconfig;
mod memory;
mod policy;
mod writes;

const LANGUAGES: [(Language, &str); 2] = [(Language::En, "en"), (Language::Zh, "zh")];

fn terminal(ascii: bool) -> Terminal {
    Terminal { color: false, ascii, width: 80, live: false }
}

fn nodes() -> [(&'static str, Node, Timestamp); 4] {
    [
        ("healthy", healthy(), time(QUIET)),
        ("ageing", ageing(), time(LATE)),
        ("dead", dead(), time(TOO_LATE)),
        ("copy", copy(), time(QUIET)),
    ]
}

fn with_report<T>(node: &Node, now: Timestamp, then: impl FnOnce(&Report<'_>) -> T) -> T {
    let assessment = assess(node, &Policy::default(), now);
    then(&report_of(node, &assessment, now))
}

fn report_of<'a>(node: &'a Node, assessment: &'a Assessment, now: Timestamp) -> Report<'a> {
    let took = Duration::from_millis(58);
    let (policy, suppressed) = (Policy::default(), Default::default());
    Report { node, assessment, now, took, future: false, policy, suppressed }
}

fn snapshot(name: &str, screen: &Screen) {
    let text = screen.render(&terminal(false));
    assert_fits(&text);
    snapshot_text(name, &text);
}

fn snapshot_text(name: &str, text: &str) {
    insta::assert_snapshot!(name, text);
}

/// Only a command, or a word that is there to be copied, may be longer than the terminal.
fn assert_fits(text: &str) {
    for line in text.lines().filter(|line| line.width() > 80) {
        let longest = line.split(' ').map(UnicodeWidthStr::width).max().unwrap_or_default();
        let command =
            ["do ", "· do ", "处理 ", "· 处理 "].iter().any(|label| line.trim_start().starts_with(label));
        assert!(command || longest > 40, "too wide: {line}");
    }
    assert!(!text.contains('\u{1b}'), "unescaped");
}

#[test]
fn check_and_glance() {
    for (name, node, now) in nodes() {
        for (language, code) in LANGUAGES {
            with_report(&node, now, |report| {
                snapshot(&format!("check_{name}_{code}"), &check::screen(language, report));
                snapshot(&format!("glance_{name}_{code}"), &glance::screen(language, report));
            });
        }
    }
}

fn list(node: &Node, now: Timestamp) -> super::list::List<'_> {
    super::list::List { items: super::list::items(node), left_out: 0, policy: Policy::default(), now }
}

#[test]
fn lists_of_every_place() {
    for (name, node, now) in nodes() {
        for (language, code) in LANGUAGES {
            snapshot(&format!("list_{name}_{code}"), &super::list::screen(language, &list(&node, now)));
        }
    }
    let (node, now) = (dead(), time(TOO_LATE));
    let wide = super::list::wide(Language::En, &list(&node, now)).render(&terminal(false));
    snapshot_text("list_wide", &wide);
    snapshot_text("list_name", &super::list::names(&list(&node, now)).render(&terminal(false)));
    let all = list(&node, now);
    let document = json::list::CertificateList::new(&node, &all, Exit::Good);
    snapshot_text(
        "list_yaml",
        &super::yaml::render(&document).unwrap().replace(env!("CARGO_PKG_VERSION"), "…"),
    );
    let kubeadm = json::kubeadm::CertificateExpirationInfo::new(&node, now);
    snapshot_text("list_kubeadm", &json::render(&kubeadm).unwrap());
}

#[test]
fn lists_of_objects_in_the_cluster() {
    let node = super::samples_cluster::troubled();
    for (language, code) in LANGUAGES {
        snapshot(&format!("list_cluster_{code}"), &super::list::screen(language, &list(&node, time(LATE))));
    }
}

/// The flags by which kubeadm's components trust its CAs.
fn trusting(mut node: Node) -> Node {
    use perennial_core::inventory::NamedBy;
    let named = |component, flag| NamedBy { component, flag };
    for authority in &mut node.authorities {
        authority.named_by = match authority.name.as_str() {
            "ca" => vec![
                named(Component::KubeApiserver, "client-ca-file"),
                named(Component::Kubelet, "client-ca-file"),
            ],
            "etcd-ca" => vec![
                named(Component::KubeApiserver, "etcd-cafile"),
                named(Component::Etcd, "trusted-ca-file"),
                named(Component::Etcd, "peer-trusted-ca-file"),
            ],
            _ => vec![named(Component::KubeApiserver, "requestheader-client-ca-file")],
        };
    }
    node
}

#[test]
fn graphs_of_who_trusts_whom() {
    let node = trusting(healthy());
    let now = time(QUIET);
    for (language, code) in LANGUAGES {
        for (name, at) in [("now", now), ("later", time(TOO_LATE))] {
            let graph = super::graph::Graph::new(perennial_core::assess::edges(&node), at, now);
            snapshot(&format!("graph_{name}_{code}"), &super::graph::screen(language, &graph));
        }
    }
    let graph = super::graph::Graph::new(perennial_core::assess::edges(&node), time(TOO_LATE), now);
    snapshot_text("graph_dot", &super::graph::dot(&graph));
    let document = json::graph::TrustGraph::new(&node, &graph, Exit::Critical);
    snapshot_text("graph_json", &normal(&json::render(&document).unwrap()));
    let text = super::graph::screen(Language::En, &graph).render(&terminal(true));
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn a_look_into_the_future_says_so() {
    let node = healthy();
    let assessment = assess(&node, &Policy::default(), time(TOO_LATE));
    let report = Report { future: true, ..report_of(&node, &assessment, time(TOO_LATE)) };
    for (language, said) in [(Language::En, "as of 2026-12-27"), (Language::Zh, "以 2026-12-27 为准")] {
        let text = check::screen(language, &report).render(&terminal(false));
        assert!(text.lines().next().unwrap().contains(said), "{text}");
    }
}

#[test]
fn english_screens_are_ascii_where_only_ascii_can_be_shown() {
    for (_, node, now) in nodes() {
        let text = with_report(&node, now, |report| {
            check::screen(Language::En, report).render(&terminal(true))
                + &glance::screen(Language::En, report).render(&terminal(true))
        });
        assert!(text.is_ascii(), "{text}");
    }
    let text = plan::screen(Language::En, &renewal(&three())).render(&terminal(true));
    assert!(text.is_ascii(), "{text}");
    let text = super::list::screen(Language::En, &list(&dead(), time(TOO_LATE))).render(&terminal(true));
    assert!(text.is_ascii(), "{text}");
}

/// Without what changes from build to build.
fn normal(document: &str) -> String {
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let commit = |line: &str| line.trim_start().starts_with("\"commit\":");
    let lines = document
        .lines()
        .filter(|line| !commit(line))
        .map(|line| line.replace(&version, "\"version\": \"…\""));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn objects_in_the_cluster() {
    let node = super::samples_cluster::troubled();
    for (language, code) in LANGUAGES {
        with_report(&node, time(LATE), |report| {
            snapshot(&format!("check_cluster_{code}"), &check::screen(language, report));
        });
    }
    let document = with_report(&node, time(LATE), |report| {
        json::render(&json::check::CheckReport::new(report, Exit::Critical)).unwrap()
    });
    let cluster = document.split_once("\"cluster\": ").unwrap().1;
    insta::assert_snapshot!("check_cluster_json", cluster);
}

#[test]
fn kubeconfigs_of_plugins_and_other_entries() {
    let node = super::samples_kubeconfigs::stale();
    for (language, code) in LANGUAGES {
        with_report(&node, time(LATE), |report| {
            snapshot(&format!("check_kubeconfigs_{code}"), &check::screen(language, report));
        });
    }
    let document = with_report(&node, time(LATE), |report| {
        json::render(&json::check::CheckReport::new(report, Exit::Critical)).unwrap()
    });
    let plugins = document.split_once("\"cni\": ").unwrap().1;
    insta::assert_snapshot!("check_kubeconfigs_json", plugins);
}

/// The kubelet waits for its serving certificate: it refuses every handshake with an alert, and that is no silence.
#[test]
fn a_kubelet_without_a_serving_certificate_is_not_called_unreachable() {
    let mut node = healthy();
    node.kubelet.serving_by_request = true;
    let alert = "received fatal alert: InternalError".to_owned();
    for listener in node.listeners.iter_mut().filter(|listener| listener.component == Component::Kubelet) {
        listener.served = Looked::Unusable(Trouble::NoHandshake(alert.clone()));
    }
    for credential in node.credentials.iter_mut().filter(|one| one.role == Role::KubeletServing) {
        credential.certificate = Looked::Absent;
    }
    let codes = |node: &Node| {
        with_report(node, time(QUIET), |report| {
            report.assessment.findings().iter().map(|finding| finding.code()).collect::<Vec<_>>()
        })
    };
    assert_eq!(codes(&node), [Code::KubeletServingRequests]);
    // Without that reason the refusal is a finding of its own, and still no silence.
    node.kubelet.serving_by_request = false;
    assert_eq!(codes(&node), [Code::FileMissing, Code::HandshakeFails]);
}

#[test]
fn a_request_of_a_kubelet_without_a_certificate_is_told_from_its_first_second() {
    let mut node = super::samples_cluster::in_order();
    node.name = Some("w1".to_owned());
    node.kubelet.serving_by_request = true;
    for credential in node.credentials.iter_mut().filter(|one| one.role == Role::KubeletServing) {
        credential.certificate = Looked::Absent;
    }
    let text = with_report(&node, time(QUIET), |report| {
        check::screen(Language::En, report).render(&terminal(false))
    });
    assert!(text.contains("csr-new: pending since 2026-08-10 09:59:30"), "{text}");
    assert!(!text.contains("csr-old"), "{text}");
}

#[test]
fn a_cluster_in_order_has_no_findings() {
    let node = super::samples_cluster::in_order();
    with_report(&node, time(QUIET), |report| {
        assert_eq!(report.assessment.findings().len(), 0, "{:#?}", report.assessment.findings());
    });
}

#[test]
fn a_check_report_for_programs() {
    let document = with_report(&ageing(), time(LATE), |report| {
        json::render(&json::check::CheckReport::new(report, Exit::Critical)).unwrap()
    });
    insta::assert_snapshot!("check_ageing_json", normal(&document));
}

/// The node with its API: it is one of three control planes.
fn three() -> Node {
    let mut node = ageing();
    super::samples::readable(&mut node);
    node.cluster = Looked::Seen(Cluster {
        control_planes: vec!["cp1".to_owned(), "cp2".to_owned(), "cp3".to_owned()],
        ..Cluster::default()
    });
    node
}

fn request(verb: Verb) -> Request {
    Request { workload: true, ..Request::new(verb, 365 * 24 * 3600) }
}

/// What `renew` would do on three control planes, on the first.
pub(crate) fn plan_of_renew() -> Plan {
    renewal(&three())
}

fn renewal(node: &Node) -> Plan {
    renew(node, &request(Verb::Renew), &Policy::default(), time(LATE)).unwrap()
}

#[test]
fn plans() {
    let all = renewal(&three());
    let stale = reload(&three(), &request(Verb::Reload), &Policy::default(), time(LATE)).unwrap();
    for (language, code) in LANGUAGES {
        snapshot(&format!("plan_renew_{code}"), &plan::screen(language, &all));
        snapshot(&format!("plan_reload_{code}"), &plan::screen(language, &stale));
    }
    let document = json::render(&json::plan::PlanDocument::new(&all)).unwrap();
    insta::assert_snapshot!("plan_renew_json", normal(&document));
}

#[test]
fn proofs() {
    let workload = WorkloadOutcome::Proven { replica_set_ms: 120, running_ms: 3120 };
    let edges = prove(&three(), Some(&workload));
    for (language, code) in LANGUAGES {
        snapshot(&format!("verify_{code}"), &verify::screen(language, &edges));
    }
    let document = json::verify::VerifyReport::new(Some("cp1"), time(LATE), &edges, Exit::Critical);
    insta::assert_snapshot!("verify_json", normal(&json::render(&document).unwrap()));
}

fn run(ended: Ended) -> Run {
    Run {
        id: "r-20261124-023000".to_owned(),
        ended,
        backup: Some("/var/lib/perennial/runs/r-20261124-023000/backup".into()),
        workload: None,
        took: Duration::from_millis(5432),
        records: Vec::new(),
        journal_sha256: None,
        writes: None,
    }
}

#[test]
fn ends_of_runs() {
    let plan = renewal(&three());
    let restart = plan.steps.iter().position(|step| {
        matches!(step.action, perennial_core::plan::Action::Restart { component: Component::KubeScheduler })
    });
    let reason = "no new container of kube-scheduler within 330 s".to_owned();
    let step = restart.unwrap();
    let edges = prove(&healthy(), None);
    let ends = [
        ("nothing", None, Exit::Attention),
        ("committed", Some(Ended::Committed), Exit::Attention),
        ("undone", Some(Ended::Undone { step: restart, reason: reason.clone() }), Exit::PutBack),
        ("stuck", Some(Ended::Stuck { step, reason }), Exit::InBetween),
        ("stopped", Some(Ended::Stopped), Exit::Stopped),
    ];
    for (name, ended, exit) in ends {
        let run = ended.map(run);
        let edges = run.as_ref().is_some_and(|run| run.ended == Ended::Committed).then_some(edges.as_slice());
        let evidence = run
            .as_ref()
            .map(|run| Utf8PathBuf::from(format!("/var/lib/perennial/runs/{}/evidence.json", run.id)));
        let report = report::Report { plan: &plan, run: run.as_ref(), edges, evidence: evidence.as_deref() };
        assert_eq!(report.exit(), exit, "{name}");
        for (language, code) in LANGUAGES {
            snapshot(&format!("end_{name}_{code}"), &report::screen(language, &report));
        }
    }
}

#[test]
fn a_run_after_which_something_is_refuted_is_in_between() {
    let plan = renewal(&three());
    let (run, edges) = (run(Ended::Committed), prove(&three(), None));
    let report = report::Report { plan: &plan, run: Some(&run), edges: Some(&edges), evidence: None };
    assert_eq!(report.exit(), Exit::InBetween);
}

#[test]
fn what_stands_of_a_run() {
    use super::standing::{Copy, Verified, screen};
    use perennial_core::standing::{authorities, credentials};
    let (node, run) = (healthy(), run(Ended::Committed));
    let (plan, edges) = (renewal(&node), prove(&node, None));
    let report = report::Report { plan: &plan, run: Some(&run), edges: Some(&edges), evidence: None };
    let command = "perennial renew --yes".to_owned();
    let evidence = json::evidence::of_run(command, &report, &run, Some(&node), &node);
    let mut recorded = evidence.recorded();
    let other = || "0".repeat(64);
    let of = |recorded: &mut Vec<_>, name: &str, change: fn(&mut perennial_core::standing::Recorded)| {
        let found = |one: &&mut perennial_core::standing::Recorded| one.credential == name;
        recorded.iter_mut().find(found).map(change).unwrap_or_else(|| panic!("{name}"));
    };
    // Since then one was renewed, another one was put back, a third is of another CA.
    of(&mut recorded, "apiserver", |one| one.after = "0".repeat(64));
    of(&mut recorded, "etcd-server", |one| {
        one.before = Some(std::mem::replace(&mut one.after, "1".repeat(64)));
    });
    of(&mut recorded, "scheduler.conf", |one| {
        (one.after, one.authority_key) = ("2".repeat(64), Some("another".to_owned()));
    });
    let mut then = evidence.recorded_authorities();
    then.iter_mut().take(1).for_each(|ca| ca.fingerprint = other());
    let mut later = node.clone();
    later.credentials.retain(|credential| credential.name != "admin.conf");
    let verified = Verified {
        evidence: &evidence,
        copy: Copy::Gone,
        authorities: authorities(&then, &later),
        credentials: credentials(&recorded, &later, Vec::new()),
    };
    assert_eq!(verified.exit(), Exit::Critical);
    for (language, code) in LANGUAGES {
        snapshot(&format!("standing_{code}"), &screen(language, &verified));
    }
}

#[test]
fn columns_of_both_languages_align() {
    for (_, node, now) in nodes() {
        with_report(&node, now, |report| {
            for table in super::details::tables(Language::Zh, report) {
                if table.is_empty() {
                    continue;
                }
                let mut screen = Screen::default();
                screen.table(table);
                assert_fits(&screen.render(&terminal(false)));
            }
        });
    }
}

/// A node with many certificates of one kind: one row for those that are alike, and the odd one for itself.
#[test]
fn many_that_are_alike_are_one_row() {
    let mut node = healthy();
    let one = node.credential("apiserver").unwrap().clone();
    for number in 1..=20 {
        let mut more = one.clone();
        more.name = format!("/etc/kubernetes/pki/extra-{number}.crt");
        let Place::Pair { certificate, .. } = &mut more.place else { panic!("a pair") };
        certificate.path = more.name.clone().into();
        node.credentials.push(more);
    }
    for (language, row) in [(Language::En, "25 alike"), (Language::Zh, "25 个相同")] {
        let text = with_report(&node, time(QUIET), |report| check::screen(language, report));
        let text = text.render(&terminal(false));
        assert_fits(&text);
        assert!(text.contains(row), "{text}");
        assert!(!text.contains("extra-7.crt"), "{text}");
        assert!(text.contains("etcd-server"), "{text}");
    }
}

/// containerd is dead, and what runs goes on: no process is stale, but the node is not well.
#[test]
fn a_dead_runtime_is_the_first_thing_that_is_said() {
    let mut node = healthy();
    for holder in &mut node.holders {
        holder.announced_start = holder.started();
        holder.container = Looked::Unusable(Trouble::NoAnswer("connection refused".to_owned()));
    }
    with_report(&node, time(QUIET), |report| {
        let text = glance::screen(Language::En, report).render(&terminal(false));
        let dead = "× dead    the kubelet's container runtime does not answer on\n          /run/containerd/";
        assert!(text.starts_with(dead), "{text}");
        assert!(text.contains("systemctl status containerd crio"), "{text}");
    });
}

/// A log of a bad day, on a node whose certificates have ended.
#[test]
fn what_log_lines_mean() {
    use super::diagnose::{Diagnosis, screen};
    use super::findings::Scene;
    use perennial_core::diagnose::{Context, Gathering, Speaker, answers, known, read};
    let (node, now) = (dead(), time(TOO_LATE));
    let mut gathering = Gathering::default();
    let context = Context { speaker: Speaker::Unknown, now };
    for (number, line) in (1..).zip(include_str!("../../testdata/bad-day.log").lines()) {
        gathering.add(read(line, &context), "bad-day.log", number);
    }
    let answers = answers(&gathering, &known(&node, &[]), &node, now);
    let logs = [perennial_host::observe::logs::Log {
        name: "bad-day.log".to_owned(),
        lines: Looked::Seen(gathering.lines),
    }];
    let diagnosis = Diagnosis {
        scene: Scene { node: &node, now },
        logs: &logs,
        lines: gathering.lines,
        harmless: gathering.harmless,
        left_out: 0,
        cut: None,
        answers: &answers,
    };
    for (language, code) in LANGUAGES {
        snapshot(&format!("diagnose_{code}"), &screen(language, &diagnosis));
    }
    assert!(screen(Language::En, &diagnosis).render(&terminal(true)).is_ascii());
}
