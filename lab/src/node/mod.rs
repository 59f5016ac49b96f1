//! A node: a root made of layers, a network namespace, systemd as PID 1 under runc.

mod capabilities;
pub(crate) mod cgroups;
mod exec;
mod ground;
mod limits;
mod machine;
mod mounts;
pub(crate) mod network;
mod runc;
mod spec;

pub use exec::{Output, Running};
pub(crate) use ground::{Ground, standing_at};
pub(crate) use machine::Machine;
pub(crate) use mounts::unmount_all;
