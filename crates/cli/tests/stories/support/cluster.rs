//! The cluster that a story happens in.

use super::{binary, until};
use perennial_lab::{Lab, Layout, Options, Output, Progress};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a cluster may take to come to rest.
const REST: Duration = Duration::from_secs(180);

/// Everything that perennial could change on a node, itself included: names, kinds, modes, owners, times, content.
const TREE: &str = r#"cd / && find etc/kubernetes var/lib/kubelet/pki var/lib/kubelet/config.yaml root/.kube/config \
  var/lib/perennial -printf '%p %y %m %U:%G %T@ %l\n' -type f -exec sha256sum {} \; 2>/dev/null | sort"#;

/// At most one cluster stands at a time; stories that leave it healthy share it.
#[derive(Default)]
pub(crate) struct Stage {
    cluster: Option<(&'static str, Cluster)>,
}

impl Stage {
    /// A healthy cluster of one control plane and one worker.
    pub(crate) fn cluster(&mut self) -> &Cluster {
        self.standing("1+1", 1, Layout::Kubeadm)
    }

    /// A healthy cluster of three control planes and one worker.
    pub(crate) fn three_control_planes(&mut self) -> &Cluster {
        self.standing("3+1", 3, Layout::Kubeadm)
    }

    /// A healthy cluster of one control plane and one worker, laid out as kubespray does it.
    pub(crate) fn kubespray(&mut self) -> &Cluster {
        self.standing("kubespray", 1, Layout::Kubespray)
    }

    /// A healthy cluster of one control plane and one worker, with a company's own PKI.
    pub(crate) fn company(&mut self) -> &Cluster {
        self.standing("company", 1, Layout::Company)
    }

    /// Takes down what stands.
    pub(crate) fn clear(&mut self) {
        self.cluster = None;
    }

    fn standing(&mut self, snapshot: &'static str, control_planes: usize, layout: Layout) -> &Cluster {
        if self.cluster.as_ref().is_some_and(|(standing, _)| *standing != snapshot) {
            self.clear();
        }
        match &self.cluster {
            Some((_, cluster)) => cluster.rest(),
            None => self.cluster = Some((snapshot, Cluster::up(snapshot, control_planes, layout))),
        }
        &self.cluster.as_ref().unwrap().1
    }
}

/// A cluster with perennial on its nodes.
pub(crate) struct Cluster {
    pub(crate) lab: Lab,
}

/// One container of a static pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) attempt: u64,
    pub(crate) pid: u64,
}

impl Cluster {
    fn up(snapshot: &str, control_planes: usize, layout: Layout) -> Self {
        let progress = Progress::quiet();
        let options = Options {
            name: "stories".into(),
            control_planes,
            workers: 1,
            layout,
            progress,
            ..Options::default()
        };
        let mut lab = Lab::from_snapshot_or_up(snapshot, &options).expect("a cluster");
        lab.set_down_on_drop(true);
        for node in lab.cluster_nodes() {
            lab.put(&node.name, &binary(), "/usr/local/bin/perennial").expect("perennial on every node");
            // The lock is the one file that a refusal may leave: here it exists as if perennial had run before.
            lab.write(&node.name, "/var/lib/perennial/lock", b"", 0o600).expect("a lock");
        }
        Self { lab }
    }

    /// Brings the cluster to rest: ready, and no component waits in the kubelet's crash back-off, which is in the
    /// kubelet's memory.
    pub(crate) fn rest(&self) {
        self.restart_kubelet();
        self.lab.wait_ready(REST).expect("a ready cluster");
    }

    /// Restarts cp1's kubelet and waits until it is well.
    pub(crate) fn restart_kubelet(&self) {
        self.sh("cp1", "systemctl restart kubelet");
        until("the kubelet's health", Duration::from_secs(60), || {
            let healthy = self.lab.exec("cp1", &["curl", "-sf", "-m", "2", "http://127.0.0.1:10248/healthz"]);
            healthy.expect("curl").success().then_some(())
        });
    }

    /// Runs perennial on cp1.
    pub(crate) fn perennial(&self, arguments: &[&str]) -> Output {
        self.perennial_on("cp1", arguments)
    }

    /// Runs perennial on a node.
    pub(crate) fn perennial_on(&self, node: &str, arguments: &[&str]) -> Output {
        self.lab.exec(node, &[&["perennial"], arguments].concat()).expect("perennial runs")
    }

