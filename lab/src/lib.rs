//! A real kubeadm cluster on one machine, for tests and for trying things out.
//!
//! Nodes are runc containers with systemd as PID 1, in network namespaces of the lab's own: nothing is enabled or
//! started on the host, and its network and firewall stay untouched.
//!
//! ```no_run
//! # fn main() -> perennial_lab::Result<()> {
//! use perennial_lab::{Lab, Options};
//! let lab = Lab::from_snapshot_or_up("1+1", &Options { workers: 1, ..Options::default() })?;
//! let out = lab.exec("cp1", &["kubectl", "get", "nodes"])?;
//! assert_eq!(out.status, 0);
//! lab.down()
//! # }
//! ```

mod cache;
mod cluster;
mod error;
mod lab;
mod node;
mod tools;

pub use cache::Linters;
pub use cluster::layout::Layout;
pub use error::{LabError, Result};
pub use lab::{
    Aged, ClientReport, Complaint, EndpointReport, Lab, Node, NodeStatus, Options, Outage, Probe,
    ProbeReport, Role, Snapshot, Status, doctor,
};
pub use node::{Output, Running};
pub use tools::duration::parse_duration;
pub use tools::interrupt::{listen_for_signals, raised as interrupted};
pub use tools::progress::Progress;

/// The oracle: a program that says of files what Kubernetes' components say of them (`modules/oracle`). It is built
/// once and kept in the lab's cache.
///
/// # Errors
/// Without Go, or where the cache can't be written.
pub fn oracle(progress: Progress) -> Result<std::path::PathBuf> {
    cache::Cache::open(progress)?.oracle()
}

/// The folder with Kubernetes' programs, as a node of the lab has them: kubeadm is also asked outside one.
///
/// # Errors
/// Without Go, or where the cache can't be written.
pub fn kubernetes(progress: Progress) -> Result<std::path::PathBuf> {
    cache::Cache::open(progress)?.kubernetes()
}

/// zlint and pkilint, in the versions that `modules` names.
///
/// # Errors
/// Without Go or Python's pip, or where the cache can't be written.
pub fn linters(progress: Progress) -> Result<Linters> {
    cache::Cache::open(progress)?.linters()
}
