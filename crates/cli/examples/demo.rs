//! `make demo`: a real kubeadm cluster on this machine. Its certificates are renewed while somebody writes to the
//! API; then they expire, the runbook is followed, the cluster stays dead, and perennial brings it back and proves
//! it. Every command is printed before it runs, and everything that is seen is its real output.

use perennial_lab::{Lab, Options, Progress};
use std::error::Error;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// They never read their kubeconfigs again.
const FORGETFUL: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

/// How long the certificates live once they are made old.
const REST: Duration = Duration::from_secs(15);

/// kube-controller-manager makes a ReplicaSet within a second, if it works.
const NO_REPLICA_SET: Duration = Duration::from_secs(6);

fn main() -> ExitCode {
    let told = Told {
        chinese: chinese(),
        terminal: std::io::stdout().is_terminal() && std::io::stdin().is_terminal(),
    };
    match show(told) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show(told: Told) -> Result<()> {
    perennial_lab::listen_for_signals()?;
    let binary = binary()?;
    let began = Instant::now();
    told.say(
        "This makes a real kubeadm cluster on this machine (one control plane, one worker), renews its certificates, \
         lets them expire, shows the fault that follows, repairs and proves it, and removes everything again.\n\
         It takes a little under two minutes; the first time about 20 on two cores, because Kubernetes is built from source.",
        "本演示在这台机器上建立一个真实的 kubeadm 集群（一个控制平面节点、一个工作节点），续订其证书，再让证书过期，\
         展示由此产生的故障，修复并验证，最后全部清除。\n\
         不到两分钟；首次运行需从源代码构建 Kubernetes，在双核机器上约需 20 分钟。",
    );
    let options =
        Options { name: "demo".into(), workers: 1, progress: Progress::shown(), ..Options::default() };
    let mut lab = Lab::from_snapshot_or_up("1+1", &options)?;
    lab.set_down_on_drop(true);
    lab.put("cp1", &binary, "/usr/local/bin/perennial")?;
    let cached = Instant::now();

    let demo = Demo { lab: &lab, told };
    demo.renew_a_healthy_cluster()?;
    demo.let_everything_expire()?;
    demo.follow_the_runbook()?;
    demo.repair_and_prove()?;

    told.title("Cleaning up", "清理");
    lab.down()?;
    let (all, shown) = (began.elapsed().as_secs(), cached.elapsed().as_secs());
    told.say(
        &format!(
            "The lab is down, nothing is left of it. {all} s in all, {shown} s since the cluster was ready."
        ),
        &format!("实验环境已清除，没有留下任何东西。总计 {all} 秒，集群就绪后用时 {shown} 秒。"),
    );
    Ok(())
}

struct Demo<'a> {
    lab: &'a Lab,
    told: Told,
}