    /// What `check -o json` says on cp1.
    pub(crate) fn check(&self) -> serde_json::Value {
        let checked = self.perennial(&["check", "-o", "json"]);
        serde_json::from_str(&checked.stdout).unwrap_or_else(|error| panic!("{error}: {checked:?}"))
    }

    /// The codes of what `check` finds on cp1.
    pub(crate) fn codes(&self) -> Vec<String> {
        let report = self.check();
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// What `diagnose -o json` makes of the last hour of cp1's logs.
    pub(crate) fn diagnose(&self) -> serde_json::Value {
        let diagnosed = self.perennial(&["diagnose", "-o", "json"]);
        serde_json::from_str(&diagnosed.stdout).unwrap_or_else(|error| panic!("{error}: {diagnosed:?}"))
    }

    /// Runs a script in a node, which must succeed. Gives its output.
    pub(crate) fn sh(&self, node: &str, script: &str) -> String {
        self.lab.must(node, &["sh", "-ec", script]).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs kubectl on cp1 with admin.conf, as the operator who looks there would.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Output {
        let kubectl = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "--request-timeout", "5s"];
        self.lab.exec("cp1", &[&kubectl, arguments].concat()).expect("kubectl runs")
    }

    /// Makes a Deployment of one replica, out of an image that is on every node.
    pub(crate) fn deploy(&self, name: &str) {
        let made = self.kubectl(&["create", "deployment", name, "--image=registry.k8s.io/pause:3.10.1"]);
        assert!(made.success(), "{made:?}");
    }

    /// What kubectl says about a Deployment: `ready/wanted`.
    pub(crate) fn ready(&self, deployment: &str) -> String {
        let format = "jsonpath={.status.readyReplicas}/{.spec.replicas}";
        let seen = self.kubectl(&["get", "deployment", deployment, "-o", format]);
        if seen.stdout.starts_with('/') { format!("0{}", seen.stdout) } else { seen.stdout }
    }

    /// Waits until a Deployment is ready, and removes it.
    pub(crate) fn becomes_ready(&self, deployment: &str) {
        until(&format!("{deployment} is ready"), Duration::from_secs(60), || {
            (self.ready(deployment) == "1/1").then_some(())
        });
        let gone = self.kubectl(&["delete", "deployment", deployment]);
        assert!(gone.success(), "{gone:?}");
    }

    /// Everything that perennial could change on a node.
    pub(crate) fn tree(&self, node: &str) -> String {
        self.sh(node, TREE)
    }

    /// The running containers of cp1's static pods, by component.
    pub(crate) fn containers(&self) -> BTreeMap<String, Container> {
        let script = "for id in $(crictl ps -q); do crictl inspect $id; done";
        let listed = self.sh("cp1", script);
        let all = serde_json::Deserializer::from_str(&listed).into_iter::<serde_json::Value>();
        let all = all.map(|one| one.expect("what crictl prints"));
        let container = |one: serde_json::Value| {
            let status = &one["status"];
            let container = Container {
                id: status["id"].as_str()?.to_owned(),
                attempt: status["metadata"]["attempt"].as_u64().unwrap_or(0),
                pid: one["info"]["pid"].as_u64()?,
            };
            Some((status["metadata"]["name"].as_str()?.to_owned(), container))
        };
        all.filter_map(container).filter(|(name, _)| name != "kube-proxy").collect()
    }

    /// The log of the running container of a component on cp1.
    pub(crate) fn log(&self, component: &str) -> String {
        let script = format!("crictl logs $(crictl ps -q --name '^{component}$') 2>&1");
        self.lab.exec("cp1", &["sh", "-c", &script]).expect("crictl logs").stdout
    }
}

/// Fails with the lines that differ.
pub(crate) fn assert_same(before: &str, after: &str, what: &str) {
    let lines = |text: &str, other: &str, sign: char| -> Vec<String> {
        let other: Vec<_> = other.lines().collect();
        let differing = text.lines().filter(|line| !other.contains(line));
        differing.map(|line| format!("{sign} {line}")).collect()
    };
    let differing = [lines(before, after, '-'), lines(after, before, '+')].concat();
    assert!(differing.is_empty(), "{what}:\n{}", differing.join("\n"));
}

/// What a command has said, for people: lines are broken anywhere, so white space does not count.
pub(crate) struct Said(String);

impl Said {
    pub(crate) fn by(output: &Output) -> Self {
        Self(squeezed(&format!("{}{}", output.stdout, output.stderr)))
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.contains(&squeezed(text))
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}
