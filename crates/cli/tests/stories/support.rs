//! What the stories share: the teller, the cluster they happen in, and looking at it from outside.

mod certificates;
mod cluster;
mod teller;
mod wait;

pub(crate) use certificates::{leaves, mismatched_pairs, secrets};
pub(crate) use cluster::{Cluster, Said, Stage, assert_same};
pub(crate) use teller::{binary, tell};
pub(crate) use wait::{never, until};