impl Demo<'_> {
    fn renew_a_healthy_cluster(&self) -> Result<()> {
        self.told.title("1. Renewing while somebody writes to the API", "1. 一边写入 API，一边续订");
        self.run(&["perennial", "check"])?;
        self.told.say(
            "From here on somebody writes to the API ten times a second.",
            "从现在起，每秒向 API 写入十次。",
        );
        let probe = self.lab.probe(false)?;
        self.run(&["perennial", "renew", "--yes"])?;
        let seen = probe.stop()?;
        let (written, failed) = (seen.endpoints.iter().map(|one| one.ok).sum::<u64>(), seen.failed());
        self.told.say(
            &format!("{written} writes came through meanwhile, {failed} failed."),
            &format!("其间 {written} 次写入成功，{failed} 次失败。"),
        );
        Ok(())
    }

    fn let_everything_expire(&self) -> Result<()> {
        self.told.title("2. Everything expires", "2. 全部证书过期");
        self.told.say(
            "The lab makes all certificates end in 15 seconds. kube-controller-manager and kube-scheduler lose their \
             leases and exit; the kubelet starts them again, with the certificates that have just expired.",
            "实验环境让全部证书在 15 秒后到期。kube-controller-manager 和 kube-scheduler 会失去租约并退出，\
             kubelet 再次启动它们，而它们读到的仍是刚刚过期的证书。",
        );
        let aged = self.lab.age(REST, false)?;
        for component in FORGETFUL {
            let container = format!("$(crictl ps -q --name '^{component}$')");
            let start = format!(
                "$(crictl inspect -o go-template --template '{{{{.status.startedAt}}}}' {container})"
            );
            let later = format!("[ $(date -d \"{start}\" +%s) -gt {} ]", aged.leaves_end);
            self.wait(&format!("{component} is started again"), Duration::from_secs(150), &later)?;
        }
        for component in FORGETFUL {
            // Some seconds old: were its file renewed in the second of its start, nobody could tell what it holds.
            self.wait_for_log(component, "certificate has expired", 2)?;
        }
        self.run(&["kubectl", "get", "nodes"])?;
        self.run(&["perennial"])
    }

    fn follow_the_runbook(&self) -> Result<()> {
        self.told.title("3. The runbook, as far as most people follow it", "3. 按照常见的手册操作");
        self.run(&["kubeadm", "certs", "renew", "all"])?;
        self.run(&["cp", "/etc/kubernetes/admin.conf", "/root/.kube/config"])?;
        self.run(&["kubectl", "get", "nodes"])?;
        for component in FORGETFUL {
            self.wait_for_log(component, "Unauthorized", 1)?;
        }
        self.told.say("kubectl works again. Is the cluster well?", "kubectl 恢复了。集群正常了吗？");
        self.run(&["kubectl", "create", "deployment", "hello", "--image=registry.k8s.io/pause:3.10.1"])?;
        let appeared = "kubectl get replicasets -o name | grep -q hello";
        if self.wait("a ReplicaSet", NO_REPLICA_SET, appeared).is_ok() {
            return Err("the fault did not appear: the Deployment has got a ReplicaSet".into());
        }
        self.run(&["kubectl", "get", "deployments,replicasets"])?;
        self.told.say(
            "No ReplicaSet, no Pod: every file is new, but two processes never read theirs again.",
            "没有 ReplicaSet，也没有 Pod：文件都是新的，但有两个进程从不重新读取文件。",
        );
        self.run(&["perennial"])
    }

    fn repair_and_prove(&self) -> Result<()> {
        self.told.title("4. The repair, and the proof", "4. 修复与验证");
        self.told.say(
            "Both were restarted a moment ago, so the kubelet makes each of them wait for about 20 seconds.",
            "这两个进程刚刚重启过，因此 kubelet 会让它们各等待约 20 秒。",
        );
        self.run(&["perennial", "reload", "--yes"])?;
        let ready = "kubectl wait --for=condition=Available --timeout=1s deployment/hello >/dev/null 2>&1";
        self.wait("the Deployment is ready", Duration::from_secs(60), ready)?;
        self.run(&["kubectl", "get", "deployments,replicasets"])?;
        self.run(&["perennial", "verify"])?;
        self.run(&["perennial"])
    }

    /// Prints a command and runs it on the control plane, with its own output.
    fn run(&self, command: &[&str]) -> Result<()> {
        println!("\n{}", self.told.bold(&format!("cp1# {}", command.join(" "))));
        let language = if self.told.chinese { "PERENNIAL_LANG=zh" } else { "PERENNIAL_LANG=en" };
        self.lab.attach("cp1", &[&["env", language], command].concat(), self.told.terminal)?;
        Ok(())
    }

    /// Waits until a component has logged something so many times.
    fn wait_for_log(&self, component: &str, words: &str, times: u32) -> Result<()> {
        let count = format!("crictl logs $(crictl ps -q --name '^{component}$') 2>&1 | grep -c '{words}'");
        let logged = format!("[ \"$({count})\" -ge {times} ]");
        self.wait(&format!("{component} logs {words:?}"), Duration::from_secs(60), &logged)
    }

    /// Waits until a script on the control plane succeeds.
    fn wait(&self, what: &str, limit: Duration, script: &str) -> Result<()> {
        let began = Instant::now();
        while !self.lab.exec("cp1", &["sh", "-c", script])?.success() {
            if perennial_lab::interrupted() {
                return Err("interrupted".into());
            }
            if began.elapsed() > limit {
                return Err(format!("{what}: not within {} s", limit.as_secs()).into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// How the story is told.
#[derive(Clone, Copy)]
struct Told {
    chinese: bool,
    terminal: bool,
}

impl Told {
    fn say(self, english: &str, chinese: &str) {
        println!("\n{}", if self.chinese { chinese } else { english });
    }

    fn title(self, english: &str, chinese: &str) {
        let title = if self.chinese { chinese } else { english };
        println!("\n\n{}", self.bold(&format!("== {title}")));
    }

    fn bold(self, text: &str) -> String {
        let plain = !self.terminal || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if plain { text.to_owned() } else { format!("\x1b[1m{text}\x1b[0m") }
    }
}

/// Chosen as perennial does: `--lang`, then the environment.
fn chinese() -> bool {
    let arguments: Vec<String> = std::env::args().collect();
    let flag = arguments.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1].clone());
    let flag =
        flag.or_else(|| arguments.iter().find_map(|one| one.strip_prefix("--lang=").map(str::to_owned)));
    let variables = ["PERENNIAL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    let mut set = variables.filter_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty());
    flag.or_else(|| set.next()).is_some_and(|value| value.to_lowercase().starts_with("zh"))
}

fn binary() -> Result<PathBuf> {
    let target = format!("../../target/{}-unknown-linux-gnu/release/perennial", std::env::consts::ARCH);
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
    let binary = std::env::var_os("PERENNIAL_BINARY").map_or(built, PathBuf::from);
    if binary.is_file() {
        return Ok(binary);
    }
    Err(format!("{} is not there: build it with `cargo static -p perennial`", binary.display()).into())
}
