//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use perennial_lab::{Layout, parse_duration};

/// A real kubeadm cluster on one machine, for trying things out and for tests.
#[derive(Debug, Parser)]
#[command(name = "perennial-lab", version)]
pub(crate) struct Arguments {
    /// The lab's name; several live side by side
    #[arg(long, global = true, default_value = "perennial")]
    pub(super) name: String,
    /// No progress lines
    #[arg(long, global = true)]
    pub(super) quiet: bool,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Args)]
pub(crate) struct Parts {
    /// Where the lab's files lie [default: in the cache]
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
    /// A folder with kubeadm, kubelet, etcd, crictl, …: nothing of Kubernetes is built
    #[arg(long, value_name = "DIR")]
    pub(super) binaries: Option<PathBuf>,
    /// A folder with image archives: none is packed
    #[arg(long, value_name = "DIR")]
    pub(super) images: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Size {
    /// How many control planes, 1 to 9
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) control_planes: usize,
    /// How many workers, 0 to 9
    #[arg(long, value_name = "M", default_value_t = 0)]
    pub(super) workers: usize,
    /// How certificates are laid out: kubeadm, kubespray (ssl directory, etcd as a service), company (ECDSA,
    /// intermediate CA, more names, kube-scheduler by --config, a static pod with super-admin.conf)
    #[arg(long, value_name = "LAYOUT", default_value = "kubeadm", value_parser = |text: &str| text.parse::<Layout>())]
    pub(super) layout: Layout,
    /// How long certificates are valid, such as 4m [default: a year]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(super) validity: Option<Duration>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a lab
    Up {
        #[command(flatten)]
        size: Size,
        #[command(flatten)]
        parts: Parts,
        /// Start from this snapshot if it fits; else make the lab and save it under this name
        #[arg(long, value_name = "SNAPSHOT")]
        reuse: Option<String>,
    },
    /// Take the lab down; nothing of it is left
    Down {
        /// Where its files lie, if not in the cache and the host was rebooted since
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
    /// What there is and what is on
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Run a command in a node
    Exec {
        node: String,
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// A login shell in a node
    Shell {
        #[arg(default_value = "operator")]
        node: String,
    },
    /// Copy a file into a node
    Put { node: String, source: PathBuf, destination: String },
    /// Power the cluster off, save it under a name, switch it on again
    Save { snapshot: String },
    /// Make a running lab from a snapshot
    Restore {
        snapshot: String,
        #[command(flatten)]
        parts: Parts,
        /// Don't wait until the cluster is ready
        #[arg(long)]
        no_wait: bool,
    },
    /// The snapshots there are
    Snapshots,
    /// Wait until the cluster is ready
    Ready {
        #[arg(long, value_name = "TIME", default_value = "3m", value_parser = parse_duration)]
        limit: Duration,
    },
    /// Write to every API endpoint every 100 ms, then say what failed
    Probe {
        /// For how long [default: until Ctrl-C]
        #[arg(long, value_name = "TIME", value_parser = parse_duration)]
        time: Option<Duration>,
    },
    /// What the workload inside the cluster has seen
    Client,
    /// Re-issue certificates so that they end soon, and let the processes load them
    Age {
        /// The rest of their life
        #[arg(long = "in", value_name = "TIME", value_parser = parse_duration)]
        rest: Duration,
        /// The kubelets' client certificates too (they end half as late again)
        #[arg(long)]
        kubelets: bool,
    },
    /// Cut a node's power
    Off { node: String },
    /// Switch a node on
    On { node: String },
    /// What the host lacks
    Doctor,
}
