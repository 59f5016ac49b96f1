//! What people and programs read. Nothing here observes or decides.

mod board;
mod escape;
mod evidence;
mod groups;
mod kubelet;
mod line;
pub(crate) mod places;
mod span;
mod table;
mod unreferenced;
mod wrap;
mod writes;
pub(crate) mod yaml;

pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod csr;
pub(crate) mod details;
pub(crate) mod diagnose;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod glance;
pub(crate) mod graph;
pub(crate) mod inspect;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod kubeconfig;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod nagios;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod short;
pub(crate) mod standing;
pub(crate) mod suppressed;
pub(crate) mod verify;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod samples_cluster;
#[cfg(test)]
mod samples_kubeconfigs;
#[cfg(test)]
mod tests;

pub(crate) use escape::escape;
pub(crate) use line::{Line, Mark, Paint, Screen};
pub(crate) use span::{date, exact, left, short_left};
pub(crate) use table::{Column, Fit, Row, Table};
