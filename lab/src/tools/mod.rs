//! Small helpers that know nothing of clusters.

pub(crate) mod command;
pub(crate) mod duration;
pub(crate) mod files;
pub(crate) mod interrupt;
pub(crate) mod lock;
pub(crate) mod progress;
pub(crate) mod wait;
